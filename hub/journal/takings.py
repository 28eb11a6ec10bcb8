"""How much of a journal each wearer takes, counted a slice at a time, so that nobody waits for it."""

import sqlite3
from dataclasses import dataclass

from hub.events import STEP_KINDS

SLICE_N = 1_000
"""Rows counted in one statement, about 650 kB."""

ROW_BYTES = 220
"""What a row takes beside its text: other columns and indexes (docs/storage.md: 43.7 MB of 29.1 MB, 66,800 rows)."""

STEPS = ", ".join(f"'{kind.value}'" for kind in sorted(STEP_KINDS))
"""Kinds of events that may go, as SQL has them."""

EVENT_BYTES = f"(length(CAST(event AS BLOB)) + {ROW_BYTES})"
"""What an event takes."""

_TEXTS = {"events": "event", "alerts": "change", "diary": "entry"}
"""Tables that grow, and where their text is."""


@dataclass(slots=True)
class Taken:
    """One wearer's: ``bytes_n`` of all that is theirs, and the position up to which they have no steps any more."""

    bytes_n: int = 0
    thinned_until: int | None = None
    """None: they have had none."""


class Takings:
    """Follows the journal when it is asked to. ``of`` holds each wearer who has something in it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.of: dict[str, Taken] = {}
        self._connection = connection
        self._until = dict.fromkeys(_TEXTS, 0)

    @property
    def bytes_n(self) -> int:
        """Of all wearers, as far as counted."""
        return sum(taken.bytes_n for taken in self.of.values())

    @property
    def events_until(self) -> int:
        """Position up to which events are counted."""
        return self._until["events"]

    def count_some(self) -> bool:
        """Count the next slice; whether everything is counted now.

        Raises
        ------
        sqlite3.Error
            The disk does not give it.
        """
        return all(self._count(table) < SLICE_N for table in _TEXTS)

    def _count(self, table: str) -> int:
        steps = f"min(iif(kind IN ({STEPS}), position, NULL))" if table == "events" else "NULL"
        rows = self._connection.execute(
            f"SELECT wearer, count(*), sum(length(CAST({_TEXTS[table]} AS BLOB))), max(position), {steps}"  # noqa: S608
            f" FROM (SELECT * FROM {table} WHERE position > ? ORDER BY position LIMIT ?) GROUP BY wearer",
            (self._until[table], SLICE_N),
        ).fetchall()
        for wearer, n, text_bytes, _, first_step in rows:
            taken = self.of.setdefault(wearer, Taken())
            taken.bytes_n += text_bytes + n * ROW_BYTES
            if taken.thinned_until is None and first_step is not None:
                taken.thinned_until = first_step - 1
        self._until[table] = max([self._until[table], *(row[3] for row in rows)])
        return sum(row[1] for row in rows)
