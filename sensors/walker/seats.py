"""Sitting: down onto a chair, what is done there part by part, and up again.

A part starts and ends in the chair's rest: both feet on the floor. ``Sit`` of ``segments`` is the plain form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from sensors.walker.plan import FEET, Plan
from sensors.walker.poses import UPRIGHT, Pose, bear, bear_feet, move, move_both, settle
from sensors.walker.shaking import Shock


@dataclass(frozen=True, slots=True)
class Chair:
    """Rest on a chair: part of the body weight on both feet (15-30 %), and shank pitch (feet pulled in or put out)."""

    support: float = 0.22
    pitch_deg: float = 2.0

    @property
    def pose(self) -> Pose:
        """Of either leg."""
        return Pose(self.pitch_deg)


class SeatedPart(Protocol):
    """Something done on a chair."""

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Write this part of the plan, from rest to rest."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Sitting, with a foot moved or the weight shifted now and then."""

    duration_s: float

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """A fidget every 8-40 s."""
        rng, end_s = plan.rng, plan.now_s + self.duration_s
        while plan.now_s < end_s:
            until_s = plan.now_s + rng.uniform(8.0, 40.0)
            if until_s > end_s - 4.0:
                break
            bear(plan, until_s - 2.0, until_s - 1.0, chair.support * rng.uniform(0.8, 1.2), rng.uniform(0.38, 0.62))
            leg = plan.legs[FEET[int(rng.integers(2))]]
            fidget = Pose(chair.pitch_deg + rng.uniform(-8.0, 10.0), fore=float(rng.choice([0.0, 0.0, -0.5, 0.5])))
            move(leg, until_s - 2.0, until_s - 1.0, fidget)
            settle(plan, until_s)
            yield
        yield from rest_again(plan, end_s - 1.2, end_s, chair)


def rest_again(plan: Plan, start_s: float, end_s: float, chair: Chair) -> Iterator[None]:
    """Both feet back on the floor."""
    move_both(plan, start_s, end_s, [chair.pose, chair.pose])
    bear(plan, start_s, end_s, chair.support)
    settle(plan, end_s)
    yield


@dataclass(frozen=True, slots=True)
class Seat:
    """Sits down, does ``parts`` one after another, rises.

    Parameters
    ----------
    hard : drops onto the seat: 0.35 s instead of 0.9-2 s, with a jolt at the shank.
    failed_rises : attempts that sink back before the one that succeeds.
    """

    parts: tuple[SeatedPart, ...]
    chair: Chair = Chair()
    hard: bool = False
    failed_rises: int = 0

    def play(self, plan: Plan) -> Iterator[None]:
        """Down, parts, up."""
        start_s = plan.now_s
        plan.hold_still(start_s)
        plan.begin("not_walking", start_s)
        yield from self._down(plan)
        for part in self.parts:
            yield from part.play(plan, self.chair)
        for _ in range(self.failed_rises):
            yield from self._fail(plan)
        yield from self._up(plan)
        plan.end(plan.now_s)

    def _down(self, plan: Plan) -> Iterator[None]:
        """The knees go forward by 10-20 deg, then the seat takes the weight."""
        rng, chair, start_s = plan.rng, self.chair, plan.now_s
        lasts_s = 0.35 if self.hard else rng.uniform(0.9, 2.0)
        seat_s = start_s + 0.5 + lasts_s
        bent = Pose(rng.uniform(-20.0, -10.0))
        move_both(plan, start_s, seat_s - 0.1, [bent.varied(rng, 2.0) for _ in FEET])
        bear(plan, start_s, start_s + 0.5, rng.uniform(0.85, 1.0), rng.uniform(0.45, 0.55))
        bear(plan, start_s + 0.5, seat_s + (0.08 if self.hard else 0.3), chair.support)
        if self.hard:
            for leg in plan.legs.values():
                blow = Shock(seat_s, rng.uniform(0.8, 2.5), rng.uniform(0.02, 0.05), (0.3, 0.0, 0.9), 20.0)
                leg.shaking.append(blow)
        plan.enter("sitting", seat_s)
        yield from rest_again(plan, seat_s + 0.4, seat_s + 1.4, chair)

    def _lean(self, plan: Plan, start_s: float) -> float:
        """The trunk comes forward over the feet; returns when the seat is about to be left."""
        rng = plan.rng
        off_s = start_s + rng.uniform(0.5, 1.0)
        bent = Pose(rng.uniform(-20.0, -10.0))
        move_both(plan, start_s, off_s, [bent.varied(rng, 2.0) for _ in FEET])
        bear(plan, start_s, off_s, rng.uniform(0.35, 0.55), rng.uniform(0.42, 0.58))
        return off_s

    def _fail(self, plan: Plan) -> Iterator[None]:
        """Leans forward, lifts off a little, sinks back."""
        off_s = self._lean(plan, plan.now_s)
        bear(plan, off_s, off_s + 0.3, plan.rng.uniform(0.6, 0.9))
        yield from rest_again(plan, off_s + 0.35, off_s + 1.3, self.chair)
        settle(plan, off_s + plan.rng.uniform(2.0, 4.0))
        yield

    def _up(self, plan: Plan) -> Iterator[None]:
        """Seat off, a push of 110-125 % of body weight, upright within 1.5-3 s in all."""
        rng = plan.rng
        off_s = self._lean(plan, plan.now_s)
        push_s, end_s = off_s + rng.uniform(0.2, 0.4), off_s + rng.uniform(1.0, 2.0)
        plan.enter("standing", off_s + 0.2)
        weak = rng.uniform(0.35, 0.5)
        share = weak if plan.person.affected_side is FEET[0] else 1.0 - weak
        bear(plan, off_s, push_s, rng.uniform(1.1, 1.25), share)
        bear(plan, push_s, 0.5 * (push_s + end_s), rng.uniform(0.92, 0.98))
        bear(plan, 0.5 * (push_s + end_s), end_s, 1.0)
        move_both(plan, push_s, end_s, [UPRIGHT, UPRIGHT])
        settle(plan, end_s)
        yield


@dataclass(frozen=True, slots=True)
class Dangle:
    """Both feet off the floor, on a bed's edge or a high chair, swinging by ``swing_deg`` at times."""

    duration_s: float
    swing_deg: float = 25.0

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Lifts the feet, swings a leg or both for a while, pauses, and puts them down."""
        rng, start_s = plan.rng, plan.now_s
        end_s = start_s + max(self.duration_s, 5.0)
        hang = Pose(rng.uniform(-5.0, 8.0), hanging=1.0)
        move_both(plan, start_s, start_s + 1.0, [hang, hang])
        bear_feet(plan, start_s, start_s + 0.8, 0.0, 0.0)
        plan.enter("dangling", start_s + 0.8)
        settle(plan, start_s + 1.0)
        yield
        while plan.now_s < end_s - 5.0:
            settle(plan, plan.now_s + rng.uniform(0.5, 3.0))
            legs = [plan.legs[side] for side in FEET if rng.random() < 0.65]
            half_s, to_s = rng.uniform(0.4, 0.8), min(plan.now_s + rng.uniform(3.0, 10.0), end_s - 2.5)
            forward = 1.0
            while plan.now_s + half_s < to_s:
                for leg in legs:
                    swing = Pose(hang.pitch_deg + forward * self.swing_deg * rng.uniform(0.6, 1.2), hanging=1.0)
                    move(leg, plan.now_s, plan.now_s + half_s * rng.uniform(0.9, 1.0), swing)
                forward = -forward
                settle(plan, plan.now_s + half_s)
                yield
        plan.enter("sitting", end_s - 0.8)
        yield from rest_again(plan, max(end_s - 1.0, plan.now_s), end_s, chair)


@dataclass(frozen=True, slots=True)
class CrossLegs:
    """One leg over the other; the free foot bobs now and then, the other carries 10-20 % of the body."""

    duration_s: float

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Over in about a second, and back."""
        rng, start_s = plan.rng, plan.now_s
        end_s = start_s + max(self.duration_s, 5.0)
        over = FEET[int(rng.integers(2))]
        inward = 1.0 if over is FEET[0] else -1.0
        crossed = Pose(rng.uniform(5.0, 35.0), inward * rng.uniform(15.0, 50.0), hanging=1.0)
        carried = rng.uniform(0.1, 0.2)
        feet = (0.0, carried) if over is FEET[0] else (carried, 0.0)
        move(plan.legs[over], start_s, start_s + 1.2, crossed)
        bear_feet(plan, start_s, start_s + 0.6, *feet)
        settle(plan, start_s + 1.2)
        yield
        while plan.now_s < end_s - 4.0:
            settle(plan, min(plan.now_s + rng.uniform(2.0, 10.0), end_s - 4.0))
            for _ in range(int(rng.integers(1, 4))):
                at_s = plan.now_s
                if at_s > end_s - 3.0:
                    break
                bob = Pose(crossed.pitch_deg + rng.uniform(4.0, 10.0), crossed.roll_deg, hanging=1.0)
                move(plan.legs[over], at_s, at_s + 0.3, bob)
                move(plan.legs[over], at_s + 0.3, at_s + 0.6, crossed)
                settle(plan, at_s + 0.6)
            yield
        yield from rest_again(plan, max(end_s - 1.2, plan.now_s), end_s, chair)
