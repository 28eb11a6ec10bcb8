"""What is on its way to the disk, and what a commit brought."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from hub.alert import Change
from hub.diary import DiaryEntry
from hub.events import Event
from hub.journal.day import DaySummary
from hub.journal.record import Anchor, Record


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way to the disk. ``aids``: in one word; None: not known."""

    wearer: str
    event: Event
    json: str
    anchor: Anchor
    aids: str | None = None


class OtherEntry(Protocol):
    """Something beside events on its way to the disk, for one of the other tables."""

    table: ClassVar[str]

    def insert(self, connection: sqlite3.Connection) -> int:
        """Put it there; gives its position, or 0 where it was there already."""


@dataclass(frozen=True, slots=True)
class AlertEntry:
    """A change of an alert."""

    table: ClassVar[str] = "alerts"
    change: Change
    json: str

    def insert(self, connection: sqlite3.Connection) -> int:
        """Add it."""
        change = self.change
        row = connection.execute(
            "INSERT INTO alerts (alert, wearer, step, wall_time_ns, change) VALUES (?, ?, ?, ?, ?)",
            (change.alert.id, change.alert.wearer, change.step.value, change.at_ns, self.json),
        )
        return row.lastrowid or 0


@dataclass(frozen=True, slots=True)
class DayEntry:
    """A day that is over."""

    table: ClassVar[str] = "days"
    wearer: str
    start_ns: int
    summary: DaySummary

    def insert(self, connection: sqlite3.Connection) -> int:
        """Add it, or put it in the place of one that differs."""
        key = (self.wearer, self.summary.day)
        known = connection.execute("SELECT summary FROM days WHERE wearer = ? AND day = ?", key).fetchone()
        if known is not None:
            before = DaySummary.from_dict(json.loads(known[0]))
            if before == self.summary or before.steps > self.summary.steps:
                return 0
        row = connection.execute(
            "INSERT OR REPLACE INTO days (wearer, day, start_ns, summary) VALUES (?, ?, ?, ?)",
            (*key, self.start_ns, json.dumps(self.summary.to_dict(), separators=(",", ":"), allow_nan=False)),
        )
        return row.lastrowid or 0


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """An entry of the diary."""

    table: ClassVar[str] = "diary"
    entry: DiaryEntry
    json: str

    def insert(self, connection: sqlite3.Connection) -> int:
        """Add it, where it is not there already."""
        entry = self.entry
        row = connection.execute(
            "INSERT INTO diary (id, wearer, kind, wall_time_ns, entry) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            (entry.id, entry.wearer, entry.what.kind, entry.at_ns, self.json),
        )
        return (row.lastrowid or 0) if row.rowcount == 1 else 0


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit brought: new records in order, and how many entries it settled, known ones included.

    ``others_n`` of them were no events; ``others_until`` is the last position in each of their tables.
    """

    records: tuple[Record, ...]
    settled_n: int
    others_n: int = 0
    others_until: Mapping[str, int] = field(default_factory=dict)
