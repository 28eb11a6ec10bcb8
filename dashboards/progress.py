"""Progress: the therapist's first page. Is the foot doing better, since when, and can the figures be trusted?"""

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.frame import AIDS, CALIBRATIONS, NOTES, RECALIBRATIONS, TRIPS, framed
from dashboards.influxql import WEEK, Select, mean, rate, total
from dashboards.nested import OwnBand, PublishedBand, WeightedMean
from dashboards.panels import MINUTES, NUMBER, PERCENT, SECONDS, SPEED, Panel, bars, lines, words
from dashboards.treatment import exercises, with_and_without_aids
from hub.influx.schema import Name

_READ = (
    "**Each point is a week**; the last one is not over yet. Below about 80 % coverage (*lowest row*), or with much "
    "less walking than usual, a week can not be compared. Between dashed lines a difference may be chance. "
    "Marks: red trips, green aids, grey notes, blue and yellow sensors and calibration. An aid, not a medical device."
)

_OWN = (
    " Dashed, of the blue curve: the mean of the first 28 days of the time chosen, and how far from it a week lies in "
    "19 of 20 weeks by the scatter of those days alone, if nothing changed; days that resemble their neighbours make "
    "this too narrow."
)

_SPEED_CHANGES = ((0.0, 0.4, 0.10), (0.4, 0.8, 0.15), (0.8, 9.0, 0.21))
"""Minimum detectable change, m/s, of people whose speed is in ``[from, to)`` (after stroke; Lewek 2019, Hosoi 2023)."""


def progress() -> Dashboard:
    """Weeks against weeks."""
    return framed(
        "progress",
        "Progress",
        "How walking changes over the weeks, and how good the data was.",
        _panels(),
        since="now-90d",
        marks=(TRIPS, AIDS, NOTES, RECALIBRATIONS, CALIBRATIONS),
    )


def _panels() -> Iterator[Panel]:
    yield words(_READ)
    yield lines(
        "Toes first",
        [_by("toe_first_pct", "toes first", "judged_steps"), _by("good_step_pct", "good steps", "judged_steps")],
        "Share of the affected foot's contacts at which the toes touched before the heel, and of good steps: heel "
        "first, without a drag before. Steps on stairs, ramps, in turns and on tiptoe are not judged. Fewer "
        "toe-first contacts are better. What it cannot tell: why; shoes, ground and haste matter too." + _OWN,
        PERCENT,
        bands=[OwnBand(Name.DAY, "toe_first_pct")],
    )
    yield lines(
        "Toe drags",
        [Select(Name.DAY, (rate("drags", "steps", "drags per 1000 steps"),), every=WEEK)],
        "How often the forefoot touched the ground while the foot swung forward, per 1000 steps of both feet. Fewer "
        "are better. Days count by their steps." + _OWN,
        NUMBER,
        bands=[OwnBand(Name.DAY, "drags_per_1000_steps")],
    )
    yield bars(
        "Trips and falls",
        [
            Select(Name.DAY, (total("trips", "trips"),), every=WEEK),
            Select(Name.DAY, (total("falls", "falls"),), every=WEEK),
        ],
        "Confirmed trips (the swinging foot was caught and a recovery followed) and falls of each week. Each is "
        "listed on the page Trips and falls, where false ones can be told from real ones. More walking gives more "
        "chances to trip: compare with the walking minutes.",
        NUMBER,
    )
    yield lines(
        "Foot slaps",
        [Select(Name.DAY, (rate("slaps", "steps", "slaps per 1000 steps"),), every=WEEK)],
        "How often the forefoot slapped down after a heel contact, per 1000 steps. Fewer are better; none at all may "
        "also mean that the heel no longer lands first.",
        NUMBER,
    )
    yield bars(
        "Walking",
        [Select(Name.DAY, (total("walking_min", "minutes"),), every=WEEK)],
        "Minutes of walking with the sensors on. Walking without them is not known.",
        MINUTES,
    )
    yield bars(
        "Steps",
        [Select(Name.DAY, (total("steps", "steps"),), every=WEEK)],
        "Steps of both feet with the sensors on.",
        NUMBER,
    )
    yield lines(
        "Speed",
        [_SPEED],
        "Mean speed of level walking. Dashed: the mean of the first 28 days of the time chosen, and the minimum "
        "detectable change around it, which is what repeated tests of one person differ by: 0.10 m/s for those below "
        "0.4 m/s, 0.15 up to 0.8, 0.21 above (people after a stroke, walking tests in a clinic; Lewek 2019, Hosoi "
        "2023; for weeks at home nobody has published one). Without a timed walk in the calibration only changes "
        "count, not the value.",
        SPEED,
        decimals=2,
        bands=[PublishedBand(Name.DAY, _SPEED, *each) for each in _SPEED_CHANGES],
    )
    yield lines(
        "Cadence",
        [_by("cadence_spm", "steps per minute", "walking_min")],
        "Steps per minute while walking.",
        NUMBER,
        from_zero=False,
    )
    yield lines(
        "Symmetry",
        [
            _by("swing_time_symmetry_pct", "swing", "walking_min"),
            _by("stance_time_symmetry_pct", "stance", "walking_min"),
            _by("step_time_symmetry_pct", "step", "walking_min"),
        ],
        "How much longer the affected side's swing, stance and step last than the other side's, % of their mean. 0 "
        "is even; a longer swing and a shorter stance of the affected side are usual in foot drop.",
        PERCENT,
        from_zero=False,
    )
    yield lines(
        "Tiring within a walk",
        [
            Select(Name.WALK, (mean("toe_first_pct_per_min", "change per minute"),), every=WEEK),
        ],
        "By how many percentage points the share of toe-first contacts rises per minute of a walk, mean of the walks "
        "that were long enough to tell. Above 0: the foot tires.",
        PERCENT,
        decimals=2,
    )
    yield lines(
        "First and last minute of a walk",
        [
            Select(Name.WALK, (mean("toe_first_pct_first_min", "first minute"),), every=WEEK),
            Select(Name.WALK, (mean("toe_first_pct_last_min", "last minute"),), every=WEEK),
        ],
        "Share of toe-first contacts in the first and in the last minute of a walk, mean of the walks that were long "
        "enough to have both. A last minute above the first: the foot tires, or the way back was another one.",
        PERCENT,
    )
    yield lines(
        "Swing in the first and last minute",
        [
            Select(Name.WALK, (mean("swing_time_s_first_min", "first minute"),), every=WEEK),
            Select(Name.WALK, (mean("swing_time_s_last_min", "last minute"),), every=WEEK),
        ],
        "The affected foot's swing time in the first and in the last minute of a walk, mean of the walks that were "
        "long enough to have both. It often grows as the foot tires; a slower pace does the same.",
        SECONDS,
        decimals=2,
        from_zero=False,
    )
    yield from with_and_without_aids()
    yield from exercises()
    yield lines(
        "Can it be trusted? Coverage",
        [_by("coverage_pct", "coverage", "walking_min")],
        "Time with data from all sensors, % of the time walked. Below about 80 % the week's other figures may be off.",
        PERCENT,
    )
    yield bars(
        "Can it be trusted? Losses",
        [
            Select(Name.DAY, (total("sensor_losses", "times a sensor fell silent"),), every=WEEK),
            Select(Name.DAY, (total("gaps", "gaps in the data"),), every=WEEK),
        ],
        "How often the data broke off. Look at Data quality for which sensor it was.",
        NUMBER,
    )


_SPEED = WeightedMean(Name.DAY, "speed_mps", "speed", "walking_min")


def _by(name: str, called: str, weight: str) -> WeightedMean:
    return WeightedMean(Name.DAY, name, called, weight)
