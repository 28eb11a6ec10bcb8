"""A trip in a running hub: told to a contact over HTTP, answered over MQTT, labelled, and gone."""

import asyncio
import json
import time
from pathlib import Path

import aiomqtt

from hub.app import Hub
from hub.config import ContactConfig
from hub.demo import DEVICES, DemoOptions, demo_config
from hub.events import Event, Kind
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario
from sensors.layout import Side
from tests.alerts.service import Service


async def test_a_trip_is_told_answered_labelled_and_gone(tmp_path: Path) -> None:
    with Service() as service:
        (tmp_path / "ben").write_text(service.address)
        config = demo_config(DemoOptions(port=0, state_dir=tmp_path / "state"))
        alerts = config.alerts.model_copy(update={"cancel_s": 0.0})
        contacts = (ContactConfig(name="Ben", url_file=tmp_path / "ben"),)
        config = config.model_copy(update={"alerts": alerts, "contacts": contacts})
        async with air_process(Scenario(DEVICES)) as air, asyncio.timeout(120):
            hub = Hub(config, air.bluetooth)
            running = asyncio.create_task(hub.run())
            await hub.started.wait()
            async with aiomqtt.Client("127.0.0.1", hub.broker.port) as phone:
                await phone.subscribe(f"{hub.topics.base}/demo/#")
                messages = aiter(phone.messages)

                async def said(topic: str, holds) -> dict:
                    while True:
                        message = await anext(messages)
                        told = json.loads(message.payload) if message.payload else {}
                        if str(message.topic) == topic and holds(told):
                            return told

                now_s = time.monotonic()
                hub.watch.keep(
                    "demo", [Event("trip1", Kind.TRIP, Side.LEFT, now_s, now_s, 0.9, {"stage": "confirmed"})]
                )
                alert = hub.topics.alert("demo", "trip1")
                assert (await said(alert, lambda told: told.get("state") == "notified"))["told"] == ["Ben"]
                assert service.got[0]["title"] == "demo: trip"
                await phone.publish(hub.topics.command("demo", "acknowledge"), b'{"by": "Ben"}', 1)
                await said(alert, lambda told: told.get("answered_by") == "Ben")
                label = {"alert": "trip1", "real": False, "note": "stamped"}
                await phone.publish(hub.topics.command("demo", "label"), json.dumps(label), 1)
                await said(alert, lambda told: not told)
                await said(hub.topics.state("demo"), lambda told: told["alerts_true_pct"] == 0.0)
                await phone.publish(hub.topics.command("demo", "fine"), b"", 1)
                refused = await said(hub.topics.answer("demo", "fine"), lambda told: True)
                assert (refused["obeyed"], refused["message"]) == (False, "demo has no open alert")
            hub.stop()
            await running
