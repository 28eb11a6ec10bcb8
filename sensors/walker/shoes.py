"""Shoes and sensors off and on: bursts on the cells, a leg that goes everywhere, and nothing at all meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.walker.plan import FEET, LegPlan, Plan
from sensors.walker.poses import Pose, bear, bear_feet, move, reach, settle
from sensors.walker.seats import Chair, rest_again
from sensors.walker.shaking import Vibration


def _handle(plan: Plan, leg: LegPlan, until_s: float, burst_bw: float) -> Iterator[None]:
    """Pulling at a shoe: the shank turned about every half second, cells pressed in bursts."""
    rng = plan.rng
    leg.shaking.append(Vibration.drawn((plan.now_s, until_s), (2.0, 9.0), rng, rms_mps2=1.2, rms_dps=15.0))
    while plan.now_s < until_s:
        lasts_s = rng.uniform(0.2, 0.9)
        press = rng.uniform(0.3, 1.0) * burst_bw if rng.random() < 0.6 else 0.0
        turned = Pose(
            rng.uniform(-35.0, 60.0),
            rng.uniform(-45.0, 45.0),
            rng.uniform(-25.0, 25.0),
            1.0,
            press,
            rng.uniform(-1.0, 1.0),
        )
        move(leg, plan.now_s, plan.now_s + lasts_s, turned)
        settle(plan, plan.now_s + lasts_s)
        yield


@dataclass(frozen=True, slots=True)
class ShoesOff:
    """On a chair: both shoes off, bare feet for ``off_s`` with the shin sensor still on, shoes on again.

    The insole of a shoe that is off feels nothing, not even its laces; donning presses it with up to 25 % BW and less
    than 40 % on both.
    """

    off_s: float

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Shoe by shoe off, bare feet, shoe by shoe on."""
        rng, own = plan.rng, 0.5 * chair.support
        plan.enter("off", plan.now_s)
        for number, side in enumerate(FEET):
            feet = (0.0, own) if number == 0 else (0.0, 0.0)
            bear_feet(plan, plan.now_s, plan.now_s + 0.4, *feet)
            yield from _handle(plan, plan.legs[side], plan.now_s + rng.uniform(4.0, 10.0), 0.15)
            plan.legs[side].laced.hold(plan.now_s - 0.5)
            plan.legs[side].laced.to(plan.now_s + 0.3, 0.0)
            move(plan.legs[side], plan.now_s, plan.now_s + 0.8, chair.pose)
            settle(plan, plan.now_s + 0.8)
            yield
        end_s = plan.now_s + self.off_s
        while plan.now_s < end_s:
            at_s = plan.now_s + rng.uniform(4.0, 30.0)
            move(plan.legs[FEET[int(rng.integers(2))]], at_s, at_s + 1.0, chair.pose.varied(rng, 15.0))
            settle(plan, at_s + 1.0)
            yield
        for number, side in enumerate(FEET):
            leg = plan.legs[side]
            yield from _handle(plan, leg, plan.now_s + rng.uniform(5.0, 15.0), 0.25)
            leg.laced.to(plan.now_s + 0.6, 1.0)
            move(leg, plan.now_s, plan.now_s + 0.8, chair.pose)
            bear_feet(plan, plan.now_s + 0.4, plan.now_s + 0.8, *((own, 0.0) if number == 0 else (own, own)))
            settle(plan, plan.now_s + 0.8)
            yield
        plan.enter("sitting", plan.now_s)
        yield from rest_again(plan, plan.now_s, plan.now_s + 0.5, chair)


@dataclass(frozen=True, slots=True)
class PutAway:
    """Shoes and sensors off and put away for ``away_s``, as overnight, and on again; starts and ends standing."""

    away_s: float

    def play(self, plan: Plan) -> Iterator[None]:
        """The sensor lies on a table; handled before and after."""
        rng, start_s = plan.rng, plan.now_s
        plan.hold_still(start_s)
        plan.begin("not_walking", start_s)
        plan.enter("off", start_s)
        for leg in plan.legs.values():
            leg.laced.to(start_s + 1.0, 0.0)
        bear(plan, start_s, start_s + 1.0, 0.0)
        yield from self._handled(plan, start_s + 4.0)
        on_table = Pose(rng.choice([-1.0, 1.0]) * rng.uniform(86.0, 92.0), rng.uniform(-3.0, 3.0), 0.0, 1.0)
        for leg in plan.legs.values():
            reach(leg, plan.now_s + 1.0, on_table)
        settle(plan, plan.now_s + 1.0)
        yield
        end_s = plan.now_s + self.away_s
        while plan.now_s < end_s:
            settle(plan, min(plan.now_s + 60.0, end_s))
            yield
        yield from self._handled(plan, end_s + rng.uniform(8.0, 20.0))
        for leg in plan.legs.values():
            reach(leg, plan.now_s + 1.0, Pose())
            leg.laced.to(plan.now_s + 1.0, 1.0)
        bear(plan, plan.now_s, plan.now_s + 1.0, 1.0)
        settle(plan, plan.now_s + 1.0)
        plan.enter("standing", plan.now_s)
        plan.end(plan.now_s)
        yield

    @staticmethod
    def _handled(plan: Plan, until_s: float) -> Iterator[None]:
        """Both at once: carried about."""
        while plan.now_s < until_s:
            lasts_s = plan.rng.uniform(0.3, 1.2)
            for leg in plan.legs.values():
                burst = plan.rng.uniform(0.0, 0.15) if plan.rng.random() < 0.4 else 0.0
                move(leg, plan.now_s, plan.now_s + lasts_s, Pose(press_bw=burst, hanging=1.0).varied(plan.rng, 80.0))
            settle(plan, plan.now_s + lasts_s)
            yield
