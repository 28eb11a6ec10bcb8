"""Root copies no file that a link in the hub's folder points at."""

import os
from pathlib import Path

import pytest

from hub.errors import InsoleHubError
from hub.support.private_files import PrivateFolder


def test_root_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shadow").write_text("root only")
    (tmp_path / "hub.toml").symlink_to(tmp_path / "shadow")
    folder = PrivateFolder(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("hub.support.private_files.hub_user", lambda: None)
    with pytest.raises(InsoleHubError, match="cannot be kept"):
        folder.keep("hub.toml", "copy")
    assert not (tmp_path / "copy").exists()
    assert folder.keep("shadow", "copy").read_text() == "root only"
