"""Old steps make room, a few at a time. Other events, alerts, days and the diary never go.

Beyond the room there is, the oldest steps go of the wearer who takes the most of the journal and has any that may go.
Who takes no more than an equal share loses none because of another, unless the disk itself is nearly full.
"""

import math
import sqlite3
from collections import Counter
from dataclasses import dataclass
from itertools import takewhile

from hub.journal.database import transaction
from hub.journal.takings import EVENT_BYTES, SLICE_N, STEPS, Taken, Takings

BATCH_N = 100
"""Steps that go in one transaction: some tenths of a second on a slow card."""


@dataclass(frozen=True, slots=True)
class Room:
    """What may stay.

    Parameters
    ----------
    since_ns : steps that happened before (Unix time) go, as far as everybody was told of them.
    most_bytes : beyond this size the oldest steps go, whoever was told of them.
    disk_bytes : beyond this size the disk is nearly full, and nobody's share is safe.
    told_until : position up to which all destinations have taken everything.
    counted_until : position up to which the days are counted; steps behind it never go.
    """

    since_ns: int
    most_bytes: float
    told_until: int
    counted_until: int
    disk_bytes: float = math.inf


class Thinner:
    """Removes steps of a journal, on the writer's connection and in its thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.text_factory = lambda data: data.decode(errors="replace")  # a spoilt name must not end all this
        self._takings = Takings(connection)
        self._full_scale: float | None = None
        self.removed_of: Counter[str] = Counter()
        """Each wearer's steps that made room."""
        self.untold_of: Counter[str] = Counter()
        """Those among them that some destination had not taken."""
        self.used_bytes = self._used_bytes()
        """Size of what is kept; the file itself does not shrink, its free pages are used again."""
        self.is_overfull = False
        """More is kept than there is room for, and nothing of it may go."""

    def some(self, room: Room) -> bool:
        """Remove the next few steps that may go, or find out whose are to; False: there are none.

        Raises
        ------
        sqlite3.Error
            The disk does not take it; nothing was removed then.
        """
        self.used_bytes = self._used_bytes()
        too_much = self.used_bytes > min(room.most_bytes, room.disk_bytes)
        going = self._some_old(room) or (too_much and (not self._takings.count_some() or self._some_of_most(room)))
        self.is_overfull = too_much and not going and not self._fits(room)
        return going

    def _some_old(self, room: Room) -> bool:
        told_until = min(room.told_until, room.counted_until)
        done = self._done()
        rows = self._connection.execute(
            "SELECT position, wall_time_ns FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (done, told_until, BATCH_N),
        ).fetchall()
        old = list(takewhile(lambda row: row[1] < room.since_ns, rows))
        if not old:
            return False
        self._remove(done, int(old[-1][0]), room, None)
        return True

    def _some_of_most(self, room: Room) -> bool:
        """Of the wearer who takes the most and has steps that may go."""
        done, safe_bytes = self._done(), 0.0
        if len(self._takings.of) > 1 and self.used_bytes <= room.disk_bytes:
            safe_bytes = room.most_bytes / self._scale() / len(self._takings.of)
        for wearer, taken in sorted(self._takings.of.items(), key=lambda each: -each[1].bytes_n):
            if taken.thinned_until is None or taken.bytes_n <= safe_bytes:
                continue
            if (after := max(taken.thinned_until, done)) < room.counted_until:
                self._some_of(wearer, taken, after, room)
                return True
        return False

    def _fits(self, room: Room) -> bool:
        """Whether what is kept has room, but for pages that are half empty since another's rows were in them too."""
        return self.used_bytes <= room.disk_bytes and self._takings.bytes_n * self._scale() <= room.most_bytes

    def _scale(self) -> float:
        """From what is counted to what that takes of the file, as of before any of it went for want of room.

        Not more than 1: half-empty pages that an earlier run has left would look like it.
        """
        if self._full_scale is None:
            self._full_scale = min(self.used_bytes / max(self._takings.bytes_n, 1), 1.0)
        return self._full_scale

    def _some_of(self, wearer: str, taken: Taken, after: int, room: Room) -> None:
        """The next few of a wearer among the next ``SLICE_N`` rows, which may be all of others."""
        until, looked_at_n = self._connection.execute(
            "SELECT max(position), count(*) FROM"
            " (SELECT position FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?)",
            (after, room.counted_until, SLICE_N),
        ).fetchone()
        if looked_at_n < SLICE_N:
            until = room.counted_until
        last, own_n = self._connection.execute(
            "SELECT max(position), count(*) FROM (SELECT position FROM events"  # noqa: S608 - names of the code's own
            " WHERE position > ? AND position <= ? AND +wearer = ?"  # +: found by the position
            f" AND kind IN ({STEPS}) ORDER BY position LIMIT ?)",
            (after, until, wearer, BATCH_N),
        ).fetchone()
        if own_n == BATCH_N:
            until = last
        if own_n:
            self._remove(after, until, room, wearer)
        taken.thinned_until = until

    def _remove(self, after: int, until: int, room: Room, wearer: str | None) -> None:
        """Remove the steps behind ``after`` of one wearer, or of all."""
        span = (
            f"position > :after AND position <= :until AND kind IN ({STEPS}) AND (:wearer IS NULL OR wearer = :wearer)"
        )
        values = {
            "after": after,
            "until": until,
            "wearer": wearer,
            "told_until": min(room.told_until, room.counted_until),
            "counted": self._takings.events_until,
        }
        with transaction(self._connection):
            going = self._connection.execute(
                "SELECT wearer, count(*), sum(position > :told_until),"  # noqa: S608 - names of the code's own
                f" sum(iif(position <= :counted, {EVENT_BYTES}, 0)) FROM events WHERE {span} GROUP BY wearer",
                values,
            ).fetchall()
            self._connection.execute(f"DELETE FROM events WHERE {span}", values)  # noqa: S608
            if wearer is None:
                self._connection.execute("UPDATE thinned SET position = ?", (until,))
        for whose, removed_n, untold_n, bytes_n in going:
            self.removed_of[whose] += removed_n
            self.untold_of[whose] += untold_n
            if bytes_n:
                self._takings.of[whose].bytes_n -= bytes_n

    def _done(self) -> int:
        (done,) = self._connection.execute("SELECT position FROM thinned").fetchone()
        return int(done)

    def _used_bytes(self) -> int:
        pages, free, size = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size
