"""Clinic: many wearers at a glance. Who needs attention?"""

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.frame import framed
from dashboards.influxql import Column, Select, rate, total
from dashboards.panels import MINUTES, PERCENT, Panel, listing, words
from hub.influx.schema import Name, Tag

_READ = (
    "Each wearer's last days in one row; a click on a column's head sorts by it. Choose a name above and go to "
    "*Progress* for the weeks."
)


def clinic() -> Dashboard:
    """A row for each wearer."""
    return framed(
        "clinic",
        "Clinic",
        "Every wearer's last days: walking, toe-first contacts, drags, trips, coverage.",
        _panels(),
        since="now-7d",
        several=True,
    )


def _panels() -> Iterator[Panel]:
    yield words(_READ, height=2)
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
        height=16,
    )
