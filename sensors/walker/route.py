"""A walk over several stretches: level, turns, stairs, slopes and so on, without standing in between."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.layout import Side
from sensors.walker.legwork import bump_sensor
from sensors.walker.manner import Manner, manner_of
from sensors.walker.plan import Plan
from sensors.walker.profiles import Profile
from sensors.walker.steps import Stepper
from sensors.walker.stretches import Stretch
from sensors.walker.trips import Trip


@dataclass(frozen=True, slots=True)
class Route:
    """Walking from standing to standing over stretches of any kind.

    Parameters
    ----------
    trips : as of ``Walk``: obstacles at times into the route.
    sudden_stop : the last step is cut short, as before an obstacle.
    bumps : times at which something hits the sensor on the affected shin: a jolt of 4-10 g and 6-12 ms, no trip.
    """

    profile: Profile
    stretches: tuple[Stretch, ...]
    trips: tuple[Trip, ...] = ()
    speed_mps: float | None = None
    cadence_spm: float | None = None
    severity: float = 1.0
    assist: float = 0.0
    sudden_stop: bool = False
    bumps: tuple[float, ...] = ()

    def play(self, plan: Plan) -> Iterator[None]:
        """Step after step, then stand."""
        level = manner_of(
            self.profile,
            plan.person,
            speed_mps=self.speed_mps,
            cadence_spm=self.cadence_spm,
            severity=self.severity,
            assist=self.assist,
        )
        lead = Side.LEFT if plan.rng.random() < 0.5 else Side.RIGHT
        steps = self._steps(level, plan, lead)
        stepper = Stepper(plan, next(steps), lead)
        start_s = plan.now_s
        bump_sensor(plan, [start_s + time_s for time_s in self.bumps])
        plan.begin("walk", stepper.start())
        waiting = sorted(self.trips, key=lambda trip: trip.at_s)
        for manner in steps:
            stepper.go_on(manner)
            trip = next((trip for trip in waiting if stepper.meets(trip, start_s)), None)
            if trip is not None:
                waiting.remove(trip)
            stepper.step(trip)
            yield
        stepper.stop(sudden=self.sudden_stop)
        plan.end(stepper.ic_s)
        yield

    def _steps(self, level: Manner, plan: Plan, lead: Side) -> Iterator[Manner]:
        side = lead
        for stretch in self.stretches:
            for manner in stretch.steps(level, plan.person, side, plan.rng):
                yield manner
                side = side.other
