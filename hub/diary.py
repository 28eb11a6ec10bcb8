"""The diary: what people say that no sensor can tell. The words that the rooms share for it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter


class Aid(StrEnum):
    """What somebody walks with. Fixed, so that weeks with and without can be compared."""

    BRACE = "brace"  # or another orthosis of foot and ankle
    STIMULATOR = "stimulator"  # of the peroneal nerve, in swing
    STICK = "stick"  # or crutches, or a frame
    OTHER = "other"


NOTHING = "none"
"""No aid at all, as somebody said; where nobody has said anything there is no such text."""


def aids_text(aids: Collection[Aid]) -> str:
    """Aids as one word, the same for the same aids: ``none``, ``brace``, ``brace+stick``."""
    return "+".join(aid.value for aid in Aid if aid in aids) or NOTHING


class Exercise(StrEnum):
    """Exercises of therapy for foot drop. Which of them, and how often, is the therapist's to say."""

    TOE_LIFTS = "toe_lifts"
    TOE_TAPS = "toe_taps"
    HEEL_RAISES = "heel_raises"
    STEP_TAPS = "step_taps"
    STEP_UPS = "step_ups"
    HEEL_WALKS = "heel_walks"
    ANKLE_CIRCLES = "ankle_circles"
    ANKLE_SIDEWAYS = "ankle_sideways"
    BALL_LIFTS = "ball_lifts"
    LEG_PRESS = "leg_press"
    HIP_ROTATIONS = "hip_rotations"
    CALF_STRETCH = "calf_stretch"
    HAMSTRING_STRETCH = "hamstring_stretch"
    SOLE_STRETCH = "sole_stretch"
    MASSAGE = "massage"
    TANDEM_WALK = "tandem_walk"
    ONE_LEG_STAND = "one_leg_stand"
    GAIT_TRAINING = "gait_training"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AidsChanged:
    """The aids that are on from now on, all of them. ``name``: what another than the known ones is called."""

    aids: tuple[Aid, ...]
    name: str = ""
    kind: Literal["aid"] = "aid"


@dataclass(frozen=True, slots=True)
class Noted:
    """A note. ``alert``: id of the alert that it is about; ``pain``: 0..10."""

    text: str = ""
    tags: tuple[str, ...] = ()
    pain: float | None = None
    alert: str = ""
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class ExerciseBegun:
    """An exercise has begun."""

    exercise: Exercise
    kind: Literal["exercise_begun"] = "exercise_begun"


@dataclass(frozen=True, slots=True)
class ExerciseDone:
    """An exercise is over; what is not known is None."""

    exercise: Exercise
    duration_s: float | None = None
    repetitions: float | None = None
    kind: Literal["exercise"] = "exercise"


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A guided calibration has ended, and what it found is used from now on. ``found``: in words."""

    found: str
    kind: Literal["calibration"] = "calibration"


What = AidsChanged | Noted | ExerciseBegun | ExerciseDone | Recalibrated


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One thing that was said of a wearer.

    Parameters
    ----------
    id : the same where the same was said twice.
    at_ns : when it was so, Unix time.
    """

    id: str
    wearer: str
    at_ns: int
    what: Annotated[What, Field(discriminator="kind")]

    def to_json(self) -> str:
        """One line of JSON."""
        return _ENTRY.dump_json(self).decode()


def entry_from_json(text: str) -> DiaryEntry:
    """Inverse of ``DiaryEntry.to_json``.

    Raises
    ------
    ValueError
        It is none, or of a version that knew more.
    """
    return _ENTRY.validate_json(text)


_ENTRY = TypeAdapter(DiaryEntry)
