"""The one thread that writes the journal: commits in groups, tries again, and never takes the event loop's time."""

import logging
import math
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain, islice
from pathlib import Path

from hub.errors import JournalError
from hub.events import STEP_KINDS
from hub.journal.database import explain, is_damage, mark_suspect, transaction
from hub.journal.entries import Committed, Entry, OtherEntry
from hub.journal.record import Anchor, Record
from hub.journal.thinning import Room, Thinner

logger = logging.getLogger(__name__)

GROUP_N = 500
"""Most events in one commit."""

CURSOR_DELAY_S = 1.0
"""Cursors ride with the next steps, or go alone after this: a lost one only repeats deliveries."""

CHECKPOINT_COMMITS_N = 256
"""Commits between checkpoints of the log, which are long waits for what comes meanwhile."""

CURSORS, ALERT_CURSORS, DAY_CURSORS, DIARY_CURSORS = "cursors", "alert_cursors", "day_cursors", "diary_cursors"
"""Tables of cursors: into the events, the changes of alerts, the days, and the diary."""

THIN_PAUSE_S = 0.2
"""Between two batches of old steps that go: what is to be written waits for one batch at most."""

RETRY_S = (0.1, 5.0)
"""First and longest pause after a commit that failed."""


class Writer:
    """Owns the writing connection. ``on_commit`` and ``on_failure`` are called in the writer's thread.

    ``on_failure`` is called once, with the error, when writing has ended for good, as with a damaged file.
    ``batch_s`` is how long steps wait for others to be committed with them; everything else goes at once, and takes
    them along.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        on_commit: Callable[[Committed], object],
        on_failure: Callable[[JournalError], object],
        batch_s: float = 0.0,
    ) -> None:
        self.failures_n = 0
        self.thinner = Thinner(connection)
        self._path = path
        self._connection = connection
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._batch_s = batch_s
        self._entries: deque[Entry | OtherEntry] = deque()
        self._entries_due_s = math.inf
        self._room: Room | None = None
        self._thin_next_s = 0.0
        self._cursors: dict[tuple[str, str], int] = {}
        self._cursors_due_s = math.inf
        self._anchors: dict[Anchor, int] = {}
        self._commits_n = 0
        self._log_is_new = True
        self._closing = False
        self._give_up_at_s = math.inf
        self._trouble = ""
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def submit(self, entries: Sequence[Entry | OtherEntry]) -> None:
        """Queue entries; returns at once."""
        may_wait = self._batch_s > 0 and _are_steps(entries)
        with self._wake:
            self._entries.extend(entries)
            due_s = time.monotonic() + (self._batch_s if may_wait else 0.0)
            if due_s < self._entries_due_s:
                self._entries_due_s = due_s
                self._wake.notify()

    def hurry(self) -> None:
        """Let nothing wait for others to come."""
        with self._wake:
            if self._entries:
                self._entries_due_s = 0.0
                self._wake.notify()

    def make_room(self, room: Room) -> None:
        """Have what may go removed, a little at a time, whenever nothing is to be written; returns at once."""
        with self._wake:
            self._room = room
            self._wake.notify()

    def move_cursor(self, destination: str, position: int, table: str = CURSORS) -> None:
        """Queue a cursor; returns at once."""
        with self._wake:
            if not self._cursors:
                self._cursors_due_s = time.monotonic() + CURSOR_DELAY_S
                self._wake.notify()
            self._cursors[table, destination] = position

    def close(self, patience_s: float) -> tuple[Entry | OtherEntry, ...]:
        """Write what is queued, within ``patience_s``, and end; gives the entries that are left unwritten."""
        with self._wake:
            self._closing = True
            self._give_up_at_s = time.monotonic() + patience_s
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(patience_s + 5.0)
        if not self._thread.is_alive():
            self._connection.close()
        return tuple(self._entries)

    def _run(self) -> None:
        in_order = False
        try:
            self._write()
            in_order = True
        finally:
            if not in_order:  # an error that no retry can mend: nobody may go on as if events were kept
                self._on_failure(JournalError(f"journal {self._path}: its writer has failed; see the log"))

    def _write(self) -> None:
        pause_s = 0.0
        while self._wait(pause_s):
            with self._wake:
                group = list(islice(self._entries, GROUP_N))
                may_ride = not group or _are_steps(group) or time.monotonic() >= self._cursors_due_s
                cursors = dict(self._cursors) if may_ride else {}
            try:
                committed = self._commit(group, cursors) if group or cursors else self._thin()
            except sqlite3.Error as error:
                self._anchors.clear()  # their rows may have been rolled back
                if is_damage(error):
                    mark_suspect(self._path)
                    self._on_failure(JournalError(explain(error, self._path)))
                    return
                if not isinstance(error, sqlite3.OperationalError):
                    raise
                pause_s = min(max(2 * pause_s, RETRY_S[0]), RETRY_S[1])
                self._note_failure(error)
                continue
            pause_s = 0.0
            if self._trouble:
                logger.warning("journal %s: writing again", self._path)
                self._trouble = ""
            with self._wake:
                for _ in group:
                    self._entries.popleft()
                if not self._entries:
                    self._entries_due_s = math.inf
                if cursors:
                    self._cursors = {name: at for name, at in self._cursors.items() if cursors.get(name) != at}
                    self._cursors_due_s = time.monotonic() + CURSOR_DELAY_S if self._cursors else math.inf
            self._on_commit(committed)
            self._checkpoint()

    def _wait(self, pause_s: float) -> bool:
        """Wait for work, and after a failure for ``pause_s`` at least; False: the end has come."""
        not_before_s = time.monotonic() + pause_s
        with self._wake:
            while True:
                now_s = time.monotonic()
                if self._closing and (not (self._entries or self._cursors) or now_s >= self._give_up_at_s):
                    return False
                due_s = max(not_before_s, 0.0 if self._closing else self._due_s())
                if now_s >= due_s:
                    return True
                until_s = min(due_s, self._give_up_at_s)
                self._wake.wait(None if until_s == math.inf else until_s - now_s)

    def _due_s(self) -> float:
        return min(self._entries_due_s, self._cursors_due_s, math.inf if self._room is None else self._thin_next_s)

    def _thin(self) -> Committed:
        room = self._room
        if room is not None and not self.thinner.some(room) and self._room is room:
            self._room = None
        self._thin_next_s = time.monotonic() + THIN_PAUSE_S
        return Committed((), 0)

    def _commit(self, group: Sequence[Entry | OtherEntry], cursors: dict[tuple[str, str], int]) -> Committed:
        events = [entry for entry in group if isinstance(entry, Entry)]
        is_plain = len(events) == len(group) and all(entry.anchor in self._anchors for entry in events)
        if is_plain and not (cursors or self._log_is_new):
            return Committed(self._insert_events(events), len(group))  # a transaction of its own
        others_n, others_until = 0, dict[str, int]()
        with transaction(self._connection):
            if self._log_is_new:
                self._connection.execute("UPDATE identity SET logs = logs + 1")
            records = self._insert_events(events)
            for entry in group:
                if not isinstance(entry, Entry):
                    others_n += 1
                    if position := entry.insert(self._connection):
                        others_until[entry.table] = position
            for (table, destination), position in cursors.items():
                self._connection.execute(
                    f"INSERT INTO {table} VALUES (?, ?)"  # noqa: S608 - a name of the code's own
                    " ON CONFLICT (destination) DO UPDATE SET position = max(position, excluded.position)",
                    (destination, position),
                )
        self._log_is_new = False
        return Committed(records, len(group), others_n, others_until)

    def _insert_events(self, entries: Sequence[Entry]) -> tuple[Record, ...]:
        """All in one statement, which is a transaction of its own outside of one: it tells what it has added, or fails.

        After each statement the interpreter's lock has to be waited for.
        """
        if not entries:
            return ()
        wall_times_ns = [entry.anchor.wall_time_ns_at(entry.event.time_s) for entry in entries]
        values = [
            (
                entry.event.id,
                entry.wearer,
                entry.event.kind.value,
                entry.event.side.value,
                entry.event.time_s,
                self._anchor_row(entry.anchor),
                wall_time_ns,
                entry.aids,
                entry.json,
            )
            for entry, wall_time_ns in zip(entries, wall_times_ns, strict=True)
        ]
        row = f"({', '.join('?' * len(values[0]))})"
        added = self._connection.execute(
            "INSERT INTO events (id, wearer, kind, side, time_s, anchor, wall_time_ns, aids, event)"  # noqa: S608
            f" VALUES {', '.join([row] * len(values))} ON CONFLICT (id) DO NOTHING RETURNING id, position",
            list(chain.from_iterable(values)),
        )
        positions: dict[str, int] = dict(added.fetchall())
        return tuple(
            Record(position, entry.wearer, wall_time_ns, entry.event, entry.aids)
            for entry, wall_time_ns in zip(entries, wall_times_ns, strict=True)
            if (position := positions.pop(entry.event.id, None)) is not None
        )

    def _anchor_row(self, anchor: Anchor) -> int:
        if anchor not in self._anchors:
            row = self._connection.execute(
                "INSERT INTO anchors (hub_time_s, wall_time_ns) VALUES (?, ?)", (anchor.hub_time_s, anchor.wall_time_ns)
            )
            self._anchors = {anchor: row.lastrowid or 0}
        return self._anchors[anchor]

    def _note_failure(self, error: sqlite3.Error) -> None:
        self.failures_n += 1
        trouble = explain(error, self._path)
        if trouble != self._trouble:
            logger.error("%s; %d events wait in memory", trouble, len(self._entries))
        self._trouble = trouble

    def _checkpoint(self) -> None:
        self._commits_n += 1
        if self._commits_n >= CHECKPOINT_COMMITS_N:
            self._commits_n, self._log_is_new = 0, True
            try:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            except sqlite3.Error as error:
                self._note_failure(error)


def _are_steps(entries: Sequence[Entry | OtherEntry]) -> bool:
    return all(isinstance(entry, Entry) and entry.event.kind in STEP_KINDS for entry in entries)
