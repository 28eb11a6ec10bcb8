"""Variation from step to step: white noise on slow drift, as human stride times have."""

import numpy as np


class Rhythm:
    """Unit-variance variation with a 1/f-like spectrum: white noise and two slow autoregressions."""

    _MEMORY = (0.85, 0.98)

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._slow = rng.standard_normal(len(self._MEMORY))

    def next(self) -> float:
        """The next step's deviation; the mean of two neighbours has variance 1."""
        for i, memory in enumerate(self._MEMORY):
            self._slow[i] = memory * self._slow[i] + np.sqrt(1.0 - memory**2) * self._rng.standard_normal()
        return float(0.5 * self._slow.sum() + 1.0 * self._rng.standard_normal())
