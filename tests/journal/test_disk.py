"""Slow, full, failing and read-only disks."""

import asyncio
import json
import logging
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hub.errors import JournalError
from hub.journal import Journal, writer
from hub.journal import journal as journal_module
from hub.journal.database import is_commit


@pytest.fixture
def gate():
    """A disk whose commits wait for the gate; counts them."""

    class Gate(sqlite3.Connection):
        opened = threading.Event()
        waiting = threading.Event()
        commits_n = 0

        def execute(self, sql, *args):
            if is_commit(self, sql):
                Gate.commits_n += 1
                Gate.waiting.set()
                assert Gate.opened.wait(30)
            return super().execute(sql, *args)

    yield Gate
    Gate.opened.set()


def _failing(failures_n: int, error: Exception):
    class Failing(sqlite3.Connection):
        left_n = failures_n

        def execute(self, sql, *args):
            if is_commit(self, sql) and Failing.left_n > 0:
                Failing.left_n -= 1
                raise error
            return super().execute(sql, *args)

    return Failing


async def test_a_slow_disk_stops_neither_the_loop_nor_the_order_and_groups_what_waits(path, event, take, gate):
    async with Journal(path, factory=gate) as journal:
        journal.observe_clock(0.0, 0)
        following = asyncio.create_task(take(journal, "mqtt", 301))
        journal.append("ada", [event(0.0)])
        await asyncio.to_thread(gate.waiting.wait, 30)
        for n in range(1, 301):  # the loop goes on while the disk does not
            journal.append("ada", [event(float(n))])
            await asyncio.sleep(0)
        assert not following.done()
        assert journal.stats.pending_n == 301
        gate.opened.set()
        records = await following
    assert [record.event.time_s for record in records] == [float(n) for n in range(301)]
    assert gate.commits_n <= 4


async def test_what_waits_for_the_disk_is_bounded_and_losses_are_counted(path, event, gate, monkeypatch, caplog):
    monkeypatch.setattr(journal_module, "PENDING_N", 10)
    async with Journal(path, factory=gate) as journal:
        journal.observe_clock(0.0, 0)
        for n in range(25):
            journal.append("ada", [event(float(n))])
        assert (journal.stats.pending_n, journal.stats.dropped_n) == (10, 15)
        gate.opened.set()
        await journal.flush()
        journal.append("ada", [event(99.0)])
        await journal.flush()
        assert journal.stats.committed_n == 11
    assert caplog.text.count("newer ones are lost") == 1


async def test_a_commit_that_fails_is_tried_again_and_doubles_nothing(path, event, take, monkeypatch, caplog):
    monkeypatch.setattr(writer, "RETRY_S", (0.001, 0.01))
    caplog.set_level(logging.WARNING)
    async with Journal(path, factory=_failing(5, sqlite3.OperationalError("disk I/O error"))) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(float(n)) for n in range(10)])
        records = await take(journal, "mqtt", 10)
        assert journal.stats.failures_n == 5
    assert [record.event.time_s for record in records] == [float(n) for n in range(10)]
    assert caplog.text.count("wait in memory") == 1
    assert caplog.text.count("writing again") == 1


async def test_a_disk_that_turns_read_only_is_named_and_waited_out(path, event, take, monkeypatch, caplog):
    monkeypatch.setattr(writer, "RETRY_S", (0.001, 0.01))
    connections = []

    class Seen(sqlite3.Connection):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            connections.append(self)

    async with Journal(path, factory=Seen) as journal:
        journal.observe_clock(0.0, 0)
        connections[0].execute("PRAGMA query_only = ON")
        journal.append("ada", [event(1.0), event(2.0)])
        async with asyncio.timeout(30):
            while journal.stats.failures_n < 3:  # counted in another thread
                await asyncio.sleep(0)
        connections[0].execute("PRAGMA query_only = OFF")
        assert [record.event.time_s for record in await take(journal, "mqtt", 2)] == [1.0, 2.0]
    assert caplog.text.count("it is read-only; remount the disk writable") == 1


async def test_closing_on_a_dead_disk_without_memory_says_what_is_lost(path, event, monkeypatch):
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/proc/nowhere")
    monkeypatch.setattr(writer, "RETRY_S", (0.001, 0.01))
    monkeypatch.setattr(journal_module, "CLOSE_S", 0.2)
    journal = Journal(path, factory=_failing(10**9, sqlite3.OperationalError("disk I/O error")))
    await journal.__aenter__()
    journal.observe_clock(0.0, 0)
    journal.append("ada", [event(float(n)) for n in range(3)])
    with pytest.raises(JournalError, match="did not take the last 3 events"):
        await journal.__aexit__(None, None, None)


async def test_damage_found_in_use_ends_the_journal_and_the_next_start_sets_it_aside(path, event, take):
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    journal = await Journal(path, factory=_failing(1, error)).__aenter__()
    journal.observe_clock(0.0, 0)
    following = asyncio.create_task(take(journal, "mqtt", 1))
    journal.append("ada", [event(1.0)])
    with pytest.raises(JournalError, match="damaged"):
        await following
    with pytest.raises(JournalError, match="damaged"):
        await journal.__aexit__(None, None, None)
    async with Journal(path) as journal:
        assert journal.rescue is not None
        assert journal.rescue.aside.exists()
    async with Journal(path) as journal:
        assert journal.rescue is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("error", [sqlite3.IntegrityError("no such anchor"), RuntimeError("a mistake")], ids=repr)
async def test_an_error_that_no_retry_can_mend_reaches_whoever_waits(path, event, error):
    journal = await Journal(path, factory=_failing(10**9, error)).__aenter__()
    journal.observe_clock(0.0, 0)
    journal.append("ada", [event(1.0)])
    async with asyncio.timeout(30):
        with pytest.raises(JournalError, match="its writer has failed"):
            await journal.flush()
    with pytest.raises(JournalError, match="its writer has failed"):
        await journal.__aexit__(None, None, None)


@pytest.mark.parametrize("power_safe", [True, False])
async def test_power_safe_syncs_every_commit(path, power_safe):
    connections = []

    class Seen(sqlite3.Connection):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            connections.append(self)

    async with Journal(path, power_safe=power_safe, factory=Seen):
        full, normal = 2, 1
        assert connections[0].execute("PRAGMA synchronous").fetchone() == (full if power_safe else normal,)
        assert connections[0].execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody may write to")
async def test_a_place_that_cannot_be_written_is_one_clear_line():
    with pytest.raises(JournalError) as caught:
        async with Journal(Path("/proc/insole-hub/journal.db")):
            pass
    assert "may be written by this user" in str(caught.value)
    assert "\n" not in str(caught.value)


FULL_DISK = """
import asyncio, json, logging, resource, sys
from pathlib import Path
from hub.events import Event, Kind
from hub.journal import Journal
from sensors.layout import Side

logging.basicConfig(stream=sys.stderr, format="%(message)s")
UNLIMITED = resource.getrlimit(resource.RLIMIT_FSIZE)

async def main(path):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, UNLIMITED[1]))  # soon reached by the log, though laid out
        for n in range(400):
            journal.append("ada", [Event(str(n), Kind.STEP, Side.LEFT, float(n), float(n), 1.0, {"strike": "x" * 200})])
            await asyncio.sleep(0.001 if journal.stats.failures_n == 0 else 0)
        while journal.stats.failures_n < 2:
            await asyncio.sleep(0.01)
        full = journal.stats
        resource.setrlimit(resource.RLIMIT_FSIZE, UNLIMITED)
        await journal.flush()
        print(json.dumps([full.pending_n, full.failures_n, journal.stats.committed_n, journal.stats.dropped_n]))

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_a_full_disk_is_waited_out_and_nothing_is_lost(path, take):
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    pending_n, failures_n, committed_n, dropped_n = json.loads(ended.stdout)
    assert pending_n > 0
    assert failures_n >= 2
    assert (committed_n, dropped_n) == (400, 0)
    assert "events wait in memory" in ended.stderr
    assert "Traceback" not in ended.stderr
    async with Journal(path) as journal:
        assert [record.event.id for record in await take(journal, "mqtt", 400)] == [str(n) for n in range(400)]
