"""A bumble host with a short way for notifications, which are nearly all that a hub hears.

bumble makes an object of a packet in every layer, and the debug text of most, whether anybody reads it or not. For the
notifications alone that cost as much as all else that the hub did, and a real hub does none of it: there the kernel and
BlueZ are the host. So a packet that is one whole notification goes straight to those who subscribed at bumble's GATT
client; everything else, and whatever is not quite as it should be, goes bumble's own way.
"""

import struct
from asyncio import InvalidStateError
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from bumble import att, hci
from bumble.device import Device
from bumble.host import Host

_HEAD = struct.Struct("<BHHHHBH")
"""Packet type, connection handle with flags, ACL length, L2CAP length, channel, ATT opcode, attribute handle."""
_BEFORE_ACL_DATA, _BEFORE_PDU = 5, 9
_CONTINUED = 0x1000
_ANY_NOTIFICATION = (hci.HCI_ACL_DATA_PACKET, att.ATT_CID, att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION)


class NotifiedHost(Host):
    """Gives the same to the same subscribers in the same order as bumble's own host, once ``device`` is set."""

    device: Device | None = None

    def on_packet(self, packet: bytes) -> None:
        """Take a packet from the controller."""
        subscribers = self._subscribers(packet)
        if not subscribers:
            with suppress(InvalidStateError):  # the answer to a request that was given up at this very moment
                super().on_packet(packet)
        for subscriber in subscribers:
            if callable(subscriber):
                subscriber(packet[_HEAD.size :])
            elif subscriber.listeners(subscriber.EVENT_UPDATE):
                subscriber.emit(subscriber.EVENT_UPDATE, packet[_HEAD.size :])

    def _subscribers(self, packet: bytes) -> Collection[Any]:
        """Who waits for the packet, if it is a whole notification on a link that stands; else nobody."""
        if len(packet) < _HEAD.size or self.device is None or not self.ready or self.snooper is not None:
            return ()
        kind, handle, acl_n, pdu_n, channel, opcode, attribute = _HEAD.unpack_from(packet)
        if (kind, channel, opcode) != _ANY_NOTIFICATION or handle & _CONTINUED:
            return ()
        if acl_n != len(packet) - _BEFORE_ACL_DATA or pdu_n != len(packet) - _BEFORE_PDU:
            return ()
        link, connection = self.connections.get(handle & 0xFFF), self.device.connections.get(handle & 0xFFF)
        if link is None or connection is None or link.assembler.current_data is not None:
            return ()
        return connection.gatt_client.notification_subscribers.get(attribute, ())
