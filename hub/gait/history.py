"""The recent past of one sensor, read as of now: what lies ahead of the timeline cannot be seen."""

from bisect import bisect_left, bisect_right

import numpy as np

from hub.gait.timeline import Timeline
from hub.session import Floats

HISTORY_S = 12.0
"""How far back detectors can read, more than the longest stride with its neighbours. Not one sample farther, kept or
not: how much more is kept depends on how the data came in blocks.
"""

WORTH_FORGETTING = 4096
"""Samples. Fewer are not worth the work at every push."""


class History:
    """Feature columns of one stream by sample time.

    A stream may have been fed far ahead of the timeline. Whatever is read here ends at ``timeline.now_s``, so a
    detector cannot look ahead even by mistake.
    """

    def __init__(self, timeline: Timeline, columns: int) -> None:
        self._timeline = timeline
        self._times: list[float] = []  # the times once more: one number is found faster in a list
        self._time_s = np.empty(512)
        self._columns = np.empty((columns, 512))
        self._start = 0
        self._end = 0

    def __len__(self) -> int:
        return len(self._times)

    def append(self, time_s: Floats, columns: Floats) -> None:
        """Add n samples: ``time_s`` (n,), ``columns`` (columns, n)."""
        count = len(time_s)
        if self._end + count > len(self._time_s):
            self._make_room(count)
        self._times += time_s.tolist()
        self._time_s[self._end : self._end + count] = time_s
        self._columns[:, self._end : self._end + count] = columns
        self._end += count

    def window(self, start_s: float, end_s: float) -> tuple[Floats, Floats]:
        """Samples with ``start_s <= time <= end_s``, none after now: times (n,) and columns (columns, n), as views."""
        now_s = self._timeline.now_s
        oldest_s = now_s - HISTORY_S
        first = self._start + bisect_left(self._times, start_s if start_s > oldest_s else oldest_s)
        last = self._start + bisect_right(self._times, end_s if end_s < now_s else now_s)
        return self._time_s[first:last], self._columns[:, first:last]

    def at(self, time_s: float) -> Floats | None:
        """The columns of the last sample at or before ``time_s`` and now; None where there is none."""
        now_s = self._timeline.now_s
        last = self._start + bisect_right(self._times, time_s if time_s < now_s else now_s) - 1
        if last < self._start or self._time_s.item(last) < now_s - HISTORY_S:
            return None
        return self._columns[:, last]

    def told(self, start_s: float, end_s: float) -> tuple[Floats, Floats]:
        """As ``window``, but for the stream itself, which is ahead of the timeline and has its own now."""
        first = self._start + bisect_left(self._times, start_s)
        last = self._start + bisect_right(self._times, end_s)
        return self._time_s[first:last], self._columns[:, first:last]

    def newest(self) -> Floats | None:
        """The columns of the newest sample that was told, for pictures of the present: detectors must not see it."""
        return self._columns[:, self._end - 1] if self._end > self._start else None

    def forget(self, before_s: float) -> None:
        """Drop samples before ``before_s``; some may be kept until it is worth the while."""
        if len(self._times) > WORTH_FORGETTING:
            count = bisect_left(self._times, before_s)
            del self._times[:count]
            self._start += count

    def _make_room(self, count: int) -> None:
        kept = self._end - self._start
        capacity = len(self._time_s)
        while capacity < 2 * (kept + count):
            capacity *= 2
        time_s, columns = np.empty(capacity), np.empty((len(self._columns), capacity))
        time_s[:kept] = self._time_s[self._start : self._end]
        columns[:, :kept] = self._columns[:, self._start : self._end]
        self._time_s, self._columns, self._start, self._end = time_s, columns, 0, kept
