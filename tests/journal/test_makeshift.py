"""A disk that cannot keep a journal: what happens lies in memory, and goes to the disk when that is back."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import AsyncExitStack, aclosing

import pytest

from hub.alert import Alert, Change, Rule, Severity, Step
from hub.config import JournalConfig
from hub.diary import DiaryEntry, Noted
from hub.errors import DiskError, JournalError
from hub.events import Kind
from hub.journal import Journal, erase, is_usable, makeshift, makeshift_journal, makeshift_of, rows_of
from hub.journal.database import is_commit
from hub.journal.log_file import LOG_BYTES
from hub.service.keeping import MAKESHIFT_MB, disk_turned, open_journal, room_for
from hub.service.on_disk import on_disk
from tests.outages.disk import Disk

WALL_NS = 1_767_225_600_000_000_000
NS = 10**9


@pytest.fixture(autouse=True)
def memory(tmp_path, monkeypatch):
    """What stands for memory."""
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(memory))
    return memory


async def happen(journal, event, *times_s):
    journal.observe_clock(times_s[0] - 1.0, WALL_NS + round((times_s[0] - 1.0) * NS))
    journal.append("ada", [event(time_s, Kind.TRIP, stage="confirmed") for time_s in times_s])
    alert = Alert(f"t{times_s[0]}", "ada", Rule.TRIP, Severity.MEDIUM, "a trip", WALL_NS, WALL_NS)
    journal.alerts.append([Change(step, WALL_NS, alert) for step in (Step.OPENED, Step.ENDED)])
    journal.diary.append(DiaryEntry(f"d{times_s[0]}", "ada", WALL_NS, Noted("tired")), times_s[0])
    await journal.flush()


async def changes(journal):
    async with aclosing(journal.alerts.follow("test")) as records:
        return [
            (each.change.alert.id, each.change.step)
            for _ in range(journal.alerts.last)
            if (each := await anext(records))
        ]


async def test_what_lay_in_memory_goes_to_the_disk_once_in_order_and_behind_what_was_there(path, event, take, memory):
    async with Journal(path) as journal:
        await happen(journal, event, 1.0, 2.0)
    async with makeshift_journal(path, "full") as journal:
        await happen(journal, event, 103.0, 104.0)
        journal.advance("mqtt", 2)
    async with makeshift_journal(path, "full") as journal:  # the hub was killed, and another one goes on
        assert journal.waiting_n("mqtt") == 0
        await happen(journal, event, 2.0, 5.0)
    shutil.copytree(makeshift.place(path).parent, memory / "as it was")
    for cut_short in (False, True):  # after it was taken over, and before it was removed
        if cut_short:
            shutil.copytree(memory / "as it was", makeshift.place(path).parent, dirs_exist_ok=True)
        async with Journal(path) as journal:
            assert journal.is_kept
            records = await take(journal, "mqtt", 5)
            assert [record.event.time_s for record in records] == [1.0, 2.0, 103.0, 104.0, 5.0]
            assert [record.wall_time_ns for record in records] == [WALL_NS + n * NS for n in (1, 2, 103, 104, 5)]
            told = [(name, step) for name in ("t1.0", "t103.0", "t2.0") for step in (Step.OPENED, Step.ENDED)]
            assert await changes(journal) == told
            assert journal.diary.last == 3
        assert list(memory.iterdir()) == [memory / "as it was"]


async def test_what_a_disk_has_not_taken_at_the_end_is_found_at_the_next_start(path, event, take, monkeypatch, caplog):
    monkeypatch.setattr("hub.journal.writer.RETRY_S", (0.001, 0.01))
    monkeypatch.setattr("hub.journal.journal.CLOSE_S", 0.2)

    class Dead(sqlite3.Connection):
        def execute(self, sql, *args):
            if is_commit(self, sql):
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(sql, *args)

    async with Journal(path, factory=Dead) as journal:
        journal.observe_clock(0.0, WALL_NS)
        journal.append("ada", [event(float(n)) for n in range(3)])
    assert "did not take the last 3 events; they are in memory" in caplog.text
    async with Journal(path) as journal:
        assert [record.event.time_s for record in await take(journal, "mqtt", 3)] == [0.0, 1.0, 2.0]


async def test_a_wearer_is_forgotten_in_memory_too(path, event):
    async with makeshift_journal(path, "full") as journal:
        await happen(journal, event, 1.0)
    assert rows_of(makeshift_of(path), "ada")["events"] == 1
    erase(makeshift_of(path), "ada")
    assert not any(rows_of(makeshift_of(path), "ada").values())


async def test_two_hubs_never_use_one_makeshift(path, event):
    path.parent.mkdir()
    async with makeshift_journal(path, "full") as journal:
        await happen(journal, event, 1.0)
        with pytest.raises(JournalError, match="another Insole Hub is using it"):
            async with makeshift_journal(path, "full"):
                pass
        with pytest.raises(JournalError, match="another Insole Hub is using it"):
            async with Journal(path):
                pass


@pytest.mark.parametrize("how", ["open to all", "a link"])
async def test_memory_that_somebody_else_can_reach_is_not_used(path, memory, how):
    folder = makeshift.place(path).parent
    if how == "a link":
        folder.rename(memory / "elsewhere")
        folder.symlink_to(memory / "elsewhere")
    else:
        folder.chmod(0o755)
    with pytest.raises(JournalError, match="somebody else has made it"):
        makeshift.place(path)
    async with Journal(path) as journal:  # a good disk is used all the same
        assert journal.is_kept
    assert folder.exists()


def test_no_memory_is_a_clear_refusal(path, memory):
    memory.rmdir()
    with pytest.raises(JournalError, match="nothing can be kept in memory either"):
        makeshift.place(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of its own")
@pytest.mark.parametrize("fault", ["full", "read-only"])
async def test_a_disk_that_cannot_keep_it_is_told_loudly_and_waited_for(
    tmp_path, event, take, fault, caplog, monkeypatch
):
    monkeypatch.setattr("hub.service.keeping.LOOK_S", 0.05)
    monkeypatch.setattr("hub.journal.writer.RETRY_S", (0.001, 0.01))
    monkeypatch.setattr("hub.journal.journal.CLOSE_S", 0.2)
    config = JournalConfig()
    with Disk(tmp_path / "disk").mounted() as disk:
        path = tmp_path / "disk" / "hub" / "journal.db"
        path.parent.mkdir()
        async with Journal(path) as journal:
            await happen(journal, event, 1.0)
            if fault == "full":
                turned = asyncio.create_task(disk_turned(journal, path))
                disk.fill(None)
                journal.append("ada", [event(1.5, Kind.TRIP, stage="x" * LOG_BYTES)])  # less fits into the log
                assert "the disk takes nothing (No space left on device)" in await turned
        if fault == "full":
            disk.fill(None)  # what the log took until then
        if fault == "read-only":
            disk.is_read_only = True
            disk.hub_begins()
        async with AsyncExitStack() as held:
            journal = await open_journal(path, config, held)
            assert not journal.is_kept
            assert "NOTHING IS KEPT: journal" in caplog.text
            assert {"full": "is full; free some space", "read-only": "it is read-only; remount"}[fault] in caplog.text
            assert room_for(journal, config).max_mb == MAKESHIFT_MB < config.max_mb
            await happen(journal, event, 2.0)
            assert "a power cut takes it" in await on_disk(journal)
            in_memory = [1.5, 2.0] if fault == "full" else [2.0]
            assert [record.event.time_s for record in await take(journal, "mqtt", len(in_memory))] == in_memory
            assert not is_usable(path)
            waiting = asyncio.create_task(disk_turned(journal, path))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            disk.let_write()
            disk.free(None)
            assert "can be used again" in await waiting
        async with AsyncExitStack() as held:
            journal = await open_journal(path, config, held)
            assert room_for(journal, config) is config
            records = await take(journal, "mqtt", 1 + len(in_memory))
            assert [record.event.time_s for record in records] == [1.0, *in_memory]
            assert await on_disk(journal) == "noted"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of its own")
async def test_a_place_where_nothing_was_ever_kept_is_refused(tmp_path):
    with Disk(tmp_path / "disk").mounted() as disk:
        disk.is_read_only = True
        disk.hub_begins()
        with pytest.raises(DiskError, match="it is read-only"):
            async with AsyncExitStack() as held:
                await open_journal(tmp_path / "disk" / "hub" / "journal.db", JournalConfig(), held)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_this_user_may_not_write_is_a_mistake_in_the_set_up_and_no_disk_fault(tmp_path):
    (tmp_path / "hub").mkdir(mode=0o500)
    with pytest.raises(JournalError, match="may be written by this user") as caught:
        async with AsyncExitStack() as held:
            await open_journal(tmp_path / "hub" / "journal.db", JournalConfig(), held)
    assert not isinstance(caught.value, DiskError)
