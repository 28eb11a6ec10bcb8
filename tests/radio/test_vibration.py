"""From a walker's good step, over the virtual radio, to the bytes at the insole of that foot."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from hub.config import Config
from hub.cues.cueing import Cue
from hub.doctor.finding import Level
from hub.doctor.vibration import vibration, vibration_of_running_hub
from hub.pipeline import Pipeline
from hub.radio.virtual.attach import bluetooth
from hub.service.answer import answer
from hub.service.configured import device_spec
from hub.service.cues import Cues
from hub.service.vibration import NO_MOTOR, Vibrations
from sensors.brilliant_sole import BrilliantSoleEmulator
from sensors.brilliant_sole.motors import ORDER
from sensors.brilliant_sole.packets import Message, split
from sensors.emulation import EmulatorOptions
from sensors.layout import Role
from sensors.walker import PROFILES, Walker, demo_script
from tests.radio.harness import Hub, Worn, hub_with

WALKED_S = 12.0
HEEL_TWICE = bytes.fromhex("02 01 06  7f 06 00 05 7f 06")
ADDRESSES = {Role.LEFT_INSOLE: "C0:00:00:00:00:01", Role.RIGHT_INSOLE: "C0:00:00:00:00:02"}


def wanted(**cues: object) -> Config:
    devices = [{"role": role.value, "type": "brilliant_sole", "address": at} for role, at in ADDRESSES.items()]
    asked = {"on": "good_step", "by": ["vibration"], **cues}
    wearer = {"nickname": "ada", "affected_side": "none", "devices": devices, "cues": asked}
    return Config.model_validate({"wearers": [wearer]})


class Walking:
    """What the app does with arrivals, with the parts that it does it with."""

    def __init__(self, hub: Hub, config: Config) -> None:
        self.hub = hub
        self.pipeline = Pipeline("walk", config.wearers[0].wearer(), list(ADDRESSES))
        self.vibrations = Vibrations(config, hub.radio, lambda _wearer, role: self.pipeline.intake.driver(role))
        self.cues = Cues(config, self._vibrate)
        self.due: list[Cue] = []

    def _vibrate(self, nickname: str, cue: Cue) -> None:
        self.due.append(cue)
        self.vibrations.give(nickname, cue.kind, cue.side)

    async def for_seconds(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + seconds
        while loop.time() < until_s:
            for arrival in await self.hub.radio.inbox.take():
                result = self.pipeline.feed(arrival)
                answer(self.hub.radio, arrival, result)
                self.vibrations.see(arrival, has_samples=result.valid)
            self.cues.see("ada", self.pipeline.decide(), time.time_ns())


@asynccontextmanager
async def walking_with(motors: bytes | None, config: Config, *, run: bool = True) -> AsyncIterator[Walking]:
    worn = [
        Worn(
            role,
            "brilliant_sole",
            address,
            rebuild=lambda _, role=role: BrilliantSoleEmulator(role.side, EmulatorOptions(), motors),
        )
        for role, address in ADDRESSES.items()
    ]
    (ada,) = config.wearers
    specs = [device_spec(ada, device) for device in ada.devices]
    body = Walker(demo_script(PROFILES["healthy"]))
    async with hub_with(worn, configured=specs, consume=False, body=body, run=run) as hub:
        yield Walking(hub, config)


@pytest.fixture(autouse=True)
async def warped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.service.cues.time", SimpleNamespace(monotonic=asyncio.get_running_loop().time))


@pytest.mark.parametrize("motors", [None, b"\0\1"], ids=["old order", "new order"])
async def test_a_good_step_is_felt_at_the_heel_of_that_foot(motors: bytes | None) -> None:
    async with walking_with(motors, wanted()) as walking:
        await walking.for_seconds(WALKED_S)
        felt = {role: list(walking.hub.emulators[address].vibrations) for role, address in ADDRESSES.items()}
        counts = [status.counts for status in walking.hub.radio.status()]
    due_n = Counter(cue.side.insole for cue in walking.due)
    assert min(due_n.values()) >= 3
    assert {role: len(payloads) for role, payloads in felt.items()} == due_n
    assert {payload for payloads in felt.values() for payload in payloads} == {HEEL_TWICE}
    assert (walking.vibrations.stats.given_n, walking.vibrations.stats.missed_n) == (len(walking.due), 0)
    assert [(one.connections, one.refusals, one.silences, one.packets_dropped) for one in counts] == [(1, 0, 0, 0)] * 2


async def test_an_insole_without_motors_says_so_once_and_all_it_misses_is_counted(caplog) -> None:
    async with walking_with(b"", wanted()) as walking:
        await walking.for_seconds(WALKED_S)
        assert not any(walking.hub.emulators[address].vibrations for address in ADDRESSES.values())
    said = [record.getMessage() for record in caplog.records if "vibrate" in record.getMessage()]
    assert sorted(said) == [f"ada {role.value} cannot vibrate: {NO_MOTOR}" for role in ADDRESSES]
    assert walking.vibrations.stats.missed_n == len(walking.due) > 0


async def test_nothing_is_asked_of_an_insole_until_it_is_to_vibrate() -> None:
    async with walking_with(b"\0\1", wanted(by=["sound"])) as walking:

        def asked() -> int:
            written = [data for emulator in walking.hub.emulators.values() for data in emulator.written]
            return max(kind for data in written for kind, _ in split(data)[0])

        await walking.for_seconds(4.0)
        assert asked() <= max(Message)
        walking.vibrations.use(wanted())
        await walking.for_seconds(1.0)
        assert asked() == ORDER


@pytest.mark.parametrize("motors", [None, b"\0\1"], ids=["old order", "new order"])
async def test_the_doctor_has_each_insole_vibrate_once(motors: bytes | None) -> None:
    config = wanted(strength_pct=50.0)
    async with walking_with(motors, config, run=False) as walking:
        findings = await vibration(config, bluetooth(walking.hub.adapter))
        felt = [list(walking.hub.emulators[address].vibrations) for address in ADDRESSES.values()]
    assert [(finding.level, finding.what) for finding in findings] == [
        (Level.OK, f"ada {side} insole has just vibrated; was it felt?") for side in ("left", "right")
    ]
    assert felt == [[bytes.fromhex("02 01 06  40 06 00 05 40 06")]] * 2


async def test_the_doctor_says_why_an_insole_cannot() -> None:
    async with walking_with(b"", wanted(), run=False) as walking:
        left, right = await vibration(wanted(), bluetooth(walking.hub.adapter))
        assert await vibration(wanted(by=["sound"]), bluetooth(walking.hub.adapter)) == []
        away = [finding.what for finding in await vibration(wanted(), bluetooth(walking.hub.adapter), 0.0)]
    assert (left.level, left.what) == (Level.PROBLEM, "ada left insole cannot vibrate: it says that it has no motor")
    assert right.remedy == "take vibration out of the wearer's cues.by"
    assert all("did not connect" in what for what in away)
    assert vibration_of_running_hub(wanted(on="off")) == []
    (held,) = vibration_of_running_hub(wanted())
    assert (held.level, held.remedy) == (Level.NOTE, "stop it to have each vibrate once")
