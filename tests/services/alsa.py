"""A sound device of real ALSA without hardware: what is played on it lands in files."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

DEVICE = "written"


def written_device(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[bytes]]:
    """Have ALSA know the device ``written``; gives what tells all that was played on it so far, in no order."""
    if shutil.which("aplay") is None:
        message = "aplay is not installed (Debian: apt install alsa-utils)"
        if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
            pytest.fail(message)
        pytest.skip(message)
    file = f'file "{folder}/played.raw" format "raw" truncate false'
    device = f'pcm.{DEVICE} {{ type file slave.pcm "null" {file} }}'
    (folder / "asound.conf").write_text(f"</usr/share/alsa/alsa.conf>\n{device}\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(folder / "asound.conf"))
    return lambda: [played for path in folder.glob("played.*") if (played := path.read_bytes())]
