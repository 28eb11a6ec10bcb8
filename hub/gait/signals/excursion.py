"""How a shank went through one stride: how far it turned, how far outward it swung, and how high it was lifted."""

from math import pi
from typing import NamedTuple

import numpy as np

from hub.gait.history import History
from hub.gait.signals.pitch import KNOWN_LAG_S, ShankLevel
from hub.gait.signals.shank_marks import AHEAD, ANGLE, ROLL, TIME, UP
from hub.session import Floats
from sensors.layout import Side

LEAST_SAMPLES = 16


class Excursion(NamedTuple):
    """A stride as its shank made it.

    ``range_deg``: of the pitch. ``outward_deg``: how far the shank leaned in swing, foot away from the other leg,
    beyond the line from lift to contact. ``rise_m``: highest place of the sensor in swing above its mean in stance.
    """

    range_deg: float
    outward_deg: float
    rise_m: float


def measure_excursion(
    history: History, level: ShankLevel, side: Side, stride_s: tuple[float, float, float]
) -> Excursion | None:
    """The stride of initial, final and next initial contact; None over too few samples or without an accelerometer.

    The specific force, turned into the world by the shank's pitch, is integrated twice over the stride; walking on the
    level, mean velocity and height change are zero, which takes the drift out.
    """
    contact_s, lifted_s, next_contact_s = stride_s
    _, columns = history.window(contact_s, next_contact_s + KNOWN_LAG_S)
    time_s = columns[TIME]
    last = int(time_s.searchsorted(next_contact_s))
    lifted = int(time_s.searchsorted(lifted_s))
    if lifted < LEAST_SAMPLES or last - lifted < LEAST_SAMPLES // 2 or not columns[UP, 0]:
        return None
    columns, time_s = columns[:, :last], time_s[:last]
    since_s = time_s - time_s[0]
    step_s = float(since_s[-1]) / (last - 1)
    pitch_deg = columns[ANGLE] - level.drift_dps * since_s
    pitch = (pitch_deg + (level.pitch_deg - level.angle_deg + level.drift_dps * (level.time_s - float(time_s[0])))) * (
        pi / 180
    )
    up_mps2 = columns[AHEAD] * np.sin(pitch) + columns[UP] * np.cos(pitch)
    height_m = _integral(_integral(up_mps2, step_s), step_s)
    height_m -= height_m[-1] / (last - 1) * np.arange(last)
    swing_m, stance_m = height_m[lifted:], height_m[:lifted]
    leaned_deg = columns[ROLL, lifted:].cumsum() * (step_s if side is Side.LEFT else -step_s)
    leaned_deg -= leaned_deg[-1] / len(leaned_deg) * np.arange(1, len(leaned_deg) + 1)
    return Excursion(
        range_deg=pitch_deg.item(pitch_deg.argmax()) - pitch_deg.item(pitch_deg.argmin()),
        outward_deg=leaned_deg.item(leaned_deg.argmax()),
        rise_m=swing_m.item(swing_m.argmax()) - float(np.add.reduce(stance_m)) / lifted,
    )


def _integral(values: Floats, step_s: float) -> Floats:
    """Of the values without their mean."""
    total: Floats = (values - float(np.add.reduce(values)) / len(values)).cumsum()
    total *= step_s
    return total
