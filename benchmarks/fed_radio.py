"""bleak's backend on bytes made beforehand: a process plays them into a socket, as BlueZ puts notifications on D-Bus.

Everything above bleak is the hub's own: it scans, connects, sets up and subscribes as ever, and emulators answer. What
a device notifies comes from the socket when it is due, each with the instant at which it was sent.
"""

import asyncio
import socket
import struct
import sys
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.uuids import normalize_uuid_16
from emulated_walk import MTU, Device, notifications

from hub.radio import Bluetooth

HEAD = struct.Struct("<qBB")
"""When it was sent (ns of the monotonic clock), which device, length of the characteristic's name."""

ADVERTISING_INTERVAL_S = 0.1
MOST_BYTES = 1024


def player(devices: list[Device], seconds: float, feed: socket.socket, orders: Connection) -> None:
    """Be the process that plays: once, from the beginning, for each order, which is the title of a progress line."""
    made = notifications(devices, seconds)
    orders.send(len(made))
    while title := orders.recv():
        began_s = time.monotonic()
        shown_s = -1
        for each in made:
            if (ahead_s := began_s + each.at_s - time.monotonic()) > 0:
                time.sleep(ahead_s)
            name = each.characteristic.encode()
            feed.send(HEAD.pack(time.monotonic_ns(), each.device, len(name)) + name + each.data)
            if int(each.at_s) != shown_s and sys.stderr.isatty():
                shown_s = int(each.at_s)
                sys.stderr.write(f"\r\x1b[K{title}: {shown_s} of {seconds:.0f} s")
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        orders.send("played")


class FedRadio:
    """All devices, as one hub finds them. ``bluetooth`` is what the hub gets in place of this machine's adapter."""

    def __init__(self, devices: list[Device], feed: socket.socket) -> None:
        self.devices = [FedDevice(device) for device in devices]
        self.bluetooth = Bluetooth({"backend": _Scanner, "radio": self}, {"backend": _Client})
        self._feed = feed
        self._called_ns = array("q")
        self._sent_ns = array("q")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Pass on what comes, while it is entered."""
        loop = asyncio.get_running_loop()
        self._feed.setblocking(False)
        loop.add_reader(self._feed, self._read)
        try:
            yield
        finally:
            loop.remove_reader(self._feed)

    def sent_ns(self, arrival_s: float) -> int:
        """When the notification was sent whose callback took that as its time of arrival."""
        return self._sent_ns[bisect_right(self._called_ns, round(arrival_s * 1e9) + 1_000) - 1]

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while True:
                message = self._feed.recv(MOST_BYTES)
                sent_ns, number, length = HEAD.unpack_from(message)
                name = message[HEAD.size : HEAD.size + length].decode()
                callback = self.devices[number].callbacks.get(name)
                if callback is not None:  # else nobody has subscribed, and a device would not send
                    self._called_ns.append(time.monotonic_ns())
                    self._sent_ns.append(sent_ns)
                    callback(bytearray(message[HEAD.size + length :]))


class FedDevice:
    """One device: an emulator to answer, and who has subscribed to what."""

    def __init__(self, device: Device) -> None:
        self.address = device.address
        self.emulator = device.emulator()
        self.callbacks: dict[str, NotifyCallback] = {}
        self.written: list[tuple[int, bytes]] = []
        """What the hub has written, and when (ns of the monotonic clock)."""


class _Scanner(BaseBleakScanner):
    """Hears every device that is not connected, all the time."""

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        _scanning_mode: str,
        *,
        radio: FedRadio,
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._radio = radio
        self._timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        self.seen_devices = {}
        self._hear()

    async def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _hear(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(ADVERTISING_INTERVAL_S, self._hear)
        for device in self._radio.devices:
            said = device.emulator.advertisement
            data = AdvertisementData(
                said.name, said.manufacturer_data, said.service_data, list(said.service_uuids), None, -50, ()
            )
            heard = self.create_or_update_device(device.address, device.address, said.name, device, data)
            self.call_detection_callbacks(heard, data)


class _Client(BaseBleakClient):
    """Connects at once, and is never left."""

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout, **kwargs)
        assert isinstance(address_or_ble_device, BLEDevice)
        self._device: FedDevice = address_or_ble_device.details
        self._connected = False

    @property
    def mtu_size(self) -> int:
        return MTU

    @property
    def is_connected(self) -> bool:
        return self._connected

    async def connect(self, pair: bool, **_: Any) -> None:
        emulator = self._device.emulator
        emulator.connected(time.monotonic(), MTU)
        self.services = BleakGATTServiceCollection()
        handle = 0
        for one in emulator.services:
            service = BleakGATTService(one, handle := handle + 1, _long(one.uuid))
            self.services.add_service(service)
            for each in one.characteristics:
                handle += 1
                self.services.add_characteristic(
                    BleakGATTCharacteristic(
                        each.uuid, handle, _long(each.uuid), list(each.properties), lambda: MTU - 3, service
                    )
                )
        self._connected = True

    async def disconnect(self) -> None:
        if self._connected:
            self._connected = False
            self._device.callbacks.clear()
            self._device.emulator.disconnected()
            if self._disconnected_callback is not None:
                self._disconnected_callback()

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(self._device.emulator.read(characteristic.obj, time.monotonic()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        self._device.written.append((time.monotonic_ns(), bytes(data)))
        for reply in self._device.emulator.write(characteristic.obj, bytes(data), time.monotonic()):
            asyncio.get_running_loop().call_soon(self._device.callbacks[reply.characteristic], bytearray(reply.data))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any) -> None:
        self._device.emulator.subscribed(characteristic.obj, True, time.monotonic())
        self._device.callbacks[characteristic.obj] = callback

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        self._device.callbacks.pop(characteristic.obj, None)

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: Any) -> bytearray:
        raise NotImplementedError

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        raise NotImplementedError


def _long(uuid: str) -> str:
    return normalize_uuid_16(int(uuid, 16)) if len(uuid) == 4 else uuid
