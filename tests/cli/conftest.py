"""The command as a user runs it: a process of its own."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.services import command

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="session")
def insole_hub() -> Run:
    """Runs ``insole-hub`` with arguments; both streams are captured as text."""
    return command.insole_hub


@pytest.fixture(scope="session")
def walk(insole_hub: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One simulated minute of foot drop with a trip, as a session folder. Not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("simulated") / "walk"
    done = insole_hub("simulate", "foot_drop", "-o", folder, "--minutes", "1", "--seed", "3", "--trips", "1")
    assert done.returncode == 0, done.stderr
    return folder
