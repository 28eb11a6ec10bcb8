"""Old steps make room; nothing else goes."""

import asyncio
import itertools
import sqlite3
import threading
from collections import Counter
from contextlib import closing

import pytest

from hub.events import STEP_KINDS, Kind
from hub.journal import DAYS, Journal, database, thinning, writer
from hub.journal.database import is_commit

NS = 10**9
KINDS = [Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT, Kind.STEP, Kind.TOE_DRAG]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(writer, "THIN_PAUSE_S", 0.0)


async def _fill(journal: Journal, event, n: int, take) -> list[int]:
    """``n`` seconds of events, all told and counted; their positions."""
    journal.observe_clock(0.0, 0)
    journal.append("ada", [event(float(t), KINDS[t % 4], note="x" * 300) for t in range(n)])
    positions = [record.position for record in await take(journal, "mqtt", n)]
    await take(journal, DAYS, 1)
    journal.advance("mqtt", positions[-1])
    journal.advance(DAYS, positions[-1])
    return positions


async def _thinned(journal: Journal) -> None:
    async with asyncio.timeout(30):
        while journal._writer._room is not None:
            await asyncio.sleep(0)


def _kinds(path) -> Counter[str]:
    with closing(sqlite3.connect(path)) as other:
        return Counter(kind for (kind,) in other.execute("SELECT kind FROM events"))


async def test_steps_go_when_they_are_old_and_all_other_events_stay(path, event, take):
    async with Journal(path, power_safe=False) as journal:
        await _fill(journal, event, 1000, take)
        journal.make_room(400 * NS, float("inf"))
        await _thinned(journal)
        assert (journal.stats.removed_n, journal.stats.untold_n) == (300, 0)
    assert _kinds(path) == {"initial_contact": 150, "final_contact": 150, "step": 150, "toe_drag": 250}
    async with Journal(path, power_safe=False) as journal:  # goes on where it was
        following = asyncio.create_task(take(journal, DAYS, 1))
        await asyncio.sleep(0)
        journal.make_room(404 * NS, float("inf"))
        await _thinned(journal)
        assert journal.stats.removed_n == 3
        following.cancel()
        assert [record.event.time_s for record in await take(journal, "new", 2)] == [3.0, 7.0]


async def test_what_somebody_who_follows_has_not_taken_stays(path, event, take):
    async with Journal(path, power_safe=False) as journal:
        positions = await _fill(journal, event, 400, take)
        journal.advance("influx", positions[99])
        await take(journal, "influx", 1)
        journal.make_room(10**18, float("inf"))
        await _thinned(journal)
        assert journal.stats.removed_n == 75
        assert [record.position for record in await take(journal, "influx", 300)] == positions[100:]


async def test_beyond_the_room_the_oldest_go_first_told_or_not_but_none_of_an_uncounted_day(path, event, take):
    async with Journal(path, power_safe=False) as journal:
        positions = await _fill(journal, event, 2000, take)
        journal.append("ada", [event(3000.0 + t) for t in range(300)])  # today: not counted
        await journal.flush()
        await take(journal, "influx", 1)
        journal.make_room(0, float("inf"))
        await _thinned(journal)
        full_bytes = journal.stats.used_bytes
        journal.make_room(0, full_bytes * 0.7)
        await _thinned(journal)
        stats = journal.stats
        assert stats.used_bytes <= full_bytes * 0.7
        assert stats.removed_n == stats.untold_n > 300
        assert not stats.is_overfull
        with closing(sqlite3.connect(path)) as other:
            first = other.execute("SELECT min(position) FROM events WHERE kind = 'step'").fetchone()[0]
            gone = other.execute("SELECT count(*) FROM events WHERE position < ?", (first,)).fetchone()[0]
        assert gone <= first // 4 + 3, "the newest were taken before the oldest"
        journal.make_room(0, 1.0)
        await _thinned(journal)
        assert journal.stats.is_overfull
        assert journal.stats.removed_n == 1500
    assert _kinds(path) == {"toe_drag": 500, "initial_contact": 300}
    assert positions[0] == 1


async def test_room_is_made_in_small_batches_between_commits(path, event, take, monkeypatch):
    monkeypatch.setattr(thinning, "BATCH_N", 10)
    statements: list[str] = []
    falling, fallen = threading.Event(), threading.Event()

    class Seen(sqlite3.Connection):
        def execute(self, sql, *args):
            if sql.startswith(("INSERT INTO events", "DELETE")):
                statements.append(sql[:6])
                if statements.count("DELETE") == 20 and not falling.is_set():
                    falling.set()  # meanwhile something happens
                    assert fallen.wait(30)
            return super().execute(sql, *args)

    async with Journal(path, power_safe=False, factory=Seen) as journal:
        await _fill(journal, event, 400, take)
        journal.make_room(10**18, float("inf"))
        await asyncio.to_thread(falling.wait, 30)
        journal.append("ada", [event(9999.0, Kind.FALL)])
        fallen.set()
        await journal.flush()
        await _thinned(journal)
    filled_n = statements.index("DELETE")
    assert statements == ["INSERT"] * filled_n + ["DELETE"] * 20 + ["INSERT"] + ["DELETE"] * 20


async def test_steps_wait_for_others_to_be_committed_with_them_and_anything_else_takes_them_along(path, event, take):
    commits: list[int] = []

    class Seen(sqlite3.Connection):
        inserted_n = 0

        def execute(self, sql, *args):
            if sql.startswith("INSERT INTO events"):
                self.inserted_n += sql.count("(?")
            if is_commit(self, sql) and self.inserted_n:
                commits.append(self.inserted_n)
                self.inserted_n = 0
            return super().execute(sql, *args)

    async with Journal(path, power_safe=False, batch_s=3600.0, factory=Seen) as journal:
        journal.observe_clock(0.0, 0)
        for t in range(10):
            journal.append("ada", [event(float(t), KINDS[t % 3])])
        await asyncio.sleep(0.05)
        assert journal.stats.committed_n == 0
        journal.append("ada", [event(10.0, Kind.TRIP)])
        assert [record.event.time_s for record in await take(journal, "mqtt", 11)] == [float(t) for t in range(11)]
        journal.append("ada", [event(11.0)])
        await journal.flush()
        journal.append("ada", [event(12.0)])  # closing waits for nobody
    assert commits == [11, 1, 1]


async def test_an_urgent_event_is_one_statement_and_leaves_the_cursors_to_the_next_steps(
    path, event, take, monkeypatch
):
    monkeypatch.setattr(writer, "CURSOR_DELAY_S", 3600.0)
    statements: list[str] = []

    class Seen(sqlite3.Connection):
        def execute(self, sql, *args):
            if not sql.startswith("PRAGMA"):
                statements.append(sql.split(" (")[0])
            return super().execute(sql, *args)

    async def append(kind, time_s):
        statements.clear()
        journal.append("ada", [event(time_s, kind)])
        journal.advance("mqtt", round(time_s))
        await journal.flush()
        return list(statements)

    async with Journal(path, power_safe=False, factory=Seen) as journal:
        journal.observe_clock(0.0, 0)
        await append(Kind.TRIP, 1.0)  # the first one brings its anchor
        assert await append(Kind.TRIP, 2.0) == ["INSERT INTO events"]
        assert await append(Kind.STEP, 3.0) == [
            "BEGIN IMMEDIATE",
            "INSERT INTO events",
            "INSERT INTO cursors VALUES",
            "COMMIT",
        ]
        assert await append(Kind.TRIP, 4.0) == ["INSERT INTO events"]
        statements.clear()
        journal.append("ada", [event(4.0, Kind.TRIP), event(4.5, Kind.TRIP)])  # the first is known
        await journal.flush()
        assert statements == ["INSERT INTO events"], "a second one could fail when the first can not be taken back"
        assert (await take(journal, "test", 5))[-1].event.time_s == 4.5
        journal.observe_clock(4.0, 10**18)
        assert (await append(Kind.TRIP, 5.0))[:2] == ["BEGIN IMMEDIATE", "INSERT INTO anchors"]


async def test_cursors_that_only_urgent_events_come_with_do_not_wait_for_ever(path, event, monkeypatch):
    monkeypatch.setattr(writer, "CURSOR_DELAY_S", 0.3)
    async with Journal(path, power_safe=False) as journal:
        journal.observe_clock(0.0, 0)
        journal.advance("mqtt", 7)
        with closing(database.connect(path, power_safe=False)) as other:
            async with asyncio.timeout(30):
                for n in itertools.count():
                    journal.append("ada", [event(float(n), Kind.TRIP)])
                    await journal.flush()
                    if other.execute("SELECT position FROM cursors WHERE destination = 'mqtt'").fetchone() == (7,):
                        break


async def test_steps_alone_are_committed_when_their_time_is_over(path, event, take):
    async with Journal(path, power_safe=False, batch_s=0.05) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(1.0)])
        assert len(await take(journal, "mqtt", 1)) == 1


def test_the_schema_and_the_code_agree_on_what_may_go():
    schema = (database.files("hub.journal") / "schema" / "v3.sql").read_text()
    quoted = ", ".join(f"'{kind.value}'" for kind in (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT, Kind.STEP))
    assert f"NOT IN ({quoted})" in schema
    assert {kind.value for kind in STEP_KINDS} == set(quoted.replace("'", "").split(", "))
