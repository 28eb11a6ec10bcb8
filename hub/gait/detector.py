"""What a detector is: items in, in the order of the timeline; facts, timers and events out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from hub.events import FIELDS, Event, Kind, Value, event_id
from hub.gait.context_log import ContextLog
from sensors.layout import Side

Output = object
"""An ``Event`` goes out, a ``Later`` comes back as a timer, the rest are facts for whoever takes their type."""

Handler = Callable[[Any, float], Sequence[Output]]
"""Takes an item and the time now; its state, and what it reads of histories, is as of now."""


_NULLS: dict[Kind, dict[str, Value]] = {kind: dict.fromkeys(fields) for kind, fields in FIELDS.items()}


class Detector(Protocol):
    """One question about gait. All of its state changes inside its handlers."""

    def handlers(self) -> Mapping[type, Handler]:
        """Which types of marks, facts and timers it takes."""

    def finish(self, now_s: float) -> Sequence[Output]:
        """The recording is over: what can still be said."""


class EventMaker:
    """Makes events of one session: ids from what happened, floats plain, with the context that they fell into."""

    def __init__(self, session_name: str, contexts: ContextLog) -> None:
        self._session_name = session_name
        self._contexts = contexts

    def __call__(
        self,
        kind: Kind,
        side: Side,
        time_s: float,
        now_s: float,
        *,
        fields: Mapping[str, Value],
        confidence: float = 1.0,
        discriminator: str = "",
    ) -> Event:
        """An event that happened at ``time_s`` and was decided now. Fields of its kind that are not given are null."""
        complete = {**_NULLS[kind], **fields}
        assert len(complete) == len(_NULLS[kind]), f"{kind}: undeclared {sorted(complete.keys() - FIELDS[kind].keys())}"
        return Event(
            id=event_id(self._session_name, kind, side, time_s, discriminator),
            kind=kind,
            side=side,
            time_s=float(time_s),
            detected_at_s=float(now_s),
            confidence=float(confidence),
            fields=complete,
            context=self._contexts.at(time_s),
        )
