"""Axes of an IMU strapped to a shank anyhow: which way is up along the bone, and about which axis the shank swings.

Over some strides the specific force averages to gravity, which points along the upright shank. Walking turns the shank
about the mediolateral axis: the direction, perpendicular to gravity, along which the angular rate varies most. Its sign
is such that the swing, by far the fastest rotation in a stride, is positive (over the 57 legs of marpino
the rate's third moment is 0.5-2.8 times the cube of its standard deviation).
"""

from dataclasses import dataclass
from math import acos, degrees, inf, sqrt

import numpy as np

from hub.session import Floats

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class AlignmentParams:
    """When a stretch of data is good enough to learn axes from."""

    least_share: float = 0.65  # variance of the rate along the axis; braced walker 0.72, others 0.8-0.97 (marpino)
    least_skew: float = 0.30  # third moment over standard deviation cubed; least in marpino 0.49
    gravity_mps2: tuple[float, float] = (8.0, 12.0)  # mean specific force of a walk 9.4-10.7 (marpino); less: tumbling
    still_dps: float = 12.0  # a second with no faster rotation, upright, is standing: sway stays below (our choice)
    lean_deg: float = 35.0  # standing shanks lean at most so far from where they are in walking on average (our choice)
    slipped_deg: float = 15.0  # an axis that moved farther means the strap slipped (our choice)


@dataclass(frozen=True, slots=True)
class ShankAxes:
    """Unit vectors in the sensor's own axes.

    ``pitch``: the axis about which a positive rate moves the ankle ahead of the knee. ``up``: from ankle to knee; None
    where no accelerometer told. ``share``: part of the rate's variance that lies along ``pitch``. ``stood``: ``up`` was
    seen in standing, where the shank is vertical; else it is the mean over strides, some degrees off. ``skew``: third
    moment of the rate over its standard deviation cubed; the smaller, the less sure is the sign of ``pitch``.
    """

    pitch: Vector
    up: Vector | None
    share: float = 1.0
    stood: bool = True
    skew: float = inf

    @property
    def forward(self) -> Vector | None:
        """The way the toes point, completing the two others; None without ``up``."""
        if self.up is None:
            return None
        (ux, uy, uz), (px, py, pz) = self.up, self.pitch
        return (uy * pz - uz * py, uz * px - ux * pz, ux * py - uy * px)


SHANK_FRAME = ShankAxes(pitch=(0.0, -1.0, 0.0), up=(0.0, 0.0, 1.0))
"""Axes of a sensor whose data are in the frame "shank" already: x forward, y left, z up."""


def angle_between_deg(one: Vector, other: Vector) -> float:
    """Angle between two unit vectors in degrees, 0..180."""
    cosine = sum(a * b for a, b in zip(one, other, strict=True))
    return degrees(acos(max(-1.0, min(1.0, cosine))))


def _mean(values: Floats) -> float:
    return float(np.add.reduce(values)) / len(values)


def estimate_axes(force_mps2: Floats | None, rate_dps: Floats, params: AlignmentParams) -> ShankAxes | None:
    """Axes from a stretch of walking; None where it cannot tell.

    Parameters
    ----------
    force_mps2 : (3, n) specific force in the sensor's axes, or None without accelerometer.
    rate_dps : (3, n) angular rate in the sensor's axes.
    """
    gx, gy, gz = (np.ascontiguousarray(row) for row in rate_dps)
    up: Vector | None = None
    if force_mps2 is not None:
        ux, uy, uz = (_mean(np.ascontiguousarray(row)) for row in force_mps2)
        norm = sqrt(ux * ux + uy * uy + uz * uz)
        if not params.gravity_mps2[0] <= norm <= params.gravity_mps2[1]:
            return None
        up = (ux / norm, uy / norm, uz / norm)
        along = gx * up[0] + gy * up[1] + gz * up[2]
        gx, gy, gz = gx - along * up[0], gy - along * up[1], gz - along * up[2]
    xy, xz, yz = _mean(gx * gy), _mean(gx * gz), _mean(gy * gz)
    moments = np.array([[_mean(gx * gx), xy, xz], [xy, _mean(gy * gy), yz], [xz, yz, _mean(gz * gz)]])
    variances, directions = np.linalg.eigh(moments)
    total = float(variances.sum())
    if total <= 0.0 or variances[2] < params.least_share * total:
        return None
    x, y, z = (float(part) for part in directions[:, 2])
    rate = gx * x + gy * y + gz * z
    skew = _mean(rate * rate * rate) / float(variances[2]) ** 1.5
    if abs(skew) < params.least_skew:
        return None
    sign = 1.0 if skew > 0 else -1.0
    share = float(variances[2]) / total
    return ShankAxes((sign * x, sign * y, sign * z), up, share, stood=False, skew=abs(skew))


def standing_up(
    force_mps2: Floats, rate_dps: Floats, axes: ShankAxes, second_n: int, params: AlignmentParams
) -> Vector | None:
    """Gravity in the calmest second of a stretch, perpendicular to the pitch axis; None if nobody stood still in it."""
    seconds = rate_dps.shape[1] // second_n
    if axes.up is None or seconds == 0:
        return None
    fastest = np.abs(rate_dps[:, : seconds * second_n]).reshape(3, seconds, second_n).max(axis=(0, 2))
    calmest = int(fastest.argmin())
    if fastest[calmest] > params.still_dps:
        return None
    span = slice(calmest * second_n, (calmest + 1) * second_n)
    x, y, z = (_mean(np.ascontiguousarray(row[span])) for row in force_mps2)
    px, py, pz = axes.pitch
    along = x * px + y * py + z * pz
    x, y, z = x - along * px, y - along * py, z - along * pz
    norm = sqrt(x * x + y * y + z * z)
    if not params.gravity_mps2[0] <= norm <= params.gravity_mps2[1]:
        return None
    up = (x / norm, y / norm, z / norm)
    return up if angle_between_deg(up, axes.up) <= params.lean_deg else None
