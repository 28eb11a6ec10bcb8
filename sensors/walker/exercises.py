"""Exercises on a chair: toe lifts, heel lifts, toe taps, leg extensions, marching; each repetition is true."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sensors.layout import Side
from sensors.walker.plan import FEET, Plan
from sensors.walker.poses import Pose, bear_feet, move, settle
from sensors.walker.seats import Chair, rest_again
from sensors.walker.truth import TruthEvent


class Exercise(StrEnum):
    """What is repeated."""

    TOE_LIFT = "seated_toe_lift"
    HEEL_LIFT = "seated_heel_lift"
    TOE_TAP = "toe_tap"
    EXTENSION = "leg_extension"
    MARCH = "seated_march"


_HALF_S = {
    Exercise.TOE_LIFT: (0.5, 1.2),
    Exercise.HEEL_LIFT: (0.5, 1.2),
    Exercise.TOE_TAP: (0.12, 0.35),
    Exercise.EXTENSION: (0.7, 1.5),
    Exercise.MARCH: (0.4, 0.9),
}
"""Up, and as long down again (our choice; taps at 1.4-4 Hz)."""


@dataclass(frozen=True, slots=True)
class SeatedExercise:
    """``repetitions`` of an exercise with one leg, or with both in turn."""

    exercise: Exercise
    repetitions: int = 10
    side: Side | None = None

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Up, hold, down, pause; the truth is the time of the highest point."""
        rng = plan.rng
        for number in range(self.repetitions):
            side = FEET[number % 2] if self.side is None else self.side
            half_s = rng.uniform(*_HALF_S[self.exercise])
            start_s, hold_s = plan.now_s, half_s * rng.uniform(0.1, 0.8)
            up_s = start_s + half_s
            down_s = up_s + hold_s + half_s
            move(plan.legs[side], start_s, up_s, self._top(plan, chair))
            move(plan.legs[side], up_s + hold_s, down_s, chair.pose)
            if self.exercise in {Exercise.EXTENSION, Exercise.MARCH}:
                own = 0.5 * chair.support
                bear_feet(plan, start_s, start_s + 0.4 * half_s, *((0.0, own) if side is FEET[0] else (own, 0.0)))
                bear_feet(plan, down_s - 0.4 * half_s, down_s, own, own)
            plan.truth.append(TruthEvent(up_s, side, "exercise_rep", self.exercise.value))
            settle(plan, down_s + rng.uniform(0.05, 0.6))
            yield
        yield from rest_again(plan, plan.now_s, plan.now_s + 0.5, chair)

    def _top(self, plan: Plan, chair: Chair) -> Pose:
        """The pose of the highest point."""
        rng, pitch_deg = plan.rng, chair.pitch_deg
        match self.exercise:
            case Exercise.TOE_LIFT | Exercise.TOE_TAP:
                return Pose(pitch_deg + rng.uniform(0.0, 3.0), fore=-rng.uniform(0.7, 1.0))
            case Exercise.HEEL_LIFT:
                return Pose(pitch_deg - rng.uniform(4.0, 10.0), fore=rng.uniform(0.8, 1.0))
            case Exercise.EXTENSION:
                return Pose(pitch_deg + rng.uniform(45.0, 80.0), hanging=1.0)
            case Exercise.MARCH:
                return Pose(pitch_deg + rng.uniform(-15.0, 5.0), hanging=0.3)
