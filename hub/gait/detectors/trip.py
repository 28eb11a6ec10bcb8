"""Trips: a swing that was arrested, and whether a recovery followed.

Stage 1 is fast: the shank's rate turned round in mid-swing. Stage 2 looks for what a person who stumbles does next: the
swing takes longer or the foot is put down early, the other leg hurries, steps lose their rhythm. A
candidate that nothing follows, while walking goes on, is a toe catch. Where walking ends it is neither: a last step
brakes hard too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from hub.events import Kind
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.rhythm import Foot, RhythmParams
from hub.gait.facts import FinalContact, InitialContact, Trip
from hub.gait.feed import SensorSilent
from hub.gait.history import History
from hub.gait.signals.pitch import ContactPosture, ShankLevel
from hub.gait.signals.shank_marks import SwingArrest, ToeOffMinimum
from hub.gait.timeline import Later
from hub.session import Session
from sensors.layout import Role, Side


@dataclass(frozen=True, slots=True)
class TripParams:
    """When walking is sure enough to trip in, and what counts as a recovery."""

    armed_contacts: int = 3  # of the foot, within armed_s (our choice)
    armed_s: float = 9.0
    pause_s: float = 5.0  # no new candidate of the leg so soon after one: 3-5 steps are unsteady (our choice)
    decided_after_s: float = 1.5  # confirmed at the latest (our choice)
    caught_after_s: float = 2.5  # by then three contacts show that walking went on
    long_swing: float = 1.2  # times the usual: elevating (walker 1.16-1.41; rec 1.3)
    short_swing: float = 0.85  # times the usual: lowering (our choice)
    hurried_swing: float = 0.85  # of the other leg, times its usual (our choice)
    lowering_s: float = 0.27  # foot down so soon after the arrest: 100-250 ms (Schillings 2000)
    delayed_s: float = 0.45  # first lifted, then put down (Shirota 2014; rec 350 ms)
    lower_deg: float = 8.0  # shank pitch at contact below the usual one: the foot came down short (our choice)
    signs_if_going_on: int = 1  # besides a shank that turned back, once the foot has been lifted for its next step
    signs_if_reversed: int = 2  # before that
    signs_if_slowed: int = 3  # where the shank was slowed only
    rhythm: RhythmParams = field(default_factory=RhythmParams)


class Sign(StrEnum):
    """What speaks for a recovery."""

    SWING = "swing time"
    SECOND_SWING = "shank swung again"
    OTHER_SWING = "other swing hurried"
    STEPS = "step times"
    POSTURE = "shank not swung through"


@dataclass(slots=True)
class _Incident:
    """An arrested swing whose outcome is open."""

    arrest: SwingArrest
    lifted_s: float | None
    candidate_id: str | None = None
    contact: InitialContact | None = None
    below_deg: float = 0.0
    swung_again: bool = False
    contacts: int = 0
    unsteady: int = 0
    steady_s: float | None = None
    decided: bool = False

    @property
    def side(self) -> Side:
        return self.arrest.role.side


@dataclass(frozen=True, slots=True, eq=False)
class _Verdict:
    """Timer: the time for a recovery is over."""

    incident: _Incident


@dataclass(frozen=True, slots=True, eq=False)
class _Aftermath:
    """Timer: if walking has gone on by now, the toe caught."""

    incident: _Incident


class TripDetector:
    """Trip candidates, confirmed trips and toe catches of the legs that wear a shin sensor."""

    def __init__(
        self, session: Session, histories: Mapping[Role, History], make: EventMaker, params: TripParams
    ) -> None:
        shins = {role.side: role for role in session.sensors if not role.is_insole}
        self._postures = {side: ContactPosture(histories[role]) for side, role in shins.items()}
        self._make = make
        self._params = params
        self._feet = {side: Foot(params.rhythm) for side in (Side.LEFT, Side.RIGHT)}
        self._open: dict[Side, _Incident] = {}
        self._quiet_until_s = dict.fromkeys(self._feet, -inf)

    def handlers(self) -> Mapping[type, Handler]:
        """Arrested swings, contacts of both feet, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            SwingArrest: self._arrested,
            ToeOffMinimum: self._swings,
            FinalContact: self._lifted,
            InitialContact: self._landed,
            _Verdict: self._decide,
            _Aftermath: self._look_back,
            ShankLevel: self._levelled,
            SensorSilent: self._silent,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """What is still open stays a candidate."""
        return []

    def _arrested(self, arrest: SwingArrest, now_s: float) -> list[Output]:
        side, params = arrest.role.side, self._params
        foot = self._feet[side]
        if (
            arrest.time_s < self._quiet_until_s[side]
            or foot.contacts_since(arrest.time_s - params.armed_s) < params.armed_contacts
        ):
            return []
        self._quiet_until_s[side] = arrest.time_s + params.pause_s
        incident = _Incident(arrest, foot.lifted_before(arrest.time_s))
        self._open[side] = incident
        outputs: list[Output] = self._propose(incident, now_s) if arrest.reversed else []
        return [
            *outputs,
            Later(arrest.time_s + params.decided_after_s, _Verdict(incident)),
            Later(arrest.time_s + params.caught_after_s, _Aftermath(incident)),
        ]

    def _swings(self, mark: ToeOffMinimum, now_s: float) -> list[Output]:
        incident = self._open.get(mark.role.side)
        if incident is not None and incident.contact is None:
            incident.swung_again = True
        return []

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        self._feet[contact.side].lift(contact.time_s)
        return []

    def _landed(self, contact: InitialContact, now_s: float) -> list[Output]:
        foot, other = self._feet[contact.side], self._feet[contact.side.other]
        posture = self._postures.get(contact.side)
        undisturbed = not self._open
        foot.land(contact.time_s, other.contact_s, learn=undisturbed)
        if undisturbed:
            if posture:
                posture.learn(contact.time_s)
            return []
        steady = foot.in_rhythm(contact.time_s - other.contact_s)
        below_deg = posture.below_usual_deg(contact.time_s) if posture else 0.0
        outputs: list[Output] = []
        for incident in list(self._open.values()):
            if contact.time_s <= incident.arrest.time_s:
                continue
            incident.contacts += 1
            if contact.side is incident.side and incident.contact is None:
                incident.contact, incident.below_deg = contact, below_deg
            if steady is False and incident.steady_s is None:
                incident.unsteady += 1
            elif steady and incident.contact is not None and contact is not incident.contact:
                incident.steady_s = incident.steady_s or contact.time_s
                outputs += self._decide(_Verdict(incident), now_s)
        return outputs

    def _decide(self, verdict: _Verdict, now_s: float) -> list[Output]:
        """Confirm, if enough speaks for it."""
        incident = verdict.incident
        if incident.decided or self._open.get(incident.side) is not incident:
            return []
        signs = self._signs(incident)
        if len(signs) < self._enough(incident) or incident.contacts < 2:
            return []
        incident.decided = True
        outputs = [] if incident.candidate_id else self._propose(incident, now_s)
        arrest, steady_s = incident.arrest, incident.steady_s
        confidence = min(0.95, 0.6 + 0.1 * len(signs) + (0.1 if arrest.learnt else 0.0))
        outputs.append(Trip(incident.side, arrest.time_s, "confirmed"))
        outputs.append(
            self._make(
                Kind.TRIP,
                incident.side,
                arrest.time_s,
                now_s,
                confidence=confidence,
                discriminator="confirmed",
                fields={
                    "stage": "confirmed",
                    "candidate_id": incident.candidate_id,
                    "strategy": self._strategy(incident),
                    "recovery_steps": incident.unsteady if steady_s is not None else None,
                    "recovery_s": steady_s - arrest.time_s if steady_s is not None else None,
                    "swing_phase_pct": arrest.phase_pct,
                },
            )
        )
        return outputs

    def _enough(self, incident: _Incident) -> int:
        """How many signs confirm."""
        if not incident.arrest.reversed:
            return self._params.signs_if_slowed
        contact, lifted_s = incident.contact, self._feet[incident.side].lifted_s
        going_on = contact is not None and lifted_s > contact.time_s
        return self._params.signs_if_going_on if going_on else self._params.signs_if_reversed

    def _look_back(self, aftermath: _Aftermath, now_s: float) -> list[Output]:
        """The last chance to confirm; without a recovery, a toe catch if walking went on."""
        incident = aftermath.incident
        if self._open.get(incident.side) is not incident:
            return []
        confirmed = self._decide(_Verdict(incident), now_s)
        del self._open[incident.side]
        if incident.decided or incident.contacts < 3:
            return confirmed
        outputs = [] if incident.candidate_id else self._propose(incident, now_s)
        fields = {"candidate_id": incident.candidate_id, "swing_phase_pct": incident.arrest.phase_pct}
        confidence = 0.8 if incident.arrest.reversed else 0.5
        time_s = incident.arrest.time_s
        return [
            *outputs,
            self._make(Kind.TOE_CATCH, incident.side, time_s, now_s, confidence=confidence, fields=fields),
        ]

    def _propose(self, incident: _Incident, now_s: float) -> list[Output]:
        arrest = incident.arrest
        event = self._make(
            Kind.TRIP,
            incident.side,
            arrest.time_s,
            now_s,
            confidence=(0.6 if arrest.reversed else 0.4) - (0.0 if arrest.learnt else 0.1),
            discriminator="candidate",
            fields={
                "stage": "candidate",
                "candidate_id": None,
                "strategy": "unknown",
                "recovery_steps": None,
                "recovery_s": None,
                "swing_phase_pct": arrest.phase_pct,
            },
        )
        incident.candidate_id = event.id
        return [Trip(incident.side, arrest.time_s, "candidate"), event]

    def _signs(self, incident: _Incident) -> set[Sign]:
        signs: set[Sign] = set()
        foot, other = self._feet[incident.side], self._feet[incident.side.other]
        contact, params = incident.contact, self._params
        usual_s, other_usual_s = foot.usual_swing_s, other.usual_swing_s
        if contact is not None and incident.lifted_s is not None and usual_s is not None:
            share = (contact.time_s - incident.lifted_s) / usual_s
            if share >= params.long_swing or share <= params.short_swing:
                signs.add(Sign.SWING)
        if incident.swung_again:
            signs.add(Sign.SECOND_SWING)
        hurried_s = params.hurried_swing * other_usual_s if other_usual_s is not None else 0.0
        if contact is not None and other.contact_s > contact.time_s and (other.swung_s or inf) <= hurried_s:
            signs.add(Sign.OTHER_SWING)
        if incident.below_deg >= params.lower_deg:
            signs.add(Sign.POSTURE)
        if incident.unsteady:
            signs.add(Sign.STEPS)
        return signs

    def _strategy(self, incident: _Incident) -> str:
        if incident.contact is None or not incident.contact.sensor.is_insole:
            return "unknown"
        after_s = incident.contact.time_s - incident.arrest.time_s
        if after_s <= self._params.lowering_s:
            return "lowering"
        return "delayed" if after_s <= self._params.delayed_s else "elevating"

    def _levelled(self, level: ShankLevel, now_s: float) -> list[Output]:
        self._postures[level.role.side].level = level
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        """With a sensor gone nothing is confirmed."""
        self._open.clear()
        for foot in self._feet.values():
            foot.forget()
        return []
