"""bleak's backend interface on a bumble host, with the errors that the BlueZ backend gives."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import AdvertisementDataType, CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_16
from bumble import att, hci
from bumble.core import UUID, BaseBumbleError
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt_client import CharacteristicProxy

from hub.radio.virtual.adapter import VirtualAdapter
from hub.radio.virtual.ailments import Ailment
from hub.support.uninterrupted import uninterrupted

T = TypeVar("T")

HOST_MTU = 517
"""What BlueZ asks for after connecting."""

PROPERTIES: dict[int, CharacteristicPropertyName] = {
    0x02: "read",
    0x04: "write-without-response",
    0x08: "write",
    0x10: "notify",
    0x20: "indicate",
}


class VirtualScanner(BaseBleakScanner):
    """Scans on the adapter given as ``virtual``."""

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        *,
        virtual: VirtualAdapter,
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._virtual = virtual
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Start scanning."""
        self.seen_devices = {}
        await self._virtual.start_scanning(active=self._active)
        self._virtual.device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)

    async def stop(self) -> None:
        """Stop scanning."""
        self._virtual.device.remove_listener(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        await self._virtual.stop_scanning()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        data = _advertisement_data(advertisement)
        if Ailment.DEAF in self._virtual.ailments or Ailment.OFF in self._virtual.ailments:
            return
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = advertisement.address.to_string(with_type_qualifier=False)
        details = (self._virtual, advertisement.address)
        device = self.create_or_update_device(address, address, data.local_name, details, data)
        self.call_detection_callbacks(device, data)


class VirtualClient(BaseBleakClient):
    """Connects to a device that a ``VirtualScanner`` found."""

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout, **kwargs)
        self._device = address_or_ble_device
        self._peer: Peer | None = None
        self._gone: asyncio.Future[None] | None = None

    @property
    def name(self) -> str:
        """The device's advertised name, else its address."""
        return (isinstance(self._device, BLEDevice) and self._device.name) or self.address

    @property
    def mtu_size(self) -> int:
        """The negotiated MTU; 23 while there is no link."""
        return self._peer.connection.att_mtu if self._peer else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link stands."""
        return self._peer is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect, negotiate the MTU and learn the services.

        Raises
        ------
        BleakDeviceNotFoundError
            The device was not found by scanning before.
        BleakError
            Connected already, or the device left.
        TimeoutError
            It did not answer in time.
        """
        if self.is_connected:
            raise BleakError("Client is already connected")
        if not isinstance(self._device, BLEDevice):
            raise BleakDeviceNotFoundError(self.address, f"Device with address {self.address} was not found.")
        adapter, address = self._device.details
        async with asyncio.timeout(kwargs.get("timeout", self._timeout)):
            try:
                connection = await adapter.connect(address)
            except (BaseBumbleError, hci.HCI_Error) as error:
                raise BleakError(f"failed to connect: {error}") from error
            self._peer = Peer(connection)
            self._gone = asyncio.get_running_loop().create_future()
            connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
            try:
                await self._learn_services(self._peer)
            except BaseException:
                await self.disconnect()
                raise

    async def disconnect(self) -> None:
        """Disconnect; does nothing where there is no link."""
        if self._peer is None:
            return
        gone = asyncio.Event()
        connection = self._peer.connection
        connection.on(Connection.EVENT_DISCONNECTION, lambda _reason: gone.set())
        try:
            await uninterrupted(connection.disconnect())
        except (BaseBumbleError, hci.HCI_Error, asyncio.CancelledError):
            if _cancelled():
                raise
            await gone.wait()  # the device was quicker

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Not offered: no supported device needs it."""
        raise NotImplementedError

    async def unpair(self) -> None:
        """Not offered: no supported device needs it."""
        raise NotImplementedError

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a characteristic."""
        return bytearray(await self._ask(lambda peer: peer.read_value(characteristic.obj)))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a characteristic, as a request or as a command; a kind that it does not offer is refused."""
        if ("write" if response else "write-without-response") not in characteristic.properties:
            raise BleakGATTProtocolError(att.ErrorCode.WRITE_NOT_PERMITTED)
        if not response and len(data) > characteristic.max_write_without_response_size:
            raise BleakError("Failed to initiate write")
        await self._ask(lambda peer: peer.write_value(characteristic.obj, bytes(data), with_response=response))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """Subscribe; notifications that arrive before the subscription is confirmed are passed on, too."""

        def on_notification(data: bytes) -> None:
            callback(bytearray(data))

        await self._ask(lambda peer: peer.subscribe(characteristic.obj, on_notification))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        await self._ask(lambda peer: peer.unsubscribe(characteristic.obj))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor."""
        return bytearray(await self._ask(lambda peer: peer.read_value(descriptor.handle)))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        await self._ask(lambda peer: peer.write_value(descriptor.handle, bytes(data), with_response=True))

    async def _ask(self, request: Callable[[Peer], Coroutine[Any, Any, T]]) -> T:
        if self._peer is None or self._gone is None:
            raise BleakError("Not connected")
        try:
            return await uninterrupted(_answered(request(self._peer), self._gone))
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except (BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(str(error)) from error

    async def _learn_services(self, peer: Peer) -> None:
        await self._ask(lambda peer: peer.request_mtu(HOST_MTU))
        services = BleakGATTServiceCollection()
        for found in await self._ask(lambda peer: peer.discover_services()):
            services.add_service(BleakGATTService(found, found.handle, _uuid(found.uuid)))
        await self._ask(lambda peer: peer.discover_characteristics())
        for found in peer.services:
            service = services.services[found.handle]
            for proxy in found.characteristics:
                services.add_characteristic(self._characteristic(proxy, service, peer.connection))
        self.services = services

    @staticmethod
    def _characteristic(
        proxy: CharacteristicProxy[bytes], service: BleakGATTService, connection: Connection
    ) -> BleakGATTCharacteristic:
        properties = [name for bit, name in PROPERTIES.items() if proxy.properties & bit]
        return BleakGATTCharacteristic(
            proxy, proxy.handle, _uuid(proxy.uuid), properties, lambda: connection.att_mtu - 3, service
        )

    def _on_disconnection(self, _reason: int) -> None:
        self._peer = None
        self.services = None
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        if self._disconnected_callback is not None:
            self._disconnected_callback()


async def _answered(request: Coroutine[Any, Any, T], gone: asyncio.Future[None]) -> T:
    """The answer to a request; BleakError where the link went first, which bumble notices only for requests sent."""
    asked = asyncio.ensure_future(request)
    either: set[asyncio.Future[Any]] = {asked, gone}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if asked.cancelled() or not asked.done():
        asked.cancel()
        raise BleakError("disconnected")
    return asked.result()


def _cancelled() -> bool:
    """Whether the running task itself was cancelled, rather than a future that it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _uuid(uuid: UUID) -> str:
    return _uuid_text(bytes(uuid))


def _uuid_text(little_endian: bytes) -> str:
    if len(little_endian) == 2:
        return normalize_uuid_16(int.from_bytes(little_endian, "little"))
    digits = little_endian[::-1].hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _advertisement_data(advertisement: Advertisement) -> AdvertisementData:
    name: str | None = None
    manufacturer_data: dict[int, bytes] = {}
    service_data: dict[str, bytes] = {}
    service_uuids: dict[str, None] = {}
    for kind, data in advertisement.data.ad_structures:
        match kind:
            case AdvertisementDataType.COMPLETE_LOCAL_NAME:
                name = data.decode(errors="replace")
            case AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA:
                manufacturer_data[int.from_bytes(data[:2], "little")] = data[2:]
            case AdvertisementDataType.COMPLETE_LIST_SERVICE_UUID16:
                service_uuids[_uuid_text(data)] = None
            case AdvertisementDataType.COMPLETE_LIST_SERVICE_UUID128:
                service_uuids[_uuid_text(data)] = None
            case AdvertisementDataType.SERVICE_DATA_UUID16:
                service_data[_uuid_text(data[:2])] = data[2:]
            case AdvertisementDataType.SERVICE_DATA_UUID128:
                service_data[_uuid_text(data[:16])] = data[16:]
    return AdvertisementData(name, manufacturer_data, service_data, list(service_uuids), None, advertisement.rssi, ())
