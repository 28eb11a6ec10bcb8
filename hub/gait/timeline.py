"""The order in which things become known. Marks of all sensors and timers are handed out strictly by that order."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple, Protocol


class Mark(Protocol):
    """Something a stream saw. It may lie before ``known_at_s``, the sample time from which on it was known."""

    @property
    def known_at_s(self) -> float:
        """Sample time at which it became known."""


class Later(NamedTuple):
    """A detector's wish to be handed ``item`` at ``at_s``, or at once where that has passed."""

    at_s: float
    item: object


class Timeline:
    """Deterministic queue: items leave by (time known, source, order within the source).

    Sources are ranked, streams by their sensor and timers last. That order does not depend on how samples were cut into
    blocks nor on whose block came first, and an item leaves only when every sensor has told all it had up to then.
    """

    def __init__(self, sources: int) -> None:
        self.now_s = -inf
        self._queue: list[tuple[float, int, int, object]] = []
        self._taken = [0] * (sources + 1)
        self._timers = sources

    def add(self, source: int, marks: Iterable[Mark]) -> None:
        """Queue what the stream ranked ``source`` saw."""
        for mark in marks:
            self._enter(mark.known_at_s, source, mark)

    def schedule(self, later: Later) -> None:
        """Queue a timer."""
        at_s, item = later
        self._enter(at_s if at_s > self.now_s else self.now_s, self._timers, item)

    def due(self, before_s: float) -> Iterator[object]:
        """Items known before ``before_s``; ``now_s`` is the time of the item that was handed out last."""
        queue = self._queue
        while queue and queue[0][0] < before_s:
            self.now_s, _, _, item = heappop(queue)
            yield item

    def _enter(self, known_at_s: float, source: int, item: object) -> None:
        self._taken[source] += 1
        heappush(self._queue, (known_at_s, source, self._taken[source], item))
