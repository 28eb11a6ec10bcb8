"""Every change of every alert, in order, with cursors of its own. Part of the journal's file and of its commits."""

from collections.abc import Sequence
from functools import partial

from hub.alert import Alert, Change
from hub.journal.entries import AlertEntry
from hub.journal.record import AlertRecord
from hub.journal.side_log import Lent, SideLog
from hub.journal.writer import ALERT_CURSORS


class AlertLog(SideLog[AlertRecord]):
    """The journal's alerts. Made by the journal."""

    def __init__(self, lent: Lent) -> None:
        super().__init__(lent, AlertEntry.table, ALERT_CURSORS, lent.reader.alerts_after)

    def append(self, changes: Sequence[Change]) -> None:
        """Take changes for the next commit, after all that was appended before; returns at once. None is dropped."""
        if changes:
            self._lent.submit([AlertEntry(change, change.to_json()) for change in changes])

    async def newest(self, since_ns: int) -> tuple[Alert, ...]:
        """Every alert that has changed since, as it is now, in the order of the latest changes."""
        return tuple(await self._lent.read(partial(self._lent.reader.newest_alerts, since_ns)))
