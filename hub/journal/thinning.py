"""Old steps make room, a few at a time. Other events, alerts, days and the diary never go."""

import sqlite3
from dataclasses import dataclass
from itertools import takewhile

from hub.events import STEP_KINDS
from hub.journal.database import transaction

BATCH_N = 100
"""Rows looked at in one transaction: some tenths of a second on a slow card."""

_STEPS = ", ".join(f"'{kind.value}'" for kind in sorted(STEP_KINDS))


@dataclass(frozen=True, slots=True)
class Room:
    """What may stay.

    Parameters
    ----------
    since_ns : steps that happened before (Unix time) go, as far as everybody was told of them.
    most_bytes : beyond this size the oldest steps go, whoever was told of them.
    told_until : position up to which all destinations have taken everything.
    counted_until : position up to which the days are counted; steps behind it never go.
    """

    since_ns: int
    most_bytes: float
    told_until: int
    counted_until: int


class Thinner:
    """Removes steps of a journal, on the writer's connection and in its thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.removed_n = 0
        self.untold_n = 0
        """Those among them that some destination had not taken."""
        self.used_bytes = self._used_bytes()
        """Size of what is kept; the file itself does not shrink, its free pages are used again."""
        self.is_overfull = False
        """More is kept than there is room for, and nothing of it may go."""

    def some(self, room: Room) -> bool:
        """Remove the next few steps that may go; False: there are none.

        Raises
        ------
        sqlite3.Error
            The disk does not take it; nothing was removed then.
        """
        self.used_bytes = self._used_bytes()
        too_much = self.used_bytes > room.most_bytes
        told_until = min(room.told_until, room.counted_until)
        (done,) = self._connection.execute("SELECT position FROM thinned").fetchone()
        rows = self._connection.execute(
            "SELECT position, wall_time_ns FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (done, room.counted_until, BATCH_N),
        ).fetchall()
        going = list(takewhile(lambda row: too_much or (row[1] < room.since_ns and row[0] <= told_until), rows))
        self.is_overfull = too_much and not going
        if not going:
            return False
        until = int(going[-1][0])
        span = f"position > ? AND position <= ? AND kind IN ({_STEPS})"
        with transaction(self._connection):
            untold_n = self._connection.execute(
                f"SELECT count(*) FROM events WHERE {span}",  # noqa: S608 - names of the code's own
                (max(done, told_until), until),
            ).fetchone()[0]
            removed = self._connection.execute(f"DELETE FROM events WHERE {span}", (done, until))  # noqa: S608
            self._connection.execute("UPDATE thinned SET position = ?", (until,))
        self.removed_n += removed.rowcount
        self.untold_n += untold_n
        return True

    def _used_bytes(self) -> int:
        pages, free, size = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size
