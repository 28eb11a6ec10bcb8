"""Which context was told when, once it had settled, against the true one. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from hub.events import Context
from hub.validation.contexts import Confusion

Change = tuple[float, Context]
"""Since when it is which."""

MARGIN_S, EVERY_S = 1.0, 1.0
"""Not judged at either end of an interval, as nobody sits down in no time; and how often in between."""


def settled(before: Sequence[Change], log: Sequence[Change]) -> list[Change]:
    """Changes known so far, when ``log`` is what the engine remembers now: it may have dated some of them back."""
    return [change for change in before if change[0] < log[0][0]] + list(log)


def confusion(intervals: Iterable[tuple[float, float, Context]], changes: Sequence[Change]) -> Confusion:
    """Seconds by (true, told); ``intervals`` are start, end and true context."""
    since_s = [change[0] for change in changes]
    found = Confusion()
    for start_s, end_s, true in intervals:
        time_s = start_s + MARGIN_S
        while time_s < end_s - MARGIN_S:
            index = bisect_right(since_s, time_s) - 1
            found[true, changes[index][1] if index >= 0 else Context.UNKNOWN] += 1
            time_s += EVERY_S
    return found
