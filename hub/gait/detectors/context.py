"""What the person is doing: walking of some kind, or a posture; written down for everybody who asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf, nextafter

from hub.events import Context
from hub.gait.context_log import ContextLog
from hub.gait.detector import Handler, Output
from hub.gait.detectors.footing import Footfall, Footing, FootingParams
from hub.gait.detectors.posture import Evidence, EvidenceReader, PostureParams, Postures
from hub.gait.facts import ContextChange, InitialContact, JudgedContact, StepSettled, Walking
from hub.gait.feed import SensorBack
from hub.gait.legs import Legs
from hub.gait.timeline import Later
from hub.session import Session
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class ContextParams:
    """Of postures, and of kinds of steps."""

    stride_longest_s: float = 3.0  # contacts of a foot farther apart are no stride
    posture: PostureParams = field(default_factory=PostureParams)
    footing: FootingParams = field(default_factory=FootingParams)


@dataclass(frozen=True, slots=True)
class _Look:
    """Timer: what do the legs show since ``from_s``?"""

    from_s: float


@dataclass(frozen=True, slots=True)
class _Midstance:
    """Timer: what kind of step was it? ``time_s`` is past where the contact was reported late."""

    contact: InitialContact
    before_s: float
    time_s: float


class ContextDetector:
    """Keeps the context log. While the person walks, steps decide; else the table of postures does."""

    def __init__(self, session: Session, legs: Legs, contexts: ContextLog, params: ContextParams) -> None:
        self._legs = legs
        self._contexts = contexts
        self._params = params
        self._reader = EvidenceReader(legs, params.posture)
        self._postures = Postures()
        self._footing = Footing(session, legs, params.footing)
        self._contact_s = {Side.LEFT: -inf, Side.RIGHT: -inf}
        self._walking_since_s: float | None = None
        self._looking = False

    def handlers(self) -> Mapping[type, Handler]:
        """Walking and its contacts, the first sample, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            SensorBack: self._begin,
            InitialContact: self._contact,
            JudgedContact: self._judged,
            Walking: self._walk,
            _Look: self._look,
            _Midstance: self._settle,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Nothing to say."""
        return []

    def _begin(self, mark: SensorBack, now_s: float) -> list[Output]:
        return [] if self._looking or self._walking_since_s is not None else self._look_again(now_s)

    def _look_again(self, from_s: float) -> list[Output]:
        self._looking = True
        return [Later(from_s + self._params.posture.every_s, _Look(from_s))]

    def _look(self, look: _Look, now_s: float) -> list[Output]:
        self._looking = False
        if self._walking_since_s is not None:
            return []
        if self._legs.silent:
            self._postures.begin(Context.UNKNOWN)
            return self._change(Context.UNKNOWN, look.from_s)
        to_s = look.from_s + self._params.posture.every_s
        evidence = self._reader.read(look.from_s, to_s)
        since_s = self._postures.follow(evidence, look.from_s, to_s)
        if evidence is Evidence.BORNE and self._postures.context is Context.STANDING:
            self._footing.stood(look.from_s, to_s)
        changed = [] if since_s is None else self._change(self._postures.context, since_s)
        return changed + self._look_again(to_s)

    def _walk(self, fact: Walking, now_s: float) -> list[Output]:
        if fact.walking:
            self._walking_since_s = fact.time_s
            self._footing.start()
            return self._change(Context.WALKING, fact.time_s)
        self._walking_since_s = None
        stopped_s = nextafter(fact.time_s, inf)
        self._postures.begin(Context.UNKNOWN)
        return self._change(Context.UNKNOWN, stopped_s) + ([] if self._looking else self._look_again(stopped_s))

    def _contact(self, contact: InitialContact, now_s: float) -> list[Output]:
        before_s = self._contact_s[contact.side]
        self._contact_s[contact.side] = contact.time_s
        stride_s = min(contact.time_s - before_s, self._params.stride_longest_s)
        settled_s = contact.time_s + self._footing.settles_after_s(stride_s)
        return [Later(settled_s, _Midstance(contact, before_s, settled_s))]

    def _judged(self, judged: JudgedContact, now_s: float) -> list[Output]:
        self._footing.struck(judged.contact.side, judged.strike)
        return []

    def _settle(self, due: _Midstance, now_s: float) -> list[Output]:
        contact, before_s = due.contact, due.before_s
        outputs: list[Output] = []
        stride_s = contact.time_s - before_s
        if self._walking_since_s is not None and stride_s <= self._params.stride_longest_s:
            context = self._footing.judge(Footfall(contact.side, before_s, contact.time_s), due.time_s)
            if context is not self._contexts.now:
                swung_s = contact.time_s - 0.5 * stride_s
                outputs += self._change(context, max(swung_s, self._walking_since_s))
        return [*outputs, StepSettled(contact)]

    def _change(self, context: Context, since_s: float) -> list[Output]:
        self._contexts.begin(since_s, context)
        return [ContextChange(context, since_s)]
