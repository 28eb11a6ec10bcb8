"""A wearer's usual swing, point by point, and how far below it the rate and its slope never fall."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hub.session import Floats

FIRST_PHASE = -0.3
LAST_PHASE = 1.0
BIN = 0.05
"""Phase is time since the rate rose through zero, in parts of the usual time until it falls through zero again."""

BINS = round((LAST_PHASE - FIRST_PHASE) / BIN) + 1
PHASES = np.array([FIRST_PHASE + BIN * index for index in range(BINS)])


@dataclass(frozen=True, slots=True)
class TemplateParams:
    """How much is learnt before the template speaks, and how sure it must be."""

    speaks_after: int = 30  # clean swings; before that the gyro rule is off (our choice)
    sure_after: int = 150  # from here on the template is narrow (our choice)
    early_sigma: float = 6.0  # (our choice)
    late_sigma: float = 4.0  # (our choice)
    neighbours: int = 2  # bins to either side whose lowest limit counts: a swing may be early or late (our choice)
    doubtful_sigma: float = 3.0  # what is worth a second look, by another sensor (our choice)
    doubtful_neighbours: int = 1  # bins on either side that the doubtful limit takes in
    weight: float = 0.02  # of one swing in the running mean and variance (our choice)
    least_rate_dps: float = 8.0  # no wearer is steadier than this within a bin
    least_slope_dps2: float = 250.0  # nor than this in slope


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Lowest usual rate and slope in each bin."""

    rate_dps: Floats
    slope_dps2: Floats


class SwingTemplate:
    """Running mean and variance of rate (row 0, deg/s) and slope (row 1, deg/s^2) in each bin of phase."""

    def __init__(self, params: TemplateParams, learnt: Mapping[str, Any] | None = None) -> None:
        self._params = params
        self._least = np.array([[params.least_rate_dps], [params.least_slope_dps2]])
        self.swings = 0
        self._mean = np.zeros((2, BINS))
        self._variance = np.zeros((2, BINS))
        if learnt:
            self.swings = int(learnt["swings"])
            self._mean = np.array(learnt["mean"], dtype=float)
            self._variance = np.array(learnt["variance"], dtype=float)
        self._limits: Limits | None = None
        self._doubtful: Limits | None = None

    @property
    def limits(self) -> Limits | None:
        """The lowest usual values; None before enough swings are known."""
        if self._limits is None and self.swings >= self._params.speaks_after:
            params = self._params
            sigma = params.late_sigma if self.swings >= params.sure_after else params.early_sigma
            self._limits = self._lowest(sigma, params.neighbours)
        return self._limits

    @property
    def doubtful(self) -> Limits | None:
        """Values below which a swing is doubtful, no more; None before enough swings are known."""
        if self._doubtful is None and self.swings >= self._params.speaks_after:
            self._doubtful = self._lowest(self._params.doubtful_sigma, self._params.doubtful_neighbours)
        return self._doubtful

    def learn(self, curve: Floats) -> None:
        """Take one clean swing: (2, BINS) rate and slope."""
        self.swings += 1
        weight = max(1.0 / self.swings, self._params.weight)
        off = curve - self._mean
        step = weight * off
        self._mean = self._mean + step
        self._variance = (1.0 - weight) * (self._variance + step * off)
        self._limits = self._doubtful = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"swings": self.swings, "mean": self._mean.tolist(), "variance": self._variance.tolist()}

    def _lowest(self, sigma: float, neighbours: int) -> Limits:
        lowest = self._mean - sigma * np.maximum(np.sqrt(self._variance), self._least)
        for _ in range(neighbours):
            pairs = np.minimum(lowest[:, 1:], lowest[:, :-1])
            lowest[:, 1:-1] = np.minimum(pairs[:, 1:], pairs[:, :-1])
            lowest[:, 0], lowest[:, -1] = pairs[:, 0], pairs[:, -1]
        return Limits(lowest[0], lowest[1])
