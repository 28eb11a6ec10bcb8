"""The whole hub and a pair of insoles with motors: they vibrate from the moment at which somebody asks for it."""

import asyncio
from pathlib import Path

import pytest

from hub.app import Hub
from hub.config import Config
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario, ScenarioDevice
from sensors.layout import Role

DEVICES = (
    ScenarioDevice(Role.LEFT_INSOLE, "brilliant_sole", "C0:FF:EE:00:00:01"),
    ScenarioDevice(Role.RIGHT_INSOLE, "brilliant_sole", "C0:FF:EE:00:00:02"),
)


def config(state_dir: Path, **cues: object) -> Config:
    devices = [{"role": one.role.value, "type": one.device_key, "address": one.address} for one in DEVICES]
    return Config.model_validate(
        {
            "hub": {"state_dir": state_dir},
            "broker": {"port": 0},
            "page": {"port": 0},
            "sound": {"device": "none"},
            "wearers": [{"nickname": "ada", "affected_side": "none", "devices": devices, "cues": cues}],
        }
    )


@pytest.mark.long
async def test_good_steps_are_felt_as_soon_as_the_settings_say_so(tmp_path: Path) -> None:
    async with air_process(Scenario(DEVICES, profile="healthy", plays="walks")) as air, asyncio.timeout(120):
        hub = Hub(config(tmp_path), air.bluetooth)
        running = asyncio.create_task(hub.run())
        while hub.wearers["ada"].live.counts["step"] < 4:
            await asyncio.sleep(0.1)
        assert (hub.vibrations.stats.given_n, hub.vibrations.stats.missed_n) == (0, 0)
        hub._use(config(tmp_path, on="good_step", by=["vibration"]))
        while hub.vibrations.stats.given_n < 3:  # counted when the insole has acknowledged the write
            await asyncio.sleep(0.1)
        hub.stop()
        await running
