"""How much of a walk the sensors saw."""

from collections.abc import Iterable
from math import inf

from sensors.layout import Role


class Coverage:
    """For how long all sensors had data, from when a bout began. One that never told anything had none."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self._missing: list[tuple[float, float]] = []
        self._silent = dict.fromkeys(roles, -inf)

    def silent(self, role: Role, since_s: float) -> None:
        """A sensor stopped."""
        self._silent[role] = since_s

    def back(self, role: Role, now_s: float) -> None:
        """It began again."""
        since_s = self._silent.pop(role, None)
        if since_s is not None:
            self._missing.append((since_s, now_s))

    def hole(self, from_s: float, to_s: float) -> None:
        """A few samples were missing."""
        self._missing.append((from_s, to_s))

    def percent(self, start_s: float, end_s: float) -> float:
        """Share of the time in which nothing was missing."""
        missing = sorted([*self._missing, *((since_s, inf) for since_s in self._silent.values())])
        covered_s, reached_s = 0.0, start_s
        for from_s, to_s in missing:
            covered_s += max(0.0, min(from_s, end_s) - reached_s)
            reached_s = max(reached_s, min(to_s, end_s))
        covered_s += max(0.0, end_s - reached_s)
        return 100.0 * covered_s / (end_s - start_s) if end_s > start_s else 100.0

    def forget(self, before_s: float) -> None:
        """What ended before no longer counts."""
        self._missing = [(from_s, to_s) for from_s, to_s in self._missing if to_s >= before_s]
