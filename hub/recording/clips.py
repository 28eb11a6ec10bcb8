"""Clips: the seconds around each trip and fall, cut out of what is held in memory. Pure.

A clip is held back until its time is over, and then given out whole. It begins with how its links began, so that it
decodes by itself.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.events import Event, Kind
from hub.packets import Entry
from hub.recording.beginnings import LinkBeginnings

BEFORE_S = 10.0
"""A clip begins so long before its event."""

AFTER_S = 10.0
"""A clip ends so long after its last event."""

LONGEST_S = 120.0
"""Events in a storm share a clip; one of this length ends, and the next event begins another."""

TOLD_WITHIN_S = 15.0
"""No trip or fall is told later than this after it happened: a fall's confirmation waits for stillness, 5 to 10 s."""


@dataclass(slots=True)
class Clip:
    """What came from ``begin_s`` to ``end_s``, hub time, and the ``events`` for which it is kept."""

    begin_s: float
    end_s: float
    events: list[Event] = field(default_factory=list)
    arrivals: list[Entry] = field(default_factory=list)


def deserves_clip(event: Event) -> bool:
    """Whether an event is a confirmed trip or fall."""
    return event.kind in {Kind.TRIP, Kind.FALL} and event.fields.get("stage") == "confirmed"


class ClipCutter:
    """Holds the last seconds of one wearer's arrivals, and gives out a clip when its time is over."""

    def __init__(self) -> None:
        self._held: deque[tuple[Entry, bool]] = deque()
        self._before = LinkBeginnings()
        self._open: list[Clip] = []

    def see(self, arrival: Entry, *, has_samples: bool) -> None:
        """Take the next arrival; ``has_samples`` says that usable samples came of it."""
        self._held.append((arrival, has_samples))
        needed_s = min([arrival.arrival_s - BEFORE_S - TOLD_WITHIN_S, *(clip.begin_s for clip in self._open)])
        while self._held[0][0].arrival_s < needed_s:
            old, had_samples = self._held.popleft()
            self._before.see(old, has_samples=had_samples)

    def want(self, event: Event) -> None:
        """Have a clip around an event. Events within each other's clips share one."""
        for clip in self._open:
            if clip.begin_s <= event.time_s <= clip.end_s and event.time_s + AFTER_S - clip.begin_s <= LONGEST_S:
                clip.end_s = max(clip.end_s, event.time_s + AFTER_S)
                clip.events.append(event)
                return
        self._open.append(Clip(event.time_s - BEFORE_S, event.time_s + AFTER_S, [event]))

    def due(self, now_s: float) -> Iterator[Clip]:
        """The clips whose time is over, with their arrivals."""
        over = [clip for clip in self._open if clip.end_s <= now_s]
        self._open = [clip for clip in self._open if clip.end_s > now_s]
        for clip in over:
            clip.arrivals = self._cut(clip)
            yield clip

    def _cut(self, clip: Clip) -> list[Entry]:
        beginnings = self._before.copy()
        inside: list[Entry] = []
        for arrival, had_samples in self._held:
            if arrival.arrival_s < clip.begin_s:
                beginnings.see(arrival, has_samples=had_samples)
            elif arrival.arrival_s <= clip.end_s:
                inside.append(arrival)
        return [*beginnings.at(clip.begin_s), *inside]
