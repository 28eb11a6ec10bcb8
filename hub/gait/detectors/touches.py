"""Touches of the forefoot in swing: when, how much, and whether they behave as ground does or as a shoe does.

A shoe presses on the forefoot in swing too, by up to a tenth of the usual stance load, but slowly: while it lets go
after lift, when the foot is pulled up, when the toes are. The ground comes and goes within some ten milliseconds, and a
toe that is dragged over it sticks and slips.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hub.gait.signals.loadscale import FORE, HEEL, LoadScale
from hub.session import Floats


@dataclass(frozen=True, slots=True)
class TouchParams:
    """What is a touch, and how it must change. Loads in % of the wearer's usual peak."""

    fore_pct: float = 1.0  # lightest touch (our choice)
    unrest_margin: float = 1.5  # and above the wearer's own pressure inside the shoe in swing ...
    fore_highest_pct: float = 5.0  # but the unrest counts no higher than this: who drags in every swing has no other
    bridged_s: float = 0.040  # a dragging toe sticks and slips at 8-30 Hz (our choice)
    heel_share: float = 0.2  # with the heel down for more of it, it is a contact
    clear_s: float = 0.030  # a forefoot that has been clear was so this soon after lift (our choice)
    after_lift_s: float = 0.050  # before that the shoe is still letting go (our choice)
    change_over_s: float = 0.010  # changes are differences over this time, or between samples of slow sensors
    unsteady_1_s: float = 15.0  # changes, net of the trend, of this many times the mean per second: in-shoe pressure
    # in swing stays below (98th percentile 17 in marpino, 115 touches), 95 % of modelled drags are above
    unsteady_pct_s: float = 30.0  # and at least this: less is the noise of a light touch
    sharp_s: float = 0.030  # ground comes and goes within this time ...
    sharp_share: float = 0.7  # by this part of the mean load within sharp_s
    sharp_least_pct: float = 5.0  # lighter ones come and go so inside a shoe too (marpino)


class Touch(NamedTuple):
    """Part of a swing in which the forefoot bore something: begin, end, and load over time in %·s.

    ``from_lift``: the forefoot had not been clear before. ``unsteady``: the load sticks and slips. ``sharp``: it came
    and went as ground does.
    """

    start_s: float
    end_s: float
    impulse_pct_s: float
    from_lift: bool
    unsteady: bool
    sharp: bool


def find_touches(
    time_s: Floats, columns: Floats, scale: LoadScale, params: TouchParams, shortest_s: float
) -> list[Touch]:
    """Touches of the forefoot among the samples of one swing, of at least ``shortest_s`` after the shoe has let go.

    ``time_s`` (n,) begins at the final contact; ``columns`` (columns, n) are an insole's.
    """
    unrest = min(params.unrest_margin * scale.unrest[FORE], params.fore_highest_pct / 100 * scale.peak)
    level = scale.zero[FORE] + max(params.fore_pct / 100 * scale.peak, unrest)
    down = (columns[FORE] > level).nonzero()[0].tolist()
    if not down:
        return []
    times_s = time_s.tolist()
    apart = [(one, two) for one, two in pairwise(down) if times_s[two] - times_s[one] > params.bridged_s]
    starts, ends = [down[0], *(two for _, two in apart)], [*(one for one, _ in apart), down[-1]]
    touches = []
    for first, last in zip(starts, ends, strict=True):
        start_s, end_s = times_s[first], times_s[min(last + 1, len(times_s) - 1)]
        if end_s - max(start_s, times_s[0] + params.after_lift_s) < shortest_s:
            continue
        heel_down = int(np.count_nonzero(columns[HEEL, first : last + 1] > scale.zone[HEEL]))
        if heel_down > params.heel_share * (last + 1 - first):
            continue
        load_pct = ((columns[FORE] - scale.zero[FORE]) * (100.0 / scale.peak)).tolist()
        run = load_pct[first : last + 1]
        impulse = sum(run) / len(run) * (end_s - start_s)
        period_s = (times_s[-1] - times_s[0]) / (len(times_s) - 1)
        free = next(index for index, at_s in enumerate(times_s) if at_s >= times_s[0] + params.after_lift_s)
        unsteady = _unsteady(load_pct[max(first, free) : last + 1], period_s, params)
        sharp = _sharp(load_pct, first, last, period_s, params)
        touches.append(Touch(start_s, end_s, impulse, times_s[first] < times_s[0] + params.clear_s, unsteady, sharp))
    return touches


def _unsteady(load_pct: list[float], period_s: float, params: TouchParams) -> bool:
    """Whether the load changes more than its trend asks for, and more than a shoe's pressure does."""
    lag = max(1, round(params.change_over_s / period_s))
    changes = [abs(two - one) for one, two in zip(load_pct, load_pct[lag:], strict=False)]
    if len(changes) < 2:
        return False
    lasted_s = len(load_pct) * period_s
    rate_pct_s = (sum(changes) / lag - abs(load_pct[-1] - load_pct[0])) / lasted_s
    mean_pct = sum(load_pct) / len(load_pct)
    return rate_pct_s >= max(params.unsteady_1_s * mean_pct, params.unsteady_pct_s)


def _sharp(load_pct: list[float], first: int, last: int, period_s: float, params: TouchParams) -> bool:
    """Whether each end of the touch that lies inside the swing is a steep one, and one of them does."""
    mean_pct = sum(load_pct[first : last + 1]) / (last + 1 - first)
    if mean_pct < params.sharp_least_pct:
        return False
    within = max(1, round(params.sharp_s / period_s))
    steps = []
    if first > 0:
        steps.append(max(load_pct[first : first + within]) - load_pct[first - 1])
    if last + 1 < len(load_pct):
        steps.append(max(load_pct[max(last + 1 - within, 0) : last + 1]) - load_pct[last + 1])
    return bool(steps) and min(steps) >= params.sharp_share * mean_pct
