"""When a cue is due. Pure: the same events at the same times give the same cues.

A good step is known when its initial contact has been judged, 80 ms after it: a drag in the swing before is found as
soon as the foot has landed. A toe-first contact counts from midstance on, when stairs and tiptoe are told apart.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from hub.cues.settings import CueKind, CueSettings
from hub.events import Context, Event, Kind
from hub.good_step import LIKELY, FootJudge
from hub.session import Wearer
from sensors.layout import Side

LATEST_S = 0.7
"""So long after its contact a cue still belongs to that step (our choice); midstance comes within 0.45 s."""

HUSH_S = 10.0
"""Nothing praises or distracts somebody who has just tripped or fallen (our choice)."""

LEVEL = frozenset({Context.WALKING, Context.TURNING})
"""Contexts in which a step is praised. On stairs, tiptoe and crutches, and in no walk, a contact says little."""

ALMOST = 1e-9

_NS = 10**9


@dataclass(frozen=True, slots=True)
class Cue:
    """What is due at once. ``time_s``: of the contact, on hub time; ``volume_pct``: of its sound."""

    kind: CueKind
    side: Side
    time_s: float
    volume_pct: float


class Cueing:
    """Follows one wearer's events, all of them in their order, and says at which a cue is due.

    ``zone`` None is the zone of this machine.
    """

    def __init__(self, wearer: Wearer, settings: CueSettings, zone: tzinfo | None = None) -> None:
        self.settings = settings
        self._wearer = wearer
        self._zone = zone
        self._feet = {Side.LEFT: FootJudge(), Side.RIGHT: FootJudge()}
        self._hushed_until_s = float("-inf")
        self._credit = 0.0

    def see(self, event: Event, now_s: float, wall_time_ns: int) -> Cue | None:
        """The cue that is due now, if any.

        Parameters
        ----------
        now_s : hub time now. ``wall_time_ns`` : the same as Unix time, for quiet hours and fading.
        """
        if event.kind in {Kind.TRIP, Kind.FALL}:
            self._hushed_until_s = max(self._hushed_until_s, event.detected_at_s + HUSH_S)
        kind = self._said_by(event)
        if kind is None or kind is not self.settings.on or not self._may_be_told(event, now_s, wall_time_ns):
            return None
        self._credit += self.settings.share(self._day(wall_time_ns))
        if self._credit < 1.0 - ALMOST:
            return None
        self._credit = max(self._credit - 1.0, 0.0)
        return Cue(kind, event.side, event.time_s, self.settings.volume_pct)

    def _said_by(self, event: Event) -> CueKind | None:
        if event.side not in self._feet or not self._is_trained(event.side):
            return None
        foot = self._feet[event.side]
        match event.kind:
            case Kind.TOE_DRAG if event.confidence >= LIKELY:
                foot.dragged(event)
            case Kind.INITIAL_CONTACT if foot.landed(event) and self._is_far_ahead(event):
                return CueKind.GOOD_STEP
            case Kind.TOE_FIRST:
                return CueKind.TOE_FIRST
        return None

    def _is_trained(self, side: Side) -> bool:
        return self._wearer.affected_side == "none" or self._wearer.is_affected(side)

    def _is_far_ahead(self, contact: Event) -> bool:
        """Whether the heel was as far ahead as the therapist wants; an unknown lead is longer than can be asked for."""
        lead_ms = contact.fields.get("lead_ms")
        return not isinstance(lead_ms, int | float) or -lead_ms >= self.settings.heel_lead_ms

    def _may_be_told(self, event: Event, now_s: float, wall_time_ns: int) -> bool:
        quiet = self.settings.quiet
        return (
            event.context in LEVEL
            and now_s - event.time_s <= LATEST_S
            and event.time_s >= self._hushed_until_s
            and (quiet is None or quiet.end_ns(wall_time_ns) is None)
        )

    def _day(self, wall_time_ns: int) -> date:
        return datetime.fromtimestamp(wall_time_ns // _NS, UTC).astimezone(self._zone).date()
