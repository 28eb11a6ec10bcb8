"""How much a shank shakes: quick changes of the specific force, which a leg that swings freely does not have."""

from typing import NamedTuple

import numpy as np

from hub.gait.signals.shank_marks import AHEAD, TIME, UP
from hub.session import Floats

OVER_S = 0.010
"""Spacing of the differences: a toe that rubs the ground shakes the shank at 15 to 45 Hz, a free swing below 5 Hz."""

WINDOW_S = 0.100
"""The roughest stretch of this length counts; a shorter one may be a single bump."""


class Roughness(NamedTuple):
    """Root mean square of the third difference of the specific force in the roughest 0.1 s, which began at a time."""

    rms_mps2: float
    start_s: float


def measure_roughness(columns: Floats) -> Roughness | None:
    """Roughness of a shank's rows (columns, n), those of ``shank_marks``.

    A third difference over 10 ms weighs 30 Hz a hundred times as much as 5 Hz. None where the rows are less than 0.1 s,
    or without the axes that gravity gives.
    """
    time_s = columns[TIME]
    if len(time_s) < 4 or not columns[UP, -1]:
        return None
    period_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1)
    lag, window_n = max(1, round(OVER_S / period_s)), max(1, round(WINDOW_S / period_s))
    count = len(time_s) - 3 * lag
    if count < window_n:
        return None
    force = columns[UP : AHEAD + 1]
    third = force[:, 3 * lag :] - force[:, :count] - 3.0 * (force[:, 2 * lag : -lag] - force[:, lag : count + lag])
    third *= third
    squares = np.zeros(count + 1)
    np.add(third[0], third[1], out=squares[1:])
    sums = squares.cumsum()
    windows = sums[window_n:] - sums[:-window_n]
    roughest = int(windows.argmax())
    return Roughness(float(np.sqrt(windows.item(roughest) / window_n)), time_s.item(roughest + lag))


def lasting_roughness(time_s: Floats, load: Floats) -> float:
    """Root mean square of the third difference of a load (n,), in its unit: the least of the swing's thirds.

    0 over too few samples. Pressure inside a shoe comes and goes slowly; ground that is slid over is felt all the way.
    """
    if len(time_s) < 2:
        return 0.0
    period_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1)
    lag = max(1, round(OVER_S / period_s))
    count = (len(load) - 3 * lag) // 3 * 3
    if count < 3 * lag:
        return 0.0
    third = load[3 * lag :] - load[: -3 * lag] - 3.0 * (load[2 * lag : -lag] - load[lag : -2 * lag])
    squares = (third[:count] ** 2).reshape(3, -1)
    return float(np.sqrt(squares.mean(axis=1).min()))
