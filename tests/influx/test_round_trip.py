"""Everything is written into a real InfluxDB 2 and 1.8 and read back by InfluxQL: every value, with its type."""

import asyncio
import itertools
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hub.alert import Alert, Rule, Severity, State, Step
from hub.day_fields import DAY_FIELDS
from hub.diary import Aid, AidsChanged, DiaryEntry, Exercise, ExerciseDone, Noted, Recalibrated, aids_text
from hub.events import BOOLEAN, FIELDS, NUMBER, STRING, Context, Event, Kind, event_id
from hub.influx import MEASUREMENTS, DatabaseAddress, Name
from hub.influx.database import Database
from hub.influx.line import line
from hub.influx.points import TIE_NS, Point, alert_point, day_point, diary_point, event_point, hub_point, sensor_point
from sensors.layout import Role, Side
from tests.services.influxdb import Influxd

pytestmark = pytest.mark.influx

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
LEVEL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Z", "C"], exclude_characters="/+#"), min_size=1, max_size=9
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
VALUES = {NUMBER: NUMBERS, STRING: TEXT, BOOLEAN: st.booleans()}
SENSOR_FIELDS, HUB_FIELDS = MEASUREMENTS[Name.SENSOR].fields, MEASUREMENTS[Name.HUB].fields
TYPES = {NUMBER: "float", STRING: "string", BOOLEAN: "boolean"}
BEGIN_NS = (time.time_ns() - 3600 * 10**9) // 10**9 * 10**9
"""Within what the steps' bucket keeps."""

AIDS = st.lists(st.sampled_from(Aid), unique=True).map(tuple)
WHATS = st.one_of(
    st.builds(AidsChanged, AIDS, TEXT),
    st.builds(Noted, TEXT, st.lists(TEXT, max_size=2).map(tuple), st.none() | st.floats(0, 10), TEXT),
    st.builds(ExerciseDone, st.sampled_from(Exercise), st.none() | st.floats(0, 99), st.none() | st.floats(0, 99)),
    st.builds(Recalibrated, TEXT),
)

runs = itertools.count()


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind, side = draw(st.sampled_from(Kind)), draw(st.sampled_from(Side))
    fields = {name: draw(st.none() | VALUES[each.type]) for name, each in FIELDS[kind].items()}
    time_s = draw(st.floats(0.0, 3000.0))
    known_s = time_s + draw(st.floats(0.0, 60.0))
    context = draw(st.sampled_from(Context))
    return Event(event_id("", kind, side, time_s), kind, side, time_s, known_s, draw(st.floats(0, 1)), fields, context)


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    opened_ns = BEGIN_NS + draw(st.integers(0, 3000 * 10**9))
    return Alert(
        id=draw(TEXT),
        wearer=draw(LEVEL),
        rule=draw(st.sampled_from(Rule)),
        severity=draw(st.sampled_from(Severity)),
        what=draw(TEXT),
        happened_ns=opened_ns - draw(st.integers(0, 10**9)),
        opened_ns=opened_ns,
        subject=draw(st.sampled_from(["", *(role.value for role in Role)])),
        confidence=draw(st.none() | st.floats(0.0, 1.0)),
        state=draw(st.sampled_from(State)),
        joined=tuple(draw(st.lists(TEXT, max_size=3))),
        answer=draw(st.none() | st.sampled_from([Step.ACKNOWLEDGED, Step.FINE])),
        answered_ns=draw(st.none() | st.integers(opened_ns, opened_ns + 10**12)),
        label=draw(st.none() | st.booleans()),
    )


@st.composite
def journals(draw: st.DrawFn) -> list[Point]:
    """Points of one hub, whose name is its own."""
    hub = f"{next(runs)}{draw(LEVEL)}"
    wearers = draw(st.lists(LEVEL, min_size=1, max_size=3, unique=True))
    happened = draw(st.lists(events(), min_size=1, max_size=20))
    points = [
        event_point(
            hub,
            draw(st.sampled_from(wearers)),
            each,
            BEGIN_NS + round(each.time_s * 1e9),
            position,
            aids=draw(st.none() | AIDS.map(aids_text)),
        )
        for position, each in enumerate(happened, draw(st.integers(1, 10**9)))
    ]
    raised = st.lists(
        alerts(), max_size=3, unique_by=lambda each: (each.wearer, each.rule, each.happened_ns // TIE_NS, each.subject)
    )
    said = draw(st.lists(WHATS, max_size=4))
    entries = [DiaryEntry(f"d{n}", wearers[0], BEGIN_NS + n, what) for n, what in enumerate(said)]
    points += [point for n, each in enumerate(entries) if (point := diary_point(hub, each, n)) is not None]
    day = {name: draw(st.none() | VALUES[each.type]) for name, each in DAY_FIELDS.items()}
    told = {**day, "day": str(draw(st.dates(date(2026, 1, 1), date(2027, 1, 1)))), "steps": draw(st.integers(0, 10**5))}
    days = [day_point(hub, wearers[0], told)]
    figures = {name: draw(st.none() | VALUES[each.type]) for name, each in SENSOR_FIELDS.items()} | {"state": "lost"}
    sensor = sensor_point(hub, wearers[0], draw(st.sampled_from(Role)), figures, BEGIN_NS)
    counts = {name: draw(st.none() | VALUES[each.type]) for name, each in HUB_FIELDS.items()} | {"state": "ok"}
    states = [sensor, hub_point(hub, counts, BEGIN_NS)]
    return points + days + states + [alert_point(hub, each) for each in draw(raised)]


def as_read(point: Point) -> dict[str, Any]:
    tags = {tag.value: text.replace("\\", "/") for tag, text in point.tags.items()}
    return {"time": point.time_ns, **tags, **point.fields}


async def write(address: DatabaseAddress, points: list[Point]) -> None:
    async with Database(address) as database:
        for bucket in address.buckets:
            lines = [line(point) for point in points if MEASUREMENTS[point.measurement].bucket is bucket]
            if lines:
                assert await database.write(bucket, lines) == 0


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(
        rows,
        key=lambda row: (
            row["time"],
            row.get("wearer", ""),
            row.get("side", ""),
            row.get("kind", ""),
            row.get("aid", ""),
        ),
    )


@pytest.fixture(scope="module", params=["2", "1.8"])
def written(request: pytest.FixtureRequest) -> tuple[Influxd, DatabaseAddress]:
    """A server, and where the points go."""
    names = {"2": ("server", "prepared"), "1.8": ("server_1", "prepared_1")}[request.param]
    server, prepared = map(request.getfixturevalue, names)
    return server, prepared(server)


def known(row: dict[str, Any]) -> dict[str, Any]:
    """What is not null. The server writes a whole float as JSON without a point, in as few digits as tell it."""
    return {
        name: float(value) if isinstance(value, int) and name != "time" and not isinstance(value, bool) else value
        for name, value in row.items()
        if value is not None
    }


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # each step of shrinking would ask the server
)
@given(points=journals())
def test_everything_comes_back_as_it_was_written(written: tuple[Influxd, DatabaseAddress], points: list[Point]) -> None:
    server, address = written
    asyncio.run(write(address, points))
    hub = as_read(points[0])["hub"]
    for measurement in MEASUREMENTS.values():
        rows = server.query(address.buckets[measurement.bucket], f'SELECT * FROM "{measurement.name}"')
        found = [known(row) for row in rows if row["hub"] == hub]
        expected = [as_read(point) for point in points if point.measurement is measurement.name]
        assert in_order(found) == in_order(expected)


def test_every_field_has_the_type_that_the_schema_says(written: tuple[Influxd, DatabaseAddress]) -> None:
    """After the property test, so that each field has been written many times."""
    server, address = written
    for measurement in MEASUREMENTS.values():
        rows = server.query(address.buckets[measurement.bucket], f'SHOW FIELD KEYS FROM "{measurement.name}"')
        found = {(row["fieldKey"], row["fieldType"]) for row in rows}
        assert found <= {(name, TYPES[field.type]) for name, field in measurement.fields.items()}
        assert len(found) == len(rows) > 0, "a field with two types"
