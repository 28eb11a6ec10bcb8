"""What a shank stream computes per sample, and the marks it makes of it."""

from enum import StrEnum
from typing import NamedTuple

from sensors.layout import Role

TIME, RATE, ANGLE, KNOWN, JERK, UP, AHEAD, YAW, ROLL = range(9)
"""Columns of a shank stream's rows: sample time; pitch rate in deg/s; its integral in deg; time from which the row was
known, later by the filter's delay; change of the specific force's magnitude in m/s^3; specific force along the shank
(ankle to knee) and forward, in m/s^2; rate about the shank's length (positive: to the left) and about forward
(positive: the knee to the right), in deg/s, unsmoothed. What needs axes that are not known is 0."""

COLUMNS = 9


class ToeOffMinimum(NamedTuple):
    """A swing is under way. The foot left the ground at ``time_s``, shortly after the pre-swing minimum."""

    role: Role
    time_s: float
    known_at_s: float
    seen: bool  # False: the rate before the swing was not there to be seen
    upright: bool | None


class Swing(NamedTuple):
    """One finished swing: pre-swing minimum, zero crossings, peak, and the angle it turned the shank by."""

    minimum_s: float
    rise_s: float
    peak_s: float
    fall_s: float
    peak_dps: float
    angle_deg: float


class ContactMinimum(NamedTuple):
    """The swing ended and the foot met the ground at ``time_s``.

    ``strong``: the loading minimum was a clear one. ``final_contact_s``: when the foot had left the ground.
    ``upright``: whether gravity pulled along the shank before the swing; None without accelerometer.
    """

    role: Role
    time_s: float
    known_at_s: float
    final_contact_s: float
    swing: Swing
    strong: bool
    upright: bool | None


class Arrest(StrEnum):
    """What the shank's rate did when the swing was obstructed."""

    REVERSED = "reversed"  # it turned round: the shank was thrown back
    EARLY = "early"  # it turned round before it had risen: just after the foot left the ground
    SLOWED = "slowed"  # it fell far below the wearer's lowest usual
    DOUBTFUL = "doubtful"  # it fell below the usual, not by much; another sensor must know


class SwingArrest(NamedTuple):
    """The swing was obstructed at ``time_s``.

    ``drop_dps``: how far the rate fell below the lowest usual. ``phase_pct``: when, in % of the expected swing from
    final to initial contact. ``expected_swing_s``: how long the swing should have lasted. ``learnt``: by the wearer's
    template; False: by a reversal that nobody's swing shows.
    """

    role: Role
    time_s: float
    known_at_s: float
    arrest: Arrest
    drop_dps: float
    phase_pct: float
    expected_swing_s: float
    learnt: bool


class SwingSlows(NamedTuple):
    """A swing's rate fell below a quarter of the usual peak at ``time_s``: the foot should land soon.

    ``phase_pct`` and ``expected_swing_s`` as in ``SwingArrest``.
    """

    role: Role
    time_s: float
    known_at_s: float
    phase_pct: float
    expected_swing_s: float


SwingMark = ToeOffMinimum | ContactMinimum | SwingArrest | SwingSlows
