"""A network between hub and servers that can swallow, break or crawl: a TCP relay on a loopback port."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto

from tests.outages.witness import Witness

LOOPBACK = "127.0.0.1"
SLOW_BYTES_PER_S = 20_000.0
SLOW_DELAY_S = 0.1
AT_ONCE_BYTES = 4096


class Way(Enum):
    """What becomes of what is sent."""

    OPEN = auto()
    SILENT = auto()  # connections stand, and nothing comes through until it is open again
    RESET = auto()  # all connections are broken, and new ones at once
    SLOW = auto()


class Relay:
    """Passes connections on to another loopback port."""

    def __init__(self, upstream_port: int, *, witnessed: bool = False) -> None:
        self.port = 0
        self.witnesses: list[Witness] | None = [] if witnessed else None
        """One for each connection; None: nobody listens."""
        self._upstream_port = upstream_port
        self._way = Way.OPEN
        self._changed = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Relay"]:
        """Be there, on ``port``."""
        server = await asyncio.start_server(self._pass_on, LOOPBACK, 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.go(Way.RESET)

    def go(self, way: Way) -> None:
        """From now on."""
        self._way = way
        self._changed.set()
        self._changed = asyncio.Event()
        if way is Way.RESET:
            for writer in self._writers:
                _break(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._passage()
            if self._way is Way.RESET:
                raise ConnectionResetError
            onward_reader, onward = await asyncio.open_connection(LOOPBACK, self._upstream_port)
            self._writers.add(onward)
            hub = broker = _deaf
            if self.witnesses is not None:
                self.witnesses.append(witness := Witness())
                hub, broker = witness.hear_hub, witness.hear_broker
            try:
                await asyncio.gather(self._pump(reader, onward, hub), self._pump(onward_reader, writer, broker))
            finally:
                self._writers.discard(onward)
                _break(onward)
        except OSError:
            pass  # that is what it is for
        finally:
            self._writers.discard(writer)
            _break(writer)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hear: Callable[[bytes], None]
    ) -> None:
        while data := await reader.read(AT_ONCE_BYTES):
            await self._passage()
            if self._way is Way.SLOW:
                await asyncio.sleep(SLOW_DELAY_S + len(data) / SLOW_BYTES_PER_S)
            hear(data)
            writer.write(data)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()

    async def _passage(self) -> None:
        while self._way is Way.SILENT:
            await self._changed.wait()


def _deaf(data: bytes) -> None:
    """Nobody listens."""


def _break(writer: asyncio.StreamWriter) -> None:
    """End it with a reset, as a network does that knows nothing of it any more."""
    with suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
