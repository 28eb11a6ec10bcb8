"""Cubic curves through knots, in numpy alone: scipy.interpolate would hold 60 MB in the demo."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats


class Hermite:
    """Piecewise cubic with given values and slopes at ascending knots; held outside them, to the last bit."""

    def __init__(self, knots: Floats, values: Floats, slopes: Floats) -> None:
        self.knots = knots
        width = np.diff(knots)
        secant = np.diff(values) / width
        bend = slopes[:-1] + slopes[1:] - 2.0 * secant
        held = np.zeros(1)
        self._powers = np.stack(
            (
                values,
                np.append(slopes[:-1], held),
                np.append((secant - slopes[:-1] - bend) / width, held),
                np.append(bend / width**2, held),
            )
        )

    def __call__(self, at: Floats) -> Floats:
        """Value at any places, the shape of ``at``."""
        inside = np.minimum(np.maximum(at, self.knots[0]), self.knots[-1])
        i = np.searchsorted(self.knots[1:], inside, side="right")
        u = inside - self.knots[i]
        constant, linear, square, cube = self._powers[:, i]
        result: Floats = ((cube * u + square) * u + linear) * u + constant
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
