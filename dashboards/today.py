"""Today: is all well? For the family and the caregiver."""

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.frame import framed
from dashboards.hub_panels import sensors_now
from dashboards.influxql import Column, Select, count, field, kind_is, last, total
from dashboards.panels import BLUE, GREEN, MINUTES, NUMBER, PERCENT, RED, SECONDS, SPEED, Panel, bars, listing, number
from hub.events import Kind
from hub.influx.schema import Name

_CONFIRMED = "\"stage\" = 'confirmed'"


def today() -> Dashboard:
    """The day so far."""
    return framed(
        "today",
        "Today",
        "The day so far: walking, trips, alerts and what became of them, batteries.",
        _panels(),
        since="now/d",
        refresh="30s",
    )


def _panels() -> Iterator[Panel]:
    yield number(
        "Trips today",
        _confirmed(Kind.TRIP, "trips"),
        "Confirmed trips since midnight.",
        NUMBER,
        steps=((None, GREEN), (1.0, RED)),
        empty="none",
    )
    yield number(
        "Falls today",
        _confirmed(Kind.FALL, "falls"),
        "Confirmed falls since midnight.",
        NUMBER,
        steps=((None, GREEN), (1.0, RED)),
        empty="none",
    )
    yield number(
        "Walked",
        Select(Name.WALK, (Column('sum("duration_s") / 60', "minutes", ("duration_s",)),)),
        "Minutes of the walks that have ended today.",
        MINUTES,
        empty="not yet",
    )
    yield number(
        "Steps",
        Select(Name.WALK, (total("steps", "steps"),)),
        "Steps of both feet in these walks.",
        NUMBER,
        empty="not yet",
    )
    yield number(
        "Toes first, last walk",
        Select(Name.WALK, (last("toe_first_pct", "toes first"),)),
        "Share of the affected foot's contacts at which the toes landed first, in the last walk.",
        PERCENT,
        steps=((None, BLUE),),
    )
    yield number(
        "Coverage, last walk",
        Select(Name.WALK, (last("coverage_pct", "coverage"),)),
        "Time with data from all sensors in the last walk. Low: charge the sensors, or see Data quality.",
        PERCENT,
        steps=((None, RED), (80.0, GREEN)),
    )
    yield listing(
        "Alerts",
        Select(
            Name.ALERT,
            (
                field("what", "what happened"),
                field("severity", "severity"),
                field("state", "state"),
                field("answer", "answer"),
                field("answered_after_s", "answered after"),
            ),
            newest=50,
        ),
        "Newest first. Open: the wearer may still say that all is well. Notified, escalated: somebody was told, and "
        "the next one where nobody answered.",
        {"answered after": SECONDS},
        height=8,
    )
    yield sensors_now()
    yield listing(
        "Walks",
        Select(
            Name.WALK,
            (
                field("duration_s", "lasted"),
                field("steps", "steps"),
                field("speed_mps", "speed"),
                field("toe_first_pct", "toes first"),
                field("toe_drags", "drags"),
                field("trips", "trips"),
            ),
            newest=50,
        ),
        "Walks that have ended, newest first; the time is their end.",
        {"lasted": SECONDS, "speed": SPEED, "toes first": PERCENT},
        height=8,
    )
    yield bars(
        "Through the day",
        [Select(Name.WALK, (total("steps", "steps"),), every="1h")],
        "Steps of the walks that ended in each hour.",
        NUMBER,
        width=24,
    )


def _confirmed(kind: Kind, called: str) -> Select:
    return Select(Name.EVENT, (count("confidence", called),), (kind_is(kind.value), _CONFIRMED))
