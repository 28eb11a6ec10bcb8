"""How the IMU is strapped to the shank, and how the strap slips."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats


@dataclass(frozen=True, slots=True)
class Slip:
    """The strap gives way: the sensor turns further, within ``over_s`` from ``at_s`` (5-20 deg at a time)."""

    at_s: float
    yaw_deg: float = 0.0
    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    over_s: float = 0.5


def strapped(
    mounting_deg: tuple[float, float, float], slips: Sequence[Slip], force: Floats, rate: Floats, time_s: Floats
) -> tuple[Floats, Floats]:
    """(n, 3) force and rate in the sensor's axes, from those in the shank's; ``mounting_deg`` is (roll, pitch, yaw).

    While it slips, the sensor also feels its own turning.
    """
    moving = [slip for slip in slips if slip.at_s < time_s[-1] and slip.at_s + slip.over_s > time_s[0]]
    if not moving:
        turn = rotations(_turned(mounting_deg, slips, time_s[:1]))[0].T
        return force @ turn, rate @ turn
    turns = rotations(_turned(mounting_deg, slips, time_s))
    force, rate = (np.einsum("nij,nj->ni", turns, values) for values in (force, rate))
    change = np.einsum("nij,nkj->nik", turns[1:], turns[:-1])
    own = np.column_stack(
        (change[:, 1, 2] - change[:, 2, 1], change[:, 2, 0] - change[:, 0, 2], change[:, 0, 1] - change[:, 1, 0])
    )
    rate[1:] += np.degrees(own) / (2.0 * np.diff(time_s)[:, None])
    return force, rate


def rotations(angles_deg: Floats) -> Floats:
    """(n, 3, 3) from shank axes to sensor axes, for (n, 3) roll, pitch and yaw."""
    (sin_x, sin_y, sin_z), (cos_x, cos_y, cos_z) = np.sin(np.radians(angles_deg)).T, np.cos(np.radians(angles_deg)).T
    one, zero = np.ones_like(sin_x), np.zeros_like(sin_x)
    about_x = np.array([[one, zero, zero], [zero, cos_x, sin_x], [zero, -sin_x, cos_x]])
    about_y = np.array([[cos_y, zero, -sin_y], [zero, one, zero], [sin_y, zero, cos_y]])
    about_z = np.array([[cos_z, sin_z, zero], [-sin_z, cos_z, zero], [zero, zero, one]])
    turns: Floats = np.einsum("ijn,jkn,kln->nil", about_x, about_y, about_z)
    return turns


def _turned(mounting_deg: tuple[float, float, float], slips: Sequence[Slip], time_s: Floats) -> Floats:
    """(n, 3) roll, pitch and yaw at n times."""
    angles = np.tile(np.array(mounting_deg), (time_s.size, 1))
    for slip in slips:
        u = np.clip((time_s - slip.at_s) / slip.over_s, 0.0, 1.0)
        angles += (u * u * (3.0 - 2.0 * u))[:, None] * np.array([slip.roll_deg, slip.pitch_deg, slip.yaw_deg])
    return angles
