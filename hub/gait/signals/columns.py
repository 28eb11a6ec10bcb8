"""Feature columns of an insole: sums over its cells."""

from collections.abc import Sequence

import numpy as np

from hub.gait.signals.loadscale import COLUMNS, FORE, HEEL, MOMENT, TOTAL
from hub.session import Floats
from sensors.layout import Cell, Region

REGION_COLUMN = {Region.HEEL: HEEL, Region.FOREFOOT: FORE, Region.TOES: FORE}
FEW = 8
"""Samples, as they come live, that are summed up sooner by plain numbers than by arrays."""


class ColumnSums:
    """Sums in an order that does not depend on the number of samples, so that each sample gives the same bits."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cell_ys = [cell.y for cell in cells]
        self._cell_y = np.array(self._cell_ys)[:, np.newaxis]
        self._cell_column = [REGION_COLUMN.get(cell.region, TOTAL) for cell in cells]

    def __call__(self, values: Floats) -> Floats:
        """The columns of ``loadscale`` (columns, n) of raw cells (n, cells), without zero."""
        if len(values) <= FEW:
            return np.array([self._sum_one(loads) for loads in values.tolist()]).T
        columns = np.zeros((COLUMNS, len(values)))
        loads = np.ascontiguousarray(values.T)
        sums = list(columns)
        for load, moment, column in zip(loads, loads * self._cell_y, self._cell_column, strict=True):
            sums[column] += load
            sums[MOMENT] += moment
        sums[TOTAL] += sums[HEEL]
        sums[TOTAL] += sums[FORE]
        return columns

    def _sum_one(self, loads: list[float]) -> list[float]:
        """The same sums of one sample, in the same order."""
        sums = [0.0] * COLUMNS
        moment = 0.0
        for load, y, column in zip(loads, self._cell_ys, self._cell_column, strict=True):
            sums[column] += load
            moment += load * y
        sums[MOMENT] = moment
        sums[TOTAL] = sums[TOTAL] + sums[HEEL] + sums[FORE]
        return sums
