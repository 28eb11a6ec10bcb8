"""How far a foot travelled from one stance to its next, from its shank alone.

The specific force, turned into the world by the shank's pitch, is integrated twice. The two constants that the integral
lacks are the velocity at its start and a drift, taken as linear in time (Li 2010). Both follow from the foot's being
planted: while the sole is down the shank turns about the ankle, so the sensor's way over the foot is that of the top of
an inverted pendulum (Yang 2013, Sci Rep 2021). Here the ways over two foot-flat phases are matched, not the speeds at
two instants: the pitch rate of one sample shakes by more than the mean over a fifth of a stride.
"""

from math import pi
from typing import NamedTuple

import numpy as np

from hub.gait.history import History
from hub.gait.signals.pitch import ShankLevel
from hub.gait.signals.shank_marks import AHEAD, ANGLE, TIME, UP
from hub.session import Floats

ABOVE_ANKLE = 0.165
"""Height of the sensor above the ankle, of body height: just below the knee. An error of a fifth makes one of 6 %."""

USUAL_HEIGHT_M = 1.7

LEAST_SAMPLES = 4
"""Of a foot-flat phase."""


class FootFlat(NamedTuple):
    """A part of stance in which the sole is down."""

    from_s: float
    to_s: float


def stride_length_m(
    history: History, level: ShankLevel, first: FootFlat, second: FootFlat, *, height_m: float | None = None
) -> float | None:
    """Way of the ankle in metres, forward positive, from the middle of ``first`` to that of ``second``.

    ``height_m``: of the wearer, where it is known. None where either phase has too few samples.
    """
    _, columns = history.window(first.from_s, second.to_s)
    time_s = columns[TIME]
    first_end, second_start = time_s.searchsorted((first.to_s, second.from_s)).tolist()
    last = len(time_s) - 1
    if first_end < LEAST_SAMPLES or last - second_start < LEAST_SAMPLES:
        return None
    since_s = time_s - time_s[0]
    constant_deg = level.pitch_deg - level.angle_deg + level.drift_dps * level.time_s
    pitch = (columns[ANGLE] + constant_deg - level.drift_dps * time_s) * (pi / 180)
    sine = np.sin(pitch)
    ahead_mps2 = columns[AHEAD] * np.cos(pitch) - columns[UP] * sine
    step_s = since_s.item(last) / last
    place_m = ahead_mps2.cumsum().cumsum()
    place_m *= step_s * step_s
    place_m += ABOVE_ANKLE * (height_m or USUAL_HEIGHT_M) * sine
    return _matched(place_m, since_s, (0, first_end), (second_start, last))


def _matched(place_m: Floats, since_s: Floats, first: tuple[int, int], second: tuple[int, int]) -> float:
    """Way from the middle of ``first`` to that of ``second`` once a velocity and half an acceleration, which leave no
    way over either phase, are taken out of ``place_m``."""
    (a_m, a_s, a_s2), (b_m, b_s, b_s2) = (_moved(place_m, since_s, *phase) for phase in (first, second))
    determinant = a_s * b_s2 - b_s * a_s2
    velocity = (a_m * b_s2 - b_m * a_s2) / determinant
    half_drift = (a_s * b_m - b_s * a_m) / determinant
    way_m, way_s, way_s2 = _moved(place_m, since_s, sum(first) // 2, sum(second) // 2)
    return way_m - velocity * way_s - half_drift * way_s2


def _moved(place_m: Floats, since_s: Floats, start: int, end: int) -> tuple[float, float, float]:
    """Changes of the place, the time and its square between two samples."""
    from_s, to_s = since_s.item(start), since_s.item(end)
    return place_m.item(end) - place_m.item(start), to_s - from_s, to_s * to_s - from_s * from_s
