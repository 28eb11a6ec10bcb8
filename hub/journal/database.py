"""The journal's file: opening, locking, migrating, checking, and replacing a damaged one by what can be read of it."""

import errno
import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from hub.errors import DiskError, JournalError
from hub.journal import disk, first_page
from hub.journal.log_file import LOG_BYTES
from hub.journal.rescue import Rescue, has_foreign_log, save_readable

logger = logging.getLogger(__name__)

JOURNAL = "journal.db"
"""The journal's name in the state folder."""

SCHEMA_VERSION = 4
"""Version that this code reads and writes. Step n of the migration, ``schema/vN.sql``, leads from n - 1 to n."""

CHECKED_WHOLE_BYTES = 64 * 2**20
"""Up to here the whole file is checked at start (some seconds on a card); a larger one only at its ends, and as a whole
while the hub runs."""

_NEWEST_N = 1_000
"""Newest events that are read in the check of a large file."""

DAMAGE_REMEDY = "the file is damaged; start the hub anew, which saves what can be read and sets the file aside"

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is bad, so that trying again cannot help."""
    return _primary_code(error) in DAMAGED


def explain(error: sqlite3.Error | OSError, path: Path) -> str:
    """One line: what keeps the journal from being used, and what to do."""
    code = error.errno if isinstance(error, OSError) else _primary_code(error)
    full, read_only = "the disk is full; free some space", "it is read-only; remount the disk writable"
    if isinstance(error, OSError):
        of_the_system = {errno.ENOSPC: full, errno.EDQUOT: full, errno.EROFS: read_only}
        others = f"{error.strerror or error}; check that its folder exists and may be written by this user"
        return f"journal {path}: {of_the_system.get(code or 0, others)}"
    remedies = {
        sqlite3.SQLITE_FULL: full,
        sqlite3.SQLITE_READONLY: f"{read_only} or mend the file's permissions",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its folder exists and may be written by this user",
        sqlite3.SQLITE_IOERR: "the disk does not take or give data; check it for errors and free space",
        sqlite3.SQLITE_BUSY: "another program holds it locked; close that program",
        sqlite3.SQLITE_CORRUPT: DAMAGE_REMEDY,
        sqlite3.SQLITE_NOTADB: DAMAGE_REMEDY,
    }
    return f"journal {path}: {remedies.get(code or 0, 'it cannot be used')} ({error})"


def unusable(error: sqlite3.Error | OSError, path: Path) -> JournalError:
    """The error to raise where a journal cannot be had: a ``DiskError`` where its disk is the cause."""
    return (DiskError if disk.is_cause(error, path.parent) else JournalError)(explain(error, path))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep the journal for this process; the lock ends with the process, however that ends.

    Raises
    ------
    JournalError
        Another process has it, or its folder cannot be written; a ``DiskError`` where the disk is the cause.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unusable(error, path) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"journal {path}: another Insole Hub is using it; stop that one or set another hub.state_dir"
            raise JournalError(message) from error
        yield
    finally:
        os.close(descriptor)


def prepare(path: Path) -> Rescue | None:
    """Make the file or bring it to ``SCHEMA_VERSION``.

    A damaged one is set aside first, and what can be read of it goes on in a new one; that is told.

    Raises
    ------
    JournalError
        The file cannot be read or written, is not a journal, or is of a newer version; a ``DiskError`` where the disk
        is the cause.
    """
    try:
        _finish_replacing(path)
        rescue = _replace(path) if _is_suspect(path) else None
        _migrate(path)
        first_page.keep(path)
    except (sqlite3.Error, OSError) as error:
        raise unusable(error, path) from error
    return rescue


def set_aside(path: Path) -> tuple[Path, ...]:
    """The damaged files that lie beside a journal."""
    return tuple(sorted(path.parent.glob(f"{path.stem}.damaged-*{path.suffix}")))


class WholeCheck:
    """A check of the whole file, which takes a minute for each GB on a card. Safe while the journal is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)

    def is_sound(self) -> bool:
        """Check it, in any thread; True as well where ``stop`` came before the end, or the disk gave no answer."""
        try:
            with closing(self._connection):
                return _is_sound(self._connection)
        except sqlite3.Error as error:
            return not is_damage(error)

    def stop(self) -> None:
        """End the check before its time."""
        with suppress(sqlite3.ProgrammingError):  # it has ended
            self._connection.interrupt()


def connect(
    path: Path, *, power_safe: bool, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """Open a connection that any one thread at a time may use.

    ``power_safe`` syncs the log to the disk on every commit. Without it commits survive the end of the process but
    those since the last checkpoint may be lost in a power cut; the file stays sound in either case.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0, factory=factory)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {'FULL' if power_safe else 'NORMAL'}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA wal_autocheckpoint = 0")  # the writer checkpoints after it has told, not before
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_commit(connection: sqlite3.Connection, sql: str) -> bool:
    """Whether a statement of the writer brings something onto the disk; for connections that count or fail there."""
    return sql == "COMMIT" or (sql.startswith("INSERT") and not connection.in_transaction)


def mark_suspect(path: Path) -> None:
    """Note that the file was found damaged in use, so that the next start sets it aside."""
    _suspicion(path).touch()


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _suspicion(path: Path) -> Path:
    return path.with_name(path.name + ".suspect")


def _is_suspect(path: Path) -> bool:
    if not path.exists():
        return False
    if _suspicion(path).exists() or has_foreign_log(path):
        return True
    try:
        # read-only: closing would else write a log that may be another file's into this one
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if path.stat().st_size <= CHECKED_WHOLE_BYTES:
                return not _is_sound(connection)
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone():
                newest = "SELECT * FROM events ORDER BY position DESC LIMIT ?"
                connection.execute(newest, (_NEWEST_N,)).fetchall()
            return False
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return True
        raise unusable(error, path) from error


def _is_sound(connection: sqlite3.Connection) -> bool:
    return [str(row[0]) for row in connection.execute("PRAGMA quick_check(1)")] == ["ok"]


def _replace(path: Path) -> Rescue:
    """Put what can be read of a damaged file in its place. Whenever this is cut short, the next start goes on."""
    logger.error("journal %s is damaged; what can be read is being saved", path)
    fresh = _fresh(path)
    _migrate(fresh)
    saved_n, lost_n, readable = save_readable(path, fresh)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    path.rename(aside)
    _finish_replacing(path)
    _suspicion(path).unlink(missing_ok=True)
    saved = f"{saved_n} entries were saved from it" if readable else "nothing of it could be read"
    lost = f", at most {lost_n} are lost" if lost_n else ""
    logger.error("journal %s is damaged; it is kept as %s; %s%s", path, aside.name, saved, lost)
    return Rescue(aside, saved_n, lost_n, readable)


def _finish_replacing(path: Path) -> None:
    """Put a new file, complete since the damaged one has gone, in its place; throw away one that is incomplete."""
    fresh = _fresh(path)
    if not fresh.exists():
        return
    if path.exists():
        for part in _parts(fresh):
            part.unlink()
        return
    for part in _parts(path):  # the damaged file's log
        part.rename(set_aside(path)[-1].with_name(set_aside(path)[-1].name + part.name.removeprefix(path.name)))
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _fresh(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _parts(path: Path) -> list[Path]:
    return [part for suffix in ("", "-wal", "-shm") if (part := path.with_name(path.name + suffix)).exists()]


def _migrate(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            message = f"journal {path}: written by a newer Insole Hub (version {version}); upgrade this one"
            raise JournalError(message)
        if version == 0 and connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            message = f"journal {path}: this is the database of another program; set another hub.state_dir"
            raise JournalError(message)
        connection.execute("PRAGMA journal_mode = WAL")
        for step in range(version + 1, SCHEMA_VERSION + 1):
            script = (files("hub.journal") / "schema" / f"v{step}.sql").read_text()
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {step};\nCOMMIT;")
        connection.execute("BEGIN IMMEDIATE")  # a disk that cannot be written is found now and not at the first event
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # a log is known by the identity in the file itself
