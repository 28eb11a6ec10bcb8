"""Trips and falls: each with its circumstances, and when and how often they happen."""

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.frame import framed
from dashboards.influxql import AID, CONTEXT, DAY, SIDE, Select, count, field, kind_is
from dashboards.panels import NUMBER, PERCENT, SECONDS, Panel, bars, listing, words
from hub.alert import Rule
from hub.events import Kind
from hub.influx.schema import Name, Tag

_CONFIRMED = "\"stage\" = 'confirmed'"
_CHOSEN = {Kind.TRIP: (SIDE, AID, CONTEXT), Kind.TOE_CATCH: (SIDE, AID, CONTEXT), Kind.FALL: (AID, CONTEXT)}
"""A fall is of no foot."""

_READ = (
    "A **trip** is told when the swinging foot was caught *and* a recovery followed; a **toe catch** is the same "
    "without a recovery. The raw data of 10 s before and after each trip and fall is kept on the hub: *clip* in the "
    "last table opens it on the hub's own page, at the address above, for who may see that. Trips were tested on a "
    "simulated walker only."
)


def trips() -> Dashboard:
    """Every trip and fall."""
    return framed(
        "trips",
        "Trips and falls",
        "Every trip, toe catch and fall with its circumstances, and what became of it.",
        _panels(),
        since="now-30d",
        chosen=True,
        page=True,
    )


def _panels() -> Iterator[Panel]:
    yield words(_READ)
    yield bars(
        "Day by day",
        [_daily(Kind.TRIP, "trips"), _daily(Kind.FALL, "falls"), _daily_catches()],
        "Confirmed trips, falls and toe catches of each day.",
        NUMBER,
        width=24,
    )
    yield listing(
        "Trips",
        Select(
            Name.EVENT,
            (
                field(Tag.SIDE.value, "foot"),
                field("swing_phase_pct", "at % of the swing"),
                field("strategy", "recovery"),
                field("recovery_steps", "steps to recover"),
                field("recovery_s", "time to recover"),
                field("context", "while"),
                field("confidence", "confidence"),
            ),
            (kind_is(Kind.TRIP.value), _CONFIRMED, *_CHOSEN[Kind.TRIP]),
            newest=200,
        ),
        "Confirmed trips, newest first. Recovery: elevating lifts the caught foot over the obstacle, lowering puts "
        "it down at once; which one it was is known where there is an insole in that shoe.",
        {"at % of the swing": PERCENT, "time to recover": SECONDS},
    )
    yield listing(
        "Falls",
        Select(
            Name.EVENT,
            (field("cause", "after"), field("confidence", "confidence"), field("context", "while")),
            (kind_is(Kind.FALL.value), _CONFIRMED, *_CHOSEN[Kind.FALL]),
            newest=100,
        ),
        "Confirmed falls, newest first: the shin lay flat after a blow, and nobody got up within seconds.",
        {},
        height=7,
    )
    yield listing(
        "What became of them",
        Select(
            Name.ALERT,
            (
                field(Tag.KIND.value, "alert"),
                field("what", "what happened"),
                field("state", "state"),
                field("answer", "answer"),
                field("answered_after_s", "answered after"),
                field("real", "really happened"),
                field("id", "clip"),
            ),
            (kind_is(Rule.TRIP.value, Rule.FALL.value),),
            newest=200,
        ),
        "The alerts of these trips and falls: who answered is kept on the hub only. *Really happened* is what "
        "somebody labelled it; from these labels the hub counts how often it is right for this wearer.",
        {"answered after": SECONDS},
        leads_to=("clip", "${page}/#history/incident/${__value.raw}", "The seconds around it, on the hub's page"),
    )


def _daily(kind: Kind, called: str) -> Select:
    where = (kind_is(kind.value), _CONFIRMED, *_CHOSEN[kind])
    return Select(Name.EVENT, (count("confidence", called),), where, every=DAY)


def _daily_catches() -> Select:
    where = (kind_is(Kind.TOE_CATCH.value), *_CHOSEN[Kind.TOE_CATCH])
    return Select(Name.EVENT, (count("confidence", "toe catches"),), where, every=DAY)
