"""Posture of a leg that does not walk: how the shank leans, turns, and carries its sensor about ankle or knee."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats
from sensors.walker.chain import Segments
from sensors.walker.plan import LegPlan


@dataclass(frozen=True, slots=True, eq=False)
class PostureMotion:
    """(n,) pitch, roll and yaw of the shank in degrees, and (n, 3) where its sensor is: forward, left, up in m."""

    pitch_deg: Floats
    roll_deg: Floats
    yaw_deg: Floats
    place_m: Floats


def posture_motion(leg: LegPlan, segments: Segments, resting: Floats, time_s: Floats) -> PostureMotion:
    """What the posture adds to gait; ``resting`` (n,) is how much of it shows, 1 where the person does not walk.

    The sensor moves about the ankle of a foot on the ground, and about the knee of a leg that hangs.
    """
    pitch_deg = resting * leg.posture_deg(time_s)
    roll_deg, yaw_deg = leg.roll_deg(time_s), leg.yaw_deg(time_s)
    pitch, roll = np.radians(pitch_deg), np.radians(roll_deg)
    axis = np.column_stack((-np.sin(pitch) * np.cos(roll), -np.sin(roll), np.cos(pitch) * np.cos(roll)))
    lever_m = segments.shank_m * (1.0 - leg.hanging(time_s)) - segments.sensor_below_knee_m
    place_m: Floats = lever_m[:, None] * (axis - np.array([0.0, 0.0, 1.0]))
    return PostureMotion(pitch_deg, roll_deg, yaw_deg, place_m)
