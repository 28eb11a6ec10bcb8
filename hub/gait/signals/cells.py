"""Cells that are stuck: they keep their value to the last digit while the load on the foot comes and goes."""

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import numpy as np

from hub.session import Floats
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class CellParams:
    """When a cell is stuck."""

    stuck_s: float = 20.0  # no change for so long while the load changes (our choice)
    every_s: float = 2.0  # looked at no oftener
    least_looks: int = 5  # and at so many looks, each at a change of load
    least_pct: float = 2.0  # of the foot's usual peak above its lowest value; below it is unloaded, or does no harm


class CellStuck(NamedTuple):
    """Cell number ``cell``, from 0, has kept a load since ``time_s``."""

    side: Side
    cell: int
    time_s: float
    known_at_s: float


class CellWatch:
    """Compares the raw cells of one insole at moments between which its load has changed.

    Parameters
    ----------
    lowest : what a cell reads at least when it is unloaded; inf where that is not known.
    """

    def __init__(self, side: Side, cells: int, lowest: float, params: CellParams) -> None:
        self._side = side
        self._params = params
        self._last = np.full(cells, inf)
        self._lowest = np.full(cells, lowest)
        self._since_s = np.full(cells, -inf)
        self._looks = np.zeros(cells, dtype=int)
        self._next_s = -inf
        self._told: set[int] = set()

    def look(self, time_s: float, cells: Floats, peak: float) -> list[CellStuck]:
        """Take the raw cells (n,) at ``time_s``; tell which are found stuck now. ``peak``: the foot's usual one."""
        params = self._params
        if time_s < self._next_s:
            return []
        self._next_s = time_s + params.every_s
        changed = cells != self._last
        self._last = cells.copy()
        self._since_s[changed] = time_s
        self._looks += 1
        self._looks[changed] = 0
        self._lowest = np.minimum(self._lowest, cells)
        if self._told:
            self._told -= set(changed.nonzero()[0].tolist())
        stuck = (self._looks >= params.least_looks) & (time_s - self._since_s >= params.stuck_s)
        if np.count_nonzero(stuck) == 0:
            return []
        stuck &= cells - self._lowest > params.least_pct / 100 * peak
        new = [cell for cell in stuck.nonzero()[0].tolist() if cell not in self._told]
        self._told.update(new)
        return [CellStuck(self._side, cell, float(self._since_s[cell]), time_s) for cell in new]

    @property
    def stuck_load(self) -> float:
        """What the stuck cells add to the total although nothing is there."""
        return float(sum(self._last.item(cell) - self._lowest.item(cell) for cell in sorted(self._told)))
