"""Servers and clients that scripts of this folder build once, into the user's cache."""

import os
import subprocess
from pathlib import Path

import pytest


def built(script: str, *version: str) -> str:
    """Where the program is; where there is none the test is skipped, or fails where nothing may be skipped."""
    command = [Path(__file__).with_name(script), "--cached", *version]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
        pytest.fail(found.stderr)
    pytest.skip(found.stderr)
