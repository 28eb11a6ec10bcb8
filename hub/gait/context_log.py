"""What the person was doing when, as far as it is known now."""

from bisect import bisect_right
from math import inf

from hub.events import Context

KEPT = 256
"""Changes of context; far more than happen within any detector's memory."""


class ContextLog:
    """Contexts by the time they began. The context detector writes it on the timeline; everybody else reads it."""

    def __init__(self) -> None:
        self._since_s = [-inf]
        self._contexts = [Context.UNKNOWN]

    def begin(self, time_s: float, context: Context) -> None:
        """From ``time_s`` on it is ``context``. What was thought to have begun later is forgotten."""
        while self._since_s[-1] >= time_s:
            del self._since_s[-1], self._contexts[-1]
        self._since_s.append(time_s)
        self._contexts.append(context)
        del self._since_s[:-KEPT], self._contexts[:-KEPT]

    @property
    def changes(self) -> list[tuple[float, Context]]:
        """Since when it was which, in order of time."""
        return list(zip(self._since_s, self._contexts, strict=True))

    @property
    def now(self) -> Context:
        """The latest."""
        return self._contexts[-1]

    def at(self, time_s: float) -> Context:
        """The context at a time; the oldest one known for times before it."""
        return self._contexts[max(bisect_right(self._since_s, time_s) - 1, 0)]
