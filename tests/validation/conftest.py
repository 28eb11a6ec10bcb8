"""The real recordings, where they are."""

import os
from pathlib import Path

import pytest

from hub.validation.report import recordings_folder


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Folder of the real recordings; without them the test is skipped, or fails where nothing may be skipped."""
    folder = recordings_folder()
    if not folder.is_dir():
        message = f"no recordings at {folder}; set INSOLE_HUB_RECORDINGS"
        if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return folder
