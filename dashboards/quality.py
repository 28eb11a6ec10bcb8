"""Data quality: may the figures be believed, and what ails the sensors?"""

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.frame import CALIBRATIONS, RECALIBRATIONS, framed
from dashboards.hub_panels import hub_panels, sensor_panels
from dashboards.influxql import DAY, Select, count, field, kind_is, total
from dashboards.nested import WeightedMean
from dashboards.panels import NUMBER, PERCENT, SECONDS, Panel, bars, lines, listing, words
from hub.events import Kind
from hub.influx.schema import Name

_QUALITY = kind_is(Kind.QUALITY.value)

_READ = (
    "Where data is missing, figures are left out rather than guessed. A gap is a hole of some packets; *sensor lost* "
    "means that it fell silent while it was worn. Often both: charge it, or bring the hub nearer (`insole-hub "
    "doctor` on the hub tells more)."
)


def quality() -> Dashboard:
    """What the data was like."""
    return framed(
        "quality",
        "Data quality",
        "Coverage of the walks, gaps, sensors that fell silent, batteries, radio, and how the hub does.",
        _panels(),
        since="now-30d",
        hub=True,
        marks=(CALIBRATIONS, RECALIBRATIONS),
    )


def _panels() -> Iterator[Panel]:
    yield words(_READ)
    yield lines(
        "Coverage",
        [WeightedMean(Name.DAY, "coverage_pct", "coverage", "walking_min", DAY)],
        "Time with data from all sensors, % of the time walked on each day.",
        PERCENT,
    )
    yield bars(
        "Walking that was seen",
        [Select(Name.DAY, (total("walking_min", "minutes"),), every=DAY)],
        "Minutes of walking with the sensors on, each day. A day without is one without walking or without sensors: "
        "nobody can tell.",
        "m",
    )
    yield bars(
        "Losses",
        [
            Select(
                Name.EVENT, (count("confidence", "sensor lost"),), (_QUALITY, "\"issue\" = 'sensor_lost'"), every=DAY
            ),
            Select(Name.EVENT, (count("confidence", "gap"),), (_QUALITY, "\"issue\" = 'gap'"), every=DAY),
        ],
        "How often a sensor fell silent, and how often packets were missing, each day.",
        NUMBER,
    )
    yield bars(
        "Time without data",
        [Select(Name.EVENT, (total("duration_s", "seconds"),), (_QUALITY,), every=DAY)],
        "Length of all gaps and silences of each day together, over all sensors.",
        SECONDS,
    )
    yield from sensor_panels()
    yield from hub_panels()
    yield listing(
        "What was wrong",
        Select(
            Name.EVENT,
            (
                field("sensor", "sensor"),
                field("issue", "issue"),
                field("reason", "what it is, and what the hub could not do"),
                field("duration_s", "for"),
            ),
            (_QUALITY,),
            newest=500,
        ),
        "Every quality event, newest first.",
        {"for": SECONDS},
        height=14,
    )
