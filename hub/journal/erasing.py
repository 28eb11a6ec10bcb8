"""Everything of one wearer goes out of a journal that no hub is using, and out of its file."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from hub.errors import JournalError
from hub.journal import database, first_page

logger = logging.getLogger(__name__)

_TABLES = ("events", "alerts", "days", "diary")
_GUARDS = ("only_steps_go", "alerts_never_go", "diary_never_goes")


def rows_of(path: Path, wearer: str) -> dict[str, int]:
    """How many rows of a wearer each table holds; nothing is changed.

    Raises
    ------
    JournalError
        It cannot be read.
    """
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
            counted = {
                table: connection.execute(f"SELECT count(*) FROM {table} WHERE wearer = ?", (wearer,))  # noqa: S608
                for table in _TABLES
            }
            return {table: int(rows.fetchone()[0]) for table, rows in counted.items()}
    except sqlite3.Error as error:
        raise JournalError(database.explain(error, path)) from error


def erase(path: Path, wearer: str) -> None:
    """Delete all rows of a wearer, all of them or none, and overwrite where they stood.

    Raises
    ------
    JournalError
        A hub is using the journal, or the disk does not take it; then nothing is deleted.
    """
    if not path.exists():
        return
    with database.locked(path):
        try:
            database.prepare(path)
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("PRAGMA secure_delete = ON")  # freed places are overwritten with zeros
                guards = connection.execute(
                    f"SELECT name, sql FROM sqlite_master WHERE name IN ({', '.join('?' * len(_GUARDS))})",  # noqa: S608
                    _GUARDS,
                ).fetchall()
                with database.transaction(connection):
                    for name, _ in guards:
                        connection.execute(f"DROP TRIGGER {name}")
                    for table in _TABLES:
                        connection.execute(f"DELETE FROM {table} WHERE wearer = ?", (wearer,))  # noqa: S608
                    for _, sql in guards:
                        connection.execute(sql)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                _shrink(connection, path)
        except sqlite3.Error as error:
            raise JournalError(database.explain(error, path)) from error


def _shrink(connection: sqlite3.Connection, path: Path) -> None:
    """Give the room back; where there is none to do it in, the places are overwritten all the same."""
    try:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        first_page.keep(path)
    except sqlite3.OperationalError as error:
        logger.warning("journal %s: deleted and overwritten, but the file keeps its size (%s)", path, error)
