"""The diary, and which aids were on at which time. Part of the journal's file and of its commits."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from math import inf

from hub.diary import AidsChanged, DiaryEntry, aids_text
from hub.journal.entries import DiaryLine
from hub.journal.record import DiaryRecord
from hub.journal.side_log import Lent, SideLog
from hub.journal.writer import DIARY_CURSORS

CHANGES_N = 100
"""Newest changes of a wearer's aids that are remembered: an event comes some seconds after it happened."""


class DiaryLog(SideLog[DiaryRecord]):
    """The journal's diary. Made by the journal."""

    def __init__(self, lent: Lent) -> None:
        super().__init__(lent, DiaryLine.table, DIARY_CURSORS, lent.reader.diary_after)
        self._aids: dict[str, list[tuple[float, AidsChanged]]] = {}
        for entry in lent.reader.newest_in_diary("aid"):
            if isinstance(entry.what, AidsChanged):
                self._aids[entry.wearer] = [(-inf, entry.what)]

    def append(self, entry: DiaryEntry, time_s: float) -> None:
        """Take what was said at a hub time for the next commit; returns at once. What is there already is ignored."""
        if isinstance(entry.what, AidsChanged):
            self._aids[entry.wearer] = [*self._aids.get(entry.wearer, ()), (time_s, entry.what)][-CHANGES_N:]
        self._lent.submit([DiaryLine(entry, entry.to_json())])

    def aids(self, wearer: str, time_s: float = inf) -> AidsChanged | None:
        """The aids that were on at a hub time of this run; None: nobody had said."""
        changes = self._aids.get(wearer, [])
        place = bisect_right(changes, time_s, key=lambda change: change[0])
        return changes[place - 1][1] if place else None

    def aids_text(self, wearer: str, time_s: float) -> str | None:
        """The same in one word."""
        changed = self.aids(wearer, time_s)
        return None if changed is None else aids_text(changed.aids)

    async def of_wearer(self, wearer: str, from_ns: int, to_ns: int) -> Sequence[DiaryEntry]:
        """What was said of a wearer in ``[from_ns, to_ns)``, in the order in which it was said."""
        entries: list[DiaryEntry] = await self._lent.read(
            partial(self._lent.reader.diary_of_wearer, wearer, from_ns, to_ns)
        )
        return entries

    async def newest(self, kind: str) -> Sequence[DiaryEntry]:
        """The newest entry of a kind of each wearer."""
        entries: list[DiaryEntry] = await self._lent.read(partial(self._lent.reader.newest_in_diary, kind))
        return entries
