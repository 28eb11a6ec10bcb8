"""What a guided calibration has found so far, exercise by exercise."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from hub.events import Event
from hub.gait.calibration import Calibration
from hub.gait.signals.alignment import Vector
from hub.gait.signals.loadscale import TOTAL
from hub.session import Floats
from sensors.layout import Side

Columns = tuple[float, ...]
"""One value for each feature column of ``loadscale``."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything measured; what was not done yet is empty.

    Parameters
    ----------
    zero : unloaded columns of each foot, held in the air.
    stood : columns of each foot in quiet standing, without zero taken off.
    up : direction of the mean specific force of each shin in quiet standing, a unit vector in the sensor's axes.
    leant : total load of each foot above zero, for each way of leaning.
    unrest : what the swinging foot adds to each column.
    raised : times that heels and toes rose, by foot.
    learnt : what the engine has learnt from the walk.
    steps : the walk's events.
    """

    zero: Mapping[Side, Columns] = field(default_factory=dict)
    stood: Mapping[Side, Columns] = field(default_factory=dict)
    up: Mapping[Side, Vector] = field(default_factory=dict)
    leant: Mapping[Side, Mapping[Side, float]] = field(default_factory=dict)
    unrest: Mapping[Side, Columns] = field(default_factory=dict)
    heels_raised: Mapping[Side, int] = field(default_factory=dict)
    toes_raised: Mapping[Side, int] = field(default_factory=dict)
    learnt: Calibration | None = None
    steps: tuple[Event, ...] = ()

    def above_zero(self, side: Side, column: int = TOTAL) -> float:
        """What a foot bears in quiet standing."""
        return self.stood[side][column] - (self.zero[side][column] if side in self.zero else 0.0)

    @property
    def weight(self) -> float:
        """Both feet's load in quiet standing: the wearer's weight, in the insoles' unit. 0 before it is known."""
        return sum(self.above_zero(side) for side in self.stood)

    def full_load(self, side: Side) -> float:
        """What this foot's insole would show with all of the weight on it: the two insoles' gains may differ."""
        both = [
            [loads[Side.LEFT], loads[Side.RIGHT]]
            for loads in (
                {side: self.above_zero(side) for side in self.stood},
                *self.leant.values(),
            )
            if len(loads) == 2
        ]
        if len(both) < 3:
            return self.weight
        gains, *_ = np.linalg.lstsq(np.array(both), np.ones(len(both)), rcond=None)
        gain = float(gains[0 if side is Side.LEFT else 1])
        return 1.0 / gain if gain > 0.5 / self.weight else self.weight

    def share_pct(self, side: Side, totals: Mapping[Side, Floats | float]) -> Floats | float:
        """How much of the weight is on a foot, from both feet's totals without zero taken off, %."""
        loads = {foot: total - (self.zero[foot][TOTAL] if foot in self.zero else 0.0) for foot, total in totals.items()}
        return 100.0 * loads[side] / np.maximum(sum(loads.values()), 1e-9)
