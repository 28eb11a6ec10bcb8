"""The file: versions, locks, damage."""

import importlib.util
import shutil
import sqlite3
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from hub.alert import MessageState, State, Step
from hub.errors import JournalError
from hub.journal import Journal, database

HERE = Path(__file__).parent
OLD_FILES = sorted((HERE / "fixtures").glob("v*.db"))


def _schema(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def _dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


def test_every_version_has_a_saved_file_and_a_migration_step():
    versions = {int(file.stem[1:]) for file in OLD_FILES}
    steps = {int(file.stem[1:]) for file in (Path(database.__file__).parent / "schema").glob("v*.sql")}
    assert versions == steps == set(range(1, database.SCHEMA_VERSION + 1))


@pytest.mark.parametrize("old", OLD_FILES, ids=lambda file: file.stem)
async def test_every_older_journal_opens_and_becomes_like_a_new_one(old, path, tmp_path, take, event):
    path.parent.mkdir()
    shutil.copy(old, path)
    async with Journal(path) as journal:
        assert [record.event.id for record in await take(journal, "mqtt", 2)] == ["a2", "a3"]
        (record,) = await take(journal, "influx", 1)
        assert (record.wearer, record.wall_time_ns) == ("ada", 1767225610250000000)
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(1.0)])
        await journal.flush()
    async with Journal(tmp_path / "new.db"):
        pass
    assert _schema(path) == _schema(tmp_path / "new.db")


@pytest.mark.parametrize("old", OLD_FILES, ids=lambda file: file.stem)
def test_the_saved_file_is_what_its_script_writes(old, tmp_path):
    spec = importlib.util.spec_from_file_location("make_fixture", HERE / "make_fixture.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write(int(old.stem[1:]), tmp_path / old.name)
    assert _dump(old) == _dump(tmp_path / old.name)


async def test_alerts_of_an_older_journal_go_on(path):
    path.parent.mkdir()
    shutil.copy(HERE / "fixtures" / "v2.db", path)
    async with Journal(path) as journal:
        (alert,) = await journal.alerts.newest(0)
        assert (alert.state, alert.told, alert.messages[0].state) == (State.NOTIFIED, ("Ben",), MessageState.TOLD)
        async with aclosing(journal.alerts.follow("contacts")) as changes:
            assert (await anext(changes)).change.step is Step.TOLD


async def test_what_happened_before_there_were_alerts_raises_none(path):
    path.parent.mkdir()
    shutil.copy(HERE / "fixtures" / "v1.db", path)
    async with Journal(path) as journal:
        assert journal.cursor("alerts") == 3


async def _fill(path: Path, event, n: int = 3) -> None:
    async with Journal(path, power_safe=False) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(float(k)) for k in range(n)])
        await journal.flush()


async def test_two_hubs_cannot_share_a_journal(path):
    async with Journal(path):
        with pytest.raises(JournalError, match="another Insole Hub is using it"):
            async with Journal(path):
                pass
    async with Journal(path):
        pass


async def test_a_newer_journal_is_refused_and_left_alone(path, event):
    await _fill(path, event)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
    before = _dump(path)
    with pytest.raises(JournalError, match="newer Insole Hub"):
        async with Journal(path):
            pass
    assert _dump(path) == before


async def test_another_programs_database_is_refused_and_left_alone(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another program"):
        async with Journal(path):
            pass
    assert path.read_bytes() == before


async def test_a_closed_journal_says_so_to_its_followers(path, event, take):
    async with Journal(path) as journal:
        pass
    with pytest.raises(JournalError, match="closed"):
        await take(journal, "mqtt", 1)
