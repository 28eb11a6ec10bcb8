"""An event loop whose time passes only while nobody has anything to do: minutes of the air take seconds of a test."""

import asyncio
import selectors

TURN_S = 20e-6
"""What a turn of the loop costs, so that those who talk without a pause come to an end."""


class WarpedLoop(asyncio.SelectorEventLoop):
    """Waits by setting its clock forward. For tests whose whole world is inside the loop."""

    def __init__(self) -> None:
        self._now_s = 1000.0
        super().__init__(_Impatient(self))

    def time(self) -> float:
        return self._now_s

    def stall(self, seconds: float) -> None:
        """Time passes, and nothing is done meanwhile."""
        self._now_s += seconds


class _Impatient(selectors.DefaultSelector):
    """Looks for real events, and where there are none, lets the time pass at once."""

    def __init__(self, loop: WarpedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        if not (ready := super().select(0)):
            self._loop.stall(max(timeout, TURN_S))
        return ready
