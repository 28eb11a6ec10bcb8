"""The lower envelope of arrival delay: where packets would have arrived, had each been delayed as little as the least.

A packet is never early, only late. So arrival over device time is a cloud above a line, and the line is found at its
lower edge: of all lines below every packet of the window, the one with the smallest sum of distances. It is the edge of
the lower convex hull above the mean device time (Moon, Skelly and Towsley 1999, INFOCOM, as a linear program).
"""

from itertools import pairwise

_MAX_POINTS = 64
_FIRST_BIN_S = 0.25
_WIDEST_BIN_S = 1.0
_WINDOW_S = _MAX_POINTS * _WIDEST_BIN_S

Point = tuple[float, float]


class DelayEnvelope:
    """Line below the arrivals of about the last minute. State is at most 64 points, one per bin of up to 1 s.

    Parameters
    ----------
    drift_limit : the line's slope lies within 1 +- this.
    fit_after_s : span of data from which the slope is fitted; before, it is what it was (at first 1).
    offset_window_s : span of data that the line's height is taken from.
    """

    def __init__(self, drift_limit: float, fit_after_s: float, offset_window_s: float) -> None:
        self.drift = 0.0
        self._drift_limit = drift_limit
        self._fit_after_s = fit_after_s
        self._offset_window_s = offset_window_s
        self.restart(0.0, 0.0)

    def restart(self, device_s: float, arrival_s: float) -> None:
        """Forget all but the drift: the line now goes through this packet."""
        self._device_0_s = device_s
        self._arrival_0_s = arrival_s
        self._offset_s = 0.0
        self._points: list[Point] = []
        self._bin_s = _FIRST_BIN_S
        self._bin_end_s = self._bin_s
        self._lowest = (0.0, 0.0)
        self._lowest_s = 0.0

    def add(self, device_s: float, arrival_s: float) -> None:
        """Take a packet in. ``device_s`` must increase."""
        x_s = device_s - self._device_0_s
        excess_s = arrival_s - self._arrival_0_s - x_s
        above_s = excess_s - self.drift * x_s
        if x_s >= self._bin_end_s:
            self._close_bin()
            self._bin_end_s = x_s + self._bin_s
            self._lowest, self._lowest_s = (x_s, excess_s), above_s
        elif above_s < self._lowest_s:
            self._lowest, self._lowest_s = (x_s, excess_s), above_s
        self._offset_s = min(self._offset_s, excess_s - self.drift * x_s)

    def at(self, device_s: float) -> float:
        """Hub time at which a packet of this device time arrives when it is delayed least."""
        x_s = device_s - self._device_0_s
        return self._arrival_0_s + x_s + self._offset_s + self.drift * x_s

    def _close_bin(self) -> None:
        points = self._points
        points.append(self._lowest)
        if len(points) == _MAX_POINTS and self._bin_s < _WIDEST_BIN_S:
            self._bin_s *= 2
            points[:] = [
                min(pair, key=lambda point: point[1] - self.drift * point[0])
                for pair in zip(points[::2], points[1::2], strict=True)
            ]
        last_s = points[-1][0]
        while last_s - points[0][0] > _WINDOW_S or len(points) > _MAX_POINTS:
            del points[0]
        if last_s - points[0][0] >= self._fit_after_s:
            self.drift = min(max(_slope_below(points), -self._drift_limit), self._drift_limit)
        recent = (point for point in points if last_s - point[0] <= self._offset_window_s)
        self._offset_s = min(excess_s - self.drift * x_s for x_s, excess_s in recent)


def _slope_below(points: list[Point]) -> float:
    """Slope of the line below all points, ordered by x, with the least sum of distances."""
    hull: list[Point] = []
    for x, y in points:
        while len(hull) >= 2:
            (x1, y1), (x2, y2) = hull[-2:]
            if (y2 - y1) * (x - x1) < (y - y1) * (x2 - x1):
                break
            hull.pop()
        hull.append((x, y))
    mean = sum(x for x, _ in points) / len(points)
    for (x1, y1), (x2, y2) in pairwise(hull):
        if x2 >= mean:
            return (y2 - y1) / (x2 - x1)
    return 0.0
