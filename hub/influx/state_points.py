"""How sensors and hub are doing, on its way to the database. Not journalled: in memory, and bounded."""

import asyncio
from collections import deque
from collections.abc import Mapping

from hub.events import Value
from hub.influx.points import Point, hub_point, sensor_point
from sensors.layout import Role

WAITING_N = 3_500
"""Newest points that wait for a database that is away: half a day of a hub with three sensors (about 4 MB)."""

AT_ONCE_N = 500
"""Most points in one request."""


class StatePoints:
    """A queue that drops its oldest where too many wait, and counts them.

    Parameters
    ----------
    hub : the hub's name.
    """

    def __init__(self, hub: str) -> None:
        self._hub = hub
        self.dropped_n = 0
        self._waiting: deque[Point] = deque(maxlen=WAITING_N)
        self._news = asyncio.Event()

    def see(self, wearer: str, role: Role, state: Mapping[str, Value], wall_time_ns: int) -> None:
        """Take how a sensor is doing, with names as in the schema; returns at once."""
        self._take_in(sensor_point(self._hub, wearer, role, state, wall_time_ns))

    def see_hub(self, figures: Mapping[str, Value], wall_time_ns: int) -> None:
        """Take how the hub itself is doing; likewise."""
        self._take_in(hub_point(self._hub, figures, wall_time_ns))

    async def take(self) -> list[Point]:
        """The oldest that wait, at least one."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        return [self._waiting.popleft() for _ in range(min(AT_ONCE_N, len(self._waiting)))]

    def _take_in(self, point: Point) -> None:
        self.dropped_n += len(self._waiting) == WAITING_N
        self._waiting.append(point)
        self._news.set()
