import asyncio
import itertools
import math
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.events import Event, Kind, event_id
from hub.journal import Journal
from hub.journal import journal as journal_module
from sensors.layout import Side

WALL_NS = 1_767_225_600_000_000_000


async def test_events_come_back_bit_for_bit_after_reopening(path, event, take):
    events = [event(0.1 + 0.2), event(1 / 3, Kind.TOE_DRAG, duration_s=0.1, scuff=True, impulse=None, phase="mid")]
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", events)
        live = await take(journal, "mqtt", 2)
    async with Journal(path) as journal:
        stored = await take(journal, "mqtt", 2)
    assert stored == live
    assert [record.event for record in stored] == events
    assert [record.wall_time_ns for record in stored] == [WALL_NS + 300_000_000, WALL_NS + 333_333_333]


async def test_an_event_is_on_disk_before_anybody_is_told(path, event, take):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        for n in range(20):
            following = asyncio.create_task(take(journal, "mqtt", 1))
            await asyncio.sleep(0)
            journal.append("ada", [event(float(n))])
            (record,) = await following
            with closing(sqlite3.connect(path)) as other:
                row = other.execute("SELECT id FROM events WHERE position = ?", (record.position,)).fetchone()
            assert row == (record.event.id,)
            journal.advance("mqtt", record.position)


async def test_an_id_appended_again_is_ignored_and_counted(path, event, take):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(1.0), event(1.0), event(2.0)])
        await journal.flush()
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(2.0), event(3.0)])
        await journal.flush()
        assert journal.stats.duplicates_n == 1
        assert journal.stats.committed_n == 1
        assert [record.event.time_s for record in await take(journal, "mqtt", 3)] == [1.0, 2.0, 3.0]


async def test_destinations_have_cursors_of_their_own_that_survive(path, event, take):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(float(n)) for n in range(5)])
        positions = [record.position for record in await take(journal, "mqtt", 5)]
        journal.advance("mqtt", positions[2])
        journal.advance("mqtt", positions[0])  # never back
        journal.advance("influx", positions[4])
    async with Journal(path) as journal:
        assert [record.position for record in await take(journal, "mqtt", 2)] == positions[3:]
        assert journal.cursor("influx") == positions[4]
        assert journal.cursor("new") == 0


async def test_waiting_for_a_destination_ends_when_it_has_taken_everything(path, event, take):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        await journal.taken_by("mqtt")  # nothing to take
        journal.append("ada", [event(1.0), event(2.0)])
        first, second = await take(journal, "mqtt", 2)
        waiting = asyncio.create_task(journal.taken_by("mqtt"))
        for left_n, record in ((2, first), (1, second)):
            await asyncio.sleep(0)
            assert not waiting.done()
            assert journal.waiting_n("mqtt") == left_n
            journal.advance("mqtt", record.position)
        async with asyncio.timeout(30):
            await waiting
        assert journal.waiting_n("mqtt") == 0


async def test_a_follower_far_behind_gets_everything_once_and_in_order(path, event, take, monkeypatch):
    monkeypatch.setattr(journal_module, "RECENT_N", 50)
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        for start in range(0, 1800, 30):
            journal.append("ada", [event(float(n)) for n in range(start, start + 30)])
        await journal.flush()
        following = asyncio.create_task(take(journal, "mqtt", 2000))
        await asyncio.sleep(0)
        for start in range(1800, 2000, 7):
            journal.append("ada", [event(float(n)) for n in range(start, min(start + 7, 2000))])
            await asyncio.sleep(0)
        records = await following
    assert [record.event.time_s for record in records] == [float(n) for n in range(2000)]
    positions = [record.position for record in records]
    assert positions == sorted(set(positions))


async def test_from_any_cursor_exactly_the_rest_follows_from_memory_or_disk(path, event, take, monkeypatch):
    monkeypatch.setattr(journal_module, "RECENT_N", 5)
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(float(n)) for n in range(12)])
        positions = [record.position for record in await take(journal, "all", 12)]
        for taken_n in range(1, 12):
            journal.advance("mqtt", positions[taken_n - 1])
            rest = await take(journal, "mqtt", 12 - taken_n)
            assert [record.position for record in rest] == positions[taken_n:]


async def test_history_is_one_wearers_and_half_open(path, event):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(float(n)) for n in range(1200)])
        journal.append("bob", [event(0.5 + n) for n in range(10)])
        await journal.flush()
        times = [record.event.time_s async for record in journal.history("ada", 100 * 10**9, 1100 * 10**9)]
    assert times == [float(n) for n in range(100, 1100)]


async def test_a_clock_step_moves_wall_times_but_bends_no_interval(path, event, take):
    async with Journal(path) as journal:
        assert journal.observe_clock(100.0, WALL_NS)
        assert not journal.observe_clock(160.0, WALL_NS + 60_400_000_000)
        journal.append("ada", [event(161.0), event(162.0)])
        await journal.flush()
        assert journal.observe_clock(163.0, WALL_NS + 3_600_000_000_000)
        journal.append("ada", [event(163.0), event(164.5)])
        records = await take(journal, "mqtt", 4)
    assert [record.wall_time_ns - WALL_NS for record in records] == [
        61_000_000_000,
        62_000_000_000,
        3_600_000_000_000,
        3_601_500_000_000,
    ]
    with closing(sqlite3.connect(path)) as other:
        joined = other.execute(
            "SELECT anchors.wall_time_ns + round((time_s - hub_time_s) * 1e9) FROM events JOIN anchors USING (anchor)"
        ).fetchall()
        assert other.execute("SELECT count(*) FROM anchors").fetchone() == (2,)
    assert [int(row[0]) // 1000 for row in joined] == [record.wall_time_ns // 1000 for record in records]


async def test_what_is_not_json_is_refused_and_the_rest_is_kept(path, event, caplog):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(1.0), event(2.0, lead_ms=math.nan), event(3.0)])
        await journal.flush()
        assert (journal.stats.committed_n, journal.stats.refused_n) == (2, 1)
    assert "initial_contact refused" in caplog.text


async def test_rows_cannot_be_changed_or_removed(path, event):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(1.0, Kind.TOE_DRAG)])
        await journal.flush()
    with closing(sqlite3.connect(path)) as other:
        for statement in ("DELETE FROM events", "UPDATE events SET wearer = 'eve'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(statement)


def _events(ids: list[int]) -> list[Event]:
    return [
        Event(event_id("p", Kind.STEP, Side.LEFT, n), Kind.STEP, Side.LEFT, float(n), float(n), 1.0, {}) for n in ids
    ]


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(st.integers(0, 30), max_size=8)),
        st.tuples(st.just("take"), st.integers(1, 10)),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(OPERATIONS)
def test_against_a_model_of_a_list_and_a_cursor(tmp_path_factory, operations):
    path: Path = tmp_path_factory.mktemp("model") / "journal.db"
    stored: list[float] = []
    taken = 0

    async def take(journal: Journal, n: int) -> list[float]:
        times = []
        following = journal.follow("d")
        async for record in following:
            times.append(record.event.time_s)
            journal.advance("d", record.position)
            if len(times) == n:
                break
        await following.aclose()
        return times

    async def run() -> None:
        nonlocal taken
        journal = await Journal(path).__aenter__()
        journal.observe_clock(0.0, WALL_NS)
        for name, value in operations:
            if name == "append":
                journal.append("ada", _events(value))
                stored.extend(float(n) for n in dict.fromkeys(value) if n not in stored)
                await journal.flush()
            elif name == "take" and (n := min(value, len(stored) - taken)):
                assert await take(journal, n) == stored[taken : taken + n]
                taken += n
            elif name == "reopen":
                await journal.__aexit__(None, None, None)
                journal = await Journal(path).__aenter__()
                journal.observe_clock(0.0, WALL_NS)
        await journal.__aexit__(None, None, None)

    asyncio.run(run())


async def test_a_page_that_is_read_lets_other_threads_in_again_and_again(path, event, monkeypatch):
    """Python makes the event loop wait for 5 ms each time that a thread does not let go by itself."""
    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(float(n)) for n in range(100)])
        await journal.flush()
        pauses: list[None] = []
        monkeypatch.setattr("hub.journal.reader.let_through", lambda: pauses.append(None))
        page = journal._reader.after(0)
    assert [record.event.time_s for record in page.records] == [float(n) for n in range(100)]
    assert len(pauses) >= 4


async def test_whoever_follows_a_backlog_lets_others_have_their_turns(path, event):
    """What is decided meanwhile waits for a part of a page at most."""
    turns: list[int] = []
    followed: list[float] = []

    async def decide() -> None:
        while True:
            await asyncio.sleep(0)
            turns.append(len(followed))

    async with Journal(path) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(float(n)) for n in range(400)])
        await journal.flush()
        deciding = asyncio.create_task(decide())
        async for record in journal.follow("days"):
            followed.append(record.event.time_s)
            if len(followed) == 400:
                break
        async for record in journal.history("ada", 0, WALL_NS * 2):
            followed += [record.event.time_s]
        deciding.cancel()
    assert followed == [float(n) for n in range(400)] * 2
    assert max(later - earlier for earlier, later in itertools.pairwise(turns)) <= journal_module.TURN_N
