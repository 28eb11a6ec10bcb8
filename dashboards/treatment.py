"""Panels of Progress about what was done: walking with and without aids, side by side, and exercises."""

from collections.abc import Iterator

from dashboards.influxql import WEEK, Column, Select, aid_is, field, kind_is
from dashboards.nested import ByAid, DaysWith, WeightedMean, mean_by
from dashboards.panels import MINUTES, NUMBER, PERCENT, SECONDS, SPEED, Panel, bars, lines, listing
from hub.diary import NOTHING, Aid
from hub.influx.schema import DONE, Name

_SHOWN = {
    "no aid": aid_is(NOTHING),
    "brace": aid_is(Aid.BRACE),
    "stimulator": aid_is(Aid.STIMULATOR),
    "brace and stick": aid_is(f"{Aid.BRACE}+{Aid.STICK}"),
    "nobody had said": aid_is(""),
}
_TOLD = (
    "Which aids were on is what somebody told the hub; what was on at a walk's end counts for all of it. The days with "
    "and without differ in more than the aid: compare similar weeks, ground and times of day."
)
_DONE = kind_is(DONE)


def with_and_without_aids() -> Iterator[Panel]:
    """The same figures for each combination of aids."""
    yield listing(
        "With and without aids",
        ByAid(
            Name.WALK,
            (
                Column('count("steps")', "walks", ("steps",)),
                Column('sum("duration_s") / 60', "walked", ("duration_s",)),
            ),
            (
                mean_by("toe_first_pct", "steps", "toes first"),
                mean_by("toe_drags_per_1000_steps", "steps", "drags per 1000 steps"),
                mean_by("speed_mps", "duration_s", "speed"),
                mean_by("cadence_spm", "duration_s", "steps per minute"),
                mean_by("swing_time_symmetry_pct", "duration_s", "swing symmetry"),
            ),
        ),
        f"Walks in the time chosen, a row for each combination of aids; walks count by their steps or length. {_TOLD}",
        {"walked": MINUTES, "toes first": PERCENT, "speed": SPEED, "swing symmetry": PERCENT},
        height=7,
        timed=False,
    )
    yield _by_aid(
        "Toes first, by aid",
        "toe_first_pct",
        "steps",
        f"Share of the affected foot's judged contacts at which the toes touched first, by what was worn. {_TOLD}",
        PERCENT,
    )
    yield _by_aid("Speed, by aid", "speed_mps", "duration_s", f"Mean speed by what was worn. {_TOLD}", SPEED)


def exercises() -> Iterator[Panel]:
    """What was done, as somebody said."""
    yield bars(
        "Days with exercises",
        [DaysWith(Name.EXERCISE, "exercise", "days", (_DONE,))],
        "On how many days of each week an exercise was told to the hub (days begin at midnight UTC). What was done and "
        "not told is not known, and neither is what was prescribed.",
        NUMBER,
    )
    yield bars(
        "Exercises",
        [
            Select(Name.EXERCISE, (Column('count("exercise")', "exercises", ("exercise",)),), (_DONE,), every=WEEK),
            Select(
                Name.EXERCISE, (Column('sum("duration_s") / 60', "minutes", ("duration_s",)),), (_DONE,), every=WEEK
            ),
        ],
        "How many exercises each week, and how many minutes they took, as far as their length was told.",
        NUMBER,
    )
    yield listing(
        "Exercises, one by one",
        Select(
            Name.EXERCISE,
            (field("exercise", "exercise"), field("duration_s", "took"), field("repetitions", "repetitions")),
            (_DONE,),
            newest=200,
        ),
        "What somebody said was done, newest first.",
        {"took": SECONDS},
        height=7,
    )


def _by_aid(title: str, name: str, weight: str, says: str, unit: str) -> Panel:
    means = [WeightedMean(Name.WALK, name, called, weight, where=(aid,)) for called, aid in _SHOWN.items()]
    return lines(title, means, says, unit, decimals=2 if unit == SPEED else 1)
