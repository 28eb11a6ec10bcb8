"""Raw samples of a shin IMU to rows: along the shank's axes, its rate smoothed and summed up to an angle."""

from itertools import pairwise
from math import sqrt

import numpy as np

from hub.gait.signals.alignment import ShankAxes, Vector
from hub.gait.signals.shank_marks import AHEAD, ANGLE, COLUMNS, JERK, KNOWN, RATE, ROLL, TIME, UP, YAW
from hub.gait.signals.tail import Tail
from hub.session import Floats, ShinSpec

RAW_COLUMNS = 7
RAW_TIME, RAW_FORCE, RAW_RATE = 0, slice(1, 4), slice(4, 7)
"""Columns of raw samples: time, specific force in m/s^2, rate in deg/s, in the sensor's axes."""

FEW = 6
"""Rows, as they come live, that are made sooner of plain numbers than of arrays."""


class ShankRowMaker:
    """Makes rows, whose columns are those of ``shank_marks``; the same bits however many are made at a time.

    Parameters
    ----------
    smoothing_s : standard deviation of the binomial kernel that the pitch rate is smoothed with.
    """

    def __init__(self, spec: ShinSpec, smoothing_s: float) -> None:
        self.half = round((2 * smoothing_s * spec.rate_hz) ** 2) // 2
        """Raw samples that a row needs on either side of its own."""
        self._accelerometer = spec.accelerometer
        self.use(None)

    def use(self, axes: ShankAxes | None) -> None:
        """From here on along these axes. Without axes no rows can be made."""
        self._axes = axes
        self._pitch_axis = _columns(axes.pitch) if axes else None
        self._up_and_ahead = _columns(axes.up, axes.forward) if axes and axes.up and axes.forward else None

    def extend(self, rows: Tail, raw: Tail, end: int) -> Floats | None:
        """Add to ``rows`` what raw samples before index ``end`` allow, and return it; None if that is nothing."""
        start, stop = rows.end, end - self.half
        if self._axes is None or self._pitch_axis is None or stop <= start:
            return None
        lead = 0 if start == rows.first else 1
        samples = raw.rows(start - lead - self.half, stop + self.half)
        angle_deg = rows.value(ANGLE, start - 1) if lead else 0.0
        if stop - start <= FEW:
            made = self._few(self._axes, samples, angle_deg)
        else:
            made = self._many(self._pitch_axis, samples, angle_deg)
        added = made[:, lead:]
        rows.append(added)
        return added

    def _many(self, pitch_axis: Floats, samples: Floats, angle_deg: float) -> Floats:
        """A row for each of ``samples`` but the first and last ``half``; the first row's angle is given."""
        (rate,) = _along(samples[RAW_RATE], pitch_axis)
        for _ in range(2 * self.half):
            rate = (rate[1:] + rate[:-1]) * 0.5
        middle = samples[:, self.half : self.half + len(rate)]
        time_s = middle[RAW_TIME]
        rows = np.zeros((COLUMNS, len(rate)))
        rows[TIME] = time_s
        rows[KNOWN] = samples[RAW_TIME, 2 * self.half :]
        rows[RATE] = rate
        step_s = time_s[1:] - time_s[:-1]
        angle = rows[ANGLE]
        angle[0] = angle_deg
        angle[1:] = (rate[1:] + rate[:-1]) * 0.5 * step_s
        angle[:] = angle.cumsum()
        if self._accelerometer:
            x, y, z = force = middle[RAW_FORCE]
            size = np.sqrt(x * x + y * y + z * z)
            rows[JERK, 1:] = np.abs(size[1:] - size[:-1]) / step_s
            if self._up_and_ahead is not None:
                rows[UP : AHEAD + 1] = _along(force, self._up_and_ahead)
                rows[YAW : ROLL + 1] = _along(middle[RAW_RATE], self._up_and_ahead)
        return rows

    def _few(self, axes: ShankAxes, samples: Floats, angle_deg: float) -> Floats:
        """The same rows, by the same operations on plain numbers."""
        raw = samples.T.tolist()
        px, py, pz = axes.pitch
        rates = [gx * px + gy * py + gz * pz for _, _, _, _, gx, gy, gz in raw]
        for _ in range(2 * self.half):
            rates = [(one + two) * 0.5 for one, two in pairwise(rates)]
        up, ahead = axes.up, axes.forward
        rows: list[list[float]] = []
        before_s, before_dps, before_size = 0.0, 0.0, 0.0
        for index, rate in enumerate(rates):
            time_s, *force_and_rate = raw[index + self.half]
            fx, fy, fz, gx, gy, gz = force_and_rate
            row = [time_s, rate, angle_deg, raw[index + 2 * self.half][RAW_TIME], 0.0, 0.0, 0.0, 0.0, 0.0]
            if index:
                row[ANGLE] = angle_deg = angle_deg + (rate + before_dps) * 0.5 * (time_s - before_s)
            if self._accelerometer:
                size = sqrt(fx * fx + fy * fy + fz * fz)
                row[JERK] = abs(size - before_size) / (time_s - before_s) if index else 0.0
                before_size = size
                if up and ahead:
                    (ux, uy, uz), (ax, ay, az) = up, ahead
                    row[UP], row[AHEAD] = fx * ux + fy * uy + fz * uz, fx * ax + fy * ay + fz * az
                    row[YAW], row[ROLL] = gx * ux + gy * uy + gz * uz, gx * ax + gy * ay + gz * az
            before_s, before_dps = time_s, rate
            rows.append(row)
        return np.array(rows).T


def pitch_rate(rate_dps: Floats, axes: ShankAxes) -> Floats:
    """The rate (n,) about the mediolateral axis, unsmoothed, of rates (3, n) in the sensor's axes."""
    pitch_dps: Floats = _along(rate_dps, _columns(axes.pitch))[0]
    return pitch_dps


def _columns(*axes: Vector) -> Floats:
    """Axes as ``_along`` takes them."""
    return np.array(axes).T[:, :, np.newaxis]


def _along(vectors: Floats, axes: Floats) -> Floats:
    """Components of (3, n) ``vectors`` along each of k ``axes`` (3, k, 1), (k, n)."""
    x, y, z = vectors[:, np.newaxis] * axes
    components: Floats = x + y + z
    return components
