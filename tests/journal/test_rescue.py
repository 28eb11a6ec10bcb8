"""Damage found at start: the file is set aside whole, and what can be read of it goes on."""

import random
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.alert import Alert, Change, Rule, Severity, Step
from hub.errors import JournalError
from hub.events import Kind
from hub.journal import DaySummary, Journal, database, erase, set_aside

PAGE = 4096
NS = 10**9
N = 2000


def _change(k: int) -> Change:
    return Change(Step.OPENED, k, Alert(f"t{k}", "ada", Rule.TRIP, Severity.MEDIUM, "a trip", k, k))


async def _fill(path: Path, event, n: int = N) -> None:
    async with Journal(path, power_safe=False) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(float(k), Kind.TOE_DRAG, reason="x" * 40) for k in range(n)])
        journal.alerts.append([_change(k) for k in range(20)])
        for k in range(1, 10):
            journal.days.put("ada", k * NS, DaySummary(f"2026-03-0{k}", 100 + k))
        await journal.flush()
        journal.advance("mqtt", n - 10)
        journal.advance("alerts", n - 5)


def _spoil(path: Path, start: int, n: int) -> None:
    data = bytearray(path.read_bytes())
    assert start + n <= len(data)
    data[start : start + n] = random.Random(start).randbytes(n)
    path.write_bytes(data)


def _rows(path: Path, query: str) -> list:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def _pages_of(path: Path, table: str) -> list[int]:
    """Where the leaves of a table lie, from its root's pointers."""
    (root,) = _rows(path, f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")[0]
    page = path.read_bytes()[(root - 1) * PAGE : root * PAGE]
    assert page[0] == 5, "an interior page"
    cells = int.from_bytes(page[3:5], "big")
    at = [int.from_bytes(page[12 + 2 * k : 14 + 2 * k], "big") for k in range(cells)]
    return [int.from_bytes(page[k : k + 4], "big") for k in at]


@asynccontextmanager
async def _opened(path: Path):
    damaged = path.read_bytes()
    async with Journal(path) as journal:
        assert journal.rescue is not None
        assert journal.rescue.aside.read_bytes() == damaged, "set aside as it was"
        assert set_aside(path) == (journal.rescue.aside,)
        yield journal


async def test_a_damaged_leaf_costs_its_own_rows_and_no_others(path, event, take, caplog):
    await _fill(path, event)
    leaves = _pages_of(path, "events")
    before = dict(_rows(path, "SELECT position, id FROM events"))
    for leaf in (leaves[3], leaves[4], leaves[20]):
        _spoil(path, (leaf - 1) * PAGE, PAGE)
    async with _opened(path) as journal:
        rescue = journal.rescue
        after = {record.position: record.event.id for record in await take(journal, "new", rescue.saved_n - 29)}
        assert journal.cursor("mqtt") == N - 10
        assert [record.event.time_s for record in await take(journal, "mqtt", 10)] == [
            float(k) for k in range(N - 10, N)
        ]
        assert len(await journal.alerts.newest(0)) == 20
        assert [each.summary.steps for each in await journal.days.of_wearer("ada")] == list(range(101, 110))
    assert after.items() <= before.items()
    assert 15 <= len(before) - len(after) == rescue.lost_n <= 3 * PAGE / 150
    assert f"{rescue.saved_n} entries were saved from it" in caplog.text
    assert f"at most {rescue.lost_n} are lost" in caplog.text


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_spoilt_what_goes_on_was_there_and_the_journal_goes_on(path, event, take, seed):
    await _fill(path, event, 800)
    before = dict(_rows(path, "SELECT position, id FROM events"))
    chance = random.Random(seed)
    size = path.stat().st_size
    for _ in range(chance.choice([1, 3, 20])):
        n = chance.choice([1, 60, PAGE, 3 * PAGE])
        _spoil(path, chance.randrange(size - n), n)
    async with Journal(path) as journal:
        journal.observe_clock(9e6, 0)
        journal.append("ada", [event(9e6 + 1, Kind.FALL)])
        await journal.flush()
        after = {record.position: record.event async for record in journal.history("ada", 0, 10**18)}
        newest = max(after)
        assert after.pop(newest).kind is Kind.FALL
        assert newest > 795, "no position is given twice, so no cursor skips it"
        assert {position: each.id for position, each in after.items()}.items() <= before.items()
    checked = _rows(path, "PRAGMA quick_check")[0][0]
    assert checked == "ok" or checked.startswith("CHECK constraint failed in "), "at most spoilt text"


@pytest.mark.parametrize(("start", "n"), [(0, 100), (100, 500), (PAGE // 2, PAGE // 2), (0, PAGE)])
async def test_a_spoilt_first_page_alone_loses_nothing(path, event, start, n):
    await _fill(path, event)
    erase(path, "eve")  # gives the tables other places in the file
    _spoil(path, start, n)
    async with _opened(path) as journal:
        assert (journal.rescue.saved_n, journal.rescue.lost_n) == (N + 29, 0)
        assert journal.cursor("alerts") == N - 5
    assert [file.name for file in path.parent.iterdir() if ".new" in file.name] == []


async def test_without_a_kept_first_page_a_spoilt_one_loses_all_and_says_so(path, event, caplog):
    await _fill(path, event)
    (kept,) = path.parent.glob("*.first-page")
    kept.unlink()
    _spoil(path, 0, PAGE)
    async with _opened(path) as journal:
        assert not journal.rescue.readable
    assert "nothing of it could be read" in caplog.text


async def test_a_file_that_is_cut_short_keeps_what_is_before_the_cut(path, event):
    await _fill(path, event)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // PAGE * PAGE)
    async with _opened(path) as journal:
        assert N // 4 < journal.rescue.saved_n < N


async def test_what_is_no_journal_at_all_is_set_aside_and_a_new_one_begun(path, event, take, caplog):
    path.parent.mkdir()
    path.write_bytes(random.Random(1).randbytes(50_000))
    async with _opened(path) as journal:
        assert not journal.rescue.readable
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(1.0)])
        assert len(await take(journal, "mqtt", 1)) == 1
    assert "nothing of it could be read" in caplog.text


async def test_the_log_of_another_journal_is_not_let_into_this_one(path, event, tmp_path):
    await _fill(path, event)
    before = _rows(path, "SELECT position, event FROM events")
    other = tmp_path / "other.db"
    async with Journal(other, power_safe=False) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("eve", [event(50_000.0 + k, Kind.FALL) for k in range(900)])
        await journal.flush()
        shutil.copy(other.with_name(other.name + "-wal"), path.with_name(path.name + "-wal"))
    async with _opened(path) as journal:
        assert journal.rescue.lost_n == 0
    assert _rows(path, "SELECT position, event FROM events") == before
    (aside,) = set_aside(path)
    assert aside.with_name(aside.name + "-wal").exists()


async def test_damage_found_in_use_is_one_clear_error_and_is_mended_at_the_next_start(path, event, take):
    await _fill(path, event)
    async with Journal(path) as journal:
        for leaf in _pages_of(path, "events")[:40]:
            _spoil(path, (leaf - 1) * PAGE, PAGE)
        with pytest.raises(JournalError, match="damaged"):
            await take(journal, "new", N)
    async with Journal(path) as journal:
        assert journal.rescue.saved_n > N / 3
    async with Journal(path) as journal:
        assert journal.rescue is None


async def test_a_large_file_is_checked_as_a_whole_while_the_hub_runs(path, event, monkeypatch):
    await _fill(path, event)
    monkeypatch.setattr(database, "CHECKED_WHOLE_BYTES", 1000)
    monkeypatch.setattr(database, "_NEWEST_N", 10)
    async with Journal(path) as journal:
        await journal.check()
        await journal.flush()
    _spoil(path, (_pages_of(path, "events")[5] - 1) * PAGE, PAGE)
    async with Journal(path) as journal:
        assert journal.rescue is None, "only its ends were looked at"
        await journal.check()
        with pytest.raises(JournalError, match="damaged"):
            await journal.taken_by("mqtt")
    async with Journal(path) as journal:
        assert journal.rescue is not None


@pytest.mark.parametrize("moment", ["while saving", "between the two names", "before the old log is moved"])
async def test_a_rescue_that_is_cut_short_goes_on_at_the_next_start(path, event, take, moment, monkeypatch):
    await _fill(path, event, 300)
    if moment == "while saving":
        database._migrate(path.with_name("journal.db.new"))
        _spoil(path, 0, 100)
        rescued = True
    else:
        path.rename(path.with_name("journal.db.new"))
        stamp = datetime(2026, 1, 1, tzinfo=UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        path.with_name(f"journal.damaged-{stamp}.db").write_bytes(b"damaged")
        rescued = False
        if moment == "before the old log is moved":
            path.with_name("journal.db-wal").write_bytes(b"the damaged file's")
    async with Journal(path) as journal:
        assert (journal.rescue is not None) == rescued
        assert len(await take(journal, "new", 300)) == 300
    assert len(set_aside(path)) == 1
