"""Lying down on a bed and getting up from its edge: level shanks and empty feet, without a blow."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.walker.floor import stay_down
from sensors.walker.plan import FEET, UNCLAIMED, Plan
from sensors.walker.poses import Pose, bear_feet, move, settle
from sensors.walker.seats import Chair, rest_again


@dataclass(frozen=True, slots=True)
class LieDown:
    """From the bed's edge: legs up one after the other or together, lying on back or side, legs down again."""

    duration_s: float

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Up in 1-3 s each; turned over every few minutes."""
        rng, start_s = plan.rng, plan.now_s
        end_s = start_s + max(self.duration_s, 12.0)
        plan.enter(UNCLAIMED, start_s)
        lie = {side: self._lying(plan) for side in FEET}
        first, both = FEET[int(rng.integers(2))], rng.random() < 0.5
        lasts_s = rng.uniform(1.0, 3.0)
        other_s = start_s + (0.1 if both else rng.uniform(0.5, 1.5))
        own = 0.5 * chair.support
        bear_feet(plan, start_s, start_s + 0.4, *((0.0, own) if first is FEET[0] else (own, 0.0)))
        bear_feet(plan, other_s + 0.4, other_s + 0.8, 0.0, 0.0)
        move(plan.legs[first], start_s, start_s + lasts_s, lie[first])
        move(plan.legs[first.other], other_s, other_s + lasts_s, lie[first.other])
        settle(plan, other_s + lasts_s + 0.2)
        yield
        up_s = end_s - 3.0
        while plan.now_s < up_s:
            turn_s = plan.now_s + rng.uniform(90.0, 900.0)
            yield from stay_down(plan, min(turn_s, up_s), lie, restless=0.3)
            if turn_s < up_s - 5.0:
                lie = {side: self._lying(plan) for side in FEET}
                for side, leg in plan.legs.items():
                    move(leg, plan.now_s, plan.now_s + rng.uniform(1.5, 3.0), lie[side])
                settle(plan, plan.now_s + 3.2)
                yield
        plan.enter("sitting", plan.now_s + 2.0)
        yield from rest_again(plan, plan.now_s, plan.now_s + rng.uniform(1.5, 3.0), chair)

    @staticmethod
    def _lying(plan: Plan) -> Pose:
        """On the back (knees bent in part), or on a side."""
        rng, right = plan.rng, 1.0 if plan.rng.random() < 0.5 else -1.0
        if rng.random() < 0.6:
            return Pose(rng.uniform(60.0, 90.0), right * rng.uniform(0.0, 25.0), hanging=1.0)
        return Pose(rng.uniform(-10.0, 60.0), right * rng.uniform(65.0, 92.0), hanging=1.0)
