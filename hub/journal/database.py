"""The journal's file: opening, locking, migrating, and setting a damaged one aside."""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from hub.errors import JournalError

logger = logging.getLogger(__name__)

SCHEMA_VERSION = 3
"""Version that this code reads and writes. Step n of the migration, ``schema/vN.sql``, leads from n - 1 to n."""

CHECKED_WHOLE_BYTES = 64 * 2**20
"""Up to here the whole file is checked at start (below 1 s on a Pi); above, only what is read anyway."""

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is bad, so that trying again cannot help."""
    return _primary_code(error) in DAMAGED


def explain(error: sqlite3.Error | OSError, path: Path) -> str:
    """One line: what keeps the journal from being used, and what to do."""
    remedies = {
        sqlite3.SQLITE_FULL: "the disk is full; free some space",
        sqlite3.SQLITE_READONLY: "it is read-only; remount the disk writable or mend the file's permissions",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its folder exists and may be written by this user",
        sqlite3.SQLITE_IOERR: "the disk does not take or give data; check it for errors and free space",
        sqlite3.SQLITE_BUSY: "another program holds it locked; close that program",
        sqlite3.SQLITE_CORRUPT: "the file is damaged; start the hub anew, which sets it aside and begins another",
        sqlite3.SQLITE_NOTADB: "the file is no journal; start the hub anew, which sets it aside and begins another",
    }
    if isinstance(error, OSError):
        return (
            f"journal {path}: {error.strerror or error}; check that its folder exists and may be written by this user"
        )
    remedy = remedies.get(_primary_code(error), "it cannot be used")
    return f"journal {path}: {remedy} ({error})"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep the journal for this process; the lock ends with the process, however that ends.

    Raises
    ------
    JournalError
        Another process has it, or its folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JournalError(explain(error, path)) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"journal {path}: another Insole Hub is using it; stop that one or set another hub.state_dir"
            raise JournalError(message) from error
        yield
    finally:
        os.close(descriptor)


def prepare(path: Path) -> Path | None:
    """Make the file or bring it to ``SCHEMA_VERSION``. A damaged one is set aside first, and its new name given.

    Raises
    ------
    JournalError
        The file cannot be read or written, is not a journal, or is of a newer version.
    """
    aside = _set_aside(path) if _is_suspect(path) else None
    try:
        _migrate(path)
    except sqlite3.Error as error:
        raise JournalError(explain(error, path)) from error
    return aside


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
    connection.execute("PRAGMA journal_size_limit = 4194304")
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
    if _suspicion(path).exists():
        return True
    try:
        with closing(sqlite3.connect(path)) as connection:
            if path.stat().st_size <= CHECKED_WHOLE_BYTES:
                return [str(row[0]) for row in connection.execute("PRAGMA quick_check(1)")] != ["ok"]
            connection.execute("SELECT name FROM sqlite_master").fetchall()
            return False
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return True
        raise JournalError(explain(error, path)) from error


def _set_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    _suspicion(path).unlink(missing_ok=True)
    logger.error("journal %s is damaged; it is kept as %s and a new one is begun", path, aside.name)
    return aside


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
