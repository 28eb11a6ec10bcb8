"""SIGKILL, and then everything that was not synced is lost: nothing that was told to anybody is missing."""

import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hub.journal import Journal

CHILD = Path(__file__).parent / "power_child.py"
SECTOR = 512
CUTS_N = 4
LEAST_TOLD_N = 30


def cut(path: Path, synced: Path, mode: str, run: str, told_n: int) -> set[str]:
    """Let a journal run until so many were told, kill it, and leave ``synced`` as it is; what was told."""
    args = [sys.executable, str(CHILD), str(path), str(synced), mode, run]
    with subprocess.Popen(args, stdout=subprocess.PIPE, text=True, cwd=CHILD.parent.parent.parent) as child:
        told = [child.stdout.readline() for _ in range(told_n)]
        child.kill()
        told += child.stdout.readlines()
    assert all(line.endswith("\n") for line in told[:told_n]), "the child ended by itself"
    return {line.strip() for line in told if line.endswith("\n")}


def stored(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {id_ for (id_,) in connection.execute("SELECT id FROM events UNION ALL SELECT alert FROM alerts")}


def power_returns(path: Path, synced: Path, chance: random.Random | None) -> None:
    """The disk as it is then: what was synced, and of what was written since none, or any sectors (``chance``)."""
    for name in (path.name, f"{path.name}-wal"):
        file, kept = path.with_name(name), synced / name
        old = kept.read_bytes() if kept.exists() else b""
        new = file.read_bytes() if file.exists() else b""
        if chance is not None and new:
            length = chance.choice([len(old), len(new)])
            old, new = old.ljust(length, b"\0"), new.ljust(length, b"\0")
            old = b"".join(chance.choice([old, new])[at : at + SECTOR] for at in range(0, length, SECTOR))
        file.unlink(missing_ok=True)
        if old:
            file.write_bytes(old)
        kept.unlink(missing_ok=True)
        if file.exists():
            shutil.copy(file, kept)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


@pytest.mark.parametrize("unsynced", ["lost", "any of it"])
async def test_nothing_that_was_told_is_missing_after_a_power_cut(tmp_path, unsynced):
    path, synced = tmp_path / "state" / "journal.db", tmp_path / "synced"
    synced.mkdir()
    chance = random.Random(1)
    told: set[str] = set()
    for run in range(CUTS_N):
        newly_told = cut(path, synced, "power_safe", f"run {run}", chance.randrange(LEAST_TOLD_N, 200))
        assert len(newly_told) >= LEAST_TOLD_N, "no run tells the same twice"
        told |= newly_told  # a run may begin with what the last one told: its cursor was not kept any more
        power_returns(path, synced, chance if unsynced == "any of it" else None)
        async with Journal(path) as journal:
            assert journal.rescue is None, "the file is sound"
        shutil.copy(path, synced / path.name)
        (synced / f"{path.name}-wal").unlink(missing_ok=True)
        assert told <= stored(path)


async def test_without_power_safe_what_was_told_may_be_missing_so_the_test_can_see_it(tmp_path):
    path, synced = tmp_path / "state" / "journal.db", tmp_path / "synced"
    synced.mkdir()
    told = cut(path, synced, "not", "run", 200)
    power_returns(path, synced, None)
    async with Journal(path) as journal:
        assert journal.rescue is None
    assert not told <= stored(path)
