"""An emulator on the air: its GATT table, its advertisement, and its notifications in real time."""

import asyncio
import struct
from collections.abc import Callable
from contextlib import suppress

from bumble import att, gatt
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import AdvertisingParameters, Connection, Device
from bumble.hci import Address, HCI_Error, HCI_ErrorCode, OwnAddressType
from bumble.host import Host
from bumble.transport.common import AsyncPipeSink

from hub.radio.virtual.faults import Faults, FaultyLine
from hub.radio.virtual.link import Link
from hub.support.uninterrupted import uninterrupted
from sensors.emulation import Advertisement, Body, Emulator, GattCharacteristic

CONNECTION_INTERVAL_S = 0.03
"""Notifications leave at multiples of this: the shorter end of what Linux asks for as a central, 30 to 50 ms."""

ADVERTISING_INTERVAL_MS = 100.0

_NOTIFICATION = struct.Struct("<HHBH")
"""L2CAP length, channel, ATT opcode, attribute handle."""
_NOTIFICATION_HEAD_BYTES = 3
_NOTIFIES = 0x01
"""Bit of a client's configuration of a characteristic."""


class Peripheral:
    """One device on the air.

    Parameters
    ----------
    emulator, body : what speaks, and who wears it.
    address : random static Bluetooth address.
    link : the air.
    clock : seconds of the scenario; the time axis of the body and the faults.
    """

    def __init__(
        self,
        emulator: Emulator,
        body: Body,
        address: str,
        link: Link,
        clock: Callable[[], float],
        *,
        faults: Faults,
        seed: int,
    ) -> None:
        self.line = FaultyLine(faults, seed)
        self._emulator = emulator
        self._body = body
        self._clock = clock
        self._connection: Connection | None = None
        self._changed = asyncio.Event()
        self._characteristics: dict[str, gatt.Characteristic[bytes]] = {}
        self._link = link
        self._controller = Controller(address, link=link)
        self._device = Device(
            name=emulator.advertisement.name,
            address=Address(address),
            host=Host(self._controller, AsyncPipeSink(self._controller)),
        )
        self._device.gatt_server.max_mtu = faults.mtu
        for service in emulator.services:
            table = [self._characteristic(one) for one in service.characteristics]
            self._device.add_service(gatt.Service(UUID(service.uuid), table))
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)

    async def run(self) -> None:
        """Advertise, serve one central at a time, and start again; for ever."""
        await uninterrupted(self._device.power_on())
        while True:
            if self.line.is_away(self._clock()):
                await asyncio.sleep(self.line.moves_in_s(self._clock()) or 0.0)
            await self._advertise_until_connected()
            if self._connection is not None:
                await self._serve(self._connection)

    def change_faults(self, faults: Faults) -> None:
        """From now on these go wrong instead; but for the MTU, which stays."""
        self.line.change(faults)
        self._changed.set()

    @property
    def is_heard(self) -> bool:
        """Whether its central has subscribed to anything."""
        return bool(self._connection and self._device.gatt_server.subscribers.get(self._connection))

    async def _advertise_until_connected(self) -> None:
        starting = self._device.create_advertising_set(
            advertising_parameters=AdvertisingParameters(
                own_address_type=OwnAddressType.RANDOM,
                primary_advertising_interval_min=ADVERTISING_INTERVAL_MS,
                primary_advertising_interval_max=ADVERTISING_INTERVAL_MS,
            ),
            random_address=self._device.random_address,
            advertising_data=_advertising_data(self._emulator.advertisement),
        )
        advertising = await uninterrupted(starting)
        while self._connection is None and not self.line.is_away(self._clock()):
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.line.moves_in_s(self._clock())):
                    await self._changed.wait()
        await uninterrupted(advertising.remove())

    async def _serve(self, connection: Connection) -> None:
        event_s = self._clock()
        while connection is self._connection:
            behind = max(0, int((self._clock() - event_s) / CONNECTION_INTERVAL_S))
            event_s += (behind + 1) * CONNECTION_INTERVAL_S
            await asyncio.sleep(event_s - self._clock())
            await self._connection_event(connection)

    async def _connection_event(self, connection: Connection) -> None:
        now_s = self._clock()
        for notification in self._emulator.advance(now_s, self._body):
            self.line.put(notification)
        for delivery in self.line.take(now_s):
            if connection is self._connection:
                self._notify(connection, self._characteristics[delivery.characteristic], delivery.data)
        if self.line.must_forget(now_s):
            self._device.gatt_server.subscribers.pop(connection, None)
            for uuid in self._characteristics:
                self._emulator.subscribed(uuid, False, now_s)
        if self.line.must_disconnect(now_s) and connection is self._connection:
            try:
                await uninterrupted(connection.disconnect())
            except (BaseBumbleError, HCI_Error):
                self._on_disconnection(connection)  # the central was quicker
        if self.line.must_vanish(now_s):
            self._vanish(connection)

    def _vanish(self, connection: Connection) -> None:
        """End the link without a word, as a device does that is switched off."""
        link = self._controller.find_le_connection_by_handle(connection.handle)
        if link is not None:
            self._link.desert(link)
            self._controller.on_le_disconnected(link, HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        self._on_disconnection(connection)

    def _notify(self, connection: Connection, characteristic: gatt.Characteristic[bytes], data: bytes) -> None:
        """Give a notification to the controller as one packet.

        bumble's own way cuts it into pieces of 27 bytes and makes an object and a debug text of each in every layer, at
        more than the cost of all else that a device does.
        """
        configured = self._device.gatt_server.subscribers.get(connection, {}).get(characteristic.handle)
        link = self._controller.find_le_connection_by_handle(connection.handle)
        if link is None or not configured or not configured[0] & _NOTIFIES:
            return
        told = data[: connection.att_mtu - _NOTIFICATION_HEAD_BYTES]
        link.on_acl_pdu(
            _NOTIFICATION.pack(
                len(told) + _NOTIFICATION_HEAD_BYTES,
                att.ATT_CID,
                att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION,
                characteristic.handle,
            )
            + told
        )

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, lambda _reason: self._on_disconnection(connection))
        connection.on(
            Connection.EVENT_CONNECTION_ATT_MTU_UPDATE,
            lambda: self._emulator.connected(self._clock(), connection.att_mtu),
        )
        self.line.connected()
        self._emulator.connected(self._clock(), connection.att_mtu)
        self._changed.set()

    def _on_disconnection(self, connection: Connection) -> None:
        if connection is not self._connection:
            return
        self._connection = None
        self._emulator.disconnected()
        self.line.disconnected()
        self._changed.set()

    def _characteristic(self, described: GattCharacteristic) -> gatt.Characteristic[bytes]:
        uuid, properties = described.uuid, gatt.Characteristic.Properties(0)
        for name in described.properties:
            properties |= gatt.Characteristic.Properties[name.upper().replace("-", "_")]
        permissions = gatt.Characteristic.Permissions(0)
        if "read" in described.properties:
            permissions |= gatt.Characteristic.Permissions.READABLE
        if described.properties & {"write", "write-without-response"}:
            permissions |= gatt.Characteristic.Permissions.WRITEABLE

        def read(_: Connection) -> bytes:
            if "read" not in described.properties:
                raise att.ATT_Error(att.ErrorCode.READ_NOT_PERMITTED)
            return self._emulator.read(uuid, self._clock())

        def write(_: Connection, data: bytes) -> None:
            if not described.properties & {"write", "write-without-response"}:
                raise att.ATT_Error(att.ErrorCode.WRITE_NOT_PERMITTED)
            for notification in self._emulator.write(uuid, data, self._clock()):
                self.line.put(notification)

        characteristic = gatt.Characteristic[bytes](
            UUID(uuid), properties, permissions, gatt.CharacteristicValue(read=read, write=write)
        )
        characteristic.on(
            gatt.Characteristic.EVENT_SUBSCRIPTION,
            lambda _bearer, notify, _indicate: self._emulator.subscribed(uuid, notify, self._clock()),
        )
        self._characteristics[uuid] = characteristic
        return characteristic


def _advertising_data(advertisement: Advertisement) -> bytes:
    kind = AdvertisingData.Type
    structures: list[tuple[int, bytes]] = [
        (kind.FLAGS, b"\x06"),
        (kind.COMPLETE_LOCAL_NAME, advertisement.name.encode()),
    ]
    for text in advertisement.service_uuids:
        uuid = bytes(UUID(text))
        short = len(uuid) == 2
        structures.append(
            (
                kind.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
                if short
                else kind.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
                uuid,
            )
        )
    for company, data in advertisement.manufacturer_data.items():
        structures.append((kind.MANUFACTURER_SPECIFIC_DATA, company.to_bytes(2, "little") + data))
    for text, data in advertisement.service_data.items():
        uuid = bytes(UUID(text))
        short = len(uuid) == 2
        structures.append((kind.SERVICE_DATA_16_BIT_UUID if short else kind.SERVICE_DATA_128_BIT_UUID, uuid + data))
    return b"".join(bytes([len(value) + 1, number]) + value for number, value in structures)
