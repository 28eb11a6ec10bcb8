"""What became of each truth and of each detection, and how that adds up. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from math import isnan, nan
from typing import NamedTuple

from hub.recording.truth import CONTEXTS, Truth
from hub.validation.score import Measure, Score, Tally


class Verdict(Enum):
    """Found or missed is a truth; false or not judged is a detection without one."""

    FOUND = auto()
    MISSED = auto()
    FALSE = auto()
    UNJUDGED = auto()


class Judgement(NamedTuple):
    """One truth or detection.

    Parameters
    ----------
    time_s : when it really happened; where it did not, when it was said to.
    error_s, latency_s, late_s, duration_error_s : as of ``Tally``, where found; NaN where there is none.
    """

    time_s: float
    verdict: Verdict
    error_s: float = nan
    latency_s: float = nan
    late_s: float = nan
    duration_error_s: float = nan


def tally_of(judgements: Sequence[Judgement]) -> Tally:
    """Counts and differences."""
    found = [each for each in judgements if each.verdict is Verdict.FOUND]

    def number(verdict: Verdict) -> int:
        return sum(each.verdict is verdict for each in judgements)

    return Tally(
        truth_n=len(found) + number(Verdict.MISSED),
        found_n=len(found),
        false_n=number(Verdict.FALSE),
        unjudged_n=number(Verdict.UNJUDGED),
        error_s=_known(each.error_s for each in found),
        latency_s=_known(each.latency_s for each in found),
        late_s=_known(each.late_s for each in found),
        duration_error_s=_known(each.duration_error_s for each in found),
    )


def by_context(
    truth: Sequence[Truth], judged: Mapping[Measure, Sequence[Judgement]], contacts_s: Iterable[float]
) -> dict[str, Score]:
    """The same apart for each true context; empty where the truth lists none.

    Parameters
    ----------
    contacts_s : true initial contacts of both feet, which the false alarms per 1000 steps refer to.
    """
    rows = sorted((row for row in truth if row.kind in CONTEXTS), key=lambda row: row.time_s)
    if not rows:
        return {}
    starts_s = [row.time_s for row in rows]

    def context_at(time_s: float) -> str:
        row = rows[max(bisect_right(starts_s, time_s) - 1, 0)]
        return row.kind if row.time_s <= time_s <= row.end_s else OTHER

    parts: dict[str, dict[Measure, list[Judgement]]] = {row.kind: {} for row in rows}
    for measure, judgements in judged.items():
        for each in judgements:
            parts.setdefault(context_at(each.time_s), {}).setdefault(measure, []).append(each)
    steps = [context_at(time_s) for time_s in contacts_s]
    return {
        context: Score(
            context,
            1,
            sum(row.duration_s for row in rows if row.kind == context) / 3600.0,
            steps.count(context),
            tallies={measure: tally_of(members) for measure, members in measures.items()},
        )
        for context, measures in parts.items()
    }


OTHER = "other"
"""Where the truth names no context: on the floor, or on the way there."""


def _known(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(value for value in values if not isnan(value))
