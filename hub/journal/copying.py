"""A copy of the journal as it is at one moment, while a hub writes it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from hub.errors import JournalError
from hub.journal import database


def copy_journal(path: Path, to: Path) -> None:
    """Copy by SQLite's own backup, in one read: the hub goes on writing, and nothing of that is in the copy.

    Raises
    ------
    JournalError
        It cannot be read, the copy cannot be written, or what was read is damaged.
    """
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=5.0)) as source, closing(sqlite3.connect(to)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise JournalError(database.explain(error, path)) from error
    check_copy(to)


def check_copy(path: Path) -> None:
    """See that a journal which no hub has open is sound and of no newer version.

    Raises
    ------
    JournalError
        It is not.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version > database.SCHEMA_VERSION:
                raise JournalError(
                    f"journal {path}: written by a newer Insole Hub (version {version}); upgrade this one"
                )
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise JournalError(database.explain(error, path)) from error
    if said != "ok":
        raise JournalError(f"journal {path}: {database.DAMAGE_REMEDY} ({said})")
