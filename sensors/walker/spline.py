"""Cubic curves through knots, in numpy alone: scipy.interpolate would hold 60 MB in the demo."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Hermite:
    """Piecewise cubic with given values and slopes at ascending knots; held outside them."""

    knots: Floats
    values: Floats
    slopes: Floats

    def __call__(self, at: Floats) -> Floats:
        """Value at any places, the shape of ``at``."""
        i = np.clip(np.searchsorted(self.knots, at, side="right") - 1, 0, self.knots.size - 2)
        width = self.knots[i + 1] - self.knots[i]
        u = np.clip((at - self.knots[i]) / width, 0.0, 1.0)
        v = 1.0 - u
        start, end = self.values[i], self.values[i + 1]
        bend = width * (self.slopes[i] * v - self.slopes[i + 1] * u)
        result: Floats = start + (end - start) * u * u * (3.0 - 2.0 * u) + bend * u * v
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Periodic:
    """A curve of period 1."""

    cycle: Hermite

    def __call__(self, at: Floats) -> Floats:
        """Value at any places, the shape of ``at``."""
        return self.cycle(at - np.floor(at))


def periodic_cubic(knots: Floats, values: Floats) -> Periodic:
    """The twice continuously differentiable cubic of period 1 through knots 0 .. 1 whose end values agree."""
    width = np.diff(knots)
    secant = np.diff(values) / width
    n = width.size
    system, right = np.zeros((n, n)), np.zeros(n)
    for i in range(n):
        before = i - 1
        system[i, before] += width[i]
        system[i, i] += 2.0 * (width[before] + width[i])
        system[i, (i + 1) % n] += width[before]
        right[i] = 3.0 * (width[i] * secant[before] + width[before] * secant[i])
    slopes = np.linalg.solve(system, right)
    return Periodic(Hermite(knots, values, np.append(slopes, slopes[0])))


def monotone_slopes(knots: Floats, values: Floats) -> Floats:
    """Slopes that never overshoot (Fritsch and Butland 1984: harmonic mean of the secants); level at both ends."""
    slopes = np.zeros(knots.size)
    secant = np.diff(values) / np.diff(knots)
    before, after = secant[:-1], secant[1:]
    same = before * after > 0.0
    slopes[1:-1][same] = 2.0 * before[same] * after[same] / (before[same] + after[same])
    return slopes
