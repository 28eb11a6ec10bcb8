"""What a standing person does with one leg, a kick or a stamp: no step, so no contacts in the truth. And bumps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from sensors.layout import Side
from sensors.walker.plan import Plan, Touch
from sensors.walker.shaking import Shock

_SHIFT_S = 0.6
"""Weight goes onto the other leg."""


@dataclass(frozen=True, slots=True)
class Kick:
    """Kicking a ball from standing: the shank falls back, whips forward faster than in any swing, and hits.

    Parameters
    ----------
    side : None: the affected side.
    hit : without a ball there is no blow.
    """

    side: Side | None = None
    hit: bool = True

    def play(self, plan: Plan) -> Iterator[None]:
        """Shift, back, forward within 0.2 s (350-600 deg/s), the ball at its fastest, and down again."""
        rng, side = plan.rng, self.side or plan.person.affected_side
        leg = plan.legs[side]
        lifted_s = _lift(plan, side)
        back_deg, front_deg = rng.uniform(-60.0, -40.0), rng.uniform(25.0, 45.0)
        whip_s = lifted_s + 0.45
        met_s = whip_s + rng.uniform(0.13, 0.19)
        over_s = 2.0 * met_s - whip_s
        leg.hanging.to(lifted_s + 0.15, 0.8)
        leg.posture_deg.to(lifted_s + 0.4, back_deg)
        leg.posture_deg.to(whip_s, back_deg)
        leg.posture_deg.to(over_s, front_deg)
        leg.posture_deg.to(over_s + 0.6, 0.0)
        leg.hanging.hold(over_s + 0.3)
        leg.hanging.to(over_s + 0.65, 0.0)
        if self.hit:
            ball = Shock(met_s, rng.uniform(2.0, 5.0), rng.uniform(0.01, 0.02), (-1.0, 0.1, 0.2), ring_dps=60.0)
            leg.shaking.append(ball)
            leg.touches.append(Touch(met_s, met_s + rng.uniform(0.015, 0.03), load_bw=rng.uniform(0.05, 0.15)))
        yield from _lower(plan, over_s + 0.7)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Stamping one foot on the spot, ``times`` in a row: 4-8 g along the shank and more load than the body weighs."""

    times: int = 1
    side: Side | None = None

    def play(self, plan: Plan) -> Iterator[None]:
        """Lifted with the knee ahead, and slammed down flat."""
        rng, side = plan.rng, self.side or plan.person.affected_side
        leg = plan.legs[side]
        for _ in range(self.times):
            lifted_s = _lift(plan, side)
            top_s = lifted_s + rng.uniform(0.25, 0.4)
            down_s = top_s + rng.uniform(0.14, 0.2)
            leg.hanging.to(lifted_s + 0.1, 0.7)
            leg.hanging.hold(down_s)
            leg.hanging.to(down_s + 0.1, 0.0)
            leg.posture_deg.to(top_s, rng.uniform(-35.0, -20.0))
            leg.posture_deg.to(down_s, 0.0)
            leg.shaking.append(Shock(down_s, rng.uniform(4.0, 8.0), rng.uniform(0.012, 0.025), ring_dps=80.0))
            leg.press_bw.hold(down_s)
            leg.press_bw.to(down_s + 0.03, rng.uniform(1.2, 1.8))
            leg.press_bw.to(down_s + 0.12, 0.0)
            yield from _lower(plan, down_s + 0.05)


def bump_sensor(plan: Plan, times_s: Iterable[float]) -> None:
    """Something hits the sensor on the affected shin: one short jolt in any direction, and the leg goes on."""
    rng = plan.rng
    for time_s in times_s:
        direction = rng.standard_normal(3)
        forward, left, up = direction / np.sqrt((direction**2).sum())
        jolt = Shock(
            time_s,
            rng.uniform(4.0, 10.0),
            rng.uniform(0.006, 0.012),
            (float(forward), float(left), float(up)),
            ring_dps=rng.uniform(30.0, 100.0),
        )
        plan.legs[plan.person.affected_side].shaking.append(jolt)


def _lift(plan: Plan, side: Side) -> float:
    """Stand on the other leg. Returns when."""
    start_s = plan.now_s
    plan.hold_still(start_s)
    plan.begin("not_walking", start_s)
    plan.enter("standing", start_s)
    plan.share_to(start_s + _SHIFT_S, side, 0.0)
    plan.hold_still(start_s + _SHIFT_S)
    return start_s + _SHIFT_S


def _lower(plan: Plan, down_s: float) -> Iterator[None]:
    """Stand on both feet again a while after ``down_s``."""
    still_s = down_s + 0.8
    plan.left_share.hold(down_s)
    plan.left_share.to(down_s + 0.5, 0.5)
    plan.hold_still(still_s)
    plan.now_s = plan.settled_s = still_s
    plan.end(still_s)
    yield
