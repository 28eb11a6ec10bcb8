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
from hub.gait.detectors.blow import Blow, BlowParams, Toes
from hub.gait.detectors.landing_load import LandingLoad, LandingLoadParams
from hub.gait.detectors.recovery import (
    EVIDENCE,
    Evidence,
    Incident,
    RecoveryParams,
    Sign,
    strategy_of,
)
from hub.gait.detectors.rhythm import Foot, RhythmParams
from hub.gait.facts import FinalContact, InitialContact, JudgedContact, Strike, Trip
from hub.gait.feed import SensorSilent
from hub.gait.legs import Legs
from hub.gait.signals.pitch import ContactPosture, ShankLevel
from hub.gait.signals.shank_marks import Arrest, SwingArrest, SwingSlows
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
    decided_after_s: float = 1.4  # confirmed, if all that speaks for it is known by then (our choice)
    caught_after_s: float = 2.5  # by then three contacts show that walking went on
    blow_before_s: float = 0.03  # the toes are hit from so long before the shank is slowed (our choice)
    early_load_pct: float = 12.0  # of the usual peak: with more the foot is still pushing off (marpino 30-43)
    blow_late_s: float = 0.10  # late in swing the shank slows anyway: the blow may be so old
    blow_swing_s: tuple[float, float] = (0.02, 0.02)  # nothing is learnt so near to final and initial contact
    look_every_s: float = 0.02  # in swing, whether the toes were hit (our choice)
    look_back_s: float = 0.10
    look_longest_s: float = 1.0  # a foot that is in the air for longer does not walk
    landing_s: float = 0.06  # who lands so soon after it was not obstructed: the landing slowed the shank (walker)
    stall_least_s: float = 0.045  # longer than usual from the end of swing to contact; 99.8 % below (walker)
    stall_spreads: float = 4.0  # and by so many of the wearer's own deviations
    shin_stall_s: float = 0.15  # without an insole a contact is known so much later
    blow: BlowParams = field(default_factory=BlowParams)
    recovery: RecoveryParams = field(default_factory=RecoveryParams)
    rhythm: RhythmParams = field(default_factory=RhythmParams)
    landing: LandingLoadParams = field(default_factory=LandingLoadParams)


@dataclass(frozen=True, slots=True, eq=False)
class _Verdict:
    """Timer: the time for a recovery is over."""

    incident: Incident


@dataclass(frozen=True, slots=True, eq=False)
class _Aftermath:
    """Timer: if walking has gone on by now, the toe caught."""

    incident: Incident


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """Timer: the foot that was obstructed has taken the weight."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class _Look:
    """Timer: have the toes of the foot that left the ground at ``lifted_s`` been hit since ``from_s``?"""

    side: Side
    lifted_s: float
    from_s: float


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
        self._landings = {side: LandingLoad(side, legs, params.landing) for side in self._feet}
        self._slow: dict[Side, SwingSlows] = {}
        self._open: dict[Side, Incident] = {}
        self._quiet_until_s = dict.fromkeys(self._feet, -inf)

    def handlers(self) -> Mapping[type, Handler]:
        """Obstructed and ending swings, contacts of both feet, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            SwingArrest: self._arrested,
            SwingSlows: self._slows,
            FinalContact: self._lifted,
            InitialContact: self._landed,
            JudgedContact: self._judged,
            _Stall: self._stalled,
            _Taken: self._taken,
            _Look: self._look,
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
        evidence = EVIDENCE[mark.arrest]
        early, toes = mark.arrest is Arrest.EARLY, self._toes[side]
        if not self._is_armed(side, mark.time_s) or toes.are_loaded(now_s, params.early_load_pct if early else None):
            return []
        lifted_s = self._feet[side].lifted_before(mark.time_s)
        from_s = mark.time_s - params.blow_before_s
        blow = toes.blow(lifted_s, from_s, now_s)
        hit = None
        if toes.can_feel(from_s):
            hit = blow is not None and (blow.over or evidence is Evidence.THROWN_BACK)
        elif early:
            evidence = Evidence.SLOWED  # push-off may jerk the shank as much
        if hit is None and mark.arrest is Arrest.DOUBTFUL:
            return []
        return self._suspect(side, mark.time_s, mark.phase_pct, evidence, now_s, blow=hit, learnt=mark.learnt)

    def _slows(self, mark: SwingSlows, now_s: float) -> list[Output]:
        """The swing is nearly over: were the toes hit just before, and will the foot land?"""
        side, params = mark.role.side, self._params
        self._slow[side] = mark
        lifted_s = self._feet[side].lifted_before(now_s)
        blow = self._toes[side].blow(lifted_s, mark.time_s - params.blow_late_s, now_s)
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
        faint: bool = False,
    ) -> list[Output]:
        """Open an incident, or add to the one of this swing; tell it at once if it is likely."""
        params, open_ = self._params, self._open.get(side)
        lifted_s = self._feet[side].lifted_before(time_s)
        if open_ is not None and open_.contact is None and open_.lifted_s == lifted_s:
            if evidence is Evidence.THROWN_BACK:
                open_.evidence = evidence
            open_.blow = open_.blow or blow
            return self._propose_if_likely(open_, now_s)
        incident = Incident(side, time_s, phase_pct, evidence, blow, learnt, lifted_s, faint)
        if open_ is not None and not self._is_likely(incident):
            return []
        self._open[side] = incident
        return [
            *self._propose_if_likely(incident, now_s),
            Later(time_s + params.decided_after_s, _Verdict(incident)),
            Later(time_s + params.caught_after_s, _Aftermath(incident)),
        ]

    @property
    def _is_undisturbed(self) -> bool:
        """Whether what is seen now is how the wearer usually walks."""
        return all(incident.candidate_id is None for incident in self._open.values())

    def _propose_if_likely(self, incident: Incident, now_s: float) -> list[Output]:
        likely = self._is_likely(incident) and incident.candidate_id is None
        return self._propose(incident, now_s) if likely else []

    def _is_likely(self, incident: Incident) -> bool:
        """Worth telling at once: dropped toes scuff, so there a blow alone is not."""
        alone = incident.evidence is Evidence.BLOW and not self._may_have_scuffed(incident)
        return incident.likely or (alone and not incident.faint)

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        foot = self._feet[contact.side]
        if self._is_undisturbed and foot.lifted_s < foot.contact_s:
            self._landings[contact.side].learn(foot.contact_s)
        foot.lift(contact.time_s)
        if contact.side.insole not in self._legs.insoles:
            return []
        from_s = contact.time_s + self._params.blow_swing_s[0]
        return [Later(now_s + self._params.look_every_s, _Look(contact.side, contact.time_s, from_s))]

    def _look(self, timer: _Look, now_s: float) -> list[Output]:
        """While the foot swings: a blow to the toes that is over."""
        side, lifted_s, params = timer.side, timer.lifted_s, self._params
        if self._feet[side].lifted_before(now_s) != lifted_s or now_s - lifted_s > params.look_longest_s:
            return []
        blow = self._toes[side].blow(lifted_s, max(timer.from_s, now_s - params.look_back_s), now_s)
        if blow is None or not blow.over or self._toes[side].are_down(now_s):
            return [Later(now_s + params.look_every_s, timer)]
        again = _Look(side, lifted_s, now_s)
        return [*self._hit(side, lifted_s, blow, now_s), Later(now_s + params.look_every_s, again)]

    def _hit(self, side: Side, lifted_s: float, blow: Blow, now_s: float) -> list[Output]:
        """The toes were hit: a candidate if the shank was slowed, or if no sensor is there to tell."""
        incident, usual_s = self._open.get(side), self._feet[side].usual_swing_s
        if incident is not None and incident.contact is None and incident.lifted_s == lifted_s:
            incident.blow = True
            return self._propose_if_likely(incident, now_s)
        if usual_s is None or not self._is_armed(side, lifted_s):
            return []
        evidence, faint = Evidence.BLOW, blow.rise_pct < self._params.blow.alone_pct
        if side in self._shins:
            slow = self._slow.get(side)
            if slow is None or blow.time_s < slow.time_s - self._params.blow_late_s:
                return []
            evidence = Evidence.STALLED
        phase_pct = min(100.0 * (blow.time_s - lifted_s) / usual_s, 100.0)
        return self._suspect(side, blow.time_s, phase_pct, evidence, now_s, blow=True, learnt=True, faint=faint)

    def _landed(self, contact: InitialContact, now_s: float) -> list[Output]:
        side = contact.side
        foot, other = self._feet[side], self._feet[side.other]
        posture = self._postures.get(side)
        undisturbed = self._is_undisturbed
        slow = self._slow.pop(side, None)
        self._learn_rise(side, slow, contact.time_s)
        lifted_s = foot.lifted_before(contact.time_s)
        foot.land(contact.time_s, other.contact_s, learn=undisturbed)
        if undisturbed:
            if posture:
                posture.learn(contact.time_s)
            if slow is not None:
                foot.learn_landing(contact.time_s - slow.time_s)
        steady = foot.in_rhythm(contact.time_s - other.contact_s)
        outputs: list[Output] = []
        for incident in list(self._open.values()):
            if side is incident.side and incident.contact is None and contact.time_s - incident.time_s < self._params.landing_s:
                del self._open[side]
                continue
            if contact.time_s <= incident.time_s:
                continue
            incident.contacts += 1
            if side is incident.side and incident.contact is None:
                incident.contact, incident.lifted_s = contact, incident.lifted_s or lifted_s
                below_deg = posture.below_usual_deg(contact.time_s) if posture else 0.0
                if incident.blow is False and below_deg > self._params.recovery.step_back_deg:
                    del self._open[side]
                    continue
                incident.signs |= self._signs_of_swing(incident, contact, slow, below_deg)
                outputs.append(Later(contact.time_s + self._params.landing.taken_s, _Taken(incident)))
            elif side is not incident.side and incident.contact is not None and foot.is_hurried(self._params.recovery.hurried_swing):
                incident.signs.add(Sign.OTHER_SWING)
            if steady is False and incident.steady_s is None:
                incident.unsteady += 1
                incident.signs.add(Sign.STEP_TIMES)
            elif steady and incident.contact is not None and contact is not incident.contact:
                incident.steady_s = incident.steady_s or contact.time_s
                outputs += self._decide(_Verdict(incident), now_s)
        return outputs

    def _signs_of_swing(
        self, incident: Incident, contact: InitialContact, slow: SwingSlows | None, below_deg: float
    ) -> set[Sign]:
        """Of the obstructed swing, which ``contact`` ended."""
        signs, params = set[Sign](), self._params.recovery
        usual_s, late_s = self._feet[incident.side].usual_swing_s, self._late_after_s(incident.side)
        if incident.lifted_s is not None and usual_s is not None:
            share = (contact.time_s - incident.lifted_s) / usual_s
            if share >= params.long_swing or share <= params.short_swing:
                signs.add(Sign.SWING_TIME)
        if slow is not None and late_s is not None and contact.time_s - slow.time_s > late_s:
            if incident.evidence is not Evidence.STALLED or incident.blow:
                signs.add(Sign.STALL)
        elif incident.evidence is Evidence.STALLED:
            incident.evidence = Evidence.BLOW
        if below_deg >= params.lower_deg and (incident.blow or below_deg <= params.step_back_deg):
            signs.add(Sign.POSTURE)
        return signs

    def _taken(self, timer: _Taken, now_s: float) -> list[Output]:
        incident = timer.incident
        if incident.contact is not None and self._landings[incident.side].is_heavy(incident.contact.time_s):
            incident.signs.add(Sign.HEAVY)
        return []

    def _judged(self, judged: JudgedContact, now_s: float) -> list[Output]:
        """Who lands on the heel and now did not was lowering the foot in a hurry."""
        if judged.strike is Strike.UNKNOWN:
            return []
        side, on_heel = judged.contact.side, judged.strike is Strike.HEEL
        incident = self._open.get(side)
        if incident is not None and incident.contact == judged.contact:
            if not on_heel and self._feet[side].lands_on_heel:
                incident.signs.add(Sign.FORE_FIRST)
        if self._is_undisturbed:
            self._feet[side].learn_strike(on_heel=on_heel)
        return []

    def _learn_rise(self, side: Side, slow: SwingSlows | None, contact_s: float) -> None:
        """Of the forefoot's load, from when a blow to the toes would count in the swing that ended."""
        lifted_s, params = self._feet[side].lifted_before(contact_s), self._params
        if lifted_s is None or (slow is None and side in self._shins):
            return
        start_s = lifted_s + params.blow_swing_s[0] if slow is None else slow.time_s - params.blow_late_s
        self._toes[side].blow(lifted_s, start_s, contact_s - params.blow_swing_s[1], learn=True)

    def _decide(self, verdict: _Verdict, now_s: float) -> list[Output]:
        """Confirm, if enough speaks for it."""
        incident, params = verdict.incident, self._params.recovery
        if incident.decided or self._open.get(incident.side) is not incident:
            return []
        if incident.contact is None or len(incident.aspects) < params.aspects:
            return []
        if incident.blow is False and incident.evidence is not Evidence.THROWN_BACK:
            return []
        if Sign.HEAVY not in incident.signs and (incident.blow is False or self._may_have_scuffed(incident)):
            return []
        if self._contexts.at(incident.contact.time_s) not in MAY_TRIP - {Context.BACKWARD}:
            return []  # a step back turns the shank round too
        incident.decided = True
        outputs = [] if incident.candidate_id else self._propose(incident, now_s)
        strategy = strategy_of(incident, params)
        outputs.append(Trip(incident.side, incident.time_s, "confirmed"))
        outputs.append(trip_report.confirmed(self._make, incident, strategy, len(incident.signs), now_s))
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
        if incident.candidate_id is None or self._may_have_scuffed(incident):
            return confirmed
        return [trip_report.toe_catch(self._make, incident, now_s)]

    def _propose(self, incident: Incident, now_s: float) -> list[Output]:
        side, params = incident.side, self._params
        self._quiet_until_s[side] = incident.time_s + params.pause_s
        other_s = self._quiet_until_s[side.other]
        self._quiet_until_s[side.other] = max(other_s, incident.time_s + params.other_pause_s)
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
