"""A curve through knots that arrive in order of time: known ahead, forgotten behind."""

from bisect import bisect_left, bisect_right

import numpy as np

from sensors.driver import Floats
from sensors.walker.spline import Hermite, monotone_slopes


class Track:
    """Piecewise curve over time, held before its first and after its last knot.

    ``smooth`` curves are monotone cubics that never overshoot a knot; otherwise straight lines join the knots. A smooth
    curve is settled up to its last knot but one, and up to the last where it arrives there level.
    """

    def __init__(self, time_s: float, value: float, *, smooth: bool = True) -> None:
        self._times = [time_s]
        self._values = [value]
        self._smooth = smooth
        self._curve: Hermite | None = None

    @property
    def last_s(self) -> float:
        """Time of the last knot."""
        return self._times[-1]

    @property
    def last(self) -> float:
        """Value of the last knot."""
        return self._values[-1]

    @property
    def settled_s(self) -> float:
        """Before this time no later knot changes anything."""
        moving = self._smooth and len(self._times) > 1 and self._values[-1] != self._values[-2]
        return self._times[-2] if moving else self._times[-1]

    def to(self, time_s: float, value: float) -> None:
        """Add a knot, later than all others.

        Raises
        ------
        ValueError : the knot is not later than the last one.
        """
        if time_s <= self._times[-1]:
            raise ValueError(f"knot at {time_s:.6f} s is not after {self._times[-1]:.6f} s")
        self._times.append(time_s)
        self._values.append(value)
        self._curve = None

    def hold(self, until_s: float) -> None:
        """Stay at the last value until a later time."""
        if until_s > self._times[-1]:
            self.to(until_s, self._values[-1])

    def forget_before(self, time_s: float) -> None:
        """Drop knots that the curve from ``time_s`` on does not depend on."""
        spare = bisect_left(self._times, time_s) - 3
        if spare > 0:
            del self._times[:spare], self._values[:spare]
            self._curve = None

    def last_before(self, time_s: float) -> float:
        """Value of the last knot before a time, of the first one if there is none."""
        return self._values[max(bisect_left(self._times, time_s) - 1, 0)]

    def spread(self, start_s: float, end_s: float) -> float:
        """How far apart its values from ``start_s`` to ``end_s`` are at most by the knots around them; 0: constant."""
        first = max(bisect_right(self._times, start_s) - 1, 0)
        around = self._values[first : bisect_left(self._times, end_s) + 1] or self._values[-1:]
        return max(around) - min(around)

    def __call__(self, time_s: Floats) -> Floats:
        """Value at ascending times, the shape of ``time_s``."""
        if time_s.size and self.spread(float(time_s[0]), float(time_s[-1])) == 0.0:
            return np.full(time_s.shape, self._values[max(bisect_right(self._times, float(time_s[0])) - 1, 0)])
        if self._smooth and len(self._times) > 1:
            if self._curve is None:
                knots, values = np.array(self._times), np.array(self._values)
                self._curve = Hermite(knots, values, monotone_slopes(knots, values))
            return self._curve(time_s)
        return np.interp(time_s, self._times, self._values)
