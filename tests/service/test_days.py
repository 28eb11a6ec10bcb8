"""Days are counted when they are over, once, and again where more is told."""

import asyncio
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

import pytest

from hub.events import Event, Kind, event_id
from hub.journal import DAYS, Journal
from hub.service.days import DayKeeper
from hub.session import Wearer
from sensors.layout import Side

NS = 10**9
DAY_S = 86_400.0
START_NS = round(datetime(2026, 3, 10, tzinfo=UTC).timestamp()) * NS
ADA = Wearer("ada", affected_side="left")


def contact(day: float, strike: str = "heel") -> Event:
    time_s = day * DAY_S
    id_ = event_id("test", Kind.INITIAL_CONTACT, Side.LEFT, time_s)
    return Event(id_, Kind.INITIAL_CONTACT, Side.LEFT, time_s, time_s, 0.9, {"strike": strike})


class Time:
    """Wall time that the test sets, in days from the start."""

    day = 0.0

    def ns(self) -> int:
        return START_NS + round(self.day * DAY_S) * NS


@pytest.fixture
def time() -> Time:
    return Time()


@asynccontextmanager
async def running(path, time, wearers=(ADA,)):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, START_NS)
        keeper = DayKeeper(journal, wearers, zone=UTC, wall_time_ns=time.ns)
        watching = asyncio.create_task(keeper._watch())
        yield journal, keeper
        watching.cancel()


async def told(journal: Journal, keeper: DayKeeper) -> None:
    """Wait until the keeper has seen everything."""
    await journal.flush()
    async with asyncio.timeout(30):
        while keeper._seen < journal._last:
            await asyncio.sleep(0)


async def days(journal: Journal, destination: str, n: int) -> list[tuple[str, int]]:
    found = []
    async with asyncio.timeout(30), aclosing(journal.days.follow(destination)) as records:
        async for record in records:
            journal.days.advance(destination, record.position)
            found.append((record.summary.day, record.summary.steps))
            if len(found) == n:
                return found
    raise AssertionError


async def test_a_day_is_told_when_it_is_over_and_not_before(tmp_path, time):
    async with running(tmp_path / "j.db", time) as (journal, keeper):
        journal.append("ada", [contact(0.4), contact(0.5, "toe"), contact(1.2)])
        await told(journal, keeper)
        time.day = 0.999
        await keeper.count()
        assert await journal.days.of_wearer("ada") == []
        assert journal.cursor(DAYS) == 0
        time.day = 1.3
        await keeper.count()
        (first,) = await journal.days.of_wearer("ada")
        assert (first.summary.day, first.summary.steps, first.summary.toe_first_pct) == ("2026-03-10", 2, 50.0)
        assert (first.start_ns, journal.cursor(DAYS)) == (START_NS, 2)
        assert keeper.newest == {"ada": first}


async def test_what_is_told_late_changes_the_day_and_nothing_else_does(tmp_path, time):
    async with running(tmp_path / "j.db", time) as (journal, keeper):
        journal.append("ada", [contact(0.4), contact(1.4)])
        await told(journal, keeper)
        time.day = 2.5
        await keeper.count()
        assert await days(journal, "influx", 2) == [("2026-03-10", 1), ("2026-03-11", 1)]
        await keeper.count()
        journal.append("ada", [contact(0.45)])
        await told(journal, keeper)
        await keeper.count()
        assert await days(journal, "influx", 1) == [("2026-03-10", 2)]
        assert keeper.newest["ada"].summary.day == "2026-03-11"
        assert [each.summary.steps for each in await journal.days.of_wearer("ada")] == [2, 1]


@pytest.mark.parametrize("counted", [False, True])
async def test_a_restart_counts_again_and_comes_to_the_same(tmp_path, time, counted):
    path = tmp_path / "j.db"
    async with running(path, time) as (journal, keeper):
        journal.append("ada", [contact(0.4), contact(0.5), contact(1.1)])
        await told(journal, keeper)
        time.day = 1.5 if counted else 0.9
        await keeper.count()
    time.day = 2.5
    async with running(path, time) as (journal, keeper):
        await told(journal, keeper)
        await keeper.count()
        assert await days(journal, "influx", 2) == [("2026-03-10", 2), ("2026-03-11", 1)]
        assert journal.cursor(DAYS) == 3


async def test_a_day_whose_steps_have_gone_is_not_counted_down(tmp_path, time):
    async with running(tmp_path / "j.db", time) as (journal, keeper):
        journal.append("ada", [contact(0.1 + k / 100) for k in range(20)])
        await told(journal, keeper)
        time.day = 100.0
        await keeper.count()
        journal.make_room(START_NS + int(50 * DAY_S) * NS, float("inf"))
        async with asyncio.timeout(30):
            while journal.stats.removed_n < 20:
                await asyncio.sleep(0.01)
        journal.append("ada", [contact(0.5)])  # a clock that was wrong for a while
        await told(journal, keeper)
        await keeper.count()
        assert [each.summary.steps for each in await journal.days.of_wearer("ada")] == [20]


async def test_somebody_who_is_no_longer_configured_holds_nothing_back(tmp_path, time):
    async with running(tmp_path / "j.db", time) as (journal, keeper):
        journal.append("bob", [contact(0.4)])
        journal.append("ada", [contact(0.41)])
        await told(journal, keeper)
        time.day = 1.5
        await keeper.count()
        assert journal.cursor(DAYS) == 2
        assert await journal.days.of_wearer("bob") == []
