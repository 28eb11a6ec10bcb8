"""How links began: what a recording that starts in their midst must start with, so that it can be decoded."""

from dataclasses import replace
from datetime import timedelta

from hub.packets import Arrival, Calibrated, Connected, Disconnected, Entry, Packet
from sensors.layout import Role

_MOST_N = 500
"""Packets kept of one link's beginning; the longest set-up of a known device takes about 30."""


class LinkBeginnings:
    """Of each present link its ``Connected`` and what came before its first samples: set-up, answers, facts."""

    def __init__(self) -> None:
        self._arrivals: dict[Role, list[Arrival]] = {}
        self._streaming: set[Role] = set()

    def see(self, arrival: Entry, *, has_samples: bool) -> None:
        """Take the next arrival; ``has_samples`` says that usable samples came of it."""
        if isinstance(arrival, Calibrated):  # what holds now stands in the header of what begins here
            return
        role = arrival.role
        match arrival:
            case Connected():
                self._arrivals[role] = [arrival]
                self._streaming.discard(role)
            case Disconnected():
                self._arrivals.pop(role, None)
            case Packet():
                if has_samples:
                    self._streaming.add(role)
                kept = self._arrivals.get(role)
                if kept is not None and role not in self._streaming and len(kept) < _MOST_N:
                    kept.append(arrival)

    def copy(self) -> "LinkBeginnings":
        """The same, to go on by itself."""
        twin = LinkBeginnings()
        twin._arrivals = {role: list(kept) for role, kept in self._arrivals.items()}
        twin._streaming = set(self._streaming)
        return twin

    def at(self, time_s: float) -> list[Arrival]:
        """The beginnings of all present links as if they had begun at ``time_s``, each wall time moved along."""
        return [_moved(arrival, time_s) for kept in self._arrivals.values() for arrival in kept]


def _moved(arrival: Arrival, time_s: float) -> Arrival:
    if isinstance(arrival, Connected):
        later = timedelta(seconds=time_s - arrival.arrival_s)
        return replace(arrival, arrival_s=time_s, wall_time=arrival.wall_time + later)
    return replace(arrival, arrival_s=time_s)
