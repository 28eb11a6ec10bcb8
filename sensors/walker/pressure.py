"""From the load of four regions to newtons under the cells of any layout."""

import numpy as np

from sensors.driver import Floats
from sensors.layout import Cell, Region
from sensors.walker.load import FootLoad

REGIONS = (Region.HEEL, Region.MIDFOOT, Region.FOREFOOT, Region.TOES)
_CENTRE_Y = np.array([0.10, 0.42, 0.70, 0.90])

_PATH = {
    Region.HEEL: ((0.0, 0.5), (0.55, 0.48), (0.05, 0.16)),
    Region.MIDFOOT: ((0.1, 0.6), (0.65, 0.60), (0.38, 0.48)),
    Region.FOREFOOT: ((0.1, 0.9), (0.62, 0.38), (0.64, 0.74)),
    Region.TOES: ((0.5, 1.0), (0.45, 0.30), (0.86, 0.93)),
}
"""Per region: span of stance, and x (lateral to medial) and y (heel to toe) of the pressure's centre over it."""

_WIDTH_X, _WIDTH_Y = 0.35, 0.12

_FRONT = np.array([0.0, 0.0, 0.4, 0.6])
"""How forefoot and toes share what presses on them besides: drags, blows and slaps."""


def region_weights(present: tuple[Region, ...]) -> Floats:
    """(4, 4) where each region's load goes when only ``present`` regions have cells: to the neighbours, by distance.

    Raises
    ------
    ValueError : no region is present.
    """
    have = [i for i, region in enumerate(REGIONS) if region in present]
    if not have:
        raise ValueError("an insole needs at least one cell")
    weights = np.zeros((4, 4))
    for i, y in enumerate(_CENTRE_Y):
        for column, j in enumerate(have):
            weights[i, j] = np.interp(y, _CENTRE_Y[have], np.eye(len(have))[column])
    return weights


def moment_n(load: FootLoad) -> Floats:
    """(n,) newtons times their place on the sole, 0 heel .. 1 toe: over the force it is the centre of pressure.

    Without cells: of the regions as they bear the foot, each at the centre of its path.
    """
    parts = load.share * load.touching
    total = parts.sum(axis=1)
    parts *= (load.stance_n / np.where(total > 0.0, total, 1.0))[:, None]
    parts += load.front_n[:, None] * _FRONT
    y = np.stack([np.interp(load.progress, _PATH[region][0], _PATH[region][2]) for region in REGIONS], axis=1)
    moment: Floats = (parts * y).sum(axis=1)
    return moment


class CellMap:
    """Distribution over one layout. Within a region the load follows the centre of pressure's path."""

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self._cells = cells
        self._weights = region_weights(tuple(cell.region for cell in cells))
        self._members = [
            np.array([i for i, cell in enumerate(cells) if cell.region is region], dtype=int) for region in REGIONS
        ]
        self._x = np.array([cell.x for cell in cells])
        self._y = np.array([cell.y for cell in cells])

    def forces_n(self, load: FootLoad) -> Floats:
        """(n, cells) newtons; every row sums to the foot's total.

        A cell loads when its own region touches; only where no region with cells does, neighbours stand in.
        """
        parts = (load.share @ self._weights) * load.touching
        uncovered = parts.sum(axis=1) == 0.0
        parts[uncovered] = (load.share[uncovered] * load.touching[uncovered]) @ self._weights
        total = parts.sum(axis=1)
        parts *= (load.stance_n / np.where(total > 0.0, total, 1.0))[:, None]
        front = _FRONT @ self._weights
        parts += load.front_n[:, None] * front
        forces = np.zeros((load.progress.size, len(self._cells)))
        for index, region in enumerate(REGIONS):
            members = self._members[index]
            if members.size:
                forces[:, members] = parts[:, index, None] * self._within(region, members, load.progress)
        return forces

    def _within(self, region: Region, members: np.ndarray[tuple[int], np.dtype[np.int_]], progress: Floats) -> Floats:
        span, path_x, path_y = _PATH[region]
        x = np.interp(progress, span, path_x)[:, None] - self._x[members]
        y = np.interp(progress, span, path_y)[:, None] - self._y[members]
        weight = 0.05 + np.exp(-0.5 * ((x / _WIDTH_X) ** 2 + (y / _WIDTH_Y) ** 2))
        parts: Floats = weight / weight.sum(axis=1, keepdims=True)
        return parts
