"""What detectors tell one another: the facts of gait, before they are put into events."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from hub.events import Context, Kind, Value
from sensors.layout import Role, Side


class Strike(StrEnum):
    """What touched the ground first."""

    HEEL = "heel"
    FLAT = "flat"
    TOE = "toe"
    UNKNOWN = "unknown"


class Sighting(NamedTuple):
    """A contact as one sensor saw it; the fusion decides which are reported.

    ``sure``: an insole that needs no witness. ``span``: of an insole's initial contact, from the first touch to where
    it bore weight. ``swing``: of a shank's initial contact, when the foot had left the ground, and the zero crossings
    of the swing.
    """

    kind: Kind
    side: Side
    time_s: float
    confidence: float
    sensor: Role
    sure: bool
    span: tuple[float, float] | None = None
    swing: tuple[float, float, float] | None = None


class InitialContact(NamedTuple):
    """The foot took load at ``time_s``. ``sensor`` is the one that decided it."""

    side: Side
    time_s: float
    confidence: float
    sensor: Role


class FinalContact(NamedTuple):
    """The foot left the ground at ``time_s``; swing begins."""

    side: Side
    time_s: float
    confidence: float
    sensor: Role


class JudgedContact(NamedTuple):
    """An initial contact with its strike. ``lead_ms``: forefoot before heel, None while one of them has not touched."""

    contact: InitialContact
    strike: Strike
    strike_index_pct: float | None
    lead_ms: float | None
    id: str


class Step(NamedTuple):
    """A step that was reported, with the event's fields; those that could not be measured are not among them.

    ``stride``: the foot's previous contact is known, so the stride is.
    """

    side: Side
    time_s: float
    stride: bool
    strike: Strike
    context: Context
    fields: Mapping[str, Value]


class ToeDrag(NamedTuple):
    """A drag or scuff that was reported. ``slid``: the foot never left the ground, all the way to its contact."""

    side: Side
    time_s: float
    duration_s: float
    slid: bool = False


class Trip(NamedTuple):
    """A trip that was reported."""

    side: Side
    time_s: float
    stage: Literal["candidate", "confirmed"]


class Walking(NamedTuple):
    """The person started (True) or stopped (False) walking, at ``time_s``."""

    walking: bool
    time_s: float


class StepSettled(NamedTuple):
    """Midstance after ``contact``: what kind of step it was stands in the context log, as far as it can be told."""

    contact: InitialContact


class ContextChange(NamedTuple):
    """From ``since_s`` on, which may be a while ago, the person is in this context."""

    context: Context
    since_s: float
