"""What is worn by whom, and the blocks of samples that come of it. The vocabulary between the rooms."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sensors.layout import Cell, LoadUnit, Role, Side

Floats = NDArray[np.float64]

SHIN_CHANNELS = ("ax", "ay", "az", "gx", "gy", "gz")
"""Order of a shin block's columns: specific force in m/s^2, then angular rate in deg/s."""


@dataclass(frozen=True, slots=True)
class InsoleSpec:
    """One insole: nominal rate, unit of its numbers, and its cells in column order."""

    rate_hz: float
    unit: LoadUnit
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ShinSpec:
    """One shin IMU.

    ``frame`` "shank": x forward, y left, z up, right-handed, shank pitch rate is -gy; "unknown": axes are learnt
    from the data. ``accelerometer`` False: ax..az are zeros and no data.
    """

    rate_hz: float
    frame: Literal["shank", "unknown"] = "unknown"
    accelerometer: bool = True


@dataclass(frozen=True, slots=True)
class Wearer:
    """The person, by nickname. Masses and heights are optional and only scale measures."""

    nickname: str = "wearer"
    affected_side: Literal["left", "right", "both", "none"] = "both"
    mass_kg: float | None = None
    height_m: float | None = None

    def is_affected(self, side: Side) -> bool:
        """Whether foot drop is expected on that side."""
        return self.affected_side in ("both", side)


@dataclass(frozen=True, slots=True)
class Session:
    """What the gait engine needs to know before the first sample.

    ``name`` is the namespace of event ids: the same samples under the same name give the same ids.
    """

    name: str
    wearer: Wearer
    sensors: dict[Role, InsoleSpec | ShinSpec]
    source: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Consecutive samples of one sensor on hub time, or, with n = 0, the word that it had none.

    Parameters
    ----------
    role : the sensor.
    time_s : (n,) hub time in seconds, strictly increasing, and not before the previous block's ``until_s``.
    values : (n, cells) in the insole's unit, or (n, 6) in the order of ``SHIN_CHANNELS``.
    until_s : every later sample of this sensor is at or after this time. Decisions that need this sensor can be taken
        up to here; a sensor that falls silent is moved on by empty blocks, so that the others need not wait for it.
    """

    role: Role
    time_s: Floats
    values: Floats
    until_s: float
