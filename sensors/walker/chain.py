"""The leg as a chain of segments: joint angles over the gait cycle, and where hip, ankle, toe and heel are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from sensors.driver import Floats
from sensors.walker.profiles import ANKLE_PCT, KNEE_PCT, THIGH_PCT, Angles
from sensors.walker.spline import Periodic, periodic_cubic

REFERENCE_HEIGHT_M = 1.75


@dataclass(frozen=True, slots=True)
class Segments:
    """Lengths in metres for a person of 1.75 m; ``scaled`` for others."""

    thigh_m: float = 0.43
    shank_m: float = 0.43
    toe_ahead_m: float = 0.18
    heel_behind_m: float = 0.06
    sole_below_m: float = 0.08
    sensor_below_knee_m: float = 0.12

    @staticmethod
    def for_height(height_m: float) -> "Segments":
        """All lengths in proportion to body height."""
        own, factor = Segments(), height_m / REFERENCE_HEIGHT_M
        return Segments(
            own.thigh_m * factor,
            own.shank_m * factor,
            own.toe_ahead_m * factor,
            own.heel_behind_m * factor,
            own.sole_below_m * factor,
            own.sensor_below_knee_m * factor,
        )


@dataclass(frozen=True, slots=True, eq=False)
class LegPattern:
    """Thigh, knee and ankle angle in degrees over the phase (0..1 of the gait cycle, any number of cycles)."""

    thigh: Callable[[Floats], Floats]
    knee: Callable[[Floats], Floats]
    ankle: Callable[[Floats], Floats]

    def angles(self, phase: Floats) -> tuple[Floats, Floats, Floats]:
        """Thigh, knee and ankle at phases."""
        return self.thigh(phase), self.knee(phase), self.ankle(phase)

    def backward(self, stance: float) -> "LegPattern":
        """The same leg going backward: gait run in reverse, so that its final contact is the initial one (Winter 1989).

        Parameters
        ----------
        stance : part of the gait cycle that is stance.
        """

        def reverse(angle: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
            return lambda phase: angle(stance - phase)

        return LegPattern(reverse(self.thigh), reverse(self.knee), reverse(self.ankle))


@cache
def leg_pattern(thigh_deg: Angles, knee_deg: Angles, ankle_deg: Angles) -> LegPattern:
    """Periodic cubic splines through the control points of ``profiles``."""

    def spline(percent: tuple[int, ...], degrees: Angles) -> Periodic:
        return periodic_cubic(np.array(percent) / 100.0, np.array(degrees, dtype=float))

    return LegPattern(spline(THIGH_PCT, thigh_deg), spline(KNEE_PCT, knee_deg), spline(ANKLE_PCT, ankle_deg))


@dataclass(frozen=True, slots=True)
class Joints:
    """Control points of one leg's angles over the gait cycle, as in ``profiles``."""

    thigh_deg: Angles
    knee_deg: Angles
    ankle_deg: Angles

    @property
    def pattern(self) -> LegPattern:
        """The curves through them."""
        return leg_pattern(self.thigh_deg, self.knee_deg, self.ankle_deg)

    def plus(self, other: "Joints", part: float = 1.0) -> "Joints":
        """These angles and ``part`` of others on top."""

        def add(own: Angles, more: Angles) -> Angles:
            return tuple(x + part * y for x, y in zip(own, more, strict=True))

        return Joints(
            add(self.thigh_deg, other.thigh_deg),
            add(self.knee_deg, other.knee_deg),
            add(self.ankle_deg, other.ankle_deg),
        )


def ankle_drop_m(segments: Segments, thigh_deg: Floats, shank_deg: Floats) -> Floats:
    """How far the ankle is below the hip."""
    drop: Floats = segments.thigh_m * np.cos(np.radians(thigh_deg)) + segments.shank_m * np.cos(np.radians(shank_deg))
    return drop


def toe_drop_m(segments: Segments, foot_deg: Floats) -> Floats:
    """How far the tip of the toes is below the ankle."""
    pitch = np.radians(foot_deg)
    drop: Floats = segments.sole_below_m * np.cos(pitch) - segments.toe_ahead_m * np.sin(pitch)
    return drop


def heel_drop_m(segments: Segments, foot_deg: Floats) -> Floats:
    """How far the heel is below the ankle."""
    pitch = np.radians(foot_deg)
    drop: Floats = segments.sole_below_m * np.cos(pitch) + segments.heel_behind_m * np.sin(pitch)
    return drop


def leg_length_m(segments: Segments, thigh_deg: Floats, shank_deg: Floats, ankle_deg: Floats) -> Floats:
    """Hip to the lowest point of the foot."""
    foot_deg = shank_deg + ankle_deg
    lowest = np.maximum(toe_drop_m(segments, foot_deg), heel_drop_m(segments, foot_deg))
    length: Floats = ankle_drop_m(segments, thigh_deg, shank_deg) + lowest
    return length


def ankle_speed_mps(
    segments: Segments, hip_mps: float, thigh: tuple[float, float], shank: tuple[float, float]
) -> float:
    """Forward speed of the ankle from (angle in deg, rate in deg/s) of thigh and shank."""
    swing = segments.thigh_m * np.cos(np.radians(thigh[0])) * np.radians(thigh[1])
    swing += segments.shank_m * np.cos(np.radians(shank[0])) * np.radians(shank[1])
    return float(hip_mps + swing)


def toe_clearance_m(segments: Segments, swing: LegPattern, stance: LegPattern, phase: Floats) -> Floats:
    """Height of the toes above the ground of a leg in swing, on the other leg half a cycle away.

    Below zero, the foot does not fit between hip and ground: it drags.
    """
    other = phase + 0.5
    stand_thigh = stance.thigh(other)
    hip = leg_length_m(segments, stand_thigh, stand_thigh - stance.knee(other), stance.ankle(other))
    thigh = swing.thigh(phase)
    shank = thigh - swing.knee(phase)
    height: Floats = hip - ankle_drop_m(segments, thigh, shank) - toe_drop_m(segments, shank + swing.ankle(phase))
    return height
