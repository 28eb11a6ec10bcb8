"""What a person does who stumbles: the signs of a recovery, and its strategy."""

from dataclasses import dataclass, field
from enum import StrEnum

from hub.gait.facts import InitialContact
from hub.gait.signals.shank_marks import Arrest
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class RecoveryParams:
    """What counts as a recovery, and how much of it confirms."""

    long_swing: float = 1.2  # times the usual: elevating (walker 1.16-1.41; rec 1.3)
    short_swing: float = 0.85  # times the usual: lowering (our choice)
    hurried_swing: float = 0.85  # of the other leg, times its usual (our choice)
    lowering_s: float = 0.27  # foot down so soon after the arrest: 100-250 ms (Schillings 2000)
    delayed_s: float = 0.45  # first lifted, then put down (Shirota 2014; rec 350 ms)
    lower_deg: float = 8.0  # shank pitch at contact below the usual one: the foot came down short (our choice)
    step_back_deg: float = 45.0  # so far below, and the toes not hit, it was a step back: 48-62 (walker)
    landing_s: float = 0.06  # who lands so soon after it was not obstructed: the landing slowed the shank (walker)
    stall_least_s: float = 0.045  # longer than usual from the end of swing to contact; 99.8 % below (walker)
    stall_spreads: float = 4.0  # and by so many of the wearer's own deviations
    shin_stall_s: float = 0.15  # without an insole a contact is known so much later
    aspects: int = 2  # must show a sign, or the only one that can be seen; each alone is met in walking (our choice)


class Aspect(StrEnum):
    """What a sign is about. Signs of one aspect may have one cause; of two, hardly."""

    SWING = "how the swing went on and ended"
    LANDING = "how the foot took the weight"
    STEPS = "when the next steps came"


class Sign(StrEnum):
    """What speaks for a recovery."""

    SWING_TIME = "swing time"
    STALL = "landed late after the swing was over"
    POSTURE = "shank not swung through"
    HEAVY = "more weight than usual"
    FORE_FIRST = "put down flat or toes first, who lands on the heel"
    OTHER_SWING = "other swing hurried"
    STEP_TIMES = "step times"


ASPECTS = {
    Sign.SWING_TIME: Aspect.SWING,
    Sign.STALL: Aspect.SWING,
    Sign.POSTURE: Aspect.SWING,
    Sign.HEAVY: Aspect.LANDING,
    Sign.FORE_FIRST: Aspect.SWING,
    Sign.OTHER_SWING: Aspect.STEPS,
    Sign.STEP_TIMES: Aspect.STEPS,
}


class Evidence(StrEnum):
    """How the obstacle was noticed."""

    THROWN_BACK = "the shank turned round"
    SLOWED = "the shank was slowed"
    STALLED = "the swing was over and the foot did not land"
    BLOW = "a blow to the toes"


EVIDENCE = {
    Arrest.REVERSED: Evidence.THROWN_BACK,
    Arrest.EARLY: Evidence.THROWN_BACK,
    Arrest.SLOWED: Evidence.SLOWED,
    Arrest.DOUBTFUL: Evidence.SLOWED,
}


@dataclass(slots=True)
class Incident:
    """An obstructed swing whose outcome is open. ``hit``: the toes were; None: no insole to tell.

    ``faint``: by so little that a blow alone is not worth telling at once. ``visible``: what the sensors that are there
    can see of a recovery.
    """

    side: Side
    time_s: float
    phase_pct: float
    evidence: Evidence
    hit: bool | None
    learnt: bool
    lifted_s: float | None
    faint: bool = False
    visible: frozenset[Aspect] = frozenset(Aspect)
    candidate_id: str | None = None
    contact: InitialContact | None = None
    signs: set[Sign] = field(default_factory=set)
    contacts: int = 0
    unsteady: int = 0
    steady_s: float | None = None
    decided: bool = False

    @property
    def likely(self) -> bool:
        """Whether it is worth telling at once."""
        return self.evidence is Evidence.THROWN_BACK or (self.hit is True and self.evidence is not Evidence.BLOW)

    @property
    def sure(self) -> bool:
        """Whether shank and toes both felt it; a landing is not so."""
        return self.evidence is Evidence.THROWN_BACK and self.hit is True

    @property
    def aspects(self) -> set[Aspect]:
        """What the signs seen so far are about."""
        return {ASPECTS[sign] for sign in self.signs}

    def add(self, evidence: Evidence, *, hit: bool | None) -> None:
        """More was noticed of the same swing."""
        if evidence is Evidence.THROWN_BACK:
            self.evidence = evidence
        self.hit = self.hit or hit


def confirms(incident: Incident, params: RecoveryParams) -> bool:
    """Whether shank and insole, if both are there, speak for an obstacle, and two aspects for a recovery.

    A heavy landing makes up for toes that felt nothing where the shank was thrown back, and for a shank that felt
    nothing or has no sensor. One shin alone sees one aspect: that must show two signs, and walking go on.
    """
    thrown_back, heavy = incident.evidence is Evidence.THROWN_BACK, Sign.HEAVY in incident.signs
    if not incident.hit and not thrown_back:
        return False
    if not heavy and (incident.hit is False or incident.evidence is Evidence.BLOW):
        return False
    if len(incident.visible) == 1:
        return incident.contacts > 1 and len(incident.signs) >= params.aspects
    return len(incident.aspects) >= params.aspects


def strategy_of(incident: Incident, params: RecoveryParams) -> str:
    """Elevating, lowering or delayed lowering, by how soon the foot came down; unknown without its insole."""
    if incident.contact is None or not incident.contact.sensor.is_insole:
        return "unknown"
    after_s = incident.contact.time_s - incident.time_s
    if after_s <= params.lowering_s:
        return "lowering"
    return "delayed" if after_s <= params.delayed_s else "elevating"
