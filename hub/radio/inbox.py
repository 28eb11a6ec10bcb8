"""What has arrived and waits to be decoded: bounded, in order, and counted where it overflows."""

import asyncio
from collections import deque

from hub.packets import Arrival, Packet


class Inbox:
    """One queue for all links.

    When ``room_n`` packets wait, further packets are dropped: what is kept then has one gap at its end, and the order
    of the rest holds. ``Connected`` and ``Disconnected`` are never dropped, since decoding depends on them.
    """

    def __init__(self, room_n: int) -> None:
        self._room_n = room_n
        self._waiting: deque[Arrival] = deque()
        self._any = asyncio.Event()

    def __len__(self) -> int:
        """How many arrivals wait."""
        return len(self._waiting)

    def put(self, arrival: Arrival) -> bool:
        """Take an arrival; False where there was no room for it."""
        if len(self._waiting) >= self._room_n and isinstance(arrival, Packet):
            return False
        self._waiting.append(arrival)
        self._any.set()
        return True

    async def take(self) -> tuple[Arrival, ...]:
        """All that waits, oldest first; sleeps until there is something."""
        await self._any.wait()
        self._any.clear()
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken
