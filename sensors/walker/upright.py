"""On both feet without walking: shifting weight, standing on one leg, on tiptoe, and jumping down."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.layout import Side
from sensors.walker.plan import FEET, UNCLAIMED, Plan
from sensors.walker.poses import UPRIGHT, Pose, bear, move, move_both, settle
from sensors.walker.shaking import Shock


def _begin(plan: Plan, context: str) -> float:
    start_s = plan.now_s
    plan.hold_still(start_s)
    plan.begin("not_walking", start_s)
    plan.enter(context, start_s)
    return start_s


@dataclass(frozen=True, slots=True)
class ShiftWeight:
    """Standing at a table or in a queue: from leg to leg every 1-4 s, up to all but the last tenth."""

    duration_s: float
    most: float = 0.9

    def play(self, plan: Plan) -> Iterator[None]:
        """From side to side, by more or less."""
        rng, end_s = plan.rng, _begin(plan, "standing") + self.duration_s
        left = rng.random() < 0.5
        while plan.now_s < end_s - 3.0:
            start_s, lasts_s = plan.now_s + rng.uniform(0.3, 2.5), rng.uniform(0.4, 1.5)
            most = rng.uniform(0.55, self.most)
            bear(plan, start_s, start_s + lasts_s, 1.0, most if left else 1.0 - most)
            move_both(
                plan, start_s, start_s + lasts_s, [Pose(0.0, (1.0 if left else -1.0) * -3.0 * most) for _ in FEET]
            )
            left = not left
            settle(plan, start_s + lasts_s)
            yield
        move_both(plan, plan.now_s, plan.now_s + 1.0, [UPRIGHT, UPRIGHT])
        bear(plan, plan.now_s, plan.now_s + 1.0, 1.0)
        settle(plan, max(end_s, plan.now_s + 1.0))
        plan.end(plan.now_s)
        yield


@dataclass(frozen=True, slots=True)
class OneLeg:
    """Standing on one leg, as when dressing or balancing; the lifted foot touches down in between if ``unsteady``."""

    duration_s: float
    side: Side | None = None
    unsteady: bool = True

    def play(self, plan: Plan) -> Iterator[None]:
        """Shift, lift, sway with corrections of 0.5-2 Hz, put down."""
        rng, start_s = plan.rng, _begin(plan, "standing")
        stands = FEET[int(rng.integers(2))] if self.side is None else self.side
        all_left, lifted = (1.0 if stands is FEET[0] else 0.0), plan.legs[stands.other]
        end_s = start_s + max(self.duration_s, 4.0)
        raised = Pose(rng.uniform(-60.0, -20.0), hanging=0.6)
        bear(plan, start_s, start_s + 0.7, 1.0, all_left)
        move(lifted, start_s + 0.7, start_s + 1.3, raised)
        settle(plan, start_s + 1.3)
        yield
        while plan.now_s < end_s - 1.8:
            at_s = plan.now_s
            if self.unsteady and rng.random() < 0.06:
                touch = rng.uniform(0.06, 0.3)
                move(lifted, at_s, at_s + 0.25, Pose(-5.0))
                bear(plan, at_s + 0.25, at_s + 0.4, 1.0, all_left + (1.0 - 2.0 * all_left) * touch)
                bear(plan, at_s + 0.4, at_s + 0.6, 1.0, all_left)
                move(lifted, at_s + 0.6, at_s + 1.0, raised)
                settle(plan, at_s + 1.0)
            else:
                lasts_s = rng.uniform(0.25, 1.0)
                sway = Pose(rng.uniform(-1.5, 1.5), rng.uniform(-1.5, 1.5), fore=rng.uniform(-0.3, 0.3))
                move(plan.legs[stands], at_s, at_s + lasts_s, sway)
                settle(plan, at_s + lasts_s)
            yield
        back_s = plan.now_s
        move_both(plan, back_s, back_s + 0.6, [UPRIGHT, UPRIGHT])
        bear(plan, back_s + 0.5, back_s + 1.0, 1.0)
        settle(plan, back_s + 1.2)
        plan.end(plan.now_s)
        yield


@dataclass(frozen=True, slots=True)
class HeelRaises:
    """Up on the forefeet and down, held for ``hold_s``: an exercise, or a reach to a shelf (once, 2-4 s)."""

    repetitions: int = 5
    hold_s: float = 0.8

    def play(self, plan: Plan) -> Iterator[None]:
        """The heels are off the ground in the context ``tiptoe``."""
        rng = plan.rng
        _begin(plan, "standing")
        for _ in range(self.repetitions):
            start_s, rise_s = plan.now_s + rng.uniform(0.6, 1.5), rng.uniform(0.4, 0.8)
            top_s = start_s + rise_s
            down_s = top_s + self.hold_s * rng.uniform(0.8, 1.3)
            raised = Pose(rng.uniform(-10.0, -4.0), fore=1.0)
            move_both(plan, start_s, top_s, [raised, raised])
            bear(plan, start_s, start_s + 0.5 * rise_s, rng.uniform(1.04, 1.1))
            bear(plan, start_s + 0.5 * rise_s, top_s, 1.0)
            move_both(plan, down_s, down_s + rise_s, [UPRIGHT, UPRIGHT])
            plan.enter("tiptoe", top_s)
            plan.enter("standing", down_s)
            settle(plan, down_s + rise_s)
            yield
        settle(plan, plan.now_s + 1.0)
        plan.end(plan.now_s)
        yield


@dataclass(frozen=True, slots=True)
class JumpDown:
    """Jumping or hopping down: both feet leave the ground, and land hard but bearing."""

    def play(self, plan: Plan) -> Iterator[None]:
        """Crouch, flight of 0.15-0.3 s, landing with 2-3.5 BW and 3-7 g at the shank, upright."""
        rng, start_s = plan.rng, _begin(plan, UNCLAIMED)
        off_s, flight_s = start_s + 0.9, rng.uniform(0.15, 0.3)
        land_s = off_s + flight_s
        crouch, landed = Pose(rng.uniform(-30.0, -18.0)), Pose(rng.uniform(-32.0, -18.0))
        move_both(plan, start_s, start_s + 0.6, [crouch, crouch])
        move_both(plan, start_s + 0.6, off_s, [Pose(-8.0, fore=1.0), Pose(-8.0, fore=1.0)])
        move_both(plan, off_s, land_s, [Pose(-3.0, fore=0.8), Pose(-3.0, fore=0.8)])
        move_both(plan, land_s, land_s + 0.3, [landed, landed])
        bear(plan, start_s, start_s + 0.4, 0.75)
        bear(plan, start_s + 0.4, start_s + 0.7, rng.uniform(1.3, 1.8))
        bear(plan, start_s + 0.7, off_s, 0.0)
        bear(plan, land_s, land_s + 0.05, rng.uniform(2.0, 3.5))
        bear(plan, land_s + 0.05, land_s + 0.3, rng.uniform(1.1, 1.4))
        bear(plan, land_s + 0.3, land_s + 0.8, 0.95)
        move_both(plan, land_s + 0.3, land_s + 1.2, [UPRIGHT, UPRIGHT])
        bear(plan, land_s + 0.8, land_s + 1.2, 1.0)
        for leg in plan.legs.values():
            leg.shaking.append(Shock(off_s, 1.0, flight_s, (0.0, 0.0, -1.0)))
            leg.shaking.append(Shock(land_s, rng.uniform(3.0, 7.0), rng.uniform(0.02, 0.04), (-0.2, 0.0, 1.0), 60.0))
        settle(plan, land_s + 1.5)
        plan.enter("standing", plan.now_s)
        plan.end(plan.now_s)
        yield
