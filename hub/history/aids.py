"""Walks with one aid against walks with another, and the smallest difference that could be told. Pure.

A day with an aid is one measurement. How far such days lie apart is the measurement's error here, so the smallest
detectable difference of two means is t s sqrt(1/n + 1/m), with the days' pooled standard deviation s and Student's t of
95 %: the minimum detectable change of means of n and m days. For speed the published minimum detectable change of
people of that speed is taken where it is larger (after a stroke, tests in a clinic: Lewek 2019, Hosoi 2023).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist, fmean, variance
from typing import Literal

from hub.events import Value

MEASURES = (
    "toe_first_pct",
    "toe_drags_per_1000_steps",
    "speed_mps",
    "cadence_spm",
    "step_time_symmetry_pct",
    "swing_time_symmetry_pct",
)
"""Measures of a walk that are compared; names as in ``walk_end``."""

LEAST_DAYS = 3
"""Fewer on either side tell nothing (our choice)."""

SPEED_CHANGES = ((0.4, 0.10), (0.8, 0.15), (float("inf"), 0.21))
"""Published minimum detectable change, m/s, of people whose speed is below so many m/s."""

Verdict = Literal["more", "less", "no_clear_change", "too_few_days"]


@dataclass(frozen=True, slots=True)
class AidedWalk:
    """A walk: its local day, the aids that were on (``none``, ``brace+stick``), and the fields of its end."""

    day: date
    aids: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure with an aid, against the reference. ``days_n``: days on which it is known."""

    measure: str
    mean: float | None
    days_n: int
    difference: float | None = None
    detectable: float | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class WithAids:
    """All walks with the same aids."""

    aids: str
    walks_n: int
    days_n: int
    is_reference: bool
    measures: Sequence[Compared]


def compare(walks: Iterable[AidedWalk]) -> list[WithAids]:
    """Every set of aids against walking with none; where nobody walked without, against the one of most days."""
    by_aids: dict[str, list[AidedWalk]] = {}
    for walk in walks:
        by_aids.setdefault(walk.aids, []).append(walk)
    if not by_aids:
        return []
    reference = "none" if "none" in by_aids else max(by_aids, key=lambda aids: len(_days(by_aids[aids])))
    first = {measure: _by_day(by_aids[reference], measure) for measure in MEASURES}
    return [
        WithAids(
            aids,
            len(own),
            len(_days(own)),
            aids == reference,
            [_compared(name, _by_day(own, name), None if aids == reference else first[name]) for name in MEASURES],
        )
        for aids, own in sorted(by_aids.items(), key=lambda each: (each[0] != reference, each[0]))
    ]


def _compared(measure: str, days: Sequence[float], reference: Sequence[float] | None) -> Compared:
    mean = fmean(days) if days else None
    if reference is None or mean is None or not reference:
        return Compared(measure, mean, len(days))
    difference = mean - fmean(reference)
    if min(len(days), len(reference)) < LEAST_DAYS:
        return Compared(measure, mean, len(days), difference, None, "too_few_days")
    detectable = detectable_difference(days, reference)
    if measure == "speed_mps":
        slower = min(mean, fmean(reference))
        detectable = max(detectable, next(change for below, change in SPEED_CHANGES if slower < below))
    verdict: Verdict = "no_clear_change"
    if abs(difference) > detectable:
        verdict = "more" if difference > 0 else "less"
    return Compared(measure, mean, len(days), difference, detectable, verdict)


def detectable_difference(one: Sequence[float], other: Sequence[float]) -> float:
    """The smallest difference of two means that chance gives in fewer than 1 of 20 cases; each of 2 values or more."""
    n, m = len(one), len(other)
    freedom = n + m - 2
    pooled = ((n - 1) * variance(one) + (m - 1) * variance(other)) / freedom
    return student_t(freedom) * sqrt(pooled * (1 / n + 1 / m))


def student_t(freedom: int) -> float:
    """Student's t of 95 %, both sides; within 0.5 % from 4 degrees of freedom on (Cornish-Fisher expansion)."""
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _days(walks: Iterable[AidedWalk]) -> set[date]:
    return {walk.day for walk in walks}


def _by_day(walks: Iterable[AidedWalk], measure: str) -> list[float]:
    """The measure's mean of each day that has it, each walk by its duration."""
    sums: dict[date, tuple[float, float]] = {}
    for walk in walks:
        value, duration_s = walk.fields.get(measure), walk.fields.get("duration_s")
        if isinstance(value, int | float) and isinstance(duration_s, int | float) and duration_s > 0:
            total, weight = sums.get(walk.day, (0.0, 0.0))
            sums[walk.day] = total + value * duration_s, weight + duration_s
    return [total / weight for total, weight in sums.values()]
