"""Shank pitch: the integral of the pitch rate, levelled once a stride by gravity.

Over one stride the specific force, turned into the world by the integrated angle, averages to gravity because a walking
shank neither rises nor speeds up from stride to stride. The angle that makes its horizontal part vanish is the missing
constant of integration.
"""

from math import atan2, degrees
from statistics import median
from typing import NamedTuple

import numpy as np

from hub.gait.history import History
from hub.gait.signals.shank_marks import AHEAD, ANGLE, TIME, UP, ContactMinimum
from hub.gait.signals.tail import Tail
from hub.session import Floats
from sensors.layout import Role

STRIDE_S = (0.5, 3.0)
"""Shortest and longest time between two contacts of one foot that is taken for a stride."""

REMEMBERED = 9
"""Strides over whose median the drift of the integral is taken: the gyro's zero error."""

KNOWN_LAG_S = 0.05
"""Rows of a shank's history are known at most this long after their sample time."""

HOLE_S, HOLE_PERIODS = 0.060, 2.5
"""Longer holes than both make a measure of the whole stride wrong; as in ``hub.gait.feed``."""


class ShankLevel(NamedTuple):
    """Where the pitch was ``pitch_deg`` while its integral stood at ``angle_deg``, and how fast the integral drifts.

    Positive pitch: ankle ahead of knee.
    """

    role: Role
    time_s: float
    known_at_s: float
    angle_deg: float
    pitch_deg: float
    drift_dps: float


class ShankMeasures(NamedTuple):
    """A stride as the shank saw it. ``at_contact_deg`` is None before the pitch was levelled."""

    range_deg: float
    swing_peak_dps: float
    at_contact_deg: float | None


class PitchLevel:
    """Levels the integrated rate at each contact."""

    def __init__(self, role: Role, accelerometer: bool) -> None:
        self._role = role
        self._accelerometer = accelerometer
        self._drifts_dps: list[float] = []
        self._last_s: float | None = None

    def restart(self) -> None:
        """The integral starts anew."""
        self._last_s = None

    def stride(self, rows: Tail, mark: ContactMinimum) -> ShankLevel | None:
        """The level at the end of the stride that ``mark`` closes; None after the first contact and out of walking."""
        begin_s, end_s, self._last_s = self._last_s, mark.time_s, mark.time_s
        if begin_s is None or not STRIDE_S[0] <= end_s - begin_s <= STRIDE_S[1] or not self._accelerometer:
            return None
        time_s = rows.column(TIME, rows.first, rows.end)
        first, last = (rows.first + int(time_s.searchsorted(at_s)) for at_s in (begin_s, end_s))
        if first == rows.first or last >= rows.end:
            return None
        at_end_deg = rows.value(ANGLE, last)
        stride_s = rows.value(TIME, last) - rows.value(TIME, first)
        drift_dps = (at_end_deg - rows.value(ANGLE, first)) / stride_s
        self._drifts_dps = [*self._drifts_dps[-REMEMBERED + 1 :], drift_dps]
        drift_dps = median(self._drifts_dps)
        stride = rows.rows(first, last)
        turned = np.radians(stride[ANGLE] - at_end_deg - drift_dps * (stride[TIME] - rows.value(TIME, last)))
        cosine, sine = np.cos(turned), np.sin(turned)
        ahead = float(np.add.reduce(stride[AHEAD] * cosine - stride[UP] * sine))
        up = float(np.add.reduce(stride[AHEAD] * sine + stride[UP] * cosine))
        pitch_deg = degrees(atan2(ahead, up))
        return ShankLevel(self._role, rows.value(TIME, last), mark.known_at_s, at_end_deg, pitch_deg, drift_dps)


def pitch_at(history: History, level: ShankLevel, time_s: float) -> float | None:
    """Shank pitch in degrees at ``time_s``, or as shortly before as is known by now."""
    columns = history.at(time_s + KNOWN_LAG_S)
    if columns is None or abs(float(columns[0]) - time_s) > 2 * KNOWN_LAG_S:
        return None
    return pitch_of(columns, level)


def pitch_of(columns: Floats, level: ShankLevel) -> float:
    """Shank pitch in degrees in one row of a shank's history, not long before or after it was levelled."""
    row_s, angle_deg = float(columns[0]), float(columns[2])
    return level.pitch_deg + angle_deg - level.angle_deg - level.drift_dps * (row_s - level.time_s)


def measure_shank(history: History, level: ShankLevel | None, start_s: float, contact_s: float) -> ShankMeasures | None:
    """The stride from ``start_s`` to the initial contact ``contact_s``, from a shank stream's history.

    ``level`` is the latest one; None where there was none yet. None where the history does not reach so far or has a
    hole: a peak or a range of a part would be wrong.
    """
    _, columns = history.window(start_s, contact_s + KNOWN_LAG_S)
    if columns.shape[1] < 2:
        return None
    time_s, rate_dps, angle_deg = columns[:3]
    first = int(time_s.searchsorted(start_s))
    last = min(int(time_s.searchsorted(contact_s)), len(time_s) - 1)
    if last - first < 2 or _has_hole(time_s[first : last + 1], start_s, contact_s):
        return None
    drift_dps = level.drift_dps if level else 0.0
    pitch_deg = angle_deg[first : last + 1] - drift_dps * (time_s[first : last + 1] - time_s[first])
    at_contact_deg = None
    if level is not None:
        since_s = float(time_s[last]) - level.time_s
        at_contact_deg = level.pitch_deg + float(angle_deg[last]) - level.angle_deg - drift_dps * since_s
    return ShankMeasures(
        range_deg=pitch_deg.item(pitch_deg.argmax()) - pitch_deg.item(pitch_deg.argmin()),
        swing_peak_dps=rate_dps.item(first + int(rate_dps[first : last + 1].argmax())),
        at_contact_deg=at_contact_deg,
    )


def _has_hole(time_s: Floats, start_s: float, end_s: float) -> bool:
    """Whether samples are missing: longer than 60 ms, or than two and a half periods of a slow sensor."""
    period_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1)
    steps_s = time_s[1:] - time_s[:-1]
    longest_s = max(steps_s.item(steps_s.argmax()), float(time_s[0]) - start_s, end_s - float(time_s[-1]))
    return longest_s > max(HOLE_S, HOLE_PERIODS * period_s)


class ContactPosture:
    """How far forward a leg's shank usually is at contact."""

    def __init__(self, history: History) -> None:
        self.level: ShankLevel | None = None
        self._history = history
        self._pitches_deg: list[float] = []

    def learn(self, contact_s: float) -> None:
        """Take an undisturbed contact."""
        pitch_deg = pitch_at(self._history, self.level, contact_s) if self.level else None
        if pitch_deg is not None:
            self._pitches_deg = [*self._pitches_deg[-REMEMBERED + 1 :], pitch_deg]

    def below_usual_deg(self, contact_s: float) -> float:
        """How much less than usual at the contact at ``contact_s``; 0 where that is not known."""
        if self.level is None or len(self._pitches_deg) < REMEMBERED // 2:
            return 0.0
        pitch_deg = pitch_at(self._history, self.level, contact_s)
        return median(self._pitches_deg) - pitch_deg if pitch_deg is not None else 0.0
