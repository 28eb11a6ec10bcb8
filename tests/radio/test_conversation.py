"""What one connection does with actions that fail, and with silence at its very beginning."""

import asyncio
import re
from dataclasses import replace
from functools import partial

import pytest
from bleak import BleakClient

from hub.errors import LinkError
from hub.radio import DeviceSpec, Inbox, LinkCounts, RadioSettings
from hub.radio.conversation import Conversation
from hub.radio.ladder import Failure, LinkLadder
from hub.radio.states import LinkEvent
from hub.radio.virtual.backend import VirtualClient
from sensors.catalogue import device_type
from sensors.driver import Read, Subscribe, Write
from sensors.emulation import Body, Emulator, EmulatorOptions, GattCharacteristic, GattService, Notification
from sensors.standard_services import BATTERY_LEVEL
from tests.radio.harness import GENEROUS_S, LEFT, SHIN, Worn, hub_with


async def test_silence_right_after_the_first_data_is_noticed() -> None:
    spec = DeviceSpec(SHIN.role, SHIN.key, SHIN.address)
    counts, events = LinkCounts(), list[LinkEvent]()
    settings = RadioSettings(silence_s=0.1, first_data_s=600.0)
    ladder = LinkLadder()
    ladder.rung(Failure.DROPPED, 0.0)  # no first failure: subscribing again is for those
    conversation = Conversation(spec, 1, Inbox(10), settings, counts=counts, ladder=ladder, on_event=events.append)
    talking = asyncio.ensure_future(conversation.run(BleakClient(SHIN.address, backend=VirtualClient)))
    await asyncio.sleep(0)
    conversation.data_seen(asyncio.get_running_loop().time())
    with pytest.raises(LinkError, match=r"no valid data for 0.1 s"):
        async with asyncio.timeout(GENEROUS_S):
            await talking
    assert events == [LinkEvent.DATA, LinkEvent.SILENCE]
    assert counts.silences == 1


@pytest.mark.parametrize("action", [Read("2aff", optional=True), Subscribe("2aff", optional=True)])
async def test_a_device_may_lack_what_is_optional(action: Read | Subscribe) -> None:
    async with hub_with([LEFT]) as hub:
        await hub.until_streaming(LEFT.role)
        hub.radio.perform(LEFT.role, [action])
        await hub.until_packets(LEFT.role, 30)
        counts = hub.status(LEFT.role).counts
        assert (counts.connections, counts.refusals) == (1, 0)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Read("2aff"), "read of 2aff failed: .*not found"),
        (Write("2aff", b""), "write of 2aff failed: .*not found"),
        (Subscribe("2aff"), "subscribe of 2aff failed: .*not found"),
    ],
)
async def test_a_device_that_refuses_what_is_needed_is_tried_anew(action: Read | Write | Subscribe, words: str) -> None:
    async with hub_with([SHIN]) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.perform(SHIN.role, [action])
        await hub.until(lambda: hub.status(SHIN.role).counts.connections == 2)
        await hub.until_streaming(SHIN.role)
        reasons = [status.reason for status in hub.changes if status.reason]
        assert re.search(words, reasons[0])
        assert hub.status(SHIN.role).counts.refusals == 1


class Rebuilt:
    """An emulator with another table: UUIDs on another base, one way of writing only, or something missing."""

    def __init__(self, emulator: Emulator, *, base: str = "", writes: str = "", without: str = "") -> None:
        self._emulator = emulator
        self._base, self._writes, self._without = base, writes, without
        names = [one.uuid for service in emulator.services for one in service.characteristics]
        self._inside = {self._outside(name): name for name in names}

    def __getattr__(self, name: str) -> object:
        return getattr(self._emulator, name)

    @property
    def services(self) -> tuple[GattService, ...]:
        return tuple(
            GattService(
                self._outside(service.uuid),
                tuple(self._rebuilt(one) for one in service.characteristics if one.uuid != self._without),
            )
            for service in self._emulator.services
        )

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        return self._named(self._emulator.write(self._inside[characteristic], data, time_s))

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        self._emulator.subscribed(self._inside[characteristic], on, time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        return self._named(self._emulator.advance(until_s, body))

    def _named(self, notifications: tuple[Notification, ...]) -> tuple[Notification, ...]:
        return tuple(replace(one, characteristic=self._outside(one.characteristic)) for one in notifications)

    def _rebuilt(self, one: GattCharacteristic) -> GattCharacteristic:
        kinds = one.properties & {"write", "write-without-response"}
        properties = one.properties - kinds | {self._writes} if kinds and self._writes else one.properties
        return GattCharacteristic(self._outside(one.uuid), properties)

    def _outside(self, uuid: str) -> str:
        return uuid[: -len(self._base)] + self._base if self._base else uuid


@pytest.mark.parametrize(
    "worn",
    [
        replace(SHIN, rebuild=partial(Rebuilt, base="00805f9b34fb")),
        replace(SHIN, rebuild=partial(Rebuilt, writes="write")),
        replace(LEFT, rebuild=partial(Rebuilt, writes="write-without-response")),
        replace(LEFT, key="brilliant_sole", rebuild=partial(Rebuilt, without=BATTERY_LEVEL)),
    ],
    ids=["another base", "requests only", "commands only", "no battery"],
)
async def test_a_unit_with_another_table_streams(worn: Worn) -> None:
    async with hub_with([worn]) as hub:
        await hub.until_streaming(worn.role)
        await hub.until_packets(worn.role, 20)
        usual = device_type(worn.key).emulator(worn.role.side, EmulatorOptions()).services
        known = {one.uuid for service in usual for one in service.characteristics}
        assert {packet.characteristic for packet in hub.packets(worn.role)} <= known
        counts = hub.status(worn.role).counts
        assert (counts.connections, counts.refusals) == (1, 0)
