"""Falls out of walking: over an obstacle whose stumble is not caught, or as the body gives way."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.layout import Side
from sensors.walker.falls import FallKind, draw_descent, draw_times_s, go_down
from sensors.walker.manner import manner_of
from sensors.walker.plan import UNCLAIMED, Plan
from sensors.walker.profiles import Profile
from sensors.walker.steps import Stepper
from sensors.walker.trips import Trip


@dataclass(frozen=True, slots=True)
class WalkAndFall:
    """Level walking from standing that ends on the floor, lying there, and getting up.

    Parameters
    ----------
    trip : the obstacle, met at ``trip.at_s`` into the walk or a little later; None: the body gives way at ``walk_s``.
    steps_after : hurried steps between the stumble and the descent, 0..2; None draws them (1-3 contacts are seen before
        the floor, the stumbling one included).
    lying_s : as for ``Fall``.
    """

    walk_s: float
    profile: Profile
    trip: Trip | None = None
    kind: FallKind = FallKind.FORWARD
    steps_after: int | None = None
    lying_s: float | None = None
    speed_mps: float | None = None

    def __post_init__(self) -> None:
        if self.walk_s < 5.0 or (self.trip is not None and self.trip.at_s < 5.0):
            raise ValueError("a fall out of walking needs 5 s of walking before it")

    def play(self, plan: Plan) -> Iterator[None]:
        """Walk, stumble, fail to catch it, fall."""
        rng, start_s = plan.rng, plan.now_s
        stepper = Stepper(
            plan,
            manner_of(self.profile, plan.person, speed_mps=self.speed_mps),
            Side.LEFT if rng.random() < 0.5 else Side.RIGHT,
        )
        lifted_s = stepper.start()
        plan.begin("walk", lifted_s)
        plan.enter("walking", lifted_s)
        trip = self.trip
        until_s = start_s + (self.walk_s if trip is None else trip.at_s)
        foot = None if trip is None else trip.side or plan.person.affected_side
        while stepper.ic_s < until_s or foot not in {None, stepper.next_side}:
            stepper.step()
            yield
        if trip is not None:
            stepper.step(trip)
            for _ in range(int(rng.integers(3)) if self.steps_after is None else self.steps_after):
                stepper.step()
            yield
        plan.end(stepper.ic_s)
        plan.enter(UNCLAIMED, stepper.ic_s)
        descent_s, _ = draw_times_s(self.kind, rng)
        stepper.break_off(max(0.7 * descent_s, 0.3))
        descent = draw_descent(self.kind, stepper.ic_s, stepper.ic_s + descent_s, rng)
        yield from go_down(plan, descent, "other" if trip is None else "trip", self.lying_s)
