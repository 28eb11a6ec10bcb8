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

from hub.app import Hub
from hub.demo import DEVICES, DemoOptions, demo_config
from hub.events import Event, Kind
from hub.gait.calibration import Part
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario
from hub.recording.calibration_file import read_calibration
from sensors.layout import Role, Side


class Phone:
    """Says commands, and hears everything of the wearer."""

    def __init__(self, hub: Hub, client: aiomqtt.Client) -> None:
        self._topics = hub.topics
        self._client = client
        self._messages = aiter(client.messages)

    async def say(self, name: str, **fields: Any) -> str:
        """Give a command; the answer's words."""
        await self._client.publish(self._topics.command("demo", name), json.dumps(fields), 1)
        answer = await self.heard(self._topics.answer("demo", name), lambda told: True)
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
    hub._keep("demo", [Event(name, Kind.TOE_DRAG, Side.LEFT, now_s, now_s, 0.9, {})])


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
        kinds = [kind for (kind,) in journal.execute("SELECT kind FROM diary ORDER BY position")]
    assert rows == [("before", None), ("braced", "brace"), ("restarted", "brace")]
    assert kinds == ["aid", "note", "exercise_begun", "aid"]


async def test_a_re_zero_is_led_over_mqtt_and_kept(tmp_path: Path) -> None:
    scenario = Scenario(DEVICES, affected_side=Side.LEFT, plays="re_zero")
    async with air_process(scenario) as air, asyncio.timeout(150):
        async with running(tmp_path, air) as (hub, phone):
            for role in ("left_insole", "right_insole", "left_shin"):
                await phone.heard(f"{hub.topics.base}/demo/sensor/{role}", lambda told: told["rate_hz"])
            assert await phone.say("calibrate", re_zero=True) == "begun: 2 exercises"
            topic = hub.topics.calibration("demo")
            told = await phone.heard(topic, lambda told: told.get("state") == "ended")
            assert told["found"]
            assert [line.split(": ")[:2] for line in told["ended"]] == [["lift_left", "done"], ["lift_right", "done"]]
        kept = read_calibration(tmp_path / "calibration" / "demo.json").calibration.fits
        assert {role: set(fit.made) for role, fit in kept.items()} == {
            Role.LEFT_INSOLE: {Part.ZERO},
            Role.RIGHT_INSOLE: {Part.ZERO},
        }
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        assert journal.execute("SELECT kind FROM diary").fetchall() == [("calibration",)]
