"""Two ways for a hub to hear the air: in one process with it, or over a socket to the process that holds it."""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble.controller import Controller
from bumble.hci import HCI_ACL_DATA_PACKET
from bumble.transport.common import AsyncPipeSink, PacketParser, StreamPacketSink, StreamPacketSource, Transport

from hub.radio.bluetooth import Bluetooth
from hub.radio.virtual.adapter import HOST_ADDRESS, VirtualAdapter
from hub.radio.virtual.backend import VirtualClient, VirtualScanner
from hub.radio.virtual.owner import VirtualOwner

logger = logging.getLogger(__name__)

_DATA_HEAD = struct.Struct("<BHH")
"""Packet type, connection handle with flags, length of what follows."""


@asynccontextmanager
async def attached(controller: Controller, address: str = HOST_ADDRESS) -> AsyncIterator[VirtualAdapter]:
    """An adapter on a controller in this process."""
    adapter = VirtualAdapter(controller, AsyncPipeSink(controller), address)
    await adapter.device.power_on()
    try:
        yield adapter
    finally:
        await adapter.device.power_off()


@asynccontextmanager
async def attached_through(sock: socket.socket) -> AsyncIterator[VirtualAdapter]:
    """An adapter on a controller at the other end of a connected stream socket, which is closed in the end."""
    async with await socket_transport(sock) as transport:
        adapter = VirtualAdapter(transport.source, transport.sink)
        await adapter.device.power_on()
        try:
            yield adapter
        finally:
            await adapter.device.power_off()


async def socket_transport(sock: socket.socket) -> Transport:
    """HCI packets over a connected stream socket."""
    stream, source = await asyncio.get_running_loop().create_connection(_SocketSource, sock=sock)
    return Transport(source, StreamPacketSink(stream))


def bluetooth(adapter: VirtualAdapter) -> Bluetooth:
    """What the radio scans and connects with on a virtual adapter."""
    return Bluetooth({"backend": VirtualScanner, "virtual": adapter}, {"backend": VirtualClient}, VirtualOwner(adapter))


class _SocketSource(StreamPacketSource):
    def data_received(self, data: bytes) -> None:
        """Hand packets on; bumble's parser, which joins every packet piece by piece, gets those that need it."""
        while self.sink is not None and self.parser.state == PacketParser.NEED_TYPE:
            end = _data_packet_end(data)
            if end is None:
                break
            try:
                self.sink.on_packet(data[:end])
            except Exception:
                logger.exception("a packet from the virtual radio could not be taken")
            data = data[end:]
        if data:
            super().data_received(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self.on_transport_lost()


def _data_packet_end(data: bytes) -> int | None:
    """Where the data packet ends that the bytes begin with; None for another kind, or one that is not all there."""
    if len(data) < _DATA_HEAD.size:
        return None
    kind, _, length = _DATA_HEAD.unpack_from(data)
    end = _DATA_HEAD.size + int(length)
    return end if kind == HCI_ACL_DATA_PACKET and end <= len(data) else None
