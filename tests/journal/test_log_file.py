"""The log is laid out at start: commits write over it, and a log of zeros never costs an event."""

import asyncio
import os

import pytest

from hub.journal import Journal
from hub.journal.log_file import LOG_BYTES
from tests.outages.disk import Disk


def log_of(path):
    return path.with_name(path.name + "-wal")


async def keep(journal, event, *times_s):
    journal.observe_clock(0.0, 0)
    for time_s in times_s:
        journal.append("ada", [event(time_s)])
        await journal.flush()


async def test_commits_write_over_the_log_and_never_make_it_longer(path, event):
    async with Journal(path) as journal:
        laid_out = log_of(path).stat()
        assert laid_out.st_size == LOG_BYTES
        assert laid_out.st_blocks * 512 >= LOG_BYTES, "blocks that are not there cost the commit that needs them"
        await keep(journal, event, *map(float, range(300)))  # beyond a checkpoint
        assert journal.stats.committed_n == 300
        assert log_of(path).stat().st_size == LOG_BYTES
    assert not log_of(path).exists()


async def test_a_log_that_cannot_survive_a_power_cut_is_not_laid_out(path, event):
    async with Journal(path, power_safe=False) as journal:
        await keep(journal, event, 1.0)
        assert log_of(path).stat().st_size < LOG_BYTES


@pytest.mark.parametrize("size", [0, 1, 4096, LOG_BYTES])
async def test_a_hub_that_was_killed_while_it_laid_out_its_log_has_lost_nothing(path, event, take, size):
    async with Journal(path) as journal:
        await keep(journal, event, 1.0)
    log_of(path).write_bytes(bytes(size))
    async with Journal(path) as journal:
        assert journal.rescue is None
        assert log_of(path).stat().st_size == LOG_BYTES
        await keep(journal, event, 2.0)
        assert [record.event.time_s for record in await take(journal, "mqtt", 2)] == [1.0, 2.0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of its own")
async def test_without_room_for_it_the_log_grows_as_it_is_needed(tmp_path, event, take):
    with Disk(tmp_path / "disk").mounted() as disk:
        path = disk.folder / "journal.db"
        async with Journal(path):
            pass
        room = os.statvfs(disk.folder)
        (disk.folder / "filler").write_bytes(bytes(room.f_bavail * room.f_frsize - LOG_BYTES // 2))
        async with Journal(path) as journal:
            assert journal.is_kept
            await keep(journal, event, 1.0)
            assert log_of(path).stat().st_size < LOG_BYTES // 2
            assert [record.event.time_s for record in await take(journal, "mqtt", 1)] == [1.0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of its own")
async def test_a_disk_that_becomes_full_leaves_the_hub_its_log(tmp_path, event, take):
    with Disk(tmp_path / "disk").mounted() as disk:
        path = disk.folder / "journal.db"
        async with Journal(path) as journal:
            disk.fill(None)
            journal.observe_clock(0.0, 0)
            for number in range(50):
                journal.append("ada", [event(float(number))])
                while journal.stats.pending_n and not journal.stats.failures_n:  # a flush would wait for ever
                    await asyncio.sleep(0)
            assert journal.stats.failures_n == 0
        disk.free(None)
        async with Journal(path) as journal:
            assert len(await take(journal, "mqtt", 50)) == 50
