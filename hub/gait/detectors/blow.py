"""A blow to the toes: the forefoot of a swinging foot is hit for an instant."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hub.gait.legs import InsoleView
from hub.gait.signals.loadscale import FORE, HEEL, TOTAL


@dataclass(frozen=True, slots=True)
class BlowParams:
    """When a rise of the forefoot's load in swing is a blow."""

    least_pct: float = 1.2  # of the usual peak: 1 % of swings of gaitpdb reach 1.4, trips 2-9 (walker)
    alone_pct: float = 2.0  # without a shin sensor: 0.2 % of swings of gaitpdb
    unrest_margin: float = 1.5  # and above the wearer's own pressure inside the shoe in swing
    usual_margin: float = 2.0  # and the wearer's own rises: toes are extended before landing (marpino)
    usual_quantile: float = 0.7  # of the last rises; who drags does so in a quarter of swings
    remembered: int = 15
    speaks_after: int = 4
    highest_pct: float = 25.0  # more is bearing weight
    longest_s: float = 0.055  # a longer touch is a drag: obstacles are hit for 20-60 ms (rec)
    before_s: float = 0.12  # toes that touched in this time before ...
    before_share: float = 0.25  # ... for more than this share were dragging (our choice)


class Blow(NamedTuple):
    """The forefoot's load rose by ``rise_pct`` of the usual peak at ``time_s``.

    ``over``: the load is gone again. ``brief``: it rose from nothing and did not last.
    """

    time_s: float
    rise_pct: float
    over: bool
    brief: bool


def find_blow(insole: InsoleView, lifted_s: float, start_s: float, end_s: float, params: BlowParams) -> Blow | None:
    """The largest rise between ``start_s`` and ``end_s`` under a foot that left the ground at ``lifted_s``.

    None where the foot bears weight by ``end_s``. Levels hold for two samples in a row, so that noise is none.
    """
    scale = insole.scale
    time_s, columns = insole.history.window(start_s, end_s)
    if len(time_s) < 3 or columns[TOTAL, -1] - scale.zero[TOTAL] > params.highest_pct / 100 * scale.peak:
        return None
    fore = columns[FORE]
    high, low = np.minimum(fore[1:], fore[:-1]), np.minimum.accumulate(np.maximum(fore[1:], fore[:-1]))
    rises = high - low
    top = int(rises.argmax())
    rise = rises.item(top)
    above = fore > high[top] - 0.5 * rise
    began = top - int(above[top::-1].argmin()) + 1
    after = above[top + 1 :]
    over = not after.all()
    ended = top + 1 + int(after.argmin()) if over else len(fore) - 1
    began_s, heel = float(time_s[began]), columns[HEEL, began : ended + 1]
    brief = float(time_s[ended]) - began_s <= params.longest_s and heel[heel.argmax()] <= scale.zone[HEEL]
    if brief:
        _, before = insole.history.window(max(began_s - params.before_s, lifted_s), began_s)
        touched = np.count_nonzero(before[FORE] > scale.zero[FORE] + 0.5 * rise)
        brief = touched <= 1 + params.before_share * before.shape[1]
    return Blow(began_s, 100.0 * max(rise, 0.0) / scale.peak, over, bool(brief))


class UsualRises:
    """How far the forefoot's load of one foot rises in undisturbed swings."""

    def __init__(self, params: BlowParams) -> None:
        self._params = params
        self._rises_pct: list[float] = []

    def learn(self, rise_pct: float) -> None:
        """Take the rise of a swing."""
        self._rises_pct = [*self._rises_pct[-self._params.remembered + 1 :], rise_pct]

    def least_pct(self, insole: InsoleView) -> float | None:
        """A rise from which on it is a blow; None before enough is known."""
        params, scale = self._params, insole.scale
        if not scale.learnt or len(self._rises_pct) < params.speaks_after:
            return None
        usual_pct = sorted(self._rises_pct)[int(params.usual_quantile * (len(self._rises_pct) - 1))]
        unrest_pct = 100.0 * scale.unrest[FORE] / scale.peak
        return max(params.least_pct, params.unrest_margin * unrest_pct, params.usual_margin * usual_pct)
