"""The hub's controller answers as Linux expects: asked over HCI alone, as a kernel asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from bumble import hci
from bumble.transport.common import AsyncPipeSink, BaseSource, Transport

from hub.radio.virtual.air import Air, AirDevice
from hub.radio.virtual.faults import Fault, Faults
from sensors.catalogue import device_type
from sensors.emulation import EmulatorOptions
from sensors.layout import Side
from tests.radio.harness import GENEROUS_S, PERFECT, StandingStill

T = TypeVar("T")
Connected = hci.HCI_LE_Connection_Complete_Event | hci.HCI_LE_Enhanced_Connection_Complete_Event
ADDRESS = "C0:00:00:00:00:01"
ENHANCED = (1 << 9).to_bytes(8, "little")


class Kernel(BaseSource):
    """The host's end of an HCI, and all that it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[hci.HCI_Packet] = []
        self.news = asyncio.Event()

    def on_packet(self, packet: bytes) -> None:
        self.told.append(hci.HCI_Packet.from_bytes(packet))
        self.news.set()

    def say(self, command: hci.HCI_Command) -> None:
        assert self.sink is not None
        self.sink.on_packet(bytes(command))

    async def hear(self, *wanted: type[T]) -> T:
        """The first event of a kind that was not heard before."""
        async with asyncio.timeout(GENEROUS_S):
            while True:
                for number, packet in enumerate(self.told):
                    if isinstance(packet, wanted):
                        del self.told[: number + 1]
                        return packet
                self.news.clear()
                await self.news.wait()

    async def connect(self) -> Connected:
        """A new connection, as it is told."""
        self.say(
            hci.HCI_LE_Create_Connection_Command(
                le_scan_interval=96,
                le_scan_window=96,
                initiator_filter_policy=0,
                peer_address_type=hci.AddressType.RANDOM_DEVICE,
                peer_address=hci.Address(ADDRESS),
                own_address_type=hci.AddressType.PUBLIC_DEVICE,
                connection_interval_min=24,
                connection_interval_max=40,
                max_latency=0,
                supervision_timeout=42,
                min_ce_length=0,
                max_ce_length=0,
            )
        )
        told = await self.hear(hci.HCI_LE_Connection_Complete_Event, hci.HCI_LE_Enhanced_Connection_Complete_Event)
        assert told.status == hci.HCI_ErrorCode.SUCCESS
        assert told.peer_address == hci.Address(ADDRESS)
        return told

    async def disconnected(self) -> int:
        return (await self.hear(hci.HCI_Disconnection_Complete_Event)).reason


@asynccontextmanager
async def kernel(faults: Faults = PERFECT) -> AsyncIterator[tuple[Kernel, Air]]:
    emulator = device_type("witmotion").emulator(Side.LEFT, EmulatorOptions())
    host = Kernel()
    async with Air([AirDevice(emulator, ADDRESS, faults)], StandingStill()) as air:
        air.controller(Transport(host, AsyncPipeSink(host)))
        yield host, air


@pytest.mark.parametrize(
    ("mask", "kind"),
    [
        (ENHANCED, hci.HCI_LE_Enhanced_Connection_Complete_Event),
        (b"\x1f" + bytes(7), hci.HCI_LE_Connection_Complete_Event),
    ],
)
async def test_a_connection_is_told_in_the_form_that_the_host_asked_for(mask: bytes, kind: type) -> None:
    async with kernel() as (host, _):
        host.say(hci.HCI_LE_Set_Event_Mask_Command(le_event_mask=mask))
        assert type(await host.connect()) is kind


async def test_hanging_up_is_told_as_ones_own_and_a_device_that_advertises_at_once_can_be_called_again() -> None:
    async with kernel() as (host, _):
        for _ in range(3):
            told = await host.connect()
            host.say(hci.HCI_Disconnect_Command(connection_handle=told.connection_handle, reason=0x13))
            assert await host.disconnected() == hci.HCI_ErrorCode.CONNECTION_TERMINATED_BY_LOCAL_HOST_ERROR


async def test_hanging_up_what_is_not_connected_is_refused() -> None:
    async with kernel() as (host, _):
        host.say(hci.HCI_Disconnect_Command(connection_handle=7, reason=0x13))
        told = await host.hear(hci.HCI_Command_Status_Event)
        assert told.status == hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR


async def test_a_device_that_vanishes_is_told_as_a_link_that_timed_out() -> None:
    async with kernel() as (host, air):
        await host.connect()
        now_s = air.now_s()
        air.change_faults(ADDRESS, Faults(away_s=((now_s, now_s + 0.6),)))
        assert await host.disconnected() == hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR
        assert air.counts()[ADDRESS][Fault.WENT_AWAY] == 1
        await host.connect()


async def test_after_a_reset_nothing_stands_and_the_devices_notice() -> None:
    async with kernel() as (host, _):
        await host.connect()
        host.say(hci.HCI_Reset_Command())
        await host.hear(hci.HCI_Command_Complete_Event)
        await host.connect()
