"""Noise of a sensor, second by second: the same in whatever chunks it is asked for."""

import numpy as np

from sensors.driver import Floats


class Noise:
    """White noise on an even grid over whole seconds and the point that ends them.

    Parameters
    ----------
    key : which sensor's, of which walker.
    first_s, seconds : the span.
    per_second : grid points.
    """

    def __init__(self, key: tuple[int, ...], first_s: int, seconds: int, per_second: int) -> None:
        self._draws = [np.random.default_rng((*key, second)) for second in range(first_s, first_s + seconds)]
        self._per_second = per_second

    def normal(self, columns_n: int) -> Floats:
        """(points, columns) of unit variance, others with each call."""
        drawn = [rng.standard_normal((self._per_second + 1, columns_n)) for rng in self._draws]
        return np.concatenate([*(part[:-1] for part in drawn), drawn[-1][-1:]])
