"""The hub's own HTTP server: off, for this machine, or for paired devices of the home's network."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Never

import uvicorn

from hub.errors import PageError
from hub.page.broadcast import Broadcast
from hub.page.connections import bounded_protocol
from hub.page.guard import Guard
from hub.page.pairing import Paired
from hub.page.refused import Refuser
from hub.page.routes import Pages
from hub.page.source import Source
from hub.page.stats import PageStats
from hub.page.stream import Streams

logger = logging.getLogger(__name__)

THIS_MACHINE, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104 - only where configured, behind a pairing code

SEND_BYTES = 32 * 1024
"""What the system holds for a slow browser: frames that are older than a second are of no use."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the page is reached.

    Parameters
    ----------
    port : 0 takes a free one.
    names : host names, beside the addresses.
    paired : folder of the paired devices; None: whoever comes in is the owner.
    here_only : only this machine comes in, whether with a browser or as a proxy for others.
    """

    port: int
    names: tuple[str, ...] = ("localhost",)
    paired: Path | None = None
    here_only: bool = False


@asynccontextmanager
async def serve(door: Door, source: Source, stats: PageStats) -> AsyncIterator[int]:
    """Serve as long as it is entered; gives the port.

    Raises
    ------
    PageError
        The port is taken.
    """
    listener = _listener(THIS_MACHINE if door.here_only or door.paired is None else EVERYWHERE, door.port)
    broadcast = Broadcast(source, stats)
    streams, refuser = Streams(broadcast, stats), Refuser(stats)
    pages = Pages(source, streams, refuser, None if door.paired is None else Paired(door.paired))
    config = uvicorn.Config(
        Guard(pages.app, door.names, refuser, asks_codes=door.paired is not None),
        http=bounded_protocol(stats),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=5,
        server_header=False,
        proxy_headers=False,
        loop="none",
    )
    server = _Server(config)
    telling = asyncio.create_task(broadcast.run(), name="page-frames")
    telling.add_done_callback(_say_failure)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="page")
    try:
        yield listener.getsockname()[1]
    finally:
        await streams.end()
        telling.cancel()
        await asyncio.wait({telling})
        server.should_exit = server.force_exit = True
        await serving
        listener.close()


class _Server(uvicorn.Server):
    """Leaves signals to the hub."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _say_failure(telling: asyncio.Task[Never]) -> None:
    if not telling.cancelled() and (error := telling.exception()) is not None:
        logger.error("the page's live view has ended: %r", error)


def _listener(address: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)  # handed on to each connection
    try:
        listener.bind((address, port))
        listener.listen()
    except OSError as error:
        listener.close()
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        raise PageError(f"port {port} of the hub's page {why}; set another page.port, 0 for any") from error
    return listener


logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
