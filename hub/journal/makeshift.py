"""A makeshift journal in memory, for a hub whose disk cannot keep one: people are told meanwhile, and nothing is kept.

It outlives the hub's process, but not the machine's power. When the disk can be used again, everything goes there.
"""

import logging
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

from hub.errors import JournalError
from hub.journal import database, disk
from hub.journal.entries import Entry, OtherEntry
from hub.journal.writer import Writer

logger = logging.getLogger(__name__)

MEMORY = "/dev/shm"  # noqa: S108 - what lies there has a folder of its own, which nobody else may enter
"""A file system in memory, where the service manager gives none (``RuntimeDirectory``)."""


def is_usable(path: Path) -> bool:
    """Whether a journal can be kept there again: tries what a start would try."""
    if not path.parent.is_dir() or disk.refusal(path.parent) is not None:
        return False
    try:
        with database.locked(path):
            database.prepare(path)
    except JournalError:
        return False
    return True


def where(path: Path) -> Path:
    """Where the makeshift of a journal lies if there is one."""
    memory = Path(os.environ.get("RUNTIME_DIRECTORY", MEMORY).partition(":")[0])
    mark = blake2b(str(path.absolute()).encode(), digest_size=6).hexdigest()
    return memory / f"insole-hub-{os.getuid()}-{mark}" / database.JOURNAL


def place(path: Path) -> Path:
    """The same for one that is to be there, for this user alone: its folder is made where it is missing.

    Raises
    ------
    JournalError
        It cannot be had.
    """
    folder = where(path).parent
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise JournalError(f"{folder}: {error.strerror}; nothing can be kept in memory either") from error
    if not folder.is_dir() or folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise JournalError(f"{folder}: somebody else has made it; remove it")
    return where(path)


def is_possible(path: Path) -> bool:
    """Whether there is memory for it."""
    try:
        place(path)
    except JournalError:
        return False
    return True


def put(path: Path, entries: Sequence[Entry | OtherEntry], patience_s: float) -> None:
    """Put there what the disk has not taken, so that the next start of the hub finds it.

    Raises
    ------
    JournalError
        There is no memory for it.
    """
    source = place(path)
    with database.locked(source):
        database.prepare(source)
        writer = Writer(source, database.connect(source, power_safe=False), lambda _: None, lambda _: None)
        writer.start()
        writer.submit(entries)
        if writer.close(patience_s):
            raise JournalError(f"{source.parent}: it did not take everything")


def take_over(path: Path) -> None:
    """Put what a makeshift journal holds into the one that lies ready on the disk, which nobody has open.

    Whenever this is cut short, the next start does it once more: nothing gets there twice.

    Raises
    ------
    JournalError
        Another hub is using the makeshift, or it cannot be read.
    sqlite3.Error
        The disk does not take it.
    """
    source = where(path)
    if not source.parent.exists():
        return
    try:
        place(path)
    except JournalError as error:
        logger.error("%s; what may lie there is left alone", error)
        return
    if source.exists():
        with database.locked(source):
            database.prepare(source)
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("ATTACH ? AS makeshift", (str(source),))
                taken_n = _copy(connection)
        if taken_n:
            logger.warning("%d events that happened while the disk could not be used are kept now", taken_n)
    shutil.rmtree(source.parent, ignore_errors=True)


def _copy(connection: sqlite3.Connection) -> int:
    """Days are counted anew from the events; who was told of what before begins with them once more."""
    with database.transaction(connection):
        (above,) = connection.execute("SELECT coalesce(max(anchor), 0) FROM main.anchors").fetchone()
        connection.execute(
            "INSERT INTO main.anchors SELECT anchor + ?, hub_time_s, wall_time_ns FROM makeshift.anchors", (above,)
        )
        columns = "id, wearer, kind, side, time_s, {anchor}, wall_time_ns, event, aids"
        taken = connection.execute(
            f"INSERT INTO main.events ({columns.format(anchor='anchor')})"  # noqa: S608 - names of the code's own
            f" SELECT {columns.format(anchor='anchor + ?')} FROM makeshift.events WHERE true ORDER BY position"
            " ON CONFLICT (id) DO NOTHING",
            (above,),
        )
        columns = "alert, wearer, step, wall_time_ns, change"
        connection.execute(
            f"INSERT INTO main.alerts ({columns}) SELECT {columns} FROM makeshift.alerts"  # noqa: S608
            f" WHERE ({columns}) NOT IN (SELECT {columns} FROM main.alerts) ORDER BY position"
        )
        columns = "id, wearer, kind, wall_time_ns, entry"
        connection.execute(
            f"INSERT INTO main.diary ({columns}) SELECT {columns} FROM makeshift.diary"  # noqa: S608
            " WHERE true ORDER BY position ON CONFLICT (id) DO NOTHING"
        )
    return taken.rowcount
