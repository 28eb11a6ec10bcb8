"""The walking segment."""

from collections.abc import Iterator
from dataclasses import dataclass

from sensors.layout import Side
from sensors.walker.legwork import bump_sensor
from sensors.walker.manner import manner_of
from sensors.walker.plan import Plan
from sensors.walker.profiles import Profile
from sensors.walker.steps import Stepper
from sensors.walker.trips import Trip


@dataclass(frozen=True, slots=True)
class Walk:
    """Straight level walking from standing to standing.

    Parameters
    ----------
    trips : obstacles, each taking the first swing of its side that ends at or after its time into the walk. A trip that
        the walk is too short for does not happen.
    speed_mps, cadence_spm : None for the profile's own.
    sudden_stop : the last step is cut short, as before an obstacle.
    bumps : times at which something hits the sensor on the affected shin: a jolt of 4-10 g and 6-12 ms, no trip.
    severity : 0..1, fades the profile's weakness. ``assist``: 0..1, a brace or stimulator makes up for it.
    """

    duration_s: float
    profile: Profile
    trips: tuple[Trip, ...] = ()
    speed_mps: float | None = None
    cadence_spm: float | None = None
    severity: float = 1.0
    assist: float = 0.0
    sudden_stop: bool = False
    bumps: tuple[float, ...] = ()

    def play(self, plan: Plan) -> Iterator[None]:
        """Step until the time is over; the closing step is the last one within it."""
        manner = manner_of(
            self.profile,
            plan.person,
            speed_mps=self.speed_mps,
            cadence_spm=self.cadence_spm,
            severity=self.severity,
            assist=self.assist,
        )
        lead = Side.LEFT if plan.rng.random() < 0.5 else Side.RIGHT
        stepper = Stepper(plan, manner, lead)
        start_s = plan.now_s
        bump_sensor(plan, [start_s + time_s for time_s in self.bumps])
        plan.begin("walk", stepper.start())
        waiting = sorted(self.trips, key=lambda trip: trip.at_s)
        step_s = 0.5 * manner.stride_s
        closing_s = 2.0 * step_s + 0.5
        while stepper.ic_s + step_s < start_s + self.duration_s - closing_s:
            trip = next((trip for trip in waiting if stepper.meets(trip, start_s)), None)
            if trip is not None:
                waiting.remove(trip)
            stepper.step(trip)
            yield
        stepper.stop(sudden=self.sudden_stop)
        plan.end(stepper.ic_s)
        yield
