"""Joint angles of a leg, and the sagittal motion of the place where the shank IMU sits."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats
from sensors.layout import Side
from sensors.walker.chain import leg_length_m
from sensors.walker.plan import FEET, LegPlan, Plan
from sensors.walker.posture import posture_motion
from sensors.walker.trips import stumble_course

STANDING_THIGH_DEG = 3.0
_SMOOTHING_S = 0.015


@dataclass(frozen=True, slots=True, eq=False)
class LegAngles:
    """(n,) degrees: thigh and shank pitch (positive: lower end ahead), ankle (positive: dorsiflexion)."""

    thigh_deg: Floats
    shank_deg: Floats
    ankle_deg: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ShankMotion:
    """(n,) pitch, roll and yaw of the shank, and the acceleration of the sensor's place.

    Turned from the world by yaw to the left, then by pitch (ankle ahead), then by roll to the right; forward and left
    are the shank's own, level ones.
    """

    pitch_deg: Floats
    roll_deg: Floats
    yaw_deg: Floats
    forward_mps2: Floats
    left_mps2: Floats
    up_mps2: Floats


def leg_angles(plan: Plan, side: Side, time_s: Floats) -> LegAngles:
    """Angles of gait at ascending times, stumbles included and posture not."""
    leg = plan.legs[side]
    angles = _undisturbed(plan, leg, time_s)
    for stumble in leg.stumbles:
        if time_s[-1] <= stumble.start_s:
            continue
        hip_mps = float(plan.speed_mps(np.array([stumble.start_s]))[0])

        def undisturbed(at_s: Floats) -> tuple[Floats, Floats]:
            there = _undisturbed(plan, leg, at_s)
            return there.thigh_deg, there.shank_deg

        course = stumble_course(stumble, plan.segments, hip_mps, undisturbed)
        for pitch_deg, curve in ((angles.thigh_deg, course.thigh), (angles.shank_deg, course.shank)):
            if curve is not None:
                during = (time_s > curve.knots[0]) & (time_s < curve.knots[-1])
                pitch_deg[during] = curve(time_s[during])
    return angles


def _undisturbed(plan: Plan, leg: LegPlan, time_s: Floats) -> LegAngles:
    phase, walking = leg.phase(time_s), plan.walking(time_s)
    swing = walking * leg.excursion(time_s)
    thigh, knee, ankle = np.empty((3, time_s.size))
    starts = [since_s for since_s, _ in leg.patterns]
    which = np.searchsorted(starts, time_s, side="right") - 1
    for index in np.unique(which):
        at, pattern = which == index, leg.patterns[max(int(index), 0)][1]
        thigh[at], knee[at], ankle[at] = pattern.thigh(phase[at]), pattern.knee(phase[at]), pattern.ankle(phase[at])
    return LegAngles(swing * thigh + (1.0 - walking) * STANDING_THIGH_DEG, swing * (thigh - knee), walking * ankle)


def shank_motion(plan: Plan, side: Side, time_s: Floats) -> ShankMotion:
    """Motion at evenly spaced times; the first and last 60 ms are only there to smooth and differentiate over."""
    dt_s = float(time_s[1] - time_s[0])
    length = plan.segments
    angles = {foot: leg_angles(plan, foot, time_s) for foot in FEET}
    own = angles[side]
    hip_up_m = np.zeros(time_s.size)
    for foot, leg in angles.items():
        reach_m = leg_length_m(length, leg.thigh_deg, leg.shank_deg, leg.ankle_deg)
        hip_up_m += plan.share_of(foot, time_s) * reach_m
    hip_up_m = _smoothed(hip_up_m, dt_s)
    thigh, shank = np.radians(own.thigh_deg), np.radians(own.shank_deg)
    forward_m = length.thigh_m * np.sin(thigh) + length.sensor_below_knee_m * np.sin(shank)
    up_m = hip_up_m - length.thigh_m * np.cos(thigh) - length.sensor_below_knee_m * np.cos(shank)
    hip_mps2 = np.gradient(plan.speed_mps(time_s), dt_s)
    posture = posture_motion(plan.legs[side], length, 1.0 - plan.walking(time_s), time_s)
    carried_mps2 = _second_derivative(posture.place_m, dt_s)
    return ShankMotion(
        own.shank_deg + posture.pitch_deg,
        posture.roll_deg,
        posture.yaw_deg,
        hip_mps2 + _second_derivative(forward_m, dt_s) + carried_mps2[:, 0],
        carried_mps2[:, 1],
        _second_derivative(up_m, dt_s) + carried_mps2[:, 2],
    )


def _smoothed(values: Floats, dt_s: float) -> Floats:
    """Gaussian of 15 ms (1.25 % of the gait cycle): the weight passes softly from leg to leg."""
    reach = int(np.ceil(4.0 * _SMOOTHING_S / dt_s))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * dt_s / _SMOOTHING_S) ** 2)
    padded = np.pad(values, reach, mode="edge")
    smooth: Floats = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return smooth


def _second_derivative(values: Floats, dt_s: float) -> Floats:
    result = np.zeros_like(values)
    result[1:-1] = (values[2:] - 2.0 * values[1:-1] + values[:-2]) / dt_s**2
    return result
