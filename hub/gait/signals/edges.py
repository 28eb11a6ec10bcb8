"""When a foot's load began and ended, between samples and beyond the level at which that is noticed.

A level is passed late when load begins and early when it ends. Both edges are nearly straight, so they are drawn on to
zero: without it initial contacts of the walker come 5-9 ms late and final contacts 5-10 ms early.
"""

from dataclasses import dataclass
from math import inf

from hub.gait.signals.loadscale import TOTAL, LoadScale
from hub.session import Floats


@dataclass(frozen=True, slots=True)
class EdgeParams:
    """How edges are drawn on."""

    rise_pct: float = 10.0  # the rise's slope is taken over so much of the peak (gaitpdb, walker)
    rise_earlier_s: float = 0.020  # load that began so long before the contact level did not rise straight: hesitation
    fall_pct: float = 20.0  # the fall's slope is taken over so much of the peak (gaitpdb, walker)
    fall_later_s: float = 0.020  # load ended at most so long after the ground level (our choice)
    fade_pct: tuple[float, float, float] = (50.0, 20.0, 5.0)  # a fall fades if 20 to 5 % takes long against 50 to 20 %
    lingering_s: float = 0.015  # a fall whose straight end is so much before the ground level was not straight: drags


def last_crossing(time_s: Floats, total: Floats, level: float, *, rising: bool) -> float | None:
    """When ``total`` (n,) last passed ``level``, between samples; None if it did not."""
    if len(total) == 0:
        return None
    before = total <= level if rising else total >= level
    index = len(before) - 1 - int(before[::-1].argmax())
    if not before[index] or index + 1 == len(before):
        return None
    return _between(time_s, total, index, level)


def began_s(time_s: Floats, total: Floats, crossed_s: float, scale: LoadScale, params: EdgeParams) -> float:
    """When the load began that rose through the contact level at ``crossed_s``.

    Parameters
    ----------
    time_s, total : (n,) samples from before ``crossed_s`` on.
    """
    step = params.rise_pct / 100 * scale.peak
    first = int(time_s.searchsorted(crossed_s))
    high = total[first:] > scale.contact + step
    index = first + int(high.argmax()) if len(high) else 0
    if index == 0 or not high[index - first]:
        return crossed_s
    rise_s = max(_between(time_s, total, index - 1, scale.contact + step) - crossed_s, 0.0)
    earlier_s = rise_s * (scale.contact - scale.zero[TOTAL]) / step
    return crossed_s - earlier_s if earlier_s <= params.rise_earlier_s else crossed_s


def ended_s(time_s: Floats, total: Floats, light_s: float, scale: LoadScale, params: EdgeParams) -> float:
    """When the load ended that fell through the ground level at ``light_s``.

    In shoes that let go slowly, load is taken to have ended at ``scale.lift``: what remains is pressure in the shoe.

    Parameters
    ----------
    time_s, total : (n,) samples of the fall, and after it as long as the foot was light.
    """
    low_s = last_crossing(time_s, total, scale.lift, rising=False)
    if low_s is None or scale.slow:
        return light_s if low_s is None else low_s
    step = params.fall_pct / 100 * scale.peak
    high_s = last_crossing(time_s, total, scale.lift + step, rising=False)
    if high_s is None:
        return light_s
    zero_s = low_s + (low_s - high_s) * (scale.lift - scale.zero[TOTAL]) / step
    if zero_s < light_s - params.lingering_s:
        return light_s
    return min(zero_s, light_s + params.fall_later_s, float(time_s[-1]))


def fade(time_s: Floats, total: Floats, scale: LoadScale, params: EdgeParams) -> float:
    """How long the last part of a fall took, against the part before it; inf where it never ended."""
    begin, middle, end = (
        last_crossing(time_s, total, scale.zero[TOTAL] + pct / 100 * scale.peak, rising=False)
        for pct in params.fade_pct
    )
    if begin is None or middle is None or end is None:
        return inf
    return (end - middle) / (middle - begin)


def _between(time_s: Floats, total: Floats, index: int, level: float) -> float:
    """When the total passed ``level`` between samples ``index`` and ``index`` + 1."""
    (one_s, two_s), (one, two) = time_s[index : index + 2].tolist(), total[index : index + 2].tolist()
    return float(one_s + (level - one) / (two - one) * (two_s - one_s)) if one != two else float(two_s)
