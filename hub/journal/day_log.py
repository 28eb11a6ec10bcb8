"""The days that are over, one record per wearer and local day. Part of the journal's file and of its commits."""

from collections.abc import Sequence
from functools import partial

from hub.journal.day import DaySummary
from hub.journal.entries import DayEntry
from hub.journal.record import DayRecord
from hub.journal.side_log import Lent, SideLog
from hub.journal.writer import DAY_CURSORS


class DayLog(SideLog[DayRecord]):
    """The journal's days. Made by the journal."""

    def __init__(self, lent: Lent) -> None:
        super().__init__(lent, DayEntry.table, DAY_CURSORS, lent.reader.days_after)

    def put(self, wearer: str, start_ns: int, summary: DaySummary) -> None:
        """Take a day for the next commit. One that is there and the same stays; one that differs takes its place.

        A day is never replaced by one of fewer steps: its own have gone since to make room.
        """
        self._lent.submit([DayEntry(wearer, start_ns, summary)])

    async def of_wearer(self, wearer: str, from_day: str = "", to_day: str = "9") -> Sequence[DayRecord]:
        """A wearer's days in ``[from_day, to_day)``, local dates in ISO 8601, in their order."""
        days: list[DayRecord] = await self._lent.read(
            partial(self._lent.reader.days_of_wearer, wearer, from_day, to_day)
        )
        return days
