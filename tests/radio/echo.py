"""A device that echoes, and a bench with it on the air and an adapter that hears it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from hub.radio.virtual.adapter import VirtualAdapter
from hub.radio.virtual.air import Air, AirDevice
from hub.radio.virtual.attach import attached
from hub.radio.virtual.backend import VirtualClient, VirtualScanner
from hub.radio.virtual.faults import Faults
from sensors.emulation import Advertisement, Body, GattCharacteristic, GattService, Notification
from tests.radio.harness import GENEROUS_S, StandingStill

ADDRESS = "C0:00:00:00:00:07"
SERVICE = "0b5c0000-3d5a-4c7b-9a57-6d2f1e8c9a01"
ECHO = "0b5c0001-3d5a-4c7b-9a57-6d2f1e8c9a01"
BATTERY = "2a19"


@dataclass
class Echo:
    """Notifies what was written to it; its battery can be read."""

    written: list[bytes] = field(default_factory=list)
    listening: bool = False
    services: tuple[GattService, ...] = (
        GattService(SERVICE, (GattCharacteristic(ECHO, frozenset({"write", "write-without-response", "notify"})),)),
        GattService("180f", (GattCharacteristic(BATTERY, frozenset({"read"})),)),
    )
    advertisement: Advertisement = field(
        default_factory=lambda: Advertisement("Echo", ("180f", SERVICE), {0x1234: b"ab"}, {"180a": b"cd"})
    )

    def connected(self, time_s: float, mtu: int) -> None: ...

    def disconnected(self) -> None:
        self.listening = False

    def read(self, characteristic: str, time_s: float) -> bytes:
        return bytes([77])

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        self.written.append(data)
        return (Notification(time_s, ECHO, data[::-1]),)

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        self.listening = on

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        return ()


@dataclass
class Bench:
    adapter: VirtualAdapter
    echo: Echo

    async def find(self) -> BLEDevice:
        device = await BleakScanner.find_device_by_address(
            ADDRESS, GENEROUS_S, backend=VirtualScanner, virtual=self.adapter
        )
        assert device is not None
        return device

    def client(self, device: BLEDevice | str, **options: object) -> BleakClient:
        return BleakClient(device, backend=VirtualClient, **options)  # type: ignore[arg-type]


@asynccontextmanager
async def bench(faults: Faults | None = None) -> AsyncIterator[Bench]:
    echo = Echo()
    devices = [AirDevice(echo, ADDRESS, faults or Faults())]
    async with asyncio.timeout(GENEROUS_S), Air(devices, StandingStill()) as air, attached(air.controller()) as adapter:
        yield Bench(adapter, echo)
