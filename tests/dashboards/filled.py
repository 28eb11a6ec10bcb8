"""A real InfluxDB that holds what a hub would have written in some months."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboards.panels import DATASOURCES
from hub.diary import DiaryEntry
from hub.influx.database import Database
from hub.influx.errors import BusyError
from hub.influx.line import line
from hub.influx.points import Point, day_point, diary_point, event_point
from hub.influx.schema import MEASUREMENT_OF, MEASUREMENTS, Bucket, Name
from hub.journal import local_day
from hub.journal.day import DaySummary
from hub.journal.summary import DayTally
from tests.dashboards.months import END, Told
from tests.services.influxdb import Influxd

HUB = "home"
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Filled:
    """The server and what it was given: ``days`` by nickname and date."""

    server: Influxd
    buckets: dict[str, str]
    told: list[Told]
    days: dict[tuple[str, date], DaySummary]
    entries: Sequence[DiaryEntry]
    points_n: int

    def ask(self, uid: str, query: str) -> list[dict[str, Any]]:
        """Rows that a data source of Grafana would get."""
        return self.server.query(self.buckets[uid], query)


def days_of(told: Iterable[Told]) -> dict[tuple[str, date], DaySummary]:
    """As the hub counts them."""
    by_day: dict[tuple[str, date], list[Told]] = defaultdict(list)
    for each in told:
        by_day[each.wearer.nickname, local_day(each.wall_time_ns, UTC)].append(each)
    days = {}
    for key, of_day in by_day.items():
        tally = DayTally(of_day[0].wearer, UTC)
        for each in of_day:
            tally.push(each.event, each.wall_time_ns)
        days[key] = tally.summary(of_day[-1].wall_time_ns)
    return days


def fill(
    server: Influxd,
    buckets: dict[Bucket, str],
    token: str,
    told: list[Told],
    entries: Sequence[DiaryEntry] = (),
    states: Iterable[Point] = (),
    *,
    steps_days: int = 0,
) -> Filled:
    """Write all of it; ``steps_days``: steps of the last days only, as a database has them that keeps the others."""
    days = days_of(told)
    since_ns = int((END - timedelta(days=steps_days)).timestamp()) * 10**9 if steps_days else 0
    points = [
        event_point(HUB, each.wearer.nickname, each.event, each.wall_time_ns, position, aids=each.aids)
        for position, each in enumerate(told, 1)
        if each.wall_time_ns >= since_ns or MEASUREMENT_OF[each.event.kind] is not Name.STEP
    ]
    points += [day_point(HUB, nickname, day.to_dict()) for (nickname, _), day in days.items()]
    points += [point for n, each in enumerate(entries, 1) if (point := diary_point(HUB, each, n)) is not None]
    points += states
    asyncio.run(_write(server, token, buckets, points))
    return Filled(
        server, {DATASOURCES[bucket].uid: name for bucket, name in buckets.items()}, told, days, entries, len(points)
    )


async def _write(server: Influxd, token: str, buckets: dict[Bucket, str], points: list[Point]) -> None:
    async with Database(server.address(token, buckets[Bucket.LASTING], buckets[Bucket.STEPS])) as database:
        for bucket in buckets:
            lines = [line(point) for point in points if MEASUREMENTS[point.measurement].bucket is bucket]
            for start in range(0, len(lines), _AT_ONCE):
                await _insist(database, bucket, lines[start : start + _AT_ONCE])


async def _insist(database: Database, bucket: Bucket, lines: list[str]) -> None:
    while True:
        try:
            assert await database.write(bucket, lines) == 0
        except BusyError as error:  # a small or busy machine
            await asyncio.sleep(max(error.pause_s, 1.0))
        else:
            return


def merged(answers: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of several answers about one wearer at one time as one row: Grafana's transformation *merge*."""
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for answer in answers:
        for row in answer:
            rows.setdefault((row["time"], row["wearer"]), {}).update(row)
    return list(rows.values())


def asked(query: str, wearers: Sequence[str], since: datetime, until: datetime, **chosen: str) -> str:
    """A query as Grafana sends it: its variables filled in, ``chosen`` ones by their names, all of the others."""
    times = f"time >= {int(since.timestamp())}s AND time < {int(until.timestamp())}s"
    names = wearers[0] if len(wearers) == 1 else f"({'|'.join(wearers)})"
    filled = {
        "$timeFilter": times,
        "${wearer:regex}": names,
        "${hub:regex}": HUB,
        **{f"${{{name}:regex}}": chosen.get(name, ".*") for name in ("side", "aid", "context")},
        "${__from}": str(int(since.timestamp()) * 1000),
        "${__to}": str(int(until.timestamp()) * 1000),
    }
    for variable, value in filled.items():
        query = query.replace(variable, value)
    assert "${" not in query, query
    return query
