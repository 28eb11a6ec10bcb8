"""HTTP for this machine: ``GET /health``."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub.errors import PageError

HOST = "127.0.0.1"

HealthSource = Callable[[], tuple[bool, Mapping[str, Any]]]
"""Whether the hub lives, and what is to be told of its health."""


@asynccontextmanager
async def serve(port: int, health: HealthSource) -> AsyncIterator[int]:
    """Serve as long as it is entered; gives the port.

    Raises
    ------
    PageError
        The port is taken.
    """

    async def tell_health(_: Request) -> JSONResponse:
        lives, told = health()
        return JSONResponse(told, status_code=200 if lives else 503, headers={"Cache-Control": "no-store"})

    listener = _listener(port)
    config = uvicorn.Config(
        Starlette(routes=[Route("/health", tell_health)]),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        limit_concurrency=32,
        timeout_keep_alive=5,
        server_header=False,
        loop="none",
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="page")
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await serving
        listener.close()


class _Server(uvicorn.Server):
    """Leaves signals to the hub."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        message = f"port {port} of the hub's page is taken by another program; set another page.port, 0 for any"
        raise PageError(message) from error
    return listener


logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
