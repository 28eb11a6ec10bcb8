"""The days of a running hub: each that is over is counted from the journal, and anew when more is told."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import aclosing
from datetime import date, tzinfo
from typing import Never

from hub.journal import DAYS, DayRecord, Journal, bounds_ns, local_day, tally_of_day
from hub.session import Wearer

LOOK_S = 30.0
"""How often is looked whether a day is over."""

SETTLED_S = 120.0
"""A day is counted so long after midnight: what was walked before it has been told by then."""

_NS = 10**9


class DayKeeper:
    """Counts days. ``run`` ends only by cancellation.

    What it has not counted lies behind its cursor into the events, so that after a crash, or where something is told
    late, the same is counted again and nothing is missed.

    Parameters
    ----------
    zone : of the days; None is that of this machine, with its summer time.
    """

    def __init__(
        self,
        journal: Journal,
        wearers: Iterable[Wearer],
        *,
        zone: tzinfo | None = None,
        wall_time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.newest: dict[str, DayRecord] = {}
        """Each wearer's newest day that is over."""
        self._journal = journal
        self._wearers = {wearer.nickname: wearer for wearer in wearers}
        self._zone = zone
        self._wall_time_ns = wall_time_ns
        self._open: dict[tuple[str, date], int] = {}
        self._seen = journal.cursor(DAYS)

    async def run(self) -> Never:
        """Watch and count, for ever."""
        for nickname in self._wearers:
            await self._find_newest(nickname)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(), name="days-watch")
            group.create_task(self._look(), name="days-look")
        raise AssertionError  # none of them ends

    async def count(self) -> None:
        """Count the days that are over and not counted, and note how far that is."""
        today = local_day(self._wall_time_ns() - int(SETTLED_S * _NS), self._zone)
        over = [key for key in self._open if key[1] < today]
        uncounted, seen = self._first_uncounted(set(over)), self._seen
        for nickname, day in over:
            del self._open[nickname, day]  # what comes from here on opens it again
            if nickname in self._wearers:
                tally = await tally_of_day(self._wearers[nickname], self._journal.history, day, self._zone)
                start_ns, _ = bounds_ns(day, self._zone)
                self._journal.days.put(nickname, start_ns, tally.summary(start_ns))
        if over:
            await self._journal.flush()
        self._journal.advance(DAYS, seen if uncounted is None else uncounted - 1)
        for nickname in {nickname for nickname, _ in over if nickname in self._wearers}:
            await self._find_newest(nickname)

    def _first_uncounted(self, but: set[tuple[str, date]]) -> int | None:
        return min((position for key, position in self._open.items() if key not in but), default=None)

    async def _watch(self) -> None:
        async with aclosing(self._journal.follow(DAYS)) as records:
            async for record in records:
                self._open.setdefault((record.wearer, local_day(record.wall_time_ns, self._zone)), record.position)
                self._seen = record.position

    async def _look(self) -> None:
        while True:
            await self.count()
            await asyncio.sleep(LOOK_S)

    async def _find_newest(self, nickname: str) -> None:
        since = self.newest[nickname].summary.day if nickname in self.newest else ""
        days = await self._journal.days.of_wearer(nickname, since)
        if days:
            self.newest[nickname] = days[-1]
