"""What a person does who stumbles: the signs of a recovery, and its strategy."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from hub.gait.detectors.rhythm import Foot
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
    signs_if_going_on: int = 1  # besides a shank that turned back, once the foot has been lifted for its next step
    signs_if_reversed: int = 2  # before that, or where a slowed shank and a blow to the toes go together
    signs_if_slowed: int = 3  # where the shank was slowed only
    signs_if_not_hit: int = 1  # more where the insole felt no blow: a step back turns the shank round too (walker)


class Sign(StrEnum):
    """What speaks for a recovery."""

    SWING = "swing time"
    SECOND_SWING = "shank swung again"
    STALL = "landed late after the swing was over"
    OTHER_SWING = "other swing hurried"
    STEPS = "step times"
    POSTURE = "shank not swung through"
    FORE_FIRST = "put down flat or toes first, who lands on the heel"


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
    """An obstructed swing whose outcome is open. ``blow``: the toes were hit; None: no insole to tell."""

    side: Side
    time_s: float
    phase_pct: float
    evidence: Evidence
    blow: bool | None
    learnt: bool
    lifted_s: float | None
    candidate_id: str | None = None
    contact: InitialContact | None = None
    below_deg: float = 0.0
    swung_again: bool = False
    fore_first: bool = False
    stalled: bool = False
    contacts: int = 0
    unsteady: int = 0
    steady_s: float | None = None
    decided: bool = False

    @property
    def likely(self) -> bool:
        """Whether it is worth telling at once."""
        return self.evidence is Evidence.THROWN_BACK or (self.blow is True and self.evidence is not Evidence.BLOW)


def signs_of(incident: Incident, feet: Mapping[Side, Foot], params: RecoveryParams) -> set[Sign]:
    """What was seen so far."""
    signs: set[Sign] = set()
    foot, other, contact = feet[incident.side], feet[incident.side.other], incident.contact
    usual_s, other_usual_s = foot.usual_swing_s, other.usual_swing_s
    if contact is not None and incident.lifted_s is not None and usual_s is not None:
        share = (contact.time_s - incident.lifted_s) / usual_s
        if share >= params.long_swing or share <= params.short_swing:
            signs.add(Sign.SWING)
    if incident.swung_again:
        signs.add(Sign.SECOND_SWING)
    if incident.stalled and incident.evidence is not Evidence.STALLED:
        signs.add(Sign.STALL)
    hurried_s = params.hurried_swing * other_usual_s if other_usual_s is not None else 0.0
    if contact is not None and other.contact_s > contact.time_s and (other.swung_s or inf) <= hurried_s:
        signs.add(Sign.OTHER_SWING)
    if incident.below_deg >= params.lower_deg and (incident.blow or incident.below_deg <= params.step_back_deg):
        signs.add(Sign.POSTURE)
    if incident.fore_first:
        signs.add(Sign.FORE_FIRST)
    if incident.unsteady:
        signs.add(Sign.STEPS)
    return signs


def enough(incident: Incident, foot: Foot, params: RecoveryParams) -> int:
    """How many signs confirm."""
    more = params.signs_if_not_hit if incident.blow is False else 0
    if not incident.likely and not incident.blow:
        return params.signs_if_slowed + more
    contact = incident.contact
    going_on = contact is not None and foot.lifted_s > contact.time_s
    return more + (params.signs_if_going_on if going_on and incident.likely else params.signs_if_reversed)


def strategy_of(incident: Incident, params: RecoveryParams) -> str:
    """Elevating, lowering or delayed lowering, by how soon the foot came down; unknown without its insole."""
    if incident.contact is None or not incident.contact.sensor.is_insole:
        return "unknown"
    after_s = incident.contact.time_s - incident.time_s
    if after_s <= params.lowering_s:
        return "lowering"
    return "delayed" if after_s <= params.delayed_s else "elevating"
