"""What a worn insole adds to the force under its cells."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats
from sensors.walker.noise import Noise

_CREEP_S = (3.0, 30.0, 300.0, 3000.0)
"""Times in which parts of the foam give way: together they creep with the logarithm of time."""

_LAG_S = 0.15
"""Time in which the foam follows, which opens the loop of hysteresis at walking speed."""

_WARM_UP_S = 600.0


@dataclass(frozen=True, slots=True)
class InsoleParams:
    """A worn insole's faults; the defaults are a perfect one, and each can be switched on by itself.

    Parameters
    ----------
    preload_bw : force of the laced shoe, body weights over all cells, always there.
    gain_spread : SD of the cells' gains around 1.
    noise_n : RMS per cell in the internal bandwidth of 250 Hz.
    warm_up_bw : rise of the baseline over the first half hour, body weights over all cells.
    cross_talk : part of a cell's force that is also seen by every other one, divided among them.
    creep : part by which a steady load reads higher after an hour; it comes and goes with the logarithm of time.
    hysteresis : part of the force that follows late, low in loading and high in unloading.
    dead_cells, stuck_cells : cells that stay at zero; cells that stay at a force (cell, newtons).
    fails_at_s : from when on they do.
    saturation_n : most that a cell can show.
    step_n : step of the converter, 0 for none.
    """

    preload_bw: float = 0.0
    gain_spread: float = 0.0
    noise_n: float = 0.0
    warm_up_bw: float = 0.0
    cross_talk: float = 0.0
    creep: float = 0.0
    hysteresis: float = 0.0
    dead_cells: tuple[int, ...] = ()
    stuck_cells: tuple[tuple[int, float], ...] = ()
    fails_at_s: float = 0.0
    saturation_n: float = 1000.0
    step_n: float = 0.0

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

    def converted(self, forces_n: Floats) -> Floats:
        """Forces in whole steps of the converter."""
        return np.round(forces_n / self.step_n) * self.step_n if self.step_n > 0.0 else forces_n


class WornInsole:
    """One insole with its own cells' gains and preload, the same for the same generator.

    Foam that creeps or lags remembers what it felt, from the first time it is asked; what it was not asked for, it did
    not feel.
    """

    def __init__(self, params: InsoleParams, cells_n: int, weight_n: float, rng: np.random.Generator) -> None:
        self._params = params
        self._gain = np.maximum(1.0 + params.gain_spread * rng.standard_normal(cells_n), 0.3)
        uneven = rng.uniform(0.2, 1.8, cells_n)
        self._offset_n = weight_n * uneven / uneven.sum()
        parts = [(_LAG_S, params.hysteresis), *((time_s, params.creep / len(_CREEP_S)) for time_s in _CREEP_S)]
        self._foam = [(time_s, part, np.zeros(cells_n)) for time_s, part in parts if part > 0.0]
        self._felt_until_s = 0.0

    def sensed(self, forces_n: Floats, laced: Floats, time_s: Floats, noise: Noise) -> Floats:
        """(n, cells) newtons as the cells show them at evenly spaced times: never negative, never above saturation.

        The last time is the first one of the next portion. ``laced`` (n,) or (1,) is how much of the preload is there,
        see ``FootLoad``.
        """
        params, cells_n = self._params, forces_n.shape[1]
        shown = self._pressed(forces_n, time_s) if self._foam else forces_n
        if params.cross_talk > 0.0 and cells_n > 1:
            others = (shown.sum(axis=1, keepdims=True) - shown) / (cells_n - 1)
            shown = (1.0 - params.cross_talk) * shown + params.cross_talk * others
        warmth = 1.0 - np.exp(-np.maximum(time_s, 0.0) / _WARM_UP_S)
        baseline_bw = params.preload_bw * laced + params.warm_up_bw * warmth
        shown = (shown + baseline_bw[:, None] * self._offset_n) * self._gain
        if params.noise_n > 0.0:
            shown = shown + params.noise_n * noise.normal(shown.shape[1])
        self._fail(shown, time_s)
        limited: Floats = np.clip(shown, 0.0, params.saturation_n)
        return limited

    def _pressed(self, forces_n: Floats, time_s: Floats) -> Floats:
        """What the foam passes on. Its first part lags behind the force, the others come on top of it."""
        dt_s = float(time_s[1] - time_s[0])
        missed_s = max(float(time_s[0]) - self._felt_until_s, 0.0)
        self._felt_until_s = float(time_s[-1])
        shown = forces_n.copy()
        for lag_s, part, strain_n in self._foam:
            kept = np.exp(-dt_s / lag_s * np.arange(1, time_s.size + 1))[:, None]
            before_n = strain_n * np.exp(-missed_s / lag_s)
            course = kept * (before_n + (1.0 - kept[0]) * np.cumsum(forces_n / kept, axis=0))
            shown += part * (course - forces_n if lag_s == _LAG_S else course)
            strain_n[:] = course[-2]
        return shown

    def _fail(self, shown_n: Floats, time_s: Floats) -> None:
        """Cells that are dead or stuck, from the time they are."""
        cells_n, since = shown_n.shape[1], time_s >= self._params.fails_at_s
        broken = (*((cell, 0.0) for cell in self._params.dead_cells), *self._params.stuck_cells)
        for cell, held_n in broken:
            if cell < cells_n:
                shown_n[since, cell] = held_n
