"""Growing pauses between attempts. Pure but for chance."""

from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Backoff:
    """Pauses that double with each failure in a row, up to a bound, spread so that nothing retries in step.

    Each pause is drawn between half and the whole of the present bound ("equal jitter").
    """

    first_s: float = 0.5
    longest_s: float = 30.0
    chance: Random = field(default_factory=Random)
    _failures_n: int = 0

    def next_s(self) -> float:
        """The pause after one more failure."""
        bound_s = min(self.first_s * 2.0 ** min(self._failures_n, 60), self.longest_s)
        self._failures_n += 1
        return bound_s * self.chance.uniform(0.5, 1.0)

    def reset(self) -> None:
        """After a success: begin with the shortest again."""
        self._failures_n = 0
