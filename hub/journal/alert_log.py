"""Every change of every alert, in order, with cursors of its own. Part of the journal's file and of its commits."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from hub.alert import Alert, Change
from hub.journal.reader import AlertPage, Reader
from hub.journal.record import AlertRecord
from hub.journal.writer import ALERT_CURSORS, AlertEntry, Writer


class AlertLog:
    """The journal's alerts. Made by the journal, which lends it its reads and its news.

    Parameters
    ----------
    submit : takes entries for the next commit.
    read : runs a read in a worker thread.
    wait_for_news : returns after the next commit.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        submit: Callable[[Sequence[AlertEntry]], None],
        read: Callable[[Callable[[], Any]], Awaitable[Any]],
        wait_for_news: Callable[[], Awaitable[None]],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._submit = submit
        self._read = read
        self._wait_for_news = wait_for_news
        self._last = reader.last_alert_position()
        self._cursors = reader.cursors(ALERT_CURSORS)

    @property
    def last(self) -> int:
        """Position of the newest change that is on the disk; 0: none."""
        return self._last

    def append(self, changes: Sequence[Change]) -> None:
        """Take changes for the next commit, after all that was appended before; returns at once. None is dropped."""
        if changes:
            self._submit([AlertEntry(change, change.to_json()) for change in changes])

    def committed(self, until: int) -> None:
        """Everything up to here is on the disk."""
        self._last = max(self._last, until)

    def cursor(self, destination: str) -> int:
        """Position of the last change that a destination has taken; 0: none."""
        return self._cursors.get(destination, 0)

    def advance(self, destination: str, position: int) -> None:
        """Note that a destination has taken every change up to ``position``. Never moves back."""
        if position > self.cursor(destination):
            self._cursors[destination] = position
            self._writer.move_cursor(destination, position, ALERT_CURSORS)

    async def follow(self, destination: str) -> AsyncGenerator[AlertRecord, None]:
        """Every change after the destination's cursor, on disk before it comes here, now and in future.

        Raises
        ------
        JournalError
            The journal is closed, or damaged.
        """
        position = self.cursor(destination)
        while True:
            while self._last <= position:
                await self._wait_for_news()
            page: AlertPage = await self._read(partial(self._reader.alerts_after, position))
            for record in page.records:
                yield record
            position = page.until

    async def newest(self, since_ns: int) -> tuple[Alert, ...]:
        """Every alert that has changed since, as it is now, in the order of the latest changes."""
        return tuple(await self._read(partial(self._reader.newest_alerts, since_ns)))
