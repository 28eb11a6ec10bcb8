"""Seated and moving: driving, riding along, and a wheelchair pulled along by the feet."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.layout import Side
from sensors.walker.plan import FEET, Plan
from sensors.walker.poses import Pose, bear_feet, move, move_both, settle
from sensors.walker.seats import Chair, rest_again
from sensors.walker.shaking import Vibration

_ENGINE_HZ = (8.0, 25.0)
_ROAD_HZ = (0.08, 0.6)
"""Braking, bends and hills."""

_LEG_S = (6.0, 25.0)
"""Between two changes of pace."""


def _ride(plan: Plan, start_s: float, end_s: float, *, standing_still: bool) -> None:
    """What both shanks feel of the vehicle: 0.02-0.08 g of engine and road, and, moving, slow pushes of 0.05-0.15 g."""
    rng = plan.rng
    hum = rng.uniform(0.2, 0.3) if standing_still else rng.uniform(0.3, 0.8)
    push = 0.0 if standing_still else rng.uniform(0.4, 1.2)
    road = Vibration.drawn((start_s, end_s), _ROAD_HZ, rng, rms_mps2=push, rms_dps=0.7 * push)
    for leg in plan.legs.values():
        leg.shaking.append(road)
        leg.shaking.append(Vibration.drawn((start_s, end_s), _ENGINE_HZ, rng, rms_mps2=hum, rms_dps=2.0 * hum))


@dataclass(frozen=True, slots=True)
class Drive:
    """In a car. The driver's right foot turns on its heel between two pedals and presses them with 2-15 % BW.

    ``driver`` false rides along, feet at rest.
    """

    duration_s: float
    driver: bool = True

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Pace after pace: pulling, braking, standing at a light."""
        rng, start_s = plan.rng, plan.now_s
        end_s = start_s + max(self.duration_s, 15.0)
        out = Pose(rng.uniform(15.0, 32.0))
        move_both(plan, start_s, start_s + 1.5, [out, out])
        settle(plan, start_s + 2.0)
        plan.enter("vehicle", plan.now_s)
        yield
        while plan.now_s < end_s - 10.0:
            begin_s = plan.now_s
            until_s = min(begin_s + rng.uniform(*_LEG_S), end_s - 3.0)
            _ride(plan, begin_s, until_s, standing_still=rng.random() < 0.2)
            if self.driver:
                self._pedal(plan, until_s, out)
            settle(plan, until_s)
            yield
        plan.enter("sitting", end_s - 2.0)
        yield from rest_again(plan, max(end_s - 1.5, plan.now_s), end_s, chair)

    @staticmethod
    def _pedal(plan: Plan, until_s: float, out: Pose) -> None:
        """Over to a pedal, press, let go; again."""
        rng, leg, at_s = plan.rng, plan.legs[Side.RIGHT], plan.now_s
        while at_s < until_s - 2.0:
            brake = rng.random() < 0.35
            yaw_deg = rng.uniform(8.0, 18.0) if brake else rng.uniform(-6.0, 2.0)
            press = rng.uniform(0.05, 0.15) if brake else rng.uniform(0.02, 0.07)
            over_s = at_s + rng.uniform(0.25, 0.5)
            on_s = over_s + rng.uniform(0.2, 0.6)
            off_s = min(on_s + (rng.uniform(0.5, 3.0) if brake else rng.uniform(1.0, 8.0)), until_s - 0.5)
            move(leg, at_s, over_s, Pose(out.pitch_deg + rng.uniform(-2.0, 2.0), 0.0, yaw_deg, fore=-0.5))
            move(leg, over_s, on_s, Pose(out.pitch_deg - 3.0, 0.0, yaw_deg, press_bw=press, fore=0.7))
            move(
                leg, max(off_s, on_s + 0.1), max(off_s, on_s + 0.1) + 0.3, Pose(out.pitch_deg, 0.0, yaw_deg, fore=-0.2)
            )
            at_s = leg.posture_deg.last_s + rng.uniform(0.1, 1.0)


@dataclass(frozen=True, slots=True)
class FootPropel:
    """A wheelchair pulled along by the feet in turn: a foot reaches out, its heel takes hold, and it pulls back."""

    duration_s: float

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Reach and pull at 0.8-1.4 s a cycle per foot, with pauses; load 4-15 % BW in the pull, none in the reach."""
        rng, end_s = plan.rng, plan.now_s + max(self.duration_s, 8.0)
        cycle_s = rng.uniform(0.8, 1.4)
        while plan.now_s < end_s - 3.0 * cycle_s:
            pulls = FEET[int(rng.integers(2))]
            for number in range(int(rng.integers(4, 30))):
                start_s, half_s = plan.now_s, 0.5 * cycle_s * rng.uniform(0.9, 1.1)
                if start_s > end_s - 2.0 * cycle_s:
                    break
                side = pulls if number % 2 == 0 else pulls.other
                ahead, back = rng.uniform(22.0, 42.0), rng.uniform(-15.0, -2.0)
                pull = float(rng.uniform(0.04, 0.15))
                move(plan.legs[side], start_s, start_s + half_s, Pose(ahead, fore=-0.8, hanging=0.6))
                move(plan.legs[side.other], start_s, start_s + half_s, Pose(back, fore=0.4))
                feet = (0.0, pull) if side is FEET[0] else (pull, 0.0)
                bear_feet(plan, start_s, start_s + 0.3 * half_s, *feet)
                bear_feet(plan, start_s + 0.7 * half_s, start_s + half_s, 0.6 * pull, 0.6 * pull)
                settle(plan, start_s + half_s)
                yield
            yield from rest_again(plan, plan.now_s, plan.now_s + 0.8, chair)
            settle(plan, plan.now_s + float(rng.choice([0.2, 1.0, 5.0])))
        settle(plan, max(end_s, plan.now_s))
        yield
