"""kill -9 of a process that journals and publishes, over and over, with a reader watching."""

import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

CHILD = Path(__file__).parent / "kill_child.py"
KILLS_N = 20

pytestmark = pytest.mark.broker


async def _start(path, port, run):
    return await asyncio.to_thread(subprocess.Popen, [sys.executable, str(CHILD), str(path), str(port), run])


def _journalled(path) -> dict[str, dict]:
    with closing(sqlite3.connect(path)) as connection:
        return {id_: json.loads(text) for id_, text in connection.execute("SELECT id, event FROM events")}


def _is_online(reader) -> bool:
    said = reader.of("insole/home/status")
    return bool(said) and json.loads(said[-1].payload)["state"] == "online"


@pytest.mark.long
async def test_whatever_a_reader_saw_is_on_disk_and_whatever_is_on_disk_arrives(tmp_path, mosquitto, subscriber, until):
    await mosquitto.start()
    path = tmp_path / "journal.db"
    chance = random.Random(20260101)
    killed_with_work_open_n = 0
    async with subscriber(mosquitto.address) as reader:
        for run in range(KILLS_N):
            seen_n = len(reader.events)
            child = await _start(path, mosquitto.port, f"run {run}")
            if run % 5:  # every fifth dies while starting
                await until(lambda child=child, seen_n=seen_n: child.poll() is not None or len(reader.events) > seen_n)
            await asyncio.sleep(chance.uniform(0.0, 0.25))
            assert child.poll() is None, "the child ended by itself"
            child.send_signal(signal.SIGKILL)
            await asyncio.to_thread(child.wait)
            stored = _journalled(path) if path.exists() else {}
            await until(lambda: not _is_online(reader))  # the last will comes after all that the broker got
            assert set(reader.ids) <= set(stored)
            killed_with_work_open_n += set(reader.ids) != set(stored)
        child = await _start(path, mosquitto.port, "drain")
        assert await asyncio.to_thread(child.wait, 60) == 0
        stored = _journalled(path)
        await until(lambda: set(reader.ids) >= set(stored))
    assert set(reader.ids) == set(stored)
    for event in reader.events:
        assert {name: event[name] for name in stored[event["id"]]} == stored[event["id"]]
    first_seen = list(dict.fromkeys(reader.ids))
    assert first_seen == list(stored), "repeated or not, first sight is in the order of the journal"
    assert len(stored) > 10 * KILLS_N
    assert killed_with_work_open_n > 0, "no kill hit anything in flight, so nothing was tested"


async def test_the_last_will_is_spoken_when_the_hub_is_killed(tmp_path, mosquitto, subscriber, until):
    await mosquitto.start()
    async with subscriber(mosquitto.address) as reader:
        child = await _start(tmp_path / "journal.db", mosquitto.port, "run")
        await until(lambda: reader.of("insole/home/status"))
        child.send_signal(signal.SIGKILL)
        await asyncio.to_thread(child.wait)
        await until(lambda: len(reader.of("insole/home/status")) == 2)
    async with subscriber(mosquitto.address, "later") as reader:
        await until(lambda: reader.of("insole/home/status"))
        (message,) = reader.of("insole/home/status")
        assert (message.retain, message.payload) == (True, b'{"state":"offline"}')
