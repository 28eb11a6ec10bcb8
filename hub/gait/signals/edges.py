"""When a foot's load began and ended, between samples and beyond the level at which that is noticed.

A level is passed late when load begins and early when it ends. Both edges are nearly straight, so they are drawn on to
zero: without it initial contacts of the walker come 5-9 ms late and final contacts 5-10 ms early.
"""

from dataclasses import dataclass

from hub.gait.signals.loadscale import TOTAL, LoadScale
from hub.session import Floats


@dataclass(frozen=True, slots=True)
class EdgeParams:
    """How edges are drawn on."""

    rise_pct: float = 10.0  # the rise's slope is taken over so much of the peak (gaitpdb, walker)
    rise_earlier_s: float = 0.020  # load that began so long before the contact level did not rise straight: hesitation
    dip_pct: float = 2.0  # of the peak: a rise that falls back by more began after it (gaitpdb, walker)
    fall_pct: float = 20.0  # the fall's slope is taken over so much of the peak (gaitpdb, walker)
    fall_later_s: float = 0.040  # load ended at most so long after the ground level: 35 ms of feet that slide (walker)
    sparse_fall_pct: float = 20.0  # of this stance's own highest load: under two cells the foot has left (marpino)
    lingering_s: float = 0.015  # a fall whose straight end is so much before the ground level was not straight: drags


def last_crossing(time_s: Floats, total: Floats, level: float, *, rising: bool) -> float | None:
    """When ``total`` (n,) last passed ``level``, between samples; None if it did not."""
    load, index = total.item, len(total) - 1  # it lies near the end: single numbers are quicker than arrays
    if rising:
        while index >= 0 and load(index) > level:
            index -= 1
    else:
        while index >= 0 and load(index) < level:
            index -= 1
    return _between(time_s, total, index, level) if 0 <= index < len(total) - 1 else None


def began_s(time_s: Floats, total: Floats, crossed_s: float, scale: LoadScale, params: EdgeParams) -> float:
    """When the load began that rose through the contact level at ``crossed_s``.

    Parameters
    ----------
    time_s, total : (n,) samples from before ``crossed_s`` on.
    """
    step = params.rise_pct / 100 * scale.peak
    high = scale.contact + step
    load, index = total.item, int(time_s.searchsorted(crossed_s))
    while index < len(total) and load(index) <= high:
        index += 1
    if index in {0, len(total)}:
        return crossed_s
    rise_s = max(_between(time_s, total, index - 1, high) - crossed_s, 0.0)
    earlier_s = rise_s * (scale.contact - scale.zero[TOTAL]) / step
    return crossed_s - earlier_s if earlier_s <= params.rise_earlier_s else crossed_s


def rose_s(time_s: Floats, total: Floats, scale: LoadScale, params: EdgeParams) -> float:
    """When the last rise of the load began, by which a foot that had touched lightly came to bear weight.

    Parameters
    ----------
    time_s, total : (n,) samples from the touch to when weight was borne.
    """
    load, dip = total.item, params.dip_pct / 100 * scale.peak
    lowest = index = len(total) - 1
    while index > 0 and load(index - 1) <= load(lowest) + dip:
        index -= 1
        if load(index) < load(lowest):
            lowest = index
    return time_s.item(lowest)


def ended_s(time_s: Floats, total: Floats, light_s: float, scale: LoadScale, params: EdgeParams) -> float:
    """When the load ended that fell through the ground level at ``light_s``.

    Two cells do not show what toes and ball still bear, and in shoes their pressure fades slowly: no straight line
    meets zero at a sensible time, and load is taken to have ended at a fifth of what it was in this stance.

    Parameters
    ----------
    time_s, total : (n,) samples of the fall, and after it as long as the foot was light.
    """
    if scale.sparse:
        highest = total.item(total.argmax()) - scale.zero[TOTAL]
        level = max(scale.zero[TOTAL] + params.sparse_fall_pct / 100 * highest, scale.on)
        low_s = last_crossing(time_s, total, level, rising=False)
        return light_s if low_s is None else low_s
    zero_s = _straight_end(time_s, total, scale.lift, scale, params.fall_pct)
    if zero_s is None or zero_s < light_s - params.lingering_s:
        return light_s
    return min(zero_s, light_s + params.fall_later_s, float(time_s[-1]))


def unburdened_s(time_s: Floats, total: Floats, scale: LoadScale, fall_pct: float) -> float | None:
    """When a foot that stayed on the ground bore no weight any more: where its load's straight fall would have ended.

    Parameters
    ----------
    time_s, total : (n,) samples of the fall, and after it as long as the foot bore no weight.
    """
    return _straight_end(time_s, total, scale.load, scale, fall_pct)


def _straight_end(time_s: Floats, total: Floats, low: float, scale: LoadScale, fall_pct: float) -> float | None:
    """Where the fall to the level ``low``, drawn on, meets zero; None where it is not to be seen."""
    step = fall_pct / 100 * scale.peak
    low_s = last_crossing(time_s, total, low, rising=False)
    high_s = last_crossing(time_s, total, low + step, rising=False)
    if low_s is None or high_s is None:
        return None
    return low_s + (low_s - high_s) * (low - scale.zero[TOTAL]) / step


def _between(time_s: Floats, total: Floats, index: int, level: float) -> float:
    """When the total passed ``level`` between samples ``index`` and ``index`` + 1."""
    one_s, two_s = time_s.item(index), time_s.item(index + 1)
    one, two = total.item(index), total.item(index + 1)
    return one_s + (level - one) / (two - one) * (two_s - one_s) if one != two else two_s
