"""The command as a user runs it: a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def insole_hub() -> Run:
    """Runs ``insole-hub`` with arguments; both streams are captured as text."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hub", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    return run


@pytest.fixture(scope="session")
def walk(insole_hub: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One simulated minute of foot drop with a trip, as a session folder. Not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("simulated") / "walk"
    done = insole_hub("simulate", "foot_drop", "-o", folder, "--minutes", "1", "--seed", "3", "--trips", "1")
    assert done.returncode == 0, done.stderr
    return folder
