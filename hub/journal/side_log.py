"""What the journal holds beside the events, in the same file and the same commits: followed with cursors of its own."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from hub.journal.entries import OtherEntry
from hub.journal.reader import Reader
from hub.journal.writer import Writer


class Positioned(Protocol):
    """A record with its place in the log."""

    @property
    def position(self) -> int:
        """Rises strictly."""


R = TypeVar("R", bound=Positioned)


@dataclass(frozen=True, slots=True)
class Lent:
    """What a log borrows of the journal.

    Parameters
    ----------
    submit : takes entries for the next commit.
    read : runs a read in a worker thread.
    wait_for_news : returns after the next commit.
    """

    reader: Reader
    writer: Writer
    submit: Callable[[list[OtherEntry]], None]
    read: Callable[[Callable[[], Any]], Awaitable[Any]]
    wait_for_news: Callable[[], Awaitable[None]]


class SideLog(Generic[R]):
    """A log of records in ``table``, with cursors in ``cursor_table``."""

    def __init__(self, lent: Lent, table: str, cursor_table: str, after: Callable[[int], tuple[list[R], int]]) -> None:
        self._lent = lent
        self._cursor_table = cursor_table
        self._after = after
        self._last = lent.reader.last_position(table)
        self._cursors = lent.reader.cursors(cursor_table)

    @property
    def last(self) -> int:
        """Position of the newest record that is on the disk; 0: none."""
        return self._last

    def committed(self, until: int) -> None:
        """Everything up to here is on the disk."""
        self._last = max(self._last, until)

    def cursor(self, destination: str) -> int:
        """Position of the last record that a destination has taken; 0: none."""
        return self._cursors.get(destination, 0)

    def advance(self, destination: str, position: int) -> None:
        """Note that a destination has taken every record up to ``position``. Never moves back."""
        if position > self.cursor(destination):
            self._cursors[destination] = position
            self._lent.writer.move_cursor(destination, position, self._cursor_table)

    async def follow(self, destination: str) -> AsyncGenerator[R, None]:
        """Every record after the destination's cursor, on disk before it comes here, now and in future.

        Raises
        ------
        JournalError
            The journal is closed, or damaged.
        """
        position = self.cursor(destination)
        while True:
            while self._last <= position:
                await self._lent.wait_for_news()
            records, position = await self._read(position)
            for record in records:
                yield record

    async def _read(self, position: int) -> tuple[list[R], int]:
        page: tuple[list[R], int] = await self._lent.read(lambda: self._after(position))
        return page
