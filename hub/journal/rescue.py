"""What can still be read of a damaged journal goes into a new one, with the same positions."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hub.journal import first_page

Row = tuple[Any, ...]

PAGE_N = 512
"""Rows read at once where all is well."""

_NO_POSITION = 1 << 62


@dataclass(frozen=True, slots=True)
class Rescue:
    """A damaged journal that was set aside.

    Parameters
    ----------
    aside : its new name.
    saved_n : events, changes of alerts, days and entries of the diary that go on in the new journal.
    lost_n : places between them that could not be read: at most so many are lost.
    readable : False: nothing at all could be read.
    """

    aside: Path
    saved_n: int
    lost_n: int
    readable: bool = True


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of records: which column is the position, and whether a row is what it says to be."""

    name: str
    columns: tuple[str, ...]
    is_whole: Callable[[Row], bool]


def _event_is_whole(row: Row) -> bool:
    event = json.loads(row[-1])
    return (event["id"], event["kind"]) == (row[1], row[3])


def _change_is_whole(row: Row) -> bool:
    return bool(json.loads(row[-1])["alert"]["id"] == row[1])


def _day_is_whole(row: Row) -> bool:
    return bool(json.loads(row[-1])["day"] == row[2])


def _entry_is_whole(row: Row) -> bool:
    return bool(json.loads(row[-1])["id"] == row[1])


_TABLES = (
    _Table("anchors", ("anchor", "hub_time_s", "wall_time_ns"), lambda _: True),
    _Table(
        "events",
        ("position", "id", "wearer", "kind", "side", "time_s", "anchor", "wall_time_ns", "aids", "event"),
        _event_is_whole,
    ),
    _Table("alerts", ("position", "alert", "wearer", "step", "wall_time_ns", "change"), _change_is_whole),
    _Table("days", ("position", "wearer", "day", "start_ns", "summary"), _day_is_whole),
    _Table("diary", ("position", "id", "wearer", "kind", "wall_time_ns", "entry"), _entry_is_whole),
)
_CURSORS = {"cursors": "events", "alert_cursors": "alerts", "day_cursors": "days", "diary_cursors": "diary"}


def save_readable(damaged: Path, fresh: Path) -> tuple[int, int, bool]:
    """Copy what can be read into ``fresh``, an empty journal; how many were saved, were lost, and whether any could be.

    Raises
    ------
    sqlite3.Error
        The disk does not take the new journal.
    """
    with closing(sqlite3.connect(fresh, isolation_level=None)) as target:
        source = _open(damaged, fresh)
        if source is None:
            return 0, 0, False
        saved_n = lost_n = 0
        with closing(source):
            for table in _TABLES:
                saved, lost = _copy(source, target, _as_in(source, table))
                if table.name != "anchors":
                    saved_n, lost_n = saved_n + saved, lost_n + lost
            _copy_cursors(source, target)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return saved_n, lost_n, True


def has_foreign_log(path: Path) -> bool:
    """Whether a log lies beside the file that is another journal's: applied, it would put that one in its place."""
    if not path.with_name(path.name + "-wal").exists():
        return False
    identities = []
    for how in ("immutable=1", "mode=ro"):
        source = _connect(path, how)
        if source is None:
            return False
        with closing(source), suppress(sqlite3.DatabaseError):
            identities += source.execute("SELECT id FROM identity").fetchall()
    return len(set(identities)) > 1


def _open(damaged: Path, fresh: Path) -> sqlite3.Connection | None:
    """The best view of the file: with its log, without a log that is not its own, or with a mended first page."""
    has_log = damaged.with_name(damaged.name + "-wal").exists() and not has_foreign_log(damaged)
    hows = ("mode=ro", "immutable=1") if has_log else ("immutable=1",)
    views = [view for how in hows if (view := _connect(damaged, how)) is not None]
    if not any(map(_is_sound, views)):
        mended = fresh.with_name(fresh.name + ".mended")
        for page in first_page.mended(damaged, fresh):
            shutil.copyfile(damaged, mended)
            with mended.open("r+b") as file:
                file.write(page)
            view = _connect(mended, "immutable=1")
            mended.unlink()  # its content lives until the connection is closed
            if view is not None:
                views.append(view)
    best = max(views, key=_is_sound, default=None)  # of equals the first
    for view in views:
        if view is not best:
            view.close()
    return best


def _connect(path: Path, how: str) -> sqlite3.Connection | None:
    source = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)
    source.text_factory = bytes
    try:
        source.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError:
        source.close()
        return None
    return source


def _is_sound(source: sqlite3.Connection) -> bool:
    try:
        return [row[0] for row in source.execute("PRAGMA quick_check(1)")] == [b"ok"]
    except sqlite3.DatabaseError:
        return False


def _as_in(source: sqlite3.Connection, table: _Table) -> _Table:
    """The table as an older version made it: without what came later."""
    there = {row[1].decode() for row in source.execute(f"PRAGMA table_info({table.name})")}
    return replace(table, columns=tuple(column for column in table.columns if column in there))


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: _Table) -> tuple[int, int]:
    if not table.columns:  # not yet in that version
        return 0, 0
    columns = ", ".join(table.columns)
    insert = f"INSERT OR IGNORE INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608
    saved_n = lost_n = 0
    target.execute("BEGIN")
    for rows, skipped_n in _readable(source, table):
        lost_n += skipped_n
        for row in rows:
            whole = _whole(row, table)
            kept_n = target.execute(insert, whole).rowcount if whole is not None else 0
            saved_n, lost_n = saved_n + kept_n, lost_n + (1 - kept_n)
    target.execute("COMMIT")
    return saved_n, lost_n


def _whole(row: Row, table: _Table) -> Row | None:
    try:
        text = tuple(each.decode() if isinstance(each, bytes) else each for each in row)
        return text if table.is_whole(text) else None
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def _readable(source: sqlite3.Connection, table: _Table) -> Iterator[tuple[list[Row], int]]:
    """Every row that can be read, in order, and how many places were skipped before each lot of them."""
    key = table.columns[0]
    query = (
        f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {key} > ?"  # noqa: S608 - names of the code's own
        f" ORDER BY {key} LIMIT ?"
    )

    def after(position: int, n: int) -> list[Row] | None:
        try:
            return source.execute(query, (position, n)).fetchall()
        except sqlite3.DatabaseError:
            return None

    position, n = 0, PAGE_N
    while True:
        rows = after(position, n)
        if rows is None and n > 1:
            n //= 2
            continue
        skipped_n = 0
        if rows is None:
            beyond = _first_readable(lambda at: after(at, 1) is not None, position)
            rows = after(beyond, 1) if beyond < _NO_POSITION else None
            if not rows:
                yield [], 1  # how many more there were is not known
                return
            skipped_n = int(rows[0][0]) - position - 1
        if not rows:
            return
        yield rows, skipped_n
        position, n = int(rows[-1][0]), min(2 * n, PAGE_N)


def _first_readable(can_read: Callable[[int], bool], bad: int) -> int:
    """The lowest position after which rows can be read again, given that after ``bad`` they cannot."""
    step, good = 1, bad + 1
    while not can_read(good):
        bad, step = good, 2 * step
        good += step
        if good >= _NO_POSITION:
            return _NO_POSITION
    while good - bad > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if can_read(middle) else (good, middle)
    return good


def _copy_cursors(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy how far each destination has got; positions that were given once are not given again.

    Where that cannot be read all is told again, but no alert is raised again.
    """
    for cursors, table in _CURSORS.items():
        known: list[Row] = []
        try:
            known = source.execute(f"SELECT destination, position FROM {cursors}").fetchall()  # noqa: S608
        except sqlite3.DatabaseError:
            if table == "events":
                known = target.execute("SELECT 'alerts', max(position) FROM events HAVING count(*) > 0").fetchall()
        known = [(name.decode() if isinstance(name, bytes) else name, position) for name, position in known]
        target.executemany(f"INSERT OR REPLACE INTO {cursors} VALUES (?, ?)", known)  # noqa: S608
        (last,) = target.execute(f"SELECT coalesce(max(position), 0) FROM {table}").fetchone()  # noqa: S608
        given = max([last, *(position for _, position in known)])
        target.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        target.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, given))
    try:
        target.execute("UPDATE thinned SET position = ?", source.execute("SELECT position FROM thinned").fetchone())
    except (sqlite3.DatabaseError, TypeError):
        return  # an older version, or not readable: looked through again from the beginning
