"""Trips: a swing that was obstructed, and whether a recovery followed.

Stage 1 is fast: the shank was thrown back in mid-swing; or it was slowed, or its swing was over, when the toes took a
blow. Stage 2 looks for what a person who stumbles does next: the swing takes longer or the foot is put down early, it
is loaded more than usual, the other leg hurries, steps lose their rhythm. A candidate that nothing follows, while
walking goes on, is a toe catch. Where walking ends it is neither: a last step brakes hard too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf

from hub.events import ON_FOOT, Context
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors import trip_report
from hub.gait.detectors.blow import Blow, BlowParams, Toes
from hub.gait.detectors.incidents import Incidents
from hub.gait.detectors.landing_load import LandingLoadParams
from hub.gait.detectors.recovery import EVIDENCE, Evidence, Incident, RecoveryParams, confirms, strategy_of
from hub.gait.detectors.rhythm import RhythmParams
from hub.gait.facts import FinalContact, InitialContact, JudgedContact, Trip
from hub.gait.feed import SensorSilent
from hub.gait.legs import Legs
from hub.gait.signals.pitch import ShankLevel
from hub.gait.signals.shank_marks import Arrest, SwingArrest, SwingSlows
from hub.gait.timeline import Later
from hub.session import Session
from sensors.layout import Side

MAY_TRIP = ON_FOOT | {Context.UNKNOWN}
"""Contexts in which a swing can be obstructed; an unknown one is decided by the contacts before."""


@dataclass(frozen=True, slots=True)
class TripParams:
    """When walking is sure enough to trip in, how a blow is looked for, and how long the outcome stays open."""

    armed_contacts: int = 3  # of the foot, within armed_s (our choice)
    armed_s: float = 9.0  # the contacts that arm it come within this
    pause_s: float = 5.0  # 3-5 steps are unsteady: after a candidate only sure ones, after a trip none (our choice)
    other_pause_s: float = 2.0  # none of the other leg, which hurries (our choice)
    decided_after_s: float = 1.4  # confirmed, if all that speaks for it is known by then (our choice)
    caught_after_s: float = 2.5  # by then three contacts show that walking went on
    blow_before_s: float = 0.03  # the toes are hit from so long before the shank is slowed (our choice)
    landing_within_s: float = 0.08  # toes felt nothing: landings follow within 34 ms, trips' after 200 (walker)
    stall_seen_s: float = 0.075  # a late blow: landing toes are down 40-80 ms after it, tripped feet 90-200 (walker)
    early_load_pct: float = 12.0  # of the usual peak: with more the foot is still pushing off (marpino 30-43)
    blow_late_s: float = 0.10  # late in swing the shank slows anyway: the blow may be so old
    look_every_s: float = 0.02  # in swing, whether the toes were hit (our choice)
    look_back_s: float = 0.10  # blows take 20-60 ms (rec)
    look_longest_s: float = 1.0  # a foot that is in the air for longer does not walk
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


@dataclass(frozen=True, slots=True, eq=False)
class _Aloft:
    """Timer: was it the landing that threw the shank back?"""

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
    """Trip candidates, confirmed trips and toe catches of both legs; by insole alone less surely."""

    def __init__(
        self, session: Session, legs: Legs, contexts: ContextLog, make: EventMaker, params: TripParams
    ) -> None:
        self._wearer = session.wearer
        self._contexts = contexts
        self._make = make
        self._params = params
        self._incidents = Incidents(legs, params.recovery, params.rhythm, params.landing)
        self._toes = {side: Toes(side, legs, params.blow) for side in self._incidents.feet}
        self._insoles = {role.side for role in session.sensors if role.is_insole}
        self._shins = {role.side for role in session.sensors if not role.is_insole}
        self._quiet_until_s = dict.fromkeys(self._toes, -inf)  # a candidate of the leg was told
        self._hurries_until_s = dict.fromkeys(self._toes, -inf)  # or one of the other leg
        self._recovers_until_s = dict.fromkeys(self._toes, -inf)  # a trip of either was confirmed

    def handlers(self) -> Mapping[type, Handler]:
        """Obstructed and ending swings, contacts of both feet, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            SwingArrest: self._arrested,
            SwingSlows: self._slows,
            FinalContact: self._lifted,
            InitialContact: self._landed,
            JudgedContact: self._judged,
            _Look: self._look,
            _Stall: self._stalled,
            _Aloft: self._aloft,
            _Taken: self._taken,
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
        side, params, evidence = mark.role.side, self._params, EVIDENCE[mark.arrest]
        early, toes = mark.arrest is Arrest.EARLY, self._toes[side]
        if not self._is_armed(side, mark.time_s) or toes.are_loaded(now_s, params.early_load_pct if early else None):
            return []
        from_s, hit = mark.time_s - params.blow_before_s, None
        if toes.can_feel(from_s):
            blow = toes.blow(self._lifted_s(side, mark.time_s), from_s, now_s)
            hit = blow is not None and (blow.over or evidence is Evidence.THROWN_BACK)
        elif mark.arrest is Arrest.DOUBTFUL:
            return []
        elif early:
            evidence = Evidence.SLOWED  # push-off may jerk the shank as much
        return self._suspect(side, mark.time_s, mark.phase_pct, evidence, now_s, hit=hit, learnt=mark.learnt)

    def _slows(self, mark: SwingSlows, now_s: float) -> list[Output]:
        """The swing is nearly over: were the toes hit just before, and will the foot land?"""
        side, params = mark.role.side, self._params
        self._incidents.slow(mark)
        if not self._is_armed(side, mark.time_s):
            return []
        blow = self._toes[side].blow(self._lifted_s(side, now_s), mark.time_s - params.blow_late_s, now_s)
        if blow is not None and blow.over:
            return self._suspect(side, blow.time_s, mark.phase_pct, Evidence.STALLED, now_s, hit=True)
        late_s = self._incidents.late_after_s(side)
        return [Later(mark.time_s + late_s, _Stall(mark))] if late_s is not None else []

    def _stalled(self, timer: _Stall, now_s: float) -> list[Output]:
        """Without an insole that feels its toes, a foot that does not land is all there is to be seen."""
        mark, side = timer.mark, timer.mark.role.side
        toes = self._toes[side]
        landed = self._incidents.feet[side].contact_s >= mark.time_s or toes.are_loaded(now_s)
        if landed or toes.can_feel(mark.time_s - self._params.blow_late_s) or not self._is_armed(side, mark.time_s):
            return []
        return self._suspect(side, mark.time_s, mark.phase_pct, Evidence.STALLED, now_s, hit=None)

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        side, params = contact.side, self._params
        self._incidents.lift(side, contact.time_s)
        if side not in self._insoles:
            return []
        return [Later(now_s + params.look_every_s, _Look(side, contact.time_s, contact.time_s))]

    def _look(self, timer: _Look, now_s: float) -> list[Output]:
        """While the foot swings: a blow to the toes that is over."""
        side, lifted_s, params, toes = timer.side, timer.lifted_s, self._params, self._toes[timer.side]
        if self._lifted_s(side, now_s) != lifted_s or now_s - lifted_s > params.look_longest_s:
            return []
        matters = self._would_matter(side, lifted_s)
        blow = toes.blow(lifted_s, max(timer.from_s, now_s - params.look_back_s), now_s) if matters else None
        if blow is None or not blow.over or toes.are_down(now_s):
            return [Later(now_s + params.look_every_s, timer)]
        hit = self._hit(side, lifted_s, blow, now_s)
        if hit:  # else the shank may yet be slowed
            timer = _Look(side, lifted_s, now_s)
        return [*hit, Later(now_s + params.look_every_s, timer)]

    def _would_matter(self, side: Side, lifted_s: float) -> bool:
        """Whether a blow could say anything: before the shank of a leg is slowed or thrown back it does not."""
        shank_is_calm = side in self._shins and self._incidents.slowed(side) is None
        return not shank_is_calm or self._incidents.in_swing(side, lifted_s) is not None

    def _hit(self, side: Side, lifted_s: float, blow: Blow, now_s: float) -> list[Output]:
        """The toes were hit: something, if the shank was slowed or no sensor is there to tell."""
        usual_s, slow = self._incidents.feet[side].usual_swing_s, self._incidents.slowed(side)
        incident = self._incidents.in_swing(side, lifted_s)
        if incident is not None:
            incident.hit = True
            return self._propose_if_likely(incident, now_s)
        if usual_s is None or not self._is_armed(side, lifted_s):
            return []
        if side in self._shins and (slow is None or blow.time_s < slow.time_s - self._params.blow_late_s):
            return []
        evidence = Evidence.STALLED if side in self._shins else Evidence.BLOW
        phase_pct = min(100.0 * (blow.time_s - lifted_s) / usual_s, 100.0)
        faint = blow.rise_pct < self._params.blow.alone_pct
        return self._suspect(side, blow.time_s, phase_pct, evidence, now_s, hit=True, faint=faint)

    def _is_armed(self, side: Side, time_s: float) -> bool:
        params, foot = self._params, self._incidents.feet[side]
        walked = foot.contacts_since(time_s - params.armed_s) >= params.armed_contacts
        return walked and time_s >= self._recovers_until_s[side] and self._contexts.now in MAY_TRIP

    def _lifted_s(self, side: Side, time_s: float) -> float | None:
        return self._incidents.feet[side].lifted_before(time_s)

    def _suspect(
        self,
        side: Side,
        time_s: float,
        phase_pct: float,
        evidence: Evidence,
        now_s: float,
        *,
        hit: bool | None,
        learnt: bool = True,
        faint: bool = False,
    ) -> list[Output]:
        """Open an incident, or add to the one of this swing; tell it at once if it is likely."""
        incidents, params, lifted_s = self._incidents, self._params, self._lifted_s(side, time_s)
        known = incidents.in_swing(side, lifted_s)
        if known is not None:
            known.add(evidence, hit=hit)
            return self._propose_if_likely(known, now_s)
        incident = Incident(side, time_s, phase_pct, evidence, hit, learnt, lifted_s, faint)
        if (before := incidents.of(side)) is not None and not self._outweighs(incident, before):
            return []
        incidents.open(incident)
        return [
            *(self._caught(before, now_s) if before else []),
            *self._propose_if_likely(incident, now_s),
            Later(time_s + params.decided_after_s, _Verdict(incident)),
            Later(time_s + params.caught_after_s, _Aftermath(incident)),
        ]

    def _is_likely(self, incident: Incident) -> bool:
        """Worth telling at once."""
        if incident.evidence is Evidence.BLOW:
            return not incident.faint and not self._may_have_scuffed(incident)
        return incident.likely

    def _outweighs(self, incident: Incident, before: Incident) -> bool:
        """Whether the open one gives way to a new one: toes may catch more than once before they trip somebody."""
        if before.candidate_id is None:
            return self._is_likely(incident)
        return self._is_likely(incident) and before.contact is not None and not before.signs

    def _may_have_scuffed(self, incident: Incident) -> bool:
        """Dropped toes scuff: there a blow alone is nothing to speak of."""
        return incident.evidence is Evidence.BLOW and self._wearer.is_affected(incident.side)

    def _landed(self, contact: InitialContact, now_s: float) -> list[Output]:
        self._learn_rise(contact)
        outputs: list[Output] = []
        for incident in self._incidents.land(contact):
            if incident.contact is contact:
                outputs.append(Later(contact.time_s + self._params.landing.taken_s, _Taken(incident)))
            if incident.steady_s is not None:
                outputs += self._decide(_Verdict(incident), now_s)
        return outputs

    def _learn_rise(self, contact: InitialContact) -> None:
        """Of the forefoot's load, from when a blow to the toes would have counted in the swing that ended."""
        side, params = contact.side, self._params
        lifted_s, slow = self._lifted_s(side, contact.time_s), self._incidents.slowed(side)
        if lifted_s is None or (slow is None and side in self._shins):
            return
        start_s = slow.time_s - params.blow_late_s if slow is not None else lifted_s
        self._toes[side].learn(lifted_s, start_s, contact.time_s)

    def _judged(self, judged: JudgedContact, now_s: float) -> list[Output]:
        self._incidents.judge(judged)
        return []

    def _taken(self, timer: _Taken, now_s: float) -> list[Output]:
        self._incidents.weigh(timer.incident)
        return []

    def _decide(self, verdict: _Verdict, now_s: float) -> list[Output]:
        """Confirm, if enough speaks for it."""
        incident, params = verdict.incident, self._params.recovery
        contact = incident.contact
        if incident.decided or contact is None or not self._incidents.is_open(incident):
            return []
        if incident.time_s < self._recovers_until_s[incident.side]:
            return []
        backward = self._contexts.at(contact.time_s) not in MAY_TRIP - {Context.BACKWARD}  # turns the shank round too
        if backward or not confirms(incident, params):
            return []
        incident.decided = True
        self._pause(incident, own=self._recovers_until_s, other=self._recovers_until_s)
        outputs = [] if incident.candidate_id else self._propose(incident, now_s)
        outputs.append(Trip(incident.side, incident.time_s, "confirmed"))
        outputs.append(trip_report.confirmed(self._make, incident, strategy_of(incident, params), now_s))
        return outputs

    def _look_back(self, aftermath: _Aftermath, now_s: float) -> list[Output]:
        """The last chance to confirm; without a recovery, a toe catch if walking went on."""
        incident = aftermath.incident
        if not self._incidents.is_open(incident):
            return []
        confirmed = self._decide(_Verdict(incident), now_s)
        self._incidents.close(incident)
        return [*confirmed, *(self._caught(incident, now_s) if incident.contacts >= 3 else [])]

    def _caught(self, incident: Incident, now_s: float) -> list[Output]:
        """Walking went on: a toe catch, if that was told to have been something."""
        if incident.decided or incident.candidate_id is None or self._may_have_scuffed(incident):
            return []
        return [trip_report.toe_catch(self._make, incident, now_s)]

    def _propose_if_likely(self, incident: Incident, now_s: float) -> list[Output]:
        if incident.candidate_id is not None or not self._is_likely(incident):
            return []
        if self._is_quiet(incident):
            return []
        if incident.evidence is Evidence.THROWN_BACK and incident.hit is False:
            return [Later(now_s + self._params.landing_within_s, _Aloft(incident))]
        seen_s = incident.time_s + self._params.stall_seen_s
        if incident.evidence is Evidence.STALLED and incident.hit and now_s < seen_s:
            return [Later(seen_s, _Aloft(incident))]
        return self._propose(incident, now_s)

    def _aloft(self, timer: _Aloft, now_s: float) -> list[Output]:
        """Where the foot is down by now, a shank that turned back unfelt, or toes that were hit late, were its landing.

        A recovery may yet say of the latter that it was none.
        """
        incident, toes = timer.incident, self._toes[timer.incident.side]
        if incident.candidate_id is not None or not self._incidents.is_open(incident):
            return []
        stalled = incident.evidence is Evidence.STALLED
        if incident.contact is not None or toes.are_down(now_s) or (stalled and toes.touch(now_s)):
            if not stalled:
                self._incidents.close(incident)
            return []
        return self._propose(incident, now_s)

    def _propose(self, incident: Incident, now_s: float) -> list[Output]:
        self._pause(incident, own=self._quiet_until_s, other=self._hurries_until_s)
        event = trip_report.candidate(self._make, incident, now_s)
        incident.candidate_id = event.id
        return [Trip(incident.side, incident.time_s, "candidate"), event]

    def _pause(self, incident: Incident, own: dict[Side, float], other: dict[Side, float]) -> None:
        side, params = incident.side, self._params
        own[side] = max(own[side], incident.time_s + params.pause_s)
        other[side.other] = max(other[side.other], incident.time_s + params.other_pause_s)

    def _is_quiet(self, incident: Incident) -> bool:
        """So soon after a candidate another is told at once only if it is sure, else not before a recovery follows."""
        side = incident.side
        again = incident.time_s < self._quiet_until_s[side] and not incident.sure
        return again or incident.time_s < self._hurries_until_s[side]

    def _levelled(self, level: ShankLevel, now_s: float) -> list[Output]:
        self._incidents.level(level)
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        self._incidents.forget(mark.role)
        return []
