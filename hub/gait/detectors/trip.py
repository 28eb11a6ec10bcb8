"""Trips: a swing that was obstructed, and whether a recovery followed.

Stage 1 is fast: the shank was thrown back in mid-swing; or it was slowed, or its swing was over, when the toes took a
blow. Stage 2 looks for what a person who stumbles does next: the swing takes longer or the foot is put down early, the
other leg hurries, steps lose their rhythm. A candidate that nothing follows, while walking goes on, is a toe catch.
Where walking ends it is neither: a last step brakes hard too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf

from hub.events import ON_FOOT, Context
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors import trip_report
from hub.gait.detectors.blow import BlowParams, Toes
from hub.gait.detectors.recovery import (
    EVIDENCE,
    Evidence,
    Incident,
    RecoveryParams,
    enough,
    signs_of,
    strategy_of,
)
from hub.gait.detectors.rhythm import Foot, RhythmParams
from hub.gait.facts import FinalContact, InitialContact, JudgedContact, Strike, Trip
from hub.gait.feed import SensorSilent
from hub.gait.legs import Legs
from hub.gait.signals.pitch import ContactPosture, ShankLevel
from hub.gait.signals.shank_marks import Arrest, SwingArrest, SwingSlows, ToeOffMinimum
from hub.gait.timeline import Later
from hub.session import Session
from sensors.layout import Side

MAY_TRIP = ON_FOOT | {Context.UNKNOWN}
"""Contexts in which a swing can be obstructed; an unknown one is decided by the contacts before."""


@dataclass(frozen=True, slots=True)
class TripParams:
    """When walking is sure enough to trip in, and how long the outcome stays open."""

    armed_contacts: int = 3  # of the foot, within armed_s (our choice)
    armed_s: float = 9.0
    pause_s: float = 5.0  # no new candidate of the leg so soon after one: 3-5 steps are unsteady (our choice)
    other_pause_s: float = 2.0  # nor of the other leg, which hurries (our choice)
    decided_after_s: float = 1.5  # confirmed at the latest (our choice)
    caught_after_s: float = 2.5  # by then three contacts show that walking went on
    blow_before_s: float = 0.03  # the toes are hit from so long before the shank is slowed (our choice)
    early_load_pct: float = 12.0  # of the usual peak: with more the foot is still pushing off (marpino 30-43)
    blow_late_s: float = 0.10  # late in swing the shank slows anyway: the blow may be so old
    blow_swing_s: tuple[float, float] = (0.02, 0.06)  # no blow is sought so near to final and initial contact
    stall_least_s: float = 0.045  # longer than usual from the end of swing to contact; 99.8 % below (walker)
    stall_spreads: float = 4.0  # and by so many of the wearer's own deviations
    shin_stall_s: float = 0.15  # without an insole a contact is known so much later
    blow: BlowParams = field(default_factory=BlowParams)
    recovery: RecoveryParams = field(default_factory=RecoveryParams)
    rhythm: RhythmParams = field(default_factory=RhythmParams)


@dataclass(frozen=True, slots=True, eq=False)
class _Verdict:
    """Timer: the time for a recovery is over."""

    incident: Incident


@dataclass(frozen=True, slots=True, eq=False)
class _Aftermath:
    """Timer: if walking has gone on by now, the toe caught."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class _Stall:
    """Timer: has the foot landed after its swing was over?"""

    mark: SwingSlows


class TripDetector:
    """Trip candidates, confirmed trips and toe catches of both legs; by insole alone late and less surely."""

    def __init__(
        self, session: Session, legs: Legs, contexts: ContextLog, make: EventMaker, params: TripParams
    ) -> None:
        self._wearer = session.wearer
        self._contexts = contexts
        self._legs = legs
        self._shins = {role.side: role for role in session.sensors if not role.is_insole}
        self._postures = {side: ContactPosture(legs.shanks[role].history) for side, role in self._shins.items()}
        self._make = make
        self._params = params
        self._feet = {side: Foot(params.rhythm) for side in (Side.LEFT, Side.RIGHT)}
        self._toes = {side: Toes(side, legs, params.blow) for side in self._feet}
        self._slow: dict[Side, SwingSlows] = {}
        self._open: dict[Side, Incident] = {}
        self._quiet_until_s = dict.fromkeys(self._feet, -inf)

    def handlers(self) -> Mapping[type, Handler]:
        """Obstructed and ending swings, contacts of both feet, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            SwingArrest: self._arrested,
            SwingSlows: self._slows,
            ToeOffMinimum: self._swings,
            FinalContact: self._lifted,
            InitialContact: self._landed,
            JudgedContact: self._judged,
            _Stall: self._stalled,
            _Verdict: self._decide,
            _Aftermath: self._look_back,
            ShankLevel: self._levelled,
            SensorSilent: self._silent,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """What is still open stays a candidate."""
        return []

    def _arrested(self, mark: SwingArrest, now_s: float) -> list[Output]:
        side, params = mark.role.side, self._params
        open_ = self._open.get(side)
        evidence = EVIDENCE[mark.arrest]
        if open_ is not None and open_.contact is None and evidence is Evidence.THROWN_BACK and not open_.decided:
            open_.evidence = evidence
            return [] if open_.candidate_id else self._propose(open_, now_s)
        early, toes = mark.arrest is Arrest.EARLY, self._toes[side]
        if not self._is_armed(side, mark.time_s) or toes.are_loaded(now_s, params.early_load_pct if early else None):
            return []
        lifted_s = self._feet[side].lifted_before(mark.time_s)
        from_s = mark.time_s - params.blow_before_s
        blow = toes.blow(lifted_s, from_s, now_s) is not None if toes.can_feel(from_s) else None
        if early and blow is None:
            evidence = Evidence.SLOWED  # push-off may jerk the shank as much
        if mark.arrest is Arrest.DOUBTFUL and not blow:
            return []
        return self._suspect(side, mark.time_s, mark.phase_pct, evidence, now_s, blow=blow, learnt=mark.learnt)

    def _slows(self, mark: SwingSlows, now_s: float) -> list[Output]:
        """The swing is nearly over: were the toes hit just before, and will the foot land?"""
        side, params = mark.role.side, self._params
        self._slow[side] = mark
        lifted_s = self._feet[side].lifted_before(now_s)
        blow = self._toes[side].blow(lifted_s, mark.time_s - params.blow_late_s, now_s, learn=True)
        if not self._is_armed(side, mark.time_s):
            return []
        if blow is not None and blow.over:
            return self._suspect(side, blow.time_s, mark.phase_pct, Evidence.STALLED, now_s, blow=True, learnt=True)
        late_s = self._late_after_s(side)
        return [Later(mark.time_s + late_s, _Stall(mark))] if late_s is not None else []

    def _stalled(self, timer: _Stall, now_s: float) -> list[Output]:
        mark, side = timer.mark, timer.mark.role.side
        if self._feet[side].contact_s >= mark.time_s or not self._is_armed(side, mark.time_s):
            return []
        if self._toes[side].are_loaded(now_s):
            return []
        from_s = mark.time_s - self._params.blow_late_s
        toes = self._toes[side]
        blow = toes.blow(self._feet[side].lifted_before(now_s), from_s, now_s)
        hit = (blow is not None and blow.over) if toes.can_feel(from_s) else None
        if hit is False:
            return []
        time_s = blow.time_s if blow is not None and hit else mark.time_s
        return self._suspect(side, time_s, mark.phase_pct, Evidence.STALLED, now_s, blow=hit, learnt=True)

    def _late_after_s(self, side: Side) -> float | None:
        """So long after its swing was over a foot should have landed; None before it is known."""
        params = self._params
        usual = self._feet[side].usual_landing_s
        if usual is None:
            return None
        late_s = usual[0] + max(params.stall_least_s, params.stall_spreads * usual[1])
        return late_s if side.insole in self._legs.insoles else late_s + params.shin_stall_s

    def _is_armed(self, side: Side, time_s: float) -> bool:
        params = self._params
        walked = self._feet[side].contacts_since(time_s - params.armed_s) >= params.armed_contacts
        return walked and time_s >= self._quiet_until_s[side] and self._contexts.now in MAY_TRIP

    def _suspect(
        self,
        side: Side,
        time_s: float,
        phase_pct: float,
        evidence: Evidence,
        now_s: float,
        *,
        blow: bool | None,
        learnt: bool,
    ) -> list[Output]:
        """Open an incident; tell it at once if it is likely."""
        params = self._params
        incident = Incident(side, time_s, phase_pct, evidence, blow, learnt, self._feet[side].lifted_before(time_s))
        self._quiet_until_s[side] = time_s + params.pause_s
        self._quiet_until_s[side.other] = max(self._quiet_until_s[side.other], time_s + params.other_pause_s)
        self._open[side] = incident
        return [
            *(self._propose(incident, now_s) if incident.likely else []),
            Later(time_s + params.decided_after_s, _Verdict(incident)),
            Later(time_s + params.caught_after_s, _Aftermath(incident)),
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
        side = contact.side
        foot, other = self._feet[side], self._feet[side.other]
        posture = self._postures.get(side)
        suspected = self._look_through(contact, now_s) if side not in self._shins else []
        undisturbed = not self._open
        slow = self._slow.pop(side, None)
        lifted_s = foot.lifted_before(contact.time_s)
        foot.land(contact.time_s, other.contact_s, learn=undisturbed)
        if undisturbed:
            if posture:
                posture.learn(contact.time_s)
            if slow is not None:
                foot.learn_landing(contact.time_s - slow.time_s)
            return []
        steady = foot.in_rhythm(contact.time_s - other.contact_s)
        below_deg = posture.below_usual_deg(contact.time_s) if posture else 0.0
        late_s = self._late_after_s(side)
        outputs = suspected
        for incident in list(self._open.values()):
            if contact.time_s <= incident.time_s:
                continue
            incident.contacts += 1
            if side is incident.side and incident.contact is None:
                incident.contact, incident.below_deg = contact, below_deg
                incident.lifted_s = incident.lifted_s or lifted_s
                if incident.blow is False and below_deg > self._params.recovery.step_back_deg:
                    del self._open[side]
                    continue
                if slow is not None and late_s is not None:
                    incident.stalled = contact.time_s - slow.time_s > late_s
                if incident.evidence is Evidence.STALLED and not incident.stalled:
                    incident.evidence = Evidence.BLOW
            if steady is False and incident.steady_s is None:
                incident.unsteady += 1
            elif steady and incident.contact is not None and contact is not incident.contact:
                incident.steady_s = incident.steady_s or contact.time_s
                outputs += self._decide(_Verdict(incident), now_s)
        return outputs

    def _judged(self, judged: JudgedContact, now_s: float) -> list[Output]:
        """Who lands on the heel and now did not was lowering the foot in a hurry."""
        if judged.strike is Strike.UNKNOWN:
            return []
        side, on_heel = judged.contact.side, judged.strike is Strike.HEEL
        incident = self._open.get(side)
        if incident is not None and incident.contact == judged.contact:
            incident.fore_first = not on_heel and self._feet[side].lands_on_heel
        elif not self._open:
            self._feet[side].learn_strike(on_heel=on_heel)
        return []

    def _look_through(self, contact: InitialContact, now_s: float) -> list[Output]:
        """Without a shin sensor: were the toes hit in the swing that this contact ended?"""
        side, params = contact.side, self._params
        lifted_s = self._feet[side].lifted_before(contact.time_s)
        usual_s = self._feet[side].usual_swing_s
        if lifted_s is None or usual_s is None:
            return []
        start_s, end_s = lifted_s + params.blow_swing_s[0], contact.time_s - params.blow_swing_s[1]
        blow = self._toes[side].blow(lifted_s, start_s, end_s, learn=True)
        if blow is None or blow.rise_pct < params.blow.alone_pct or not self._is_armed(side, lifted_s):
            return []
        phase_pct = min(100.0 * (blow.time_s - lifted_s) / usual_s, 100.0)
        found = self._suspect(side, blow.time_s, phase_pct, Evidence.BLOW, now_s, blow=True, learnt=True)
        incident = self._open[side]
        return found if self._may_have_scuffed(incident) else [*self._propose(incident, now_s), *found]

    def _decide(self, verdict: _Verdict, now_s: float) -> list[Output]:
        """Confirm, if enough speaks for it."""
        incident, params = verdict.incident, self._params.recovery
        if incident.decided or self._open.get(incident.side) is not incident:
            return []
        signs = signs_of(incident, self._feet, params)
        if len(signs) < enough(incident, self._feet[incident.side], params) or incident.contacts < 2:
            return []
        contact = incident.contact
        if contact is not None and self._contexts.at(contact.time_s) not in MAY_TRIP - {Context.BACKWARD}:
            return []  # a step back turns the shank round too
        incident.decided = True
        outputs = [] if incident.candidate_id else self._propose(incident, now_s)
        if self._may_have_scuffed(incident):
            return outputs
        strategy = strategy_of(incident, params)
        outputs.append(Trip(incident.side, incident.time_s, "confirmed"))
        outputs.append(trip_report.confirmed(self._make, incident, strategy, len(signs), now_s))
        return outputs

    def _may_have_scuffed(self, incident: Incident) -> bool:
        """Dropped toes scuff, and who drops them steps unevenly: a blow alone confirms nothing there."""
        return incident.evidence is Evidence.BLOW and self._wearer.is_affected(incident.side)

    def _look_back(self, aftermath: _Aftermath, now_s: float) -> list[Output]:
        """The last chance to confirm; without a recovery, a toe catch if walking went on."""
        incident = aftermath.incident
        if self._open.get(incident.side) is not incident:
            return []
        confirmed = self._decide(_Verdict(incident), now_s)
        del self._open[incident.side]
        if incident.decided or incident.contacts < 3:
            return confirmed
        if incident.evidence is Evidence.STALLED and not incident.blow:
            return confirmed
        if self._may_have_scuffed(incident):
            return confirmed
        outputs = [] if incident.candidate_id else self._propose(incident, now_s)
        return [*outputs, trip_report.toe_catch(self._make, incident, now_s)]

    def _propose(self, incident: Incident, now_s: float) -> list[Output]:
        event = trip_report.candidate(self._make, incident, now_s)
        incident.candidate_id = event.id
        return [Trip(incident.side, incident.time_s, "candidate"), event]

    def _levelled(self, level: ShankLevel, now_s: float) -> list[Output]:
        self._postures[level.role.side].level = level
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        """Of a leg with a sensor gone nothing is confirmed; the other leg's trips are."""
        side = mark.role.side
        self._open.pop(side, None)
        self._slow.pop(side, None)
        self._feet[side].forget()
        return []
