"""What somebody says to a running hub over MQTT: kept, told, joined to what happens, and there after a restart."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from hub.app import Hub
from hub.demo import DEVICES, DemoOptions, demo_config
from hub.events import Event, Kind
from hub.gait.calibration import Part
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario
from sensors.layout import Role, Side


class Phone:
    """Says commands, and hears everything of the wearer."""

    def __init__(self, hub: Hub, client: aiomqtt.Client) -> None:
        self._topics = hub.topics
        self._client = client
        self._messages = aiter(client.messages)

    async def ask(self, name: str, **fields: Any) -> dict[str, Any]:
        """Give a command; the answer."""
        await self._client.publish(self._topics.command("demo", name), json.dumps(fields), 1)
        return await self.heard(self._topics.answer("demo", name), lambda told: True)

    async def say(self, name: str, **fields: Any) -> str:
        """Give a command that is obeyed; the answer's words."""
        answer = await self.ask(name, **fields)
        assert answer["obeyed"] is True, answer
        return str(answer["message"])

    async def heard(self, topic: str, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The next payload of a topic that is as wanted."""
        while True:
            message = await anext(self._messages)
            told = json.loads(message.payload) if message.payload else {}
            if str(message.topic) == topic and holds(told):
                return told


@asynccontextmanager
async def running(state_dir: Path, air: Any) -> AsyncIterator[tuple[Hub, Phone]]:
    hub = Hub(demo_config(DemoOptions(port=0, state_dir=state_dir)), air.bluetooth)
    task = asyncio.create_task(hub.run())
    await hub.started.wait()
    async with aiomqtt.Client("127.0.0.1", hub.broker.port) as client:
        await client.subscribe(f"{hub.topics.base}/demo/#")
        yield hub, Phone(hub, client)
    hub.stop()
    await task


def happened(hub: Hub, name: str) -> None:
    now_s = time.monotonic()
    hub.watch.keep("demo", [Event(name, Kind.TOE_DRAG, Side.LEFT, now_s, now_s, 0.9, {})])


async def test_aids_notes_and_exercises(tmp_path: Path) -> None:
    async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(120):
        async with running(tmp_path, air) as (hub, phone):
            await phone.heard(hub.topics.state("demo"), lambda told: told["aids"] is None)
            happened(hub, "before")
            assert await phone.say("aid", aid="brace") == "noted: aids: brace"
            happened(hub, "braced")
            await phone.heard(hub.topics.state("demo"), lambda told: told["aids"] == ["brace"])
            await phone.say("note", text="the stairs again", tags=["stairs"], pain=2)
            await phone.say("exercise", do="start", exercise="toe_lifts")
            await phone.heard(hub.topics.state("demo"), lambda told: told["exercise"] == "toe_lifts")
        async with running(tmp_path, air) as (hub, phone):
            told = await phone.heard(hub.topics.state("demo"), lambda told: True)
            assert (told["aids"], told["exercise"]) == (["brace"], "toe_lifts")
            happened(hub, "restarted")
            assert await phone.say("aid", aid="nothing") == "noted: aids: none"
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        rows = journal.execute("SELECT id, aids FROM events WHERE kind = 'toe_drag' ORDER BY position").fetchall()
        rows = [row for row in rows if row[0] in {"before", "braced", "restarted"}]  # the walker drags its toes as well
        kinds = [kind for (kind,) in journal.execute("SELECT kind FROM diary ORDER BY position")]
    assert rows == [("before", None), ("braced", "brace"), ("restarted", "brace")]
    assert kinds == ["aid", "note", "exercise_begun", "aid"]


async def test_a_calibration_is_led_over_mqtt_and_stopped_without_a_trace(tmp_path: Path) -> None:
    async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(120), running(tmp_path, air) as (hub, phone):
        await phone.heard(hub.topics.state("demo"), lambda told: True)  # told once commands are heard
        topic = hub.topics.calibration("demo")
        while not (await phone.ask("calibrate", re_zero=True))["obeyed"]:  # not all sensors send yet
            await asyncio.sleep(0.2)
        told = await phone.heard(topic, lambda told: told.get("state") == "doing" and told["feels"])
        assert (told["task"], told["of"]) == ("lift_left", 2)
        assert await phone.say("calibrate", do="skip") == "lift_left is left out"
        await phone.heard(topic, lambda told: told.get("task") == "lift_right")
        await phone.say("calibrate", do="skip")
        told = await phone.heard(topic, lambda told: told.get("state") == "ended")
        assert told["ended"] == ["lift_left: skipped: Left out.", "lift_right: skipped: Left out."]
        hub.stop()
        await phone.heard(topic, lambda told: not told)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        assert journal.execute("SELECT count(*) FROM diary").fetchone() == (0,)


@pytest.mark.long
async def test_a_calibration_led_over_mqtt_is_kept_over_a_restart(tmp_path: Path) -> None:
    scenario = Scenario(DEVICES, affected_side=Side.LEFT, plays="re_zero")
    async with air_process(scenario) as air, asyncio.timeout(240):
        async with running(tmp_path, air) as (hub, phone):
            await phone.heard(hub.topics.state("demo"), lambda told: True)
            while not (await phone.ask("calibrate", re_zero=True))["obeyed"]:
                await asyncio.sleep(0.2)
            told = await phone.heard(hub.topics.calibration("demo"), lambda told: told.get("state") == "ended")
            assert all("Good" in each for each in told["ended"]), told["ended"]
            made = hub.wearers["demo"].pipeline.calibration().calibration.fits
        async with running(tmp_path, air) as (hub, phone):
            await phone.heard(hub.topics.state("demo"), lambda told: True)
            fits = hub.wearers["demo"].pipeline.calibration().calibration.fits
            assert {role: (fit.device, set(fit.made)) for role, fit in fits.items()} == {
                Role.LEFT_INSOLE: ("C0:FF:EE:00:00:01", {Part.ZERO}),
                Role.RIGHT_INSOLE: ("C0:FF:EE:00:00:02", {Part.ZERO}),
            }
            assert fits == made
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        assert journal.execute("SELECT kind FROM diary").fetchall() == [("calibration",)]
