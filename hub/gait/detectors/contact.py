"""Initial and final contacts as the insole of each foot sees them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from hub.events import Kind
from hub.gait.detector import Handler, Output
from hub.gait.detectors.bearing import Bearing
from hub.gait.facts import InitialContact, Sighting
from hub.gait.feed import SampleHole, SensorSilent
from hub.gait.signals.insole import Loaded, Touched, Unloaded, Untouched
from hub.session import InsoleSpec, Session


class Phase(StrEnum):
    """What a foot is doing. ``UNKNOWN`` until it has been seen in the air or taking load."""

    UNKNOWN = "unknown"
    STANCE = "stance"
    PRE_SWING = "pre_swing"
    SWING = "swing"
    CONTACT_CANDIDATE = "contact_candidate"


TRANSITIONS: dict[tuple[Phase, type], Phase] = {
    (Phase.UNKNOWN, Unloaded): Phase.SWING,
    (Phase.UNKNOWN, Loaded): Phase.STANCE,
    (Phase.SWING, Touched): Phase.CONTACT_CANDIDATE,
    (Phase.CONTACT_CANDIDATE, Untouched): Phase.SWING,
    (Phase.SWING, Loaded): Phase.STANCE,
    (Phase.CONTACT_CANDIDATE, Loaded): Phase.STANCE,
    (Phase.STANCE, InitialContact): Phase.PRE_SWING,  # of the other foot
    (Phase.STANCE, Unloaded): Phase.SWING,
    (Phase.PRE_SWING, Unloaded): Phase.SWING,
}
"""Legal transitions by mark. A mark that is not listed for a phase leaves it as it is."""

SWINGING = {Phase.SWING, Phase.CONTACT_CANDIDATE}
STANDING = {Phase.STANCE, Phase.PRE_SWING}


@dataclass(frozen=True, slots=True)
class ContactParams:
    """What cannot be a step."""

    contact_interval_s: float = 0.400  # initial contacts of one foot (our choice)
    stance_shortest_s: float = 0.150  # a foot that lifts sooner has not stood
    swing_shortest_s: float = 0.140  # (our choice)
    hesitant_s: float = 0.120  # a touch that takes longer to bear weight may be a drag's end (our choice)
    learning_confidence: float = 0.5  # of contacts before the scale is learnt (our choice)
    hole_confidence: float = 0.5  # times this just after a hole in the data (our choice)


class _Foot:
    """One foot's phase."""

    def __init__(self) -> None:
        self.phase = Phase.UNKNOWN
        self.contact_s = -inf
        self.lifted_s = -inf
        self.hole_s = -inf

    def to(self, mark: type) -> bool:
        """Follow the table; whether the mark was legal."""
        phase = TRANSITIONS.get((self.phase, mark))
        if phase is not None:
            self.phase = phase
        return phase is not None


class ContactDetector:
    """Contacts of the feet that wear an insole."""

    def __init__(self, session: Session, bearing: Bearing, params: ContactParams) -> None:
        self._bearing = bearing
        self._params = params
        self._feet = {role.side: _Foot() for role, spec in session.sensors.items() if isinstance(spec, InsoleSpec)}

    def handlers(self) -> Mapping[type, Handler]:
        """Marks of insoles, and contacts of the other foot, whoever saw them."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            Touched: self._change,
            Untouched: self._change,
            Loaded: self._loaded,
            Unloaded: self._unloaded,
            InitialContact: self._other_foot,
            SensorSilent: self._silent,
            SampleHole: self._hole,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Nothing is left open."""
        return []

    def _change(self, mark: Touched | Untouched, now_s: float) -> list[Output]:
        self._feet[mark.side].to(type(mark))
        return []

    def _loaded(self, mark: Loaded, now_s: float) -> list[Output]:
        foot, params = self._feet[mark.side], self._params
        swung = foot.phase in SWINGING
        if not foot.to(Loaded) or not swung:
            return []
        too_soon = mark.time_s - foot.contact_s < params.contact_interval_s
        if too_soon or mark.time_s - mark.unloaded_s < params.swing_shortest_s:
            return []
        if not self._bearing.landed(mark.side, mark.unloaded_s, mark.time_s):
            return []
        foot.contact_s = mark.time_s
        confidence = self._confidence(foot, mark.time_s, learnt=mark.scale.learnt)
        span = (mark.touched_s, mark.known_at_s)
        sure = mark.scale.sure and span[1] - span[0] <= params.hesitant_s
        return [Sighting(Kind.INITIAL_CONTACT, mark.side, mark.time_s, confidence, mark.side.insole, sure, span)]

    def _unloaded(self, mark: Unloaded, now_s: float) -> list[Output]:
        foot = self._feet[mark.side]
        stood = foot.phase in STANDING
        foot.to(Unloaded)
        bears = self._bearing.lifted(mark.side, mark.time_s, now_s)
        first = foot.phase is Phase.SWING and foot.contact_s == -inf and mark.seen
        if mark.time_s - foot.contact_s < self._params.stance_shortest_s or not (stood or first) or not mark.seen:
            return []
        if not bears:
            return []
        foot.lifted_s = mark.time_s
        confidence = self._confidence(foot, mark.time_s, learnt=mark.scale.learnt)
        return [Sighting(Kind.FINAL_CONTACT, mark.side, mark.time_s, confidence, mark.side.insole, mark.scale.sure)]

    def _other_foot(self, contact: InitialContact, now_s: float) -> list[Output]:
        foot = self._feet.get(contact.side.other)
        if foot is not None:
            foot.to(InitialContact)
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        if mark.role.is_insole:
            self._feet[mark.role.side].phase = Phase.UNKNOWN
        return []

    def _hole(self, mark: SampleHole, now_s: float) -> list[Output]:
        if mark.role.is_insole:
            self._feet[mark.role.side].hole_s = mark.known_at_s
        return []

    def _confidence(self, foot: _Foot, time_s: float, *, learnt: bool) -> float:
        params = self._params
        confidence = 1.0 if learnt else params.learning_confidence
        return confidence * (params.hole_confidence if foot.hole_s >= time_s - 0.1 else 1.0)
