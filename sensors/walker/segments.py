"""What a script is made of. A segment writes its part of the plan step by step, starting and ending on both feet.

A new activity is a new small class with ``play``: it starts from standing at ``plan.now_s``, appends to the plan's
curves, yields whenever ``plan.settled_s`` has moved, and leaves the body standing at the new ``plan.now_s``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from sensors.walker.plan import FEET, Plan


class Segment(Protocol):
    """A part of a script."""

    def play(self, plan: Plan) -> Iterator[None]:
        """Write this segment's part of the plan, yielding after each portion."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Standing with natural sway; ``affected_share`` of the weight on the affected foot (hemiparetic 0.35-0.42)."""

    duration_s: float
    affected_share: float = 0.45

    def play(self, plan: Plan) -> Iterator[None]:
        """Shift the weight a little every few seconds."""
        start_s = plan.now_s
        end_s = start_s + self.duration_s
        plan.hold_still(start_s)
        plan.begin("not_walking", start_s)
        plan.enter("standing", start_s)
        while plan.now_s < end_s:
            next_s = plan.now_s + plan.rng.uniform(4.0, 9.0)
            next_s = end_s if next_s > end_s - 2.0 else next_s
            share = self.affected_share + 0.02 * plan.rng.standard_normal()
            plan.share_to(next_s, plan.person.affected_side, min(max(share, 0.2), 0.8))
            plan.hold_still(next_s)
            plan.now_s = plan.settled_s = next_s
            if next_s == end_s:
                plan.end(end_s)
            yield


@dataclass(frozen=True, slots=True)
class Sit:
    """Sitting down, sitting with a fidget now and then, and rising; ``support`` of the body weight is on the feet."""

    duration_s: float
    support: float = 0.22

    def play(self, plan: Plan) -> Iterator[None]:
        """Down in 2 s and up in 2 s, within the duration but never less than 5 s."""
        start_s = plan.now_s
        end_s = start_s + max(self.duration_s, 5.0)
        plan.hold_still(start_s)
        plan.begin("not_walking", start_s)
        plan.enter("sitting", start_s + 1.4)
        plan.support.to(start_s + 0.7, 0.85)
        plan.support.to(start_s + 2.0, self.support)
        for leg in plan.legs.values():
            leg.posture_deg.to(start_s + 1.0, -12.0)
            leg.posture_deg.to(start_s + 2.2, 2.0)
        plan.now_s = start_s + 2.2
        plan.hold_still(plan.now_s)
        plan.settled_s = plan.now_s
        yield
        while plan.now_s < end_s - 2.0:
            self._fidget(plan, min(plan.now_s + plan.rng.uniform(5.0, 15.0), end_s - 2.0))
            yield
        plan.support.to(end_s - 1.2, 1.18)
        plan.support.to(end_s - 0.6, 0.97)
        for leg in plan.legs.values():
            leg.posture_deg.to(end_s - 1.2, -15.0)
            leg.posture_deg.to(end_s - 0.2, 0.0)
        plan.left_share.to(end_s, 0.5)
        plan.support.to(end_s, 1.0)
        plan.hold_still(end_s)
        plan.now_s = plan.settled_s = end_s
        plan.end(end_s)
        plan.enter("standing", end_s - 1.4)
        yield

    def _fidget(self, plan: Plan, until_s: float) -> None:
        if until_s - plan.now_s > 3.0:
            plan.hold_still(until_s - 2.0)
            plan.support.to(until_s - 1.0, self.support * plan.rng.uniform(0.8, 1.2))
            plan.left_share.to(until_s - 1.0, plan.rng.uniform(0.4, 0.6))
            foot = FEET[int(plan.rng.integers(2))]
            plan.legs[foot].posture_deg.to(until_s - 1.0, plan.rng.uniform(-4.0, 8.0))
        plan.hold_still(until_s)
        plan.now_s = plan.settled_s = until_s
