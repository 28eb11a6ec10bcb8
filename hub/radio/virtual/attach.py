"""Two ways for a hub to hear the air: in one process with it, or over a socket to the process that holds it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble.controller import Controller
from bumble.transport.common import AsyncPipeSink, StreamPacketSink, StreamPacketSource, Transport

from hub.radio.bluetooth import Bluetooth
from hub.radio.virtual.adapter import VirtualAdapter
from hub.radio.virtual.backend import VirtualClient, VirtualScanner


@asynccontextmanager
async def attached(controller: Controller) -> AsyncIterator[VirtualAdapter]:
    """An adapter on a controller in this process."""
    adapter = VirtualAdapter(controller, AsyncPipeSink(controller))
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
    return Bluetooth({"backend": VirtualScanner, "virtual": adapter}, {"backend": VirtualClient})


class _SocketSource(StreamPacketSource):
    def connection_lost(self, _error: Exception | None) -> None:
        self.on_transport_lost()
