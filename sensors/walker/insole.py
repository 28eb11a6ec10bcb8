"""What a worn insole adds to the force under its cells."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats


@dataclass(frozen=True, slots=True)
class InsoleParams:
    """A worn insole's faults; the defaults are a perfect one.

    Parameters
    ----------
    preload_bw : force of the laced shoe, body weights over all cells, always there.
    gain_spread : SD of the cells' gains around 1.
    noise_n : RMS per cell in the internal bandwidth of 250 Hz.
    warm_up_bw : rise of the baseline over the first half hour, body weights over all cells.
    cross_talk : part of a cell's force that is also seen by every other one, divided among them.
    dead_cells : cells that stay at zero.
    saturation_n : most that a cell can show.
    """

    preload_bw: float = 0.0
    gain_spread: float = 0.0
    noise_n: float = 0.0
    warm_up_bw: float = 0.0
    cross_talk: float = 0.0
    dead_cells: tuple[int, ...] = ()
    saturation_n: float = 1000.0

    @staticmethod
    def drawn(rng: np.random.Generator) -> "InsoleParams":
        """A usual one: preload up to 4 % of body weight, 8 % gain spread, 1 N noise, slow warm-up, 3 % cross-talk."""
        return InsoleParams(
            preload_bw=rng.uniform(0.0, 0.04),
            gain_spread=0.08,
            noise_n=1.0,
            warm_up_bw=rng.uniform(0.0, 0.02),
            cross_talk=0.03,
        )


class WornInsole:
    """One insole with its own cells' gains and preload, the same for the same generator."""

    def __init__(self, params: InsoleParams, cells_n: int, weight_n: float, rng: np.random.Generator) -> None:
        self._params = params
        self._gain = np.maximum(1.0 + params.gain_spread * rng.standard_normal(cells_n), 0.3)
        self._gain[[cell for cell in params.dead_cells if cell < cells_n]] = 0.0
        uneven = rng.uniform(0.2, 1.8, cells_n)
        self._offset_n = weight_n * uneven / uneven.sum()

    def sensed(self, forces_n: Floats, laced: Floats, time_s: Floats, rng: np.random.Generator) -> Floats:
        """(n, cells) newtons as the cells show them: never negative, never above saturation.

        ``laced`` (n,) is how much of the preload is there, see ``FootLoad``.
        """
        params, cells_n = self._params, forces_n.shape[1]
        shown = forces_n
        if params.cross_talk > 0.0 and cells_n > 1:
            others = (forces_n.sum(axis=1, keepdims=True) - forces_n) / (cells_n - 1)
            shown = (1.0 - params.cross_talk) * forces_n + params.cross_talk * others
        warmth = 1.0 - np.exp(-np.maximum(time_s, 0.0) / 600.0)
        baseline_bw = params.preload_bw * laced + params.warm_up_bw * warmth
        shown = (shown + baseline_bw[:, None] * self._offset_n) * self._gain
        if params.noise_n > 0.0:
            shown = shown + params.noise_n * rng.standard_normal(shown.shape) * (self._gain > 0.0)
        limited: Floats = np.clip(shown, 0.0, params.saturation_n)
        return limited
