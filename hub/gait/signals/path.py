"""Where a foot went in one swing: how far, how high, and turned by how much, from its shank alone.

The specific force is turned into the world by the shank's pitch and integrated twice. At either end the foot stands, so
the velocity is that of a pendulum on the ankle; what the integral makes of it besides is drift and taken out evenly
(linear in time, Li 2010 with the ends of Yang 2013).
"""

from math import cos, pi, radians, sin
from typing import NamedTuple

import numpy as np

from hub.gait.history import History
from hub.gait.signals.pitch import ShankLevel
from hub.gait.signals.shank_marks import AHEAD, ANGLE, RATE, TIME, UP, YAW
from hub.session import Floats

ABOVE_ANKLE_M = 0.28
"""Height of the sensor above the ankle: below the knee of a person of 1.7 m. An error of 5 cm makes one of 1 cm."""

LEAST_SAMPLES = 10


class SwingPath(NamedTuple):
    """Displacement of the foot over a swing: forward, up, and turned to the left."""

    forward_m: float
    rise_m: float
    turned_deg: float


def swing_path(history: History, level: ShankLevel, from_s: float, to_s: float) -> SwingPath | None:
    """The way from a moment of stance to one of the next stance of the same foot; None over too few samples."""
    _, columns = history.window(from_s, to_s)
    time_s = columns[TIME]
    if len(time_s) < LEAST_SAMPLES:
        return None
    first_s, last_s = time_s.item(0), time_s.item(-1)
    lasted_s = last_s - first_s
    step_s = lasted_s / (len(time_s) - 1)
    constant_deg = level.pitch_deg - level.angle_deg + level.drift_dps * level.time_s
    pitch = (columns[ANGLE] + constant_deg - level.drift_dps * time_s) * (pi / 180)
    cosine, sine = np.cos(pitch), np.sin(pitch)
    ahead_mps2 = columns[AHEAD] * cosine - columns[UP] * sine
    up_mps2 = columns[AHEAD] * sine + columns[UP] * cosine
    first, last = pitch.item(0), pitch.item(-1)
    first_rps, last_rps = radians(columns[RATE].item(0)), radians(columns[RATE].item(-1))
    forward_m = _displacement(
        ahead_mps2, step_s, lasted_s, -ABOVE_ANKLE_M * cos(first) * first_rps, -ABOVE_ANKLE_M * cos(last) * last_rps
    )
    rise_m = _displacement(
        up_mps2, step_s, lasted_s, -ABOVE_ANKLE_M * sin(first) * first_rps, -ABOVE_ANKLE_M * sin(last) * last_rps
    )
    turned_deg = float(np.add.reduce(columns[YAW])) * step_s
    return SwingPath(
        forward_m + ABOVE_ANKLE_M * (sin(last) - sin(first)),
        rise_m - ABOVE_ANKLE_M * (cos(last) - cos(first)),
        turned_deg,
    )


def _displacement(force_mps2: Floats, step_s: float, lasted_s: float, from_mps: float, to_mps: float) -> float:
    """Integral of the velocity with both of its ends known; a constant part of the force, as gravity, falls out."""
    velocity_mps: Floats = force_mps2.cumsum()
    velocity_mps *= step_s
    drift_mps = float(velocity_mps[-1]) - (to_mps - from_mps)
    return float(np.add.reduce(velocity_mps)) * step_s + (from_mps - 0.5 * drift_mps) * lasted_s
