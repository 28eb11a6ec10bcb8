"""A journal looked at from outside, while a hub may be writing it. Nothing is changed."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.errors import JournalError
from hub.journal import database
from hub.journal.journal import DAYS
from hub.journal.reader import Reader

_CURSORS = "SELECT destination, position FROM cursors WHERE destination != ? ORDER BY destination"
"""The days wait for their end by intent."""


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What a journal looks like from outside.

    Parameters
    ----------
    held : a hub is using it.
    bytes_n : size with its log; None where there is no journal.
    events_n : positions given so far.
    newest_ns : wall time of the newest event.
    backlog : events that each destination has not taken yet.
    damaged : files that were set aside because they were damaged.
    trouble : why it cannot be read; empty where it can.
    """

    held: bool
    bytes_n: int | None
    events_n: int = 0
    newest_ns: int | None = None
    backlog: tuple[tuple[str, int], ...] = ()
    damaged: tuple[Path, ...] = ()
    trouble: str = ""


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Read a journal that a hub may be writing; nothing is changed.

    Raises
    ------
    JournalError
        There is none, it is of another version, or it cannot be read.
    """
    if not path.exists():
        raise JournalError(f"journal {path}: there is none yet; the first run makes it")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
            if (version := connection.execute("PRAGMA user_version").fetchone()[0]) != database.SCHEMA_VERSION:
                message = f"journal {path}: is of version {version}, not {database.SCHEMA_VERSION}; start this hub once"
                raise JournalError(message)
            yield Reader(connection)
    except sqlite3.Error as error:
        raise JournalError(database.explain(error, path)) from error


def look_at(path: Path) -> JournalFacts:
    """The facts of the journal in this file."""
    held, damaged = _is_held(path), database.set_aside(path)
    if not path.exists():
        return JournalFacts(held, None, damaged=damaged)
    parts = (path, path.with_name(path.name + "-wal"))
    bytes_n = sum(part.stat().st_size for part in parts if part.exists())
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)) as connection:
            last = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
            newest = connection.execute("SELECT wall_time_ns FROM events WHERE position = ?", (last,)).fetchone()
            cursors = connection.execute(_CURSORS, (DAYS,)).fetchall()
    except sqlite3.Error as error:
        return JournalFacts(held, bytes_n, damaged=damaged, trouble=database.explain(error, path))
    backlog = tuple((str(name), int(last) - int(position)) for name, position in cursors)
    return JournalFacts(held, bytes_n, int(last), newest[0] if newest else None, backlog, damaged)


def _is_held(path: Path) -> bool:
    try:
        with path.with_name(path.name + ".lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
