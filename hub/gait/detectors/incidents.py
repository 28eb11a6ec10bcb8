"""Obstructed swings whose outcome is open: what each foot does after the blow, beside what is usual for it."""

from hub.gait.detectors.landing_load import LandingLoad, LandingLoadParams
from hub.gait.detectors.recovery import Aspect, Evidence, Incident, RecoveryParams, Sign
from hub.gait.detectors.rhythm import Foot, RhythmParams
from hub.gait.facts import InitialContact, JudgedContact, Strike
from hub.gait.legs import Legs
from hub.gait.signals.pitch import ContactPosture, ShankLevel
from hub.gait.signals.shank_marks import SwingSlows
from sensors.layout import Role, Side


class Incidents:
    """The open incident of each leg, and the signs of a recovery that follow.

    Attributes
    ----------
    feet : swings, steps and landings of each foot, as far as nothing disturbed them.
    """

    def __init__(self, legs: Legs, recovery: RecoveryParams, rhythm: RhythmParams, landing: LandingLoadParams) -> None:
        self._legs = legs
        self._params = recovery
        self.feet = {side: Foot(rhythm) for side in (Side.LEFT, Side.RIGHT)}
        self._landings = {side: LandingLoad(side, legs, landing) for side in self.feet}
        self._postures = {role.side: ContactPosture(view.history) for role, view in legs.shanks.items()}
        self._slow: dict[Side, SwingSlows] = {}
        self._open: dict[Side, Incident] = {}

    def of(self, side: Side) -> Incident | None:
        """The open incident of a leg."""
        return self._open.get(side)

    def in_swing(self, side: Side, lifted_s: float | None) -> Incident | None:
        """The open incident of the swing that began at ``lifted_s`` and goes on."""
        incident = self._open.get(side)
        return incident if incident and incident.contact is None and incident.lifted_s == lifted_s else None

    def open(self, incident: Incident) -> None:
        """From now on this is the leg's incident."""
        self._open[incident.side] = incident

    def is_open(self, incident: Incident) -> bool:
        """Whether it still is."""
        return self._open.get(incident.side) is incident

    def close(self, incident: Incident) -> None:
        """Its outcome is known, or it was none."""
        del self._open[incident.side]

    @property
    def undisturbed(self) -> bool:
        """Whether what is seen now is how the wearer usually walks."""
        return all(incident.candidate_id is None for incident in self._open.values())

    def lift(self, side: Side, time_s: float) -> None:
        """The foot left the ground."""
        foot = self.feet[side]
        if self.undisturbed and foot.lifted_s < foot.contact_s:
            self._landings[side].learn(foot.contact_s)
        foot.lift(time_s)

    def slow(self, mark: SwingSlows) -> None:
        """A swing is nearly over."""
        self._slow[mark.role.side] = mark

    def slowed(self, side: Side) -> SwingSlows | None:
        """The swing under way is nearly over, since when."""
        return self._slow.get(side)

    def is_late(self, side: Side, slow: SwingSlows, at_s: float) -> bool:
        """Whether a foot that was nearly through its swing should have landed by ``at_s``; False before it is known."""
        late_s = self.late_after_s(side)
        return late_s is not None and at_s - slow.time_s > late_s

    def late_after_s(self, side: Side) -> float | None:
        """So long after its swing was over a foot should have landed; None before it is known."""
        params, usual = self._params, self.feet[side].usual_landing_s
        if usual is None:
            return None
        late_s = usual[0] + max(params.stall_least_s, params.stall_spreads * usual[1])
        return late_s if side.insole in self._legs.insoles else late_s + params.shin_stall_s

    def land(self, contact: InitialContact) -> list[Incident]:
        """The foot met the ground. Returns the incidents that were going on, with the signs that this added."""
        side = contact.side
        foot, other, posture = self.feet[side], self.feet[side.other], self._postures.get(side)
        undisturbed, slow, lifted_s = self.undisturbed, self._slow.pop(side, None), foot.lifted_before(contact.time_s)
        foot.land(contact.time_s, other.contact_s, learn=undisturbed)
        if undisturbed and posture:
            posture.learn(contact.time_s)
        if undisturbed and slow is not None:
            foot.learn_landing(contact.time_s - slow.time_s)
        own = self._open.get(side)
        if own is not None and own.contact is None and not self._goes_on(own, contact, lifted_s, slow):
            self.close(own)
        steady = foot.in_rhythm(contact.time_s - other.contact_s)
        after = [incident for incident in self._open.values() if incident.time_s < contact.time_s]
        for incident in after:
            self._follow(incident, contact, steady=steady)
        return after

    def _goes_on(
        self, incident: Incident, contact: InitialContact, lifted_s: float | None, slow: SwingSlows | None
    ) -> bool:
        """The foot that was obstructed has landed. False: it was the landing that slowed it, or a step back.

        A shank takes its own arrest for the end of its swing, so only an insole tells that it landed at once.
        """
        params, usual_s = self._params, self.feet[incident.side].usual_swing_s
        posture = self._postures.get(incident.side)
        below_deg = posture.below_usual_deg(contact.time_s) if posture else 0.0
        back = incident.hit is False and below_deg > params.step_back_deg
        on_insole = contact.sensor.is_insole
        if back or (on_insole and contact.time_s - incident.time_s < params.landing_s):
            return False
        unseen = {Aspect.LANDING: not on_insole, Aspect.STEPS: self.feet[incident.side.other].usual_swing_s is None}
        incident.visible -= {aspect for aspect, missing in unseen.items() if missing}
        incident.contact, incident.lifted_s = contact, incident.lifted_s or lifted_s
        if incident.lifted_s is not None and usual_s is not None:
            share = (contact.time_s - incident.lifted_s) / usual_s
            if share >= params.long_swing or share <= params.short_swing:
                incident.signs.add(Sign.SWING_TIME)
        if slow is not None and self.is_late(incident.side, slow, contact.time_s):
            if incident.evidence is not Evidence.STALLED or incident.hit:
                incident.signs.add(Sign.STALL)
        elif incident.evidence is Evidence.STALLED:
            incident.evidence = Evidence.BLOW
        if below_deg >= params.lower_deg and (incident.hit or below_deg <= params.step_back_deg):
            incident.signs.add(Sign.POSTURE)
        return True

    def _follow(self, incident: Incident, contact: InitialContact, *, steady: bool | None) -> None:
        """One more contact of either foot after the blow."""
        incident.contacts += 1
        foot = self.feet[contact.side]
        landed = incident.contact is not None and contact is not incident.contact
        if landed and contact.side is not incident.side and foot.is_hurried(self._params.hurried_swing):
            incident.signs.add(Sign.OTHER_SWING)
        if steady is False and incident.steady_s is None:
            incident.unsteady += 1
            if landed:  # the first step is out of rhythm by as much as its swing
                incident.signs.add(Sign.STEP_TIMES)
        elif steady and landed:
            incident.steady_s = incident.steady_s or contact.time_s

    def weigh(self, incident: Incident) -> None:
        """The foot that was obstructed has taken the weight."""
        contact = incident.contact
        if contact is not None and self._landings[incident.side].is_heavy(contact.time_s):
            incident.signs.add(Sign.HEAVY)

    def judge(self, judged: JudgedContact) -> None:
        """Who lands on the heel and now did not was lowering the foot in a hurry."""
        if judged.strike is Strike.UNKNOWN:
            return
        side, on_heel = judged.contact.side, judged.strike is Strike.HEEL
        incident, foot = self._open.get(side), self.feet[side]
        if incident and incident.contact == judged.contact and not on_heel and foot.lands_on_heel:
            incident.signs.add(Sign.FORE_FIRST)
        if self.undisturbed:
            foot.learn_strike(on_heel=on_heel)

    def level(self, level: ShankLevel) -> None:
        """What upright means for a shank is known, or known better."""
        self._postures[level.role.side].level = level

    def forget(self, role: Role) -> None:
        """A sensor is gone: nothing is confirmed of its leg; the other leg's trips are."""
        side = role.side
        self._open.pop(side, None)
        self._slow.pop(side, None)
        self.feet[side].forget()
