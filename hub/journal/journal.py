"""The journal: events go to the disk first, then to whoever follows, each at its own pace."""

import asyncio
import logging
import math
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import ExitStack, aclosing, closing
from functools import partial
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from hub.errors import JournalError
from hub.events import Event
from hub.journal import database, disk, log_file, makeshift
from hub.journal.alert_log import AlertLog
from hub.journal.day_log import DayLog
from hub.journal.diary_log import DiaryLog
from hub.journal.entries import Committed, Entry, OtherEntry
from hub.journal.news import News
from hub.journal.reader import Page, Reader
from hub.journal.record import Anchor, Record
from hub.journal.rescue import Rescue
from hub.journal.side_log import Lent
from hub.journal.stats import JournalStats
from hub.journal.thinning import Room
from hub.journal.writer import Writer

logger = logging.getLogger(__name__)

T = TypeVar("T")

PENDING_N = 20_000
"""Most events that wait in memory for a disk that does not take them (about 20 MB, or an hour of walking)."""

RECENT_N = 1_000
"""Newest records kept in memory, so that a follower who is up to date reads no disk."""

TURN_N = 50
"""Records that one who follows takes before others have their turn, about a millisecond of what is done with them."""

DAYS = "days"
"""The name of whoever counts the days, among the destinations of events: steps behind its cursor never go."""

CLOSE_S = 4.0
"""How long closing waits for the disk to take what is left."""


class Journal:
    """An append-only journal in one SQLite file. A live thing: ``async with Journal(path) as journal``.

    Parameters
    ----------
    path : the file; it and its folder are made where missing.
    power_safe : a committed event survives a power cut as well; False: it survives the end of the process only.
    batch_s : steps wait so long for others, to be committed together; all other events go to the disk at once.
    factory : kind of the writing connection, for disks with injected faults.

    Raises
    ------
    JournalError
        On entry: the file cannot be used, and why; a ``DiskError`` where the disk is the cause, and a
        ``makeshift_journal`` can do. On exit: neither the disk nor the memory took the last events.
    """

    def __init__(
        self,
        path: Path,
        *,
        power_safe: bool = True,
        batch_s: float = 0.0,
        factory: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        self.path = path
        self.rescue: Rescue | None = None
        """What became of a damaged journal at start, if there was one."""
        self.disk_trouble = ""
        """What keeps the disk from being used, so that this one lies in memory."""
        self._power_safe = power_safe
        self._batch_s = batch_s
        self._factory = factory
        self._followers: set[str] = set()
        self._held = ExitStack()
        self._recent: deque[Record] = deque(maxlen=RECENT_N)
        self._anchor: Anchor | None = None
        self._news = News()
        self._submitted_n = self._settled_n = self._committed_n = self._dropped_n = self._refused_n = 0
        self._others_n = 0

    async def __aenter__(self) -> Self:
        """Open."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._open)
        self._writer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put everything on the disk and close."""
        left = await asyncio.to_thread(self._writer.close, CLOSE_S)
        failure = self._news.failure
        self._news.end(JournalError(f"journal {self.path}: closed"))
        await asyncio.to_thread(self._reader.close)
        self._held.close()
        if left:
            loss = failure or JournalError(f"journal {self.path}: the disk did not take the last {len(left)} events")
            if failure is None and self.is_kept and await asyncio.to_thread(self._put_into_memory, left):
                logger.error("%s; they are in memory, and the next start of the hub finds them", loss)
                return
            logger.error("%s; %d events are lost", loss, len(left))
            if error is None:
                raise loss

    @property
    def is_kept(self) -> bool:
        """False: it lies in memory, and nobody may be told that something is kept."""
        return not self.disk_trouble

    def observe_clock(self, hub_time_s: float, wall_time_ns: int) -> bool:
        """Take a reading of both clocks; True where it became the new anchor: at first, and after a clock step."""
        if self._anchor is not None and not self._anchor.has_stepped(hub_time_s, wall_time_ns):
            return False
        if self._anchor is not None:
            logger.warning("the wall clock was set; times of events before it stay as they were told")
        self._anchor = Anchor(hub_time_s, wall_time_ns)
        return True

    def wall_time_ns_at(self, time_s: float) -> int:
        """Unix time of a hub time, in ns, as the journal tells it now."""
        return self._current_anchor().wall_time_ns_at(time_s)

    def append(self, wearer: str, events: Iterable[Event]) -> None:
        """Take events for the next commit; returns at once. An event whose id is known already will be ignored."""
        anchor = self._current_anchor()
        entries: list[Entry] = []
        for event in events:
            if self._pending_n + len(entries) >= PENDING_N:
                self._drop()
                continue
            try:
                aids = self.diary.aids_text(wearer, event.time_s)
                entries.append(Entry(wearer, event, event.to_json(), anchor, aids))
            except ValueError as error:
                self._refused_n += 1
                logger.error("journal: event %s refused: %s", event.kind.value, error)
        if entries:
            self._submit(entries)

    async def flush(self) -> None:
        """Wait until everything appended so far is on the disk.

        Raises
        ------
        JournalError
            It never will be.
        """
        goal_n = self._submitted_n
        self._writer.hurry()
        while self._settled_n < goal_n:
            await self._news.wait()

    def cursor(self, destination: str) -> int:
        """Position of the last record that a destination has taken; 0: none."""
        return self._cursors.get(destination, 0)

    def advance(self, destination: str, position: int) -> None:
        """Note that a destination has taken everything up to ``position``. Never moves back."""
        if position > self.cursor(destination):
            self._cursors[destination] = position
            self._writer.move_cursor(destination, position)
            self._news.tell()

    def waiting_n(self, destination: str) -> int:
        """How many records on disk a destination has not taken yet; those that made room count with them."""
        return max(0, self._last - self.cursor(destination))

    async def taken_by(self, destination: str) -> None:
        """Wait until a destination has taken everything that is on the disk.

        Raises
        ------
        JournalError
            The journal is closed, or damaged.
        """
        while self.cursor(destination) < self._last:
            await self._news.wait()

    async def follow(self, destination: str) -> AsyncGenerator[Record, None]:
        """Every record after the destination's cursor, on disk before it comes here, now and in future.

        Raises
        ------
        JournalError
            The journal is closed, or damaged.
        """
        async with aclosing(self.follow_pages(destination)) as pages:
            async for page in pages:
                for taken_n, record in enumerate(page.records, 1):
                    yield record
                    await _give_way(taken_n)

    async def follow_pages(self, destination: str, *, first: bool = False) -> AsyncGenerator[Page, None]:
        """The same in pages: all that is there when one is asked for, up to some hundreds.

        ``first``: woken by a commit ahead of all who follow without it.
        """
        self._followers.add(destination)
        position = self.cursor(destination)
        while True:
            page = await self._after(position, first=first)
            yield page
            position = page.until

    async def history(self, wearer: str, from_ns: int, to_ns: int) -> AsyncIterator[Record]:
        """A wearer's records with wall time in ``[from_ns, to_ns)``, in the order of their positions."""
        async for record in self._pages(partial(self._reader.of_wearer, wearer, from_ns, to_ns)):
            yield record

    async def walks(self, wearer: str, from_ns: int, to_ns: int) -> AsyncIterator[Record]:
        """The same of ends of walks only: cheap over many weeks."""
        async for record in self._pages(partial(self._reader.walks_of_wearer, wearer, from_ns, to_ns)):
            yield record

    async def with_ids(self, wearer: str, ids: Sequence[str]) -> Sequence[Record]:
        """A wearer's events with these ids, as far as they are there."""
        return await self._read(partial(self._reader.with_ids, wearer, ids))

    def make_room(self, since_ns: int, most_bytes: float, disk_bytes: float = math.inf) -> None:
        """Let old steps go, little by little: those from before ``since_ns`` that all who follow were told of.

        Beyond ``most_bytes`` the oldest steps go anyway, of the wearer who takes the most, but none of a day that is
        not counted, and none of who takes no more than an equal share unless the journal is beyond ``disk_bytes`` too.
        Other events, alerts, days and the diary stay.
        """
        told_until = min((self.cursor(name) for name in self._followers), default=0)
        self._writer.make_room(Room(since_ns, most_bytes, told_until, self.cursor(DAYS), disk_bytes))

    async def check(self) -> None:
        """Look through the whole file where it was too large for that at start. Damage ends the journal, clearly."""
        if self.path.stat().st_size <= database.CHECKED_WHOLE_BYTES:
            return
        whole = database.WholeCheck(self.path)
        try:
            sound = await asyncio.to_thread(whole.is_sound)
        finally:
            whole.stop()
        if not sound:
            database.mark_suspect(self.path)
            self._news.end(JournalError(f"journal {self.path}: {database.DAMAGE_REMEDY}"))

    @property
    def stats(self) -> JournalStats:
        """Counts since start."""
        return JournalStats(
            pending_n=self._pending_n,
            committed_n=self._committed_n,
            duplicates_n=self._settled_n - self._committed_n - self._others_n,
            dropped_n=self._dropped_n,
            refused_n=self._refused_n,
            failures_n=self._writer.failures_n,
            unreadable_n=self._reader.unreadable_n,
            removed_of=dict(self._writer.thinner.removed_of),
            untold_of=dict(self._writer.thinner.untold_of),
            used_bytes=self._writer.thinner.used_bytes,
            is_overfull=self._writer.thinner.is_overfull,
        )

    @property
    def _pending_n(self) -> int:
        return self._submitted_n - self._settled_n

    def _current_anchor(self) -> Anchor:
        if self._anchor is None:
            message = "observe_clock comes before the first event"
            raise RuntimeError(message)
        return self._anchor

    def _submit(self, entries: Sequence[Entry | OtherEntry]) -> None:
        self._submitted_n += len(entries)
        self._writer.submit(entries)

    def _open(self) -> None:
        with ExitStack() as held:
            held.enter_context(database.locked(self.path))
            self.rescue = database.prepare(self.path)
            try:
                if self.is_kept:
                    if (refused := disk.refusal(self.path.parent)) is not None:
                        raise refused
                    makeshift.take_over(self.path)
                if self._power_safe:
                    log_file.lay_out(self.path)
                reading = held.enter_context(closing(database.connect(self.path, power_safe=self._power_safe)))
                self._reader = Reader(reading)
                self._last = self._reader.last_position()
                self._cursors = self._reader.cursors()
                writing = database.connect(self.path, power_safe=self._power_safe, factory=self._factory)
            except (sqlite3.Error, OSError) as error:
                raise database.unusable(error, self.path) from error
            self._writer = Writer(
                self.path,
                writing,
                lambda committed: self._loop.call_soon_threadsafe(self._on_commit, committed),
                lambda failure: self._loop.call_soon_threadsafe(self._news.end, failure),
                self._batch_s,
            )
            lent = Lent(self._reader, self._writer, self._submit, self._read, self._news.wait)
            self.alerts = AlertLog(lent)
            """Changes of alerts, in the same file and the same commits."""
            self.days = DayLog(lent)
            """Days that are over, likewise."""
            self.diary = DiaryLog(lent)
            """What people say, likewise."""
            self._held = held.pop_all()

    def _put_into_memory(self, left: Sequence[Entry | OtherEntry]) -> bool:
        try:
            makeshift.put(self.path, left, CLOSE_S)
        except JournalError as error:
            logger.error("%s", error)
            return False
        return True

    def _on_commit(self, committed: Committed) -> None:
        self._settled_n += committed.settled_n
        self._committed_n += len(committed.records)
        if committed.records:
            self._recent.extend(committed.records)
            self._last = committed.records[-1].position
        self._others_n += committed.others_n
        self.alerts.committed(committed.others_until.get("alerts", 0))
        self.days.committed(committed.others_until.get("days", 0))
        self.diary.committed(committed.others_until.get("diary", 0))
        self._news.tell()

    def _drop(self) -> None:
        self._dropped_n += 1
        if self._dropped_n == 1:
            logger.error("journal %s: %d events wait for the disk; newer ones are lost", self.path, PENDING_N)

    async def _after(self, position: int, *, first: bool) -> Page:
        while self._last <= position:
            await self._news.wait(first=first)
        if self._recent and self._recent[0].position <= position + 1:
            newer = takewhile(lambda record: record.position > position, reversed(self._recent))
            return Page(tuple(newer)[::-1], self._last)
        return await self._read(partial(self._reader.after, position))

    async def _pages(self, page_after: Callable[[int], Page]) -> AsyncIterator[Record]:
        position = 0
        while (page := await self._read(partial(page_after, position))).until > position:
            for taken_n, record in enumerate(page.records, 1):
                yield record
                await _give_way(taken_n)
            position = page.until

    async def _read(self, read: Callable[[], T]) -> T:
        self._news.check()
        try:
            return await asyncio.to_thread(read)
        except sqlite3.Error as error:
            if database.is_damage(error):
                database.mark_suspect(self.path)
            raise JournalError(database.explain(error, self.path)) from error


async def _give_way(taken_n: int) -> None:
    """What is decided meanwhile is not to wait for a whole page."""
    if taken_n % TURN_N == 0:
        await asyncio.sleep(0)


def makeshift_journal(path: Path, disk_trouble: str, *, batch_s: float = 0.0) -> Journal:
    """A journal in memory, in place of the one that the disk at ``path`` cannot keep now.

    Raises
    ------
    JournalError
        There is no memory for it.
    """
    journal = Journal(makeshift.place(path), power_safe=False, batch_s=batch_s)
    journal.disk_trouble = disk_trouble
    return journal
