"""A backlog's lines come from a process of their own: the same, each once, and whatever becomes of the process."""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from contextlib import aclosing, closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.events import Kind
from hub.influx import Batch, Bucket
from hub.influx.batch import lines_of
from hub.journal import Journal, reading
from hub.service import backlog
from tests.services.influxdb import Influxd

NOW_NS = time.time_ns() - 3600 * 10**9
KINDS = (Kind.STEP, Kind.TOE_DRAG)


@pytest.fixture
async def journal(tmp_path, event):
    """Three pages of steps and drags of two wearers."""
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, NOW_NS)
        for n in range(1300):
            fields = {"stride_time_s": n / 7} if n % 2 == 0 else {"duration_s": n / 7}
            journal.append(("ada", "ben")[n % 3 == 0], [event(n * 0.5, KINDS[n % 2], **fields)])
    async with Journal(tmp_path / "journal.db") as journal:  # as a hub that starts, with nothing in memory
        journal.observe_clock(10_000.0, NOW_NS + 10_000 * 10**9)
        yield journal


def spoil(path: Path, position: int) -> None:
    """As a card may that has gone bad."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER events_never_change")
        connection.execute("UPDATE events SET event = '{}' WHERE position = ?", (position,))
        connection.commit()


def children() -> set[int]:
    """Processes of this one that make lines."""
    found = set()
    for each in Path("/proc/self/task").glob("*/children"):
        for pid in each.read_text().split():
            if backlog.__name__.encode() in Path("/proc", pid, "cmdline").read_bytes():
                found.add(int(pid))
    return found


@given(
    until=st.integers(0, 2**60),
    steps=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
    lasting=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
)
def test_a_batch_comes_through_a_pipe_as_it_was(until, steps, lasting):
    batch = Batch(until, {Bucket.STEPS: steps, Bucket.LASTING: lasting})
    assert Batch.from_json(batch.to_json()) == batch


async def test_the_lines_are_those_that_the_hub_itself_would_make(journal):
    with reading(journal.path) as reader:
        page, expected = reader.after(200), []
        while page.records:
            expected.append(Batch(page.until, lines_of("home", page.records)))
            page = reader.after(page.until)
    async with aclosing(backlog.batches(journal.path, "home", 200)) as batches:
        assert [batch async for batch in batches] == expected
    assert [batch.until for batch in expected] == [700, 1200, 1300]
    assert sum(len(of) for batch in expected for of in batch.lines.values()) == 1100
    assert not children()


async def test_a_record_that_cannot_be_understood_is_left_to_the_hub(journal):
    spoil(journal.path, 800)
    async with aclosing(backlog.batches(journal.path, "home", 0)) as batches:
        assert [batch.until async for batch in batches] == [500]


async def test_no_process_is_left_by_whoever_ends_early(journal):
    async with aclosing(backlog.batches(journal.path, "home", 0)) as batches:
        await anext(batches)
        assert len(children()) == 1
    assert not children()


async def test_a_hub_that_is_gone_ends_the_process(journal):
    reading_end, writing_end = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", backlog.__name__, str(journal.path), "home", "0"),
        stdout=writing_end,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(reading_end)
    os.close(writing_end)
    _, said = await process.communicate()
    assert (process.returncode, said) == (0, b"")


async def test_a_journal_that_cannot_be_had_is_said_in_one_line(tmp_path, capfd):
    with pytest.raises(ChildProcessError, match="its process ended with 1"):
        await anext(backlog.batches(tmp_path / "none.db", "home", 0))
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "none.db: there is none yet" in said


@pytest.mark.influx
@pytest.mark.parametrize("spoilt", [None, 1, 800])
async def test_each_point_is_written_once_from_there_and_from_here(
    server: Influxd, prepared, journal, writing, event, monkeypatch, spoilt
):
    """What comes while the backlog is written is written after it; a spoilt record is counted and holds nothing up."""
    monkeypatch.setattr("hub.influx.writer.BACKLOG_N", 600)
    made, original = [], backlog.Batch.from_json
    monkeypatch.setattr(backlog.Batch, "from_json", lambda text: made.append(text) or original(text))
    if spoilt is not None:
        spoil(journal.path, spoilt)
    address = prepared(server)
    async with writing(address, journal) as writer:
        for n in range(100):
            journal.append("ada", [event(10_000.0 + n, stride_time_s=1.0)])
        await journal.flush()
        async with asyncio.timeout(120):
            await journal.taken_by("influxdb")
    spoilt_n = 0 if spoilt is None else 1
    assert made
    assert journal.stats.unreadable_n == spoilt_n
    assert (writer.stats.written_n, writer.stats.trouble) == (1400 - spoilt_n, "")
    steps_n = server.count(address.buckets[Bucket.STEPS], "step", "stride_time_s")
    drags_n = server.count(address.buckets[Bucket.LASTING], "event", "duration_s")
    assert steps_n + drags_n == 1400 - spoilt_n


@pytest.mark.influx
async def test_where_the_process_is_killed_the_hub_goes_on_alone_and_says_so(
    server: Influxd, prepared, journal, writing, event, monkeypatch, caplog
):
    journal.append("ada", [event(10_000.0 + n, stride_time_s=1.0) for n in range(3000)])  # more than waits in a pipe
    await journal.flush()
    original = backlog.Batch.from_json

    def killing(text: bytes) -> Batch:
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        return original(text)

    monkeypatch.setattr(backlog.Batch, "from_json", killing)
    address = prepared(server)
    async with writing(address, journal) as writer, asyncio.timeout(120):
        await journal.taken_by("influxdb")
    assert writer.stats.written_n == 4300
    assert server.count(address.buckets[Bucket.STEPS], "step", "stride_time_s") == 3650
    assert [record.message for record in caplog.records if "process" in record.message] == [
        f"{address}: the hub itself makes the backlog's points from now on: its process ended with -9"
    ]
