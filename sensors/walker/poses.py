"""Poses of a leg at rest, and moving from one to the next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from sensors.walker.plan import LegPlan, Plan


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a resting leg is; the meanings of ``LegPlan``'s curves. The default stands upright."""

    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    hanging: float = 0.0
    press_bw: float = 0.0
    fore: float = 0.0

    @staticmethod
    def planned(leg: LegPlan) -> "Pose":
        """Where a leg's curves end."""
        return Pose(
            leg.posture_deg.last,
            leg.roll_deg.last,
            leg.yaw_deg.last,
            leg.hanging.last,
            leg.press_bw.last,
            leg.fore.last,
        )

    def varied(self, rng: np.random.Generator, spread_deg: float) -> "Pose":
        """The same with angles off by up to ``spread_deg``: no two legs and no two times are alike."""
        pitch, roll, yaw = rng.uniform(-spread_deg, spread_deg, 3)
        return replace(
            self, pitch_deg=self.pitch_deg + pitch, roll_deg=self.roll_deg + roll, yaw_deg=self.yaw_deg + yaw
        )


UPRIGHT = Pose()


def reach(leg: LegPlan, time_s: float, pose: Pose) -> None:
    """Knots that bring a leg to a pose at ``time_s``, from wherever its curves ended."""
    for track, value in (
        (leg.posture_deg, pose.pitch_deg),
        (leg.roll_deg, pose.roll_deg),
        (leg.yaw_deg, pose.yaw_deg),
        (leg.hanging, pose.hanging),
        (leg.press_bw, pose.press_bw),
        (leg.fore, pose.fore),
    ):
        track.to(time_s, value)


def move(leg: LegPlan, start_s: float, end_s: float, pose: Pose) -> None:
    """Hold the pose until ``start_s`` and be in the next one at ``end_s``."""
    for track in leg.posture_tracks:
        track.hold(start_s)
    reach(leg, end_s, pose)


def move_both(plan: Plan, start_s: float, end_s: float, poses: Iterable[Pose]) -> None:
    """Left and right leg at once."""
    for leg, pose in zip(plan.legs.values(), poses, strict=True):
        move(leg, start_s, end_s, pose)


def bear(plan: Plan, start_s: float, end_s: float, support: float, left_share: float = 0.5) -> None:
    """Change how much of the body the feet carry, and how they share it."""
    plan.support.hold(start_s)
    plan.left_share.hold(start_s)
    plan.support.to(end_s, support)
    plan.left_share.to(end_s, left_share)


def bear_feet(plan: Plan, start_s: float, end_s: float, left_bw: float, right_bw: float) -> None:
    """Bring each foot to its own load, body weights."""
    both = left_bw + right_bw
    bear(plan, start_s, end_s, both, left_bw / both if both > 0.0 else plan.left_share.last)


def settle(plan: Plan, time_s: float) -> None:
    """Planned up to ``time_s``, where the next thing begins; settled as far as no limb may still go on moving."""
    plan.hold_still(time_s)
    plan.now_s = time_s
    resting = [track.settled_s for leg in plan.legs.values() for track in leg.posture_tracks]
    plan.settled_s = max(plan.settled_s, min(time_s, plan.support.settled_s, *resting))
