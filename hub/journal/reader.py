"""Reads of the journal, on a connection of their own, in worker threads."""

import json
import logging
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.alert import Alert, change_from_json
from hub.diary import DiaryEntry, entry_from_json
from hub.events import event_from_dict
from hub.journal.day import DaySummary
from hub.journal.record import AlertRecord, DayRecord, DiaryRecord, Record
from hub.support.let_through import let_through

logger = logging.getLogger(__name__)

PAGE_N = 500
"""Rows per read: short enough to let the log be checkpointed, long enough to be fast."""

SLICE_N = 20
"""Records made at a time, in about a millisecond: other threads, the event loop's first of all, wait no longer."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records in order, and the position up to which they were read; at the end of what is asked for, that end."""

    records: tuple[Record, ...]
    until: int


class Reader:
    """Pages of records. Safe to be used from several threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.unreadable_n = 0
        self._connection = connection
        self._connection.execute("PRAGMA query_only = ON")
        self._lock = threading.Lock()

    def last_position(self, table: str = "events") -> int:
        """Position of the newest record in the table of this name; 0 where there is none."""
        return int(self._fetch(f"SELECT coalesce(max(position), 0) FROM {table}")[0][0])  # noqa: S608 - the code's own

    def cursors(self, table: str = "cursors") -> dict[str, int]:
        """Every destination's cursor in the table of this name."""
        rows = self._fetch(f"SELECT destination, position FROM {table}")  # noqa: S608 - a name of the code's own
        return {str(name): int(position) for name, position in rows}

    def after(self, position: int) -> Page:
        """The next page after a position."""
        return self._page(
            position,
            "SELECT position, wearer, wall_time_ns, aids, event FROM events WHERE position > ?"
            " ORDER BY position LIMIT ?",
            (position, PAGE_N),
        )

    def of_wearer(self, wearer: str, from_ns: int, to_ns: int, position: int) -> Page:
        """The next page after a position of a wearer's events with wall time in ``[from_ns, to_ns)``."""
        return self._page(
            position,
            "SELECT position, wearer, wall_time_ns, aids, event FROM events WHERE wearer = ? AND wall_time_ns >= ?"
            " AND wall_time_ns < ? AND position > ? ORDER BY position LIMIT ?",
            (wearer, from_ns, to_ns, position, PAGE_N),
        )

    def walks_of_wearer(self, wearer: str, from_ns: int, to_ns: int, position: int) -> Page:
        """The same of ends of walks only; found without looking at other events."""
        return self._page(
            position,
            "SELECT position, wearer, wall_time_ns, aids, event FROM events WHERE kind = 'walk_end' AND wearer = ?"
            " AND wall_time_ns >= ? AND wall_time_ns < ? AND position > ? ORDER BY position LIMIT ?",
            (wearer, from_ns, to_ns, position, PAGE_N),
        )

    def with_ids(self, wearer: str, ids: Sequence[str]) -> list[Record]:
        """A wearer's events with these ids, as far as they are there; at most ``PAGE_N`` are looked for."""
        page = self._page(
            0,
            "SELECT position, wearer, wall_time_ns, aids, event FROM events"
            " WHERE id IN (SELECT value FROM json_each(?)) AND +wearer = ? ORDER BY position",  # +: found by the id
            (json.dumps(ids[:PAGE_N]), wearer),
        )
        return list(page.records)

    def alerts_after(self, position: int) -> tuple[list[AlertRecord], int]:
        """The next page of changes of alerts after a position, and where it ends."""
        rows = self._fetch(
            "SELECT position, change FROM alerts WHERE position > ? ORDER BY position LIMIT ?", (position, PAGE_N)
        )
        records = [record for row in rows if (record := self._alert_record(*row)) is not None]
        return records, int(rows[-1][0]) if rows else position

    def days_after(self, position: int) -> tuple[list[DayRecord], int]:
        """The next page of days after a position, and where it ends."""
        rows = self._fetch(
            "SELECT position, wearer, start_ns, summary FROM days WHERE position > ? ORDER BY position LIMIT ?",
            (position, PAGE_N),
        )
        return [_day_record(*row) for row in rows], int(rows[-1][0]) if rows else position

    def days_of_wearer(self, wearer: str, from_day: str, to_day: str) -> list[DayRecord]:
        """A wearer's days in ``[from_day, to_day)``, in their order."""
        rows = self._fetch(
            "SELECT position, wearer, start_ns, summary FROM days WHERE wearer = ? AND day >= ? AND day < ?"
            " ORDER BY day",
            (wearer, from_day, to_day),
        )
        return [_day_record(*row) for row in rows]

    def newest_alerts(self, since_ns: int) -> list[Alert]:
        """Every alert that has changed since, as it is now, in the order of the latest changes."""
        rows = self._fetch(
            "SELECT position, change FROM alerts WHERE position IN (SELECT max(position) FROM alerts GROUP BY alert)"
            " AND wall_time_ns >= ? ORDER BY position",
            (since_ns,),
        )
        return [record.change.alert for row in rows if (record := self._alert_record(*row)) is not None]

    def diary_after(self, position: int) -> tuple[list[DiaryRecord], int]:
        """The next page of the diary after a position, and where it ends."""
        rows = self._fetch(
            "SELECT position, entry FROM diary WHERE position > ? ORDER BY position LIMIT ?", (position, PAGE_N)
        )
        return self._diary_records(rows), int(rows[-1][0]) if rows else position

    def diary_of_wearer(self, wearer: str, from_ns: int, to_ns: int) -> list[DiaryEntry]:
        """A wearer's diary of ``[from_ns, to_ns)``, in the order in which it was said."""
        rows = self._fetch(
            "SELECT position, entry FROM diary WHERE wearer = ? AND wall_time_ns >= ? AND wall_time_ns < ?"
            " ORDER BY position",
            (wearer, from_ns, to_ns),
        )
        return [record.entry for record in self._diary_records(rows)]

    def newest_in_diary(self, kind: str) -> list[DiaryEntry]:
        """The newest entry of a kind of each wearer."""
        rows = self._fetch(
            "SELECT position, entry FROM diary WHERE position IN"
            " (SELECT max(position) FROM diary WHERE kind = ? GROUP BY wearer) ORDER BY position",
            (kind,),
        )
        return [record.entry for record in self._diary_records(rows)]

    def close(self) -> None:
        """End; a read that is under way comes first."""
        with self._lock:
            self._connection.close()

    def _page(self, position: int, query: str, parameters: tuple[str | int, ...]) -> Page:
        rows = self._fetch(query, parameters)
        records: list[Record] = []
        for start in range(0, len(rows), SLICE_N):
            records += [record for row in rows[start : start + SLICE_N] if (record := self._record(*row)) is not None]
            if start + SLICE_N < len(rows):
                let_through()
        return Page(tuple(records), int(rows[-1][0]) if rows else position)

    def _record(self, position: int, wearer: str, wall_time_ns: int, aids: str | None, text: str) -> Record | None:
        try:
            return Record(position, wearer, wall_time_ns, event_from_dict(json.loads(text)), aids)
        except (ValueError, KeyError, TypeError):  # spoilt, or written by a version that knew more kinds
            self.unreadable_n += 1
            logger.warning("journal: record %d cannot be understood and is skipped", position)
            return None

    def _alert_record(self, position: int, text: str) -> AlertRecord | None:
        try:
            return AlertRecord(position, change_from_json(text))
        except ValueError:  # likewise
            self.unreadable_n += 1
            logger.warning("journal: change %d of an alert cannot be understood and is skipped", position)
            return None

    def _diary_records(self, rows: list[Any]) -> list[DiaryRecord]:
        records = []
        for position, text in rows:
            try:
                records.append(DiaryRecord(position, entry_from_json(text)))
            except ValueError:  # likewise
                self.unreadable_n += 1
                logger.warning("journal: entry %d of the diary cannot be understood and is skipped", position)
        return records

    def _fetch(self, query: str, parameters: tuple[str | int, ...] = ()) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(query, parameters).fetchall()
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
                return self._fetch_spoilt(query, parameters)

    def _fetch_spoilt(self, query: str, parameters: tuple[str | int, ...]) -> list[Any]:
        """Rows of which some hold spoilt text: that is no reason to stop, and what they are part of is left out."""
        self._connection.text_factory = lambda data: data.decode(errors="replace")
        try:
            return self._connection.execute(query, parameters).fetchall()
        finally:
            self._connection.text_factory = str


def _day_record(position: int, wearer: str, start_ns: int, summary: str) -> DayRecord:
    return DayRecord(position, wearer, start_ns, DaySummary.from_dict(json.loads(summary)))
