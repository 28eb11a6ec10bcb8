"""kill -9 between the journal and the contact: everything is told, and what may come twice says so."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.alerts.service import Service

CHILD = Path(__file__).parent / "kill_child.py"


def until(holds: Callable[[], bool], patience_s: float = 60.0) -> None:
    """The patience only turns a hang into a failure."""
    end_s = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.02)  # what is waited for lies in other processes


def steps(folder: Path) -> list[str]:
    if not (folder / "journal.db").exists():
        return []
    try:
        with closing(sqlite3.connect(folder / "journal.db")) as connection:
            return [step for (step,) in connection.execute("SELECT step FROM alerts ORDER BY position")]
    except sqlite3.OperationalError:
        return []


@pytest.fixture
def hub(tmp_path):
    """Start a hub in this folder."""
    children = []

    def start(address: str, cancel_s: float, *trips: str) -> subprocess.Popen[bytes]:
        root = CHILD.parent.parent.parent
        args = [sys.executable, str(CHILD), str(tmp_path), address, str(cancel_s), *trips]
        children.append(subprocess.Popen(args, cwd=root))
        return children[-1]

    yield start
    for child in children:
        child.kill()
        child.wait()


def test_an_alert_that_was_on_disk_is_told_once_by_the_next_run(hub, tmp_path):
    with Service() as service:
        first = hub(service.address, 300.0, "trip-1")
        until(lambda: steps(tmp_path) == ["opened"])
        first.kill()
        first.wait()
        hub(service.address, 0.0)
        until(lambda: "told" in steps(tmp_path))
        (got,) = service.got
    assert got["title"] == "anna: trip"
    assert "already" not in got["message"]
    assert steps(tmp_path) == ["opened", "trying", "told"]


def test_an_attempt_that_was_under_way_is_made_again_and_says_so(hub, tmp_path):
    with Service() as service:
        service.silent.set()
        first = hub(service.address, 0.0, "trip-1")
        until(lambda: service.asked_n == 1)
        assert steps(tmp_path) == ["opened", "trying"], "on disk before it is told"
        first.kill()
        first.wait()
        service.silent.clear()
        hub(service.address, 0.0)
        until(lambda: "told" in steps(tmp_path))
        (got,) = service.got
    assert got["message"].startswith("You may have had this message already.")
