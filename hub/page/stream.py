"""The live stream: server-sent events.

One way and over plain HTTP: the same cookies and checks as any other request, browsers reconnect by themselves, and no
second protocol in the hub. What the person says goes by POST.
"""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.page.broadcast import Broadcast
from hub.page.refused import RefusedError
from hub.page.stats import PageStats

MOST_WATCHERS = 32

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"connection", b"close"),
]


class Streams:
    """All streams of a server."""

    def __init__(self, broadcast: Broadcast, stats: PageStats) -> None:
        self._broadcast = broadcast
        self._stats = stats
        self._running: set[asyncio.Task[None]] = set()

    def response(self, nickname: str, is_allowed: Callable[[], bool]) -> "StreamResponse":
        """The stream of a wearer, until the browser leaves or is no longer allowed.

        Raises
        ------
        RefusedError : too many watch.
        """
        if self._stats.watchers_n >= MOST_WATCHERS:
            message = f"{MOST_WATCHERS} pages watch already; close some"
            raise RefusedError(503, "watchers", message, {"Retry-After": "10"})
        return StreamResponse(self, nickname, is_allowed)

    async def run(self, nickname: str, is_allowed: Callable[[], bool], receive: Receive, send: Send) -> None:
        """Tell what is new as fast as the browser takes it."""
        sending = asyncio.current_task()
        assert sending is not None
        self._running.add(sending)
        with self._broadcast.watch(nickname, is_allowed) as watcher:
            leaving = asyncio.create_task(_left(receive), name="page-leaving")
            leaving.add_done_callback(lambda _: watcher.end())
            try:
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                while told := await watcher.take():
                    await send({"type": "http.response.body", "body": told, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                leaving.cancel()
                self._running.discard(sending)

    async def end(self) -> None:
        """End all."""
        self._broadcast.end()
        if self._running:
            _, stuck = await asyncio.wait(set(self._running), timeout=0.2)
            for sending in stuck:
                sending.cancel()


class StreamResponse(Response):
    """A stream as Starlette wants it."""

    def __init__(self, streams: Streams, nickname: str, is_allowed: Callable[[], bool]) -> None:
        super().__init__()
        self._streams = streams
        self._nickname = nickname
        self._is_allowed = is_allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run it."""
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._streams.run(self._nickname, self._is_allowed, receive, send)


async def _left(receive: Receive) -> None:
    """Wait until the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
