"""How a walk changes while it lasts: the course of one measure, its slope, and when it began to change. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import NamedTuple

import numpy as np

from hub.session import Floats


@dataclass(frozen=True, slots=True)
class FatigueParams:
    """When a course can be told."""

    bin_s: float = 20.0  # about 16 strides; a minute is three bins
    bin_least_n: int = 5  # strides; fewer in a bin tell nothing
    shortest_s: float = 180.0  # a shorter walk has no first and last minute with one between (our choice)
    onset_shortest_s: float = 240.0  # shorter walks tell no onset: twelve bins
    onset_f: float = 10.0  # F of a bend against none; 1 of 100 steady courses passes 6.8 (20,000 of 12 bins, simulated)
    onset_after_bins: int = 3  # a change must last for a minute to be one
    onset_spreads: float = 2.0  # and be larger than this many standard deviations of the bins around it


class Course(NamedTuple):
    """First and last minute of a walk, the slope between, and the minute at which the change began.

    ``onset_min`` is None where the course is steady, or the walk too short to know.
    """

    first: float
    last: float
    per_min: float
    onset_min: float | None


def course_of(values: Sequence[float | None], params: FatigueParams) -> Course | None:
    """The course of a measure by bin; None where too few bins have a value."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if params.bin_s * len(known) < params.shortest_s:
        return None
    minute = round(60.0 / params.bin_s)
    times_min = np.array([index * params.bin_s / 60.0 for index, _ in known])
    levels = np.array([value for _, value in known])
    slopes = [(later[1] - one[1]) / (later[0] - one[0]) for one, later in combinations(known, 2)]
    long_enough = params.bin_s * len(known) >= params.onset_shortest_s
    return Course(
        first=median(levels[:minute].tolist()),
        last=median(levels[-minute:].tolist()),
        per_min=median(slopes) * 60.0 / params.bin_s,
        onset_min=_onset_min(times_min, levels, params) if long_enough else None,
    )


def _onset_min(times_min: Floats, levels: Floats, params: FatigueParams) -> float | None:
    """When a level course turned into a slope: the best of all such bends, if it is much better than no bend."""
    count = len(levels)
    bends = times_min[: count - params.onset_after_bins + 1]
    risen = np.maximum(times_min - bends[:, np.newaxis], 0.0)
    risen -= risen.mean(axis=1, keepdims=True)
    off = levels - levels.mean()
    size = (risen * risen).sum(axis=1)
    slope = (risen * off).sum(axis=1) / size
    explained = slope * slope * size
    best = int(explained.argmax())
    rest = float((off * off).sum()) - explained.item(best)
    spread = (max(rest, 0.0) / (count - 3)) ** 0.5
    changed = abs(slope.item(best)) * float(times_min[-1] - bends[best])
    if explained.item(best) <= 2.0 * params.onset_f * spread * spread or changed <= params.onset_spreads * spread:
        return None
    return float(bends[best])
