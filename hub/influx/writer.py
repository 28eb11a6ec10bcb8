"""Follows the journal into a database that may come and go: every point once, in the end."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Never, Protocol, TypeVar

from hub.errors import RejectedError
from hub.following import AlertSource, DaySource, DiarySource, EventSource, Record
from hub.influx.address import DatabaseAddress
from hub.influx.batch import Batch, lines_of
from hub.influx.errors import BusyError, ClosedError
from hub.influx.line import line
from hub.influx.points import alert_point, day_point, diary_point
from hub.influx.refused import Refused, RefusedFile
from hub.influx.schema import MEASUREMENTS, Bucket, Name
from hub.influx.state_points import StatePoints
from hub.support.backoff import Backoff

logger = logging.getLogger(__name__)

T = TypeVar("T")

DESTINATION = "influxdb"
"""The database's name among the journal's destinations."""

FULL_N = 200
"""A page of so many records is part of a backlog, of which more is there already."""

BREATH_S = 0.25
"""Pause between requests of a backlog, so that most of the processor is left to what happens now."""

BACKLOG_N = 2_000
"""So many events that wait, of some six minutes of walking, are worth a process that makes their lines."""

SLICE_N = 20
"""Records turned into lines at a time, which takes about a millisecond; an alert waits for no more than that."""

CLOSED_S = 60.0
"""How long a database that lets nobody in is left alone."""


class Database(Protocol):
    """``hub.influx.database.Database``, or anything that takes and refuses like it."""

    @property
    def address(self) -> DatabaseAddress:
        """Where it is."""

    async def write(self, bucket: Bucket, lines: Sequence[str]) -> int:
        """Write lines; gives how many of them are older than it keeps points."""


@dataclass(frozen=True, slots=True)
class WriterStats:
    """Counts since start; ``trouble`` is what keeps points from the database, in words, or empty.

    ``outlived_n`` were older than the database keeps them; ``refused_n`` lie on disk because it will never take them.
    """

    written_n: int = 0
    outlived_n: int = 0
    refused_n: int = 0
    failures_n: int = 0
    trouble: str = ""


class Writer:
    """One database, followed at its own pace. The ``follow_...`` end only by cancellation.

    A cursor moves when the database has taken the points before it, or they are on disk among the refused ones. After
    an interruption points are written again, onto themselves. Points of ``batch_s`` go in one request: a database on a
    memory card is spared, or one that many homes write to, and nobody waits for them.

    ``backlog`` makes the lines of all events after a position elsewhere, where there are many; it may stop early, and
    None makes all of them here.
    """

    def __init__(
        self,
        database: Database,
        hub: str,
        refused: RefusedFile,
        *,
        batch_s: float = 1.0,
        backoff: Callable[[], Backoff] | None = None,
        backlog: Callable[[int], AsyncGenerator[Batch, None]] | None = None,
    ) -> None:
        self._backlog = backlog
        self._batch_s = batch_s
        self._database = database
        self._hub = hub
        self._refused = refused
        self._backoff = backoff or (lambda: Backoff(first_s=1.0, longest_s=60.0))
        self._troubles: dict[str, str] = {}
        self._written_n = self._outlived_n = self._failures_n = 0

    @property
    def stats(self) -> WriterStats:
        """Counts since start."""
        return WriterStats(
            self._written_n,
            self._outlived_n,
            self._refused.n,
            self._failures_n,
            next(iter(self._troubles.values()), ""),
        )

    async def follow_events(self, source: EventSource) -> Never:
        """Write every event, and first those that were refused in an earlier run: somebody may have mended it."""
        await self._insist("events", partial(asyncio.to_thread, self._refused.open))
        await self._try_refused_again()
        while True:
            if self._is_far_behind(source):
                await self._drain(source)
            await self._keep_up(source)

    async def follow_alerts(self, source: AlertSource) -> Never:
        """Write every alert anew at each of its changes."""
        async with aclosing(source.follow(DESTINATION)) as records:
            async for record in records:
                point = alert_point(self._hub, record.change.alert)
                await self._deliver("alerts", MEASUREMENTS[point.measurement].bucket, [line(point)])
                source.advance(DESTINATION, record.position)
        raise AssertionError

    async def follow_days(self, source: DaySource) -> Never:
        """Write every day that is over, and again when it was counted anew."""
        async with aclosing(source.follow(DESTINATION)) as records:
            async for record in records:
                point = day_point(self._hub, record.wearer, record.summary.to_dict())
                await self._deliver("days", MEASUREMENTS[point.measurement].bucket, [line(point)])
                source.advance(DESTINATION, record.position)
        raise AssertionError

    async def follow_diary(self, source: DiarySource) -> Never:
        """Write what people say."""
        async with aclosing(source.follow(DESTINATION)) as records:
            async for record in records:
                point = diary_point(self._hub, record.entry, record.position)
                if point is not None:
                    await self._deliver("diary", MEASUREMENTS[point.measurement].bucket, [line(point)])
                source.advance(DESTINATION, record.position)
        raise AssertionError

    async def follow_states(self, source: StatePoints) -> Never:
        """Write how the sensors are doing."""
        while True:
            points = await source.take()
            await self._deliver("sensors", MEASUREMENTS[Name.SENSOR].bucket, [line(point) for point in points])

    def _is_far_behind(self, source: EventSource) -> bool:
        return self._backlog is not None and source.waiting_n(DESTINATION) >= BACKLOG_N

    async def _drain(self, source: EventSource) -> None:
        """Write a backlog, as far as its lines are made elsewhere."""
        assert self._backlog is not None
        try:
            async with aclosing(self._backlog(source.cursor(DESTINATION))) as batches:
                async for batch in batches:
                    for bucket, lines in batch.lines.items():
                        await self._deliver("events", bucket, lines)
                    source.advance(DESTINATION, batch.until)
                    await asyncio.sleep(BREATH_S)
        except OSError as error:
            logger.warning(
                "%s: the hub itself makes the backlog's points from now on: %s", self._database.address, error
            )
            self._backlog = None

    async def _keep_up(self, source: EventSource) -> None:
        """Write what comes, until that is too much to be done here."""
        async with aclosing(source.follow_pages(DESTINATION)) as pages:
            async for page in pages:
                for bucket, lines in (await self._lines(page.records)).items():
                    await self._deliver("events", bucket, lines)
                source.advance(DESTINATION, page.until)
                await asyncio.sleep(BREATH_S if len(page.records) >= FULL_N else self._batch_s)
                if self._is_far_behind(source):
                    return
        raise AssertionError  # the journal's end is an error of its own

    async def _lines(self, records: Sequence[Record]) -> dict[Bucket, list[str]]:
        lines: dict[Bucket, list[str]] = {bucket: [] for bucket in Bucket}
        for start in range(0, len(records), SLICE_N):
            for bucket, more in lines_of(self._hub, records[start : start + SLICE_N]).items():
                lines[bucket] += more
            await asyncio.sleep(0)
        return lines

    async def _try_refused_again(self) -> None:
        taken: set[tuple[Bucket, str]] = set()
        for bucket in Bucket:
            lines = [each.line for each in self._refused.before if each.bucket is bucket]
            refused = {text for text, _ in await self._write("events", bucket, lines)}
            taken |= {(bucket, text) for text in lines if text not in refused}
        if taken:
            await self._insist("events", partial(asyncio.to_thread, self._refused.forget, taken))
            logger.warning("%s: took %d points that it had refused", self._database.address, len(taken))

    async def _deliver(self, name: str, bucket: Bucket, lines: Sequence[str]) -> None:
        for text, reason in await self._write(name, bucket, lines):
            refused = Refused(bucket, text, reason, time.time_ns())
            await self._insist(name, partial(asyncio.to_thread, self._refused.add, refused))
            logger.error("%s; the point is set aside in %s", reason, self._refused.path)

    async def _write(self, name: str, bucket: Bucket, lines: Sequence[str]) -> list[tuple[str, str]]:
        """Write all that can be written; gives the lines that never can, each with the reason."""
        refused: list[tuple[str, str]] = []
        pieces = [lines] if lines else []
        while pieces:
            piece = pieces.pop()
            try:
                outlived_n = await self._insist(name, partial(self._database.write, bucket, piece))
                self._outlived_n += outlived_n
                self._written_n += len(piece) - outlived_n
            except RejectedError as error:  # look for the lines that it means
                if len(piece) == 1:
                    refused.append((piece[0], str(error)))
                else:
                    middle = len(piece) // 2
                    pieces += [piece[middle:], piece[:middle]]
        return refused

    async def _insist(self, name: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it succeeds, or is rejected."""
        backoff = self._backoff()
        while True:
            try:
                result = await attempt()
            except BusyError as error:
                pause_s = max(error.pause_s, backoff.next_s())
                self._note_trouble(name, str(error))
            except ClosedError as error:
                pause_s = CLOSED_S
                self._note_trouble(name, str(error))
            except OSError as error:
                pause_s = backoff.next_s()
                self._note_trouble(name, f"{self._refused.path}: {error.strerror or error}; free some space")
            else:
                self._note_success(name)
                return result
            await asyncio.sleep(pause_s)

    def _note_success(self, name: str) -> None:
        if self._troubles.pop(name, "") and not self._troubles:
            logger.warning("%s: takes points again", self._database.address)

    def _note_trouble(self, name: str, trouble: str) -> None:
        self._failures_n += 1
        if trouble not in self._troubles.values():
            logger.error("%s; points are kept and written later", trouble)
        self._troubles[name] = trouble
