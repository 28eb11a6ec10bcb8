"""Firmware with a known fault is said wherever its owner looks, also where the advertisement alone tells it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import aiomqtt
import pytest
from rich.console import Console

from hub.app import Hub
from hub.cli.scan import show
from hub.demo import DemoOptions, demo_config
from hub.doctor import trials
from hub.doctor.finding import Level
from hub.radio import Bluetooth, LinkState, scan
from hub.radio.virtual.attach import attached, bluetooth
from hub.radio.virtual.scenario import Scenario, ScenarioDevice
from hub.radio.virtual.stage import staged
from sensors.layout import Role
from sensors.orphe_insole import KNOWN_BAD_FIRMWARE, emulator

FAULT = f"firmware 1.0.1: {KNOWN_BAD_FIRMWARE['1.0.1']}"
INSOLE = ScenarioDevice(Role.LEFT_INSOLE, "orphe_insole", "C0:FF:EE:00:00:01")


@asynccontextmanager
async def insole_of_firmware(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bluetooth]:
    monkeypatch.setattr(emulator, "FIRMWARE", version)
    async with asyncio.timeout(60), staged(Scenario((INSOLE,))) as air, attached(air.controller()) as adapter:
        yield bluetooth(adapter)


async def test_a_link_and_mqtt_tell_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with insole_of_firmware((1, 0, 1), monkeypatch) as radio:
        hub = Hub(demo_config(DemoOptions(port=0, state_dir=tmp_path)), radio)
        running = asyncio.create_task(hub.run())
        await hub.started.wait()
        async with aiomqtt.Client("127.0.0.1", hub.broker.port) as phone:
            await phone.subscribe(hub.topics.sensor("demo", Role.LEFT_INSOLE))
            async for message in phone.messages:
                assert isinstance(message.payload, bytes)
                told = json.loads(message.payload)
                if told["state"] == "streaming":
                    break
        assert told["note"] == FAULT
        (link,) = [link for link in hub.radio.status() if link.state is LinkState.STREAMING]
        assert (link.facts.firmware, link.facts.battery_pct, link.note) == ("1.0.1", 80.0, FAULT)
        hub.stop()
        await running


@pytest.mark.parametrize(("version", "is_bad"), [((1, 0, 1), True), ((1, 3, 0), False)])
async def test_scan_and_doctor_tell_it(
    version: tuple[int, int, int], is_bad: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with insole_of_firmware(version, monkeypatch) as radio:
        found = await scan(radio, 1.0)
        findings = await trials.sensors(demo_config(DemoOptions(port=0, state_dir=tmp_path)), radio, 1.0)
    file = StringIO()
    show(Console(file=file, width=200), found)
    assert ".".join(map(str, version)) in file.getvalue()
    assert (FAULT in file.getvalue()) == is_bad
    told = next(finding for finding in findings if "left insole" in finding.what)
    assert (told.level is Level.WARNING) == is_bad
    assert not is_bad or ("firmware 1.0.1" in told.what and "update it" in told.remedy)
