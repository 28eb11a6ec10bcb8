"""Kneeling and gardening: shanks level like after a fall, but slowly, and with the forefoot bearing on the floor."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.layout import Side
from sensors.walker.plan import FEET, UNCLAIMED, Plan
from sensors.walker.poses import UPRIGHT, Pose, bear, bear_feet, move, move_both, settle


@dataclass(frozen=True, slots=True)
class Kneel:
    """Down on one knee or both, working there, and up.

    Parameters
    ----------
    both : both knees on the floor; else the other foot stands flat.
    knee : which goes down first; None draws it.
    """

    duration_s: float
    both: bool = False
    knee: Side | None = None

    def play(self, plan: Plan) -> Iterator[None]:
        """A knee down in 1-2.5 s, weight shifted every few seconds, a knee up again."""
        rng, start_s = plan.rng, plan.now_s
        knee = FEET[int(rng.integers(2))] if self.knee is None else self.knee
        foot, end_s = knee.other, start_s + max(self.duration_s, 12.0)
        plan.hold_still(start_s)
        plan.begin("not_walking", start_s)
        plan.enter(UNCLAIMED, start_s)
        down_s = start_s + rng.uniform(1.0, 2.5)
        move(plan.legs[knee], start_s, down_s, self._knelt(plan))
        move(plan.legs[foot], start_s, down_s, Pose(rng.uniform(-15.0, 0.0)))
        self._carry(plan, start_s, down_s, knee, (rng.uniform(0.04, 0.12), rng.uniform(0.3, 0.5)))
        settle(plan, down_s)
        yield
        if self.both:
            move(plan.legs[foot], plan.now_s + 0.3, plan.now_s + 1.5, self._knelt(plan))
            self._carry(
                plan, plan.now_s + 0.3, plan.now_s + 1.5, knee, (rng.uniform(0.03, 0.1), rng.uniform(0.03, 0.1))
            )
            settle(plan, plan.now_s + 1.5)
            yield
        while plan.now_s < end_s - 10.0:
            at_s = plan.now_s + rng.uniform(1.5, 6.0)
            flat = (0.03, 0.1) if self.both else (0.25, 0.55)
            self._carry(plan, at_s, at_s + 0.8, knee, (rng.uniform(0.03, 0.14), rng.uniform(*flat)))
            move(plan.legs[knee], at_s, at_s + 0.8, self._knelt(plan))
            settle(plan, at_s + 0.8)
            yield
        yield from self._rise(plan, foot)

    @staticmethod
    def _knelt(plan: Plan) -> Pose:
        return Pose(plan.rng.uniform(-90.0, -62.0), plan.rng.uniform(-12.0, 12.0), fore=1.0)

    @staticmethod
    def _carry(plan: Plan, start_s: float, end_s: float, knee: Side, loads_bw: tuple[float, float]) -> None:
        """Loads of the kneeling leg's foot and of the other one."""
        bear_feet(plan, start_s, end_s, *(loads_bw if knee is FEET[0] else reversed(loads_bw)))

    def _rise(self, plan: Plan, foot: Side) -> Iterator[None]:
        """One foot flat, push, both feet."""
        rng, start_s = plan.rng, plan.now_s
        flat_s = start_s + (1.2 if self.both else 0.4)
        push_s = flat_s + rng.uniform(0.6, 1.2)
        end_s = push_s + rng.uniform(0.8, 1.5)
        move(plan.legs[foot], start_s, flat_s, Pose(rng.uniform(-12.0, 0.0)))
        self._carry(plan, start_s, flat_s, foot.other, (0.08, 0.45))
        self._carry(plan, flat_s, push_s, foot.other, (0.1, rng.uniform(0.85, 0.98)))
        bear(plan, push_s, end_s, 1.0)
        move_both(plan, push_s - 0.4, end_s, [UPRIGHT, UPRIGHT])
        settle(plan, end_s)
        plan.enter("standing", end_s)
        plan.end(end_s)
        yield
