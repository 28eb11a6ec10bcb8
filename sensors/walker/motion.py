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
SWUNG_FROM = 0.62
"""Part of the gait cycle from which a leg swings outward or is hiked, until its contact."""

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
    changes = list(leg.patterns)
    settled = max(i for i, change in enumerate(changes) if i == 0 or change.settled_s <= time_s[0])
    thigh, knee, ankle = changes[settled].pattern.angles(phase)
    for change in changes[settled + 1 :]:
        if change.start_s < time_s[-1]:
            part = change.part(time_s)
            new = change.pattern.angles(phase)
            thigh, knee, ankle = (a + part * (b - a) for a, b in zip((thigh, knee, ankle), new, strict=True))
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
        hip_up_m += plan.share_of(foot, time_s) * (reach_m + plan.legs[foot].ground_m(time_s))
    hip_up_m = _smoothed(hip_up_m, dt_s)
    thigh, shank = np.radians(own.thigh_deg), np.radians(own.shank_deg)
    outward_deg, hiked_m = _swung_out(plan, side, time_s)
    forward_m = length.thigh_m * np.sin(thigh) + length.sensor_below_knee_m * np.sin(shank)
    up_m = hip_up_m + hiked_m - length.thigh_m * np.cos(thigh) - length.sensor_below_knee_m * np.cos(shank)
    hip_mps2 = np.gradient(plan.speed_mps(time_s), dt_s)
    posture = posture_motion(plan.legs[side], length, 1.0 - plan.walking(time_s), time_s)
    left_m = -(length.thigh_m + length.sensor_below_knee_m) * np.sin(np.radians(outward_deg))
    carried_mps2 = _second_derivative(posture.place_m, dt_s)
    return ShankMotion(
        own.shank_deg + posture.pitch_deg,
        posture.roll_deg + outward_deg,
        posture.yaw_deg,
        hip_mps2 + _second_derivative(forward_m, dt_s) + carried_mps2[:, 0],
        carried_mps2[:, 1] + _second_derivative(left_m, dt_s),
        _second_derivative(up_m, dt_s) + carried_mps2[:, 2],
    )


def _swung_out(plan: Plan, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
    """(n,) lean of the leg to its right in degrees as it swings outward, and height in m by which its hip is hiked."""
    leg = plan.legs[side]
    abduct_deg, hike_m = leg.abduct_deg(time_s), leg.hike_m(time_s)
    if not (abduct_deg.any() or hike_m.any()):
        return abduct_deg, hike_m
    phase = leg.phase(time_s)
    swing = np.clip((phase - np.floor(phase) - SWUNG_FROM) / (1.0 - SWUNG_FROM), 0.0, 1.0)
    arc = plan.walking(time_s) * np.sin(np.pi * swing) ** 3
    outward = 1.0 if side is Side.LEFT else -1.0
    return outward * arc * abduct_deg, arc * hike_m


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
