"""Growing pauses between attempts. Pure."""

from random import Random


class Backoff:
    """Pauses that double with each failure in a row, up to a bound, spread so that links do not retry in step.

    Each pause is drawn between half and the whole of the present bound ("equal jitter").
    """

    def __init__(self, first_s: float, most_s: float, random: Random) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._random = random
        self._failures = 0

    def next_s(self) -> float:
        """The pause after one more failure."""
        bound_s = min(self._first_s * 2.0 ** min(self._failures, 32), self._most_s)
        self._failures += 1
        return bound_s * self._random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """After a success: begin anew."""
        self._failures = 0
