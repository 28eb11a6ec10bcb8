"""Clinic: many wearers at a glance. Who needs attention?"""

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.frame import framed
from dashboards.influxql import Column, Select, rate, total
from dashboards.nested import COMPARED_DAYS, Change, mean_by, rate_of, sum_of
from dashboards.panels import MINUTES, PERCENT, SPEED, Panel, listing, words
from hub.influx.schema import Name, Tag

_READ = (
    "Who needs attention? Above, each wearer against the own past, the worst change of toe-first contacts first; "
    "below, the last days. A click on a column's head sorts by it. Choose a name above and go to *Progress* for the "
    "weeks."
)


def clinic() -> Dashboard:
    """A row for each wearer."""
    return framed(
        "clinic",
        "Clinic",
        "Every wearer's change against the own past, and the last days: walking, toe-first contacts, drags, trips.",
        _panels(),
        since="now-7d",
        several=True,
    )


def _panels() -> Iterator[Panel]:
    yield words(_READ)
    yield listing(
        f"Change: the last {COMPARED_DAYS} days less the {COMPARED_DAYS} before",
        [
            Change(Name.DAY, figure)
            for figure in (
                mean_by("toe_first_pct", "judged_steps", "toes first"),
                rate_of("drags", "steps", "drags per 1000 steps"),
                rate_of("slaps", "steps", "slaps per 1000 steps"),
                mean_by("speed_mps", "walking_min", "speed"),
                mean_by("coverage_pct", "walking_min", "coverage"),
                sum_of("walking_min", "walked"),
            )
        ],
        f"The {COMPARED_DAYS} days up to the end of the time chosen, less the {COMPARED_DAYS} days before: above 0 is "
        "more than before. Toes first and coverage in percentage points. Whoever has no data in one of the two times "
        "has no row here. Small changes may be chance: Progress shows each wearer's own scatter.",
        {"toes first": PERCENT, "speed": SPEED, "coverage": PERCENT, "walked": MINUTES},
        height=10,
        timed=False,
        most_of="toes first",
    )
    yield listing(
        "Wearers, in the time chosen",
        Select(
            Name.DAY,
            (
                total("walking_min", "walked"),
                total("steps", "steps"),
                Column('sum("trips")', "trips", ("trips",)),
                total("falls", "falls"),
                rate("drags", "steps", "drags per 1000 steps"),
                rate("slaps", "steps", "slaps per 1000 steps"),
                Column('mean("toe_first_pct")', "toes first", ("toe_first_pct",)),
                Column('mean("coverage_pct")', "coverage", ("coverage_pct",)),
            ),
            by=(Tag.WEARER,),
        ),
        "Sums and means of the days in the time chosen. Toes first: mean of the days. Little walking may mean that "
        "the sensors were not worn: then nothing else can be judged.",
        {"walked": MINUTES, "toes first": PERCENT, "coverage": PERCENT},
        height=12,
        timed=False,
    )
