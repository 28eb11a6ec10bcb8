"""Sockets within bounds: so many, so long without a request, and so long without taking what they asked for."""

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from hub.page.stats import PageStats

MOST, MOST_PER_ADDRESS = 96, 40
REQUEST_S = 10.0
"""A connection without a whole request head for so long is closed."""

STUCK_S = 20.0
"""A browser that takes nothing for so long is given up."""

WAITING_BYTES = 16 * 1024
"""More than this does not wait for a slow browser within the hub; about a second of frames."""

_BODY = b'{"error":"connections","message":"too many connections; try again later"}'
TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 10\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


def bounded_protocol(stats: PageStats) -> type[H11Protocol]:
    """uvicorn's protocol with these bounds, for one server."""
    per_address: Counter[str] = Counter()

    class Bounded(H11Protocol):
        """One connection."""

        _address = ""
        _deadline: asyncio.TimerHandle | None = None
        _stuck: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            """Take it, or refuse it at once."""
            address = str((transport.get_extra_info("peername") or ("?",))[0])
            if per_address.total() >= MOST or per_address[address] >= MOST_PER_ADDRESS:
                stats.refused["connections"] += 1
                transport.write(TOO_MANY)
                transport.close()
                return
            self._address = address
            per_address[address] += 1
            transport.set_write_buffer_limits(high=WAITING_BYTES)
            super().connection_made(transport)
            self._wait_for_request()

        def connection_lost(self, exc: Exception | None) -> None:
            """Count it out."""
            for timer in (self._deadline, self._stuck):
                if timer is not None:
                    timer.cancel()
            if self._address:
                per_address[self._address] -= 1
                if not per_address[self._address]:
                    del per_address[self._address]
                super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """Take data, and wait no longer than that for the rest of a request."""
            if not self._address:
                return
            super().data_received(data)
            self._wait_for_request()

        def pause_writing(self) -> None:
            """The browser is behind."""
            super().pause_writing()
            self._stuck = self.loop.call_later(STUCK_S, self._give_up, "stuck")

        def resume_writing(self) -> None:
            """It has caught up."""
            super().resume_writing()
            if self._stuck is not None:
                self._stuck.cancel()

        def _wait_for_request(self) -> None:
            is_idle = self.cycle is None or self.cycle.response_complete
            if is_idle and self._deadline is None:
                self._deadline = self.loop.call_later(REQUEST_S, self._give_up, "no_request")
            elif not is_idle and self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _give_up(self, reason: str) -> None:
            stats.refused[reason] += 1
            self.transport.abort()

    return Bounded
