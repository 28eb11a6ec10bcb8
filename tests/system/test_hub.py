"""The whole hub in this process, on emulated sensors in theirs."""

import asyncio
import gc
import json
import socket
import sqlite3
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from hub.app import Hub
from hub.demo import DemoOptions, demo_config
from hub.errors import AdapterError
from hub.events import Event, Kind
from hub.journal import Journal
from hub.playback import open_recording
from hub.radio import LinkState
from hub.radio.caretaker import Caretaker
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario, ScenarioDevice
from sensors.layout import Role, Side

DEVICES = (
    ScenarioDevice(Role.LEFT_INSOLE, "orphe_insole", "C0:FF:EE:00:00:01"),
    ScenarioDevice(Role.RIGHT_INSOLE, "orphe_insole", "C0:FF:EE:00:00:02"),
    ScenarioDevice(Role.LEFT_SHIN, "witmotion", "C0:FF:EE:00:00:03"),
)


@pytest.mark.long
async def test_a_raw_recording_replays_to_the_very_events_of_the_journal(tmp_path: Path) -> None:
    config = demo_config(DemoOptions(port=0, state_dir=tmp_path))
    config = config.model_copy(update={"recording": config.recording.model_copy(update={"raw": True})})
    async with air_process(Scenario(DEVICES, affected_side=Side.LEFT)) as air:
        hub = Hub(config, air.bluetooth)
        running = asyncio.create_task(hub.run())
        async with asyncio.timeout(120):
            while hub.wearers["demo"].live.counts["step"] < 8:
                await asyncio.sleep(0.1)
            now_s = asyncio.get_running_loop().time()
            trip = Event("trip-1", Kind.TRIP, Side.LEFT, now_s - 2.0, now_s, 0.9, {"stage": "confirmed"})
            hub.wearers["demo"].keeper.see_events([trip])
            hub.stop()
            await running
    with sqlite3.connect(tmp_path / "journal.db") as journal:
        live = [text for (text,) in journal.execute("SELECT event FROM events ORDER BY position")]
    (recording,) = (tmp_path / "recordings").glob("demo-*")
    replayed = [event.to_json() for events in open_recording(recording).events(None) for event in events]
    assert [json.loads(text) for text in replayed] == [json.loads(text) for text in live]
    assert len(live) > 20
    (clip,) = (tmp_path / "clips").glob("demo-*-trip-trip-1.mcap")
    assert any('"initial_contact"' in e.to_json() for events in open_recording(clip).events(None) for e in events)
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, f"others can read {path}"


@pytest.mark.long
async def test_the_next_run_begins_with_what_this_one_has_learnt(tmp_path: Path) -> None:
    async with air_process(Scenario(DEVICES, affected_side=Side.LEFT)) as air, asyncio.timeout(120):
        hub = Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path)), air.bluetooth)
        running = asyncio.create_task(hub.run())
        counts = hub.wearers["demo"].live.counts
        while counts["step"] < 8 or not counts["walk_start"]:  # what is learnt is kept after a walk
            await asyncio.sleep(0.1)
        hub.stop()
        await running
        learnt = hub.wearers["demo"].pipeline.calibration()
        assert set(learnt.calibration.insoles) == {Role.LEFT_INSOLE, Role.RIGHT_INSOLE}
        assert Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path)), air.bluetooth).wearers["demo"].kept == learnt


async def test_the_hub_tells_that_it_lives_and_lets_go_of_its_sensors_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        said: list[str] = []
        asyncio.get_running_loop().add_reader(manager, lambda: said.append(manager.recv(4096).decode()))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(120):
            hub = Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path / "state")), air.bluetooth)
            running = asyncio.create_task(hub.run())
            await hub.started.wait()
            while (told := await asyncio.to_thread(ask, hub.page_port))["state"] != "ok":
                assert told["reasons"]
                await asyncio.sleep(0.1)
            async with aiomqtt.Client("127.0.0.1", hub.broker.port) as phone:
                await phone.subscribe(hub.topics.answer("demo", "pause_radio"))
                await phone.publish(hub.topics.command("demo", "pause_radio"), b'{"minutes": 1}', 1)
                answer = await anext(aiter(phone.messages))
                assert json.loads(answer.payload)["obeyed"] is True
            while {link.state for link in hub.radio.status()} != {LinkState.PAUSED}:
                await asyncio.sleep(0.1)
            assert (await asyncio.to_thread(ask, hub.page_port))["state"] == "ok"
            while said.count("WATCHDOG=1") < 2:
                await asyncio.sleep(0.1)
            hub.stop()
            await running
            while said[-1] != "STOPPING=1":
                await asyncio.sleep(0.1)
        asyncio.get_running_loop().remove_reader(manager)
    assert said[0] == "READY=1"
    assert any(line.startswith("STATUS=ok: 3 of 3 sensors stream") for line in said)


def ask(port: int | None) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/health")
    return json.loads(connection.getresponse().read())


async def test_a_stop_that_comes_before_the_start_is_obeyed(tmp_path: Path) -> None:
    async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(60):
        hub = Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path)), air.bluetooth)
        hub.stop()
        await hub.run()
    assert hub.started.is_set()


async def test_a_running_hub_has_little_for_the_garbage_collector_to_look_through(tmp_path: Path) -> None:
    gc.unfreeze()
    async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(60):
        hub = Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path)), air.bluetooth)
        running = asyncio.create_task(hub.run())
        await hub.started.wait()
        assert len(gc.get_objects()) < 0.05 * gc.get_freeze_count()
        hub.stop()
        await running
    gc.unfreeze()


async def test_a_radio_that_gives_up_ends_the_hub_in_good_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def give_up(_self: Caretaker) -> str:
        await asyncio.sleep(1.0)
        return "the adapter is busy; no reset has helped"

    monkeypatch.setattr(Caretaker, "run", give_up)
    async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(60):
        hub = Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path)), air.bluetooth)
        with pytest.raises(AdapterError, match="no reset has helped"):
            await hub.run()
    assert hub.journal_stats.pending_n == 0
    assert {link.reason for link in hub.radio.status()} == {"the hub hung up"}


def events_n(path: Path) -> int:
    with closing(sqlite3.connect(path)) as journal:
        (n,) = journal.execute("SELECT count(*) FROM events").fetchone()
    return int(n)


@pytest.mark.long
async def test_a_disk_that_takes_nothing_does_not_keep_the_hub_from_ending(tmp_path: Path) -> None:
    async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(120):
        hub = Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path)), air.bluetooth)
        running = asyncio.create_task(hub.run())
        await hub.started.wait()
        other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        kept_n = events_n(tmp_path / "journal.db")
        while hub.journal_stats.pending_n == 0:
            await asyncio.sleep(0.1)
        hub.stop()
        await running
        other.close()
    async with Journal(tmp_path / "journal.db"):
        pass  # the next start finds what waited in memory
    assert events_n(tmp_path / "journal.db") > kept_n
