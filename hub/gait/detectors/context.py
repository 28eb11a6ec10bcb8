"""What the person is doing: walking of some kind, or a posture; written down for everybody who asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf, nextafter

from hub.events import Context
from hub.gait.context_log import ContextLog
from hub.gait.detector import Handler, Output
from hub.gait.detectors.posture import EvidenceReader, PostureParams, Postures
from hub.gait.facts import ContextChange, Walking
from hub.gait.feed import SensorBack
from hub.gait.legs import Legs
from hub.gait.timeline import Later


@dataclass(frozen=True, slots=True)
class ContextParams:
    """Of postures, and of kinds of walking."""

    posture: PostureParams = field(default_factory=PostureParams)


@dataclass(frozen=True, slots=True)
class _Look:
    """Timer: what do the legs show since ``from_s``?"""

    from_s: float


class ContextDetector:
    """Keeps the context log. While the person walks, contacts decide; else the posture table does."""

    def __init__(self, legs: Legs, contexts: ContextLog, params: ContextParams) -> None:
        self._legs = legs
        self._contexts = contexts
        self._params = params
        self._reader = EvidenceReader(legs, params.posture)
        self._postures = Postures()
        self._walking = False
        self._looking = False

    def handlers(self) -> Mapping[type, Handler]:
        """Walking, the first sample, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            SensorBack: self._begin,
            Walking: self._walk,
            _Look: self._look,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Nothing to say."""
        return []

    def _begin(self, mark: SensorBack, now_s: float) -> list[Output]:
        return [] if self._looking or self._walking else self._look_again(now_s)

    def _look_again(self, from_s: float) -> list[Output]:
        self._looking = True
        return [Later(from_s + self._params.posture.every_s, _Look(from_s))]

    def _walk(self, fact: Walking, now_s: float) -> list[Output]:
        self._walking = fact.walking
        if fact.walking:
            return self._change(Context.WALKING, fact.time_s)
        stopped_s = nextafter(fact.time_s, inf)
        self._postures.begin(Context.UNKNOWN)
        return self._change(Context.UNKNOWN, stopped_s) + ([] if self._looking else self._look_again(stopped_s))

    def _look(self, look: _Look, now_s: float) -> list[Output]:
        self._looking = False
        if self._walking:
            return []
        if self._legs.silent:
            self._postures.begin(Context.UNKNOWN)
            return self._change(Context.UNKNOWN, look.from_s)
        to_s = look.from_s + self._params.posture.every_s
        since_s = self._postures.follow(self._reader.read(look.from_s, to_s), look.from_s, to_s)
        changed = [] if since_s is None else self._change(self._postures.context, since_s)
        return changed + self._look_again(to_s)

    def _change(self, context: Context, since_s: float) -> list[Output]:
        self._contexts.begin(since_s, context)
        return [ContextChange(context, since_s)]
