"""What is done now or never: one at a time, and no link breaks or waits over it."""

import asyncio

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError

from hub.radio.virtual.backend import VirtualClient
from sensors.brilliant_sole.packets import TO_DEVICE
from sensors.driver import Write
from sensors.layout import Role
from tests.radio.harness import QUICK, Hub, Worn, hub_with

SOLE = Worn(Role.LEFT_INSOLE, "brilliant_sole", "C0:00:00:00:00:01")
HELLO = Write(TO_DEVICE, bytes.fromhex("00 00 00"))
"""Asks whether it is charging: any firmware answers that."""

OTHER = Write(TO_DEVICE, bytes.fromhex("01 00 00"))


async def flows_on(hub: Hub) -> None:
    """The link is the first one still, and data go on."""
    await hub.until_packets(SOLE.role, 20)
    counts = hub.status(SOLE.role).counts
    assert (counts.connections, counts.refusals, counts.disconnections, counts.silences) == (1, 0, 0, 0)


async def test_it_reaches_the_device_and_is_said_to() -> None:
    async with hub_with([SOLE]) as hub:
        await hub.until_streaming(SOLE.role)
        told: list[str] = []
        assert hub.radio.try_now(SOLE.role, HELLO, told.append)
        await hub.until_unannounced(lambda: told == [""])
        assert hub.emulators[SOLE.address].written[-1] == HELLO.data
        await flows_on(hub)


async def test_a_second_one_is_not_kept_for_later() -> None:
    async with hub_with([SOLE]) as hub:
        await hub.until_streaming(SOLE.role)
        told: list[str] = []
        assert hub.radio.try_now(SOLE.role, HELLO, told.append)
        assert not hub.radio.try_now(SOLE.role, HELLO, told.append)
        await hub.until_unannounced(lambda: told == [""])
        hub.radio.perform(SOLE.role, [HELLO])
        assert not hub.radio.try_now(SOLE.role, HELLO, told.append), "something else is being done"
        await flows_on(hub)
        assert told == [""]
        assert hub.emulators[SOLE.address].written[-3:].count(HELLO.data) == 2


async def test_a_device_that_does_not_know_it_is_kept() -> None:
    async with hub_with([SOLE]) as hub:
        await hub.until_streaming(SOLE.role)
        told: list[str] = []
        assert hub.radio.try_now(SOLE.role, Write("2aff", b"x"), told.append)
        await hub.until_unannounced(lambda: told != [])
        assert "not found" in told[0]
        await flows_on(hub)


async def test_there_is_none_without_a_link_or_without_data() -> None:
    told: list[str] = []
    async with hub_with([SOLE], run=False) as hub:
        assert not hub.radio.try_now(SOLE.role, HELLO, told.append)
    async with hub_with([SOLE]) as hub:
        hub.decoding.clear()
        await hub.until_unannounced(lambda: hub.emulators[SOLE.address].connections == 1)
        assert not hub.radio.try_now(SOLE.role, HELLO, told.append)
        hub.decoding.set()
        await hub.until_streaming(SOLE.role)
    assert told == []


async def test_a_link_that_ends_takes_it_along() -> None:
    async with hub_with([SOLE]) as hub:
        await hub.until_streaming(SOLE.role)
        told: list[str] = []
        assert hub.radio.try_now(SOLE.role, HELLO, told.append)
        await hub.radio.stop()
        assert told == ["the link ended"]
        assert hub.emulators[SOLE.address].written.count(HELLO.data) == 0


async def test_a_link_that_is_about_to_end_takes_none() -> None:
    async with hub_with([SOLE]) as hub:
        await hub.until_streaming(SOLE.role)
        hub.radio.pause(60.0)
        assert not hub.radio.try_now(SOLE.role, HELLO, lambda _trouble: None)


async def test_a_device_that_never_answers_delays_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    really = VirtualClient.write_gatt_char

    async def write(
        client: VirtualClient, characteristic: BleakGATTCharacteristic, data: bytes, response: bool
    ) -> None:
        if data == HELLO.data:
            await asyncio.Event().wait()
        await really(client, characteristic, data, response)

    monkeypatch.setattr(VirtualClient, "write_gatt_char", write)
    async with hub_with([SOLE]) as hub:
        await hub.until_streaming(SOLE.role)
        told: list[str] = []
        now_s = asyncio.get_running_loop().time
        began_s = now_s()
        assert hub.radio.try_now(SOLE.role, HELLO, told.append)
        packets_n = len(hub.packets(SOLE.role))
        await hub.until_unannounced(lambda: told != [])
        assert told == ["no answer"]
        assert now_s() - began_s == pytest.approx(QUICK.offhand_s, abs=0.05)
        assert len(hub.packets(SOLE.role)) - packets_n > 0.8 * QUICK.offhand_s * 50, "notifications came meanwhile"
        await flows_on(hub)


async def test_what_comes_next_waits_for_one_that_nobody_waits_for_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    really, answered, under_way = VirtualClient.write_gatt_char, asyncio.Event(), list[bytes]()

    async def write(
        client: VirtualClient, characteristic: BleakGATTCharacteristic, data: bytes, response: bool
    ) -> None:
        if under_way:
            raise BleakError("[org.bluez.Error.InProgress] In Progress")  # BlueZ, whoever has given the first one up
        under_way.append(data)
        if data == HELLO.data:
            await answered.wait()
        await really(client, characteristic, data, response)
        under_way.clear()

    async with hub_with([SOLE]) as hub:
        await hub.until_streaming(SOLE.role)
        monkeypatch.setattr(VirtualClient, "write_gatt_char", write)
        told: list[str] = []
        assert hub.radio.try_now(SOLE.role, HELLO, told.append)
        await hub.until_unannounced(lambda: told != [])
        assert told == ["no answer"]
        assert not hub.radio.try_now(SOLE.role, HELLO, told.append), "the first one is still under way"
        hub.radio.perform(SOLE.role, [OTHER])
        asyncio.get_running_loop().call_later(1.0, answered.set)
        await hub.until_unannounced(lambda: hub.emulators[SOLE.address].written[-1] == OTHER.data)
        await flows_on(hub)
        assert told == ["no answer"]
