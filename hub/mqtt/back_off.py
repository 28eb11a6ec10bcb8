"""Pauses between attempts: doubling, bounded, and spread so that many hubs do not come back at once. Pure."""

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class BackOff:
    """Pause n is drawn from 50..100 % of ``first_s * 2**n``, and never above ``longest_s``."""

    first_s: float = 0.5
    longest_s: float = 30.0
    chance: random.Random = field(default_factory=random.Random)
    _attempt_n: int = 0

    def next_s(self) -> float:
        """The next pause."""
        pause_s = min(self.longest_s, self.first_s * 2.0 ** min(self._attempt_n, 60))
        self._attempt_n += 1
        return pause_s * self.chance.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin again with the shortest."""
        self._attempt_n = 0
