"""Looks after the adapter: when nothing goes any more, climbs the ladder of what may mend it."""

import asyncio
import logging
from collections.abc import Callable

from hub.radio.bluetooth import BLUETOOTH_ERRORS, Bluetooth
from hub.radio.causes import Cause, explain
from hub.radio.finder import Finder
from hub.radio.ladder import AdapterLadder, AdapterSigns, Rung

log = logging.getLogger(__name__)

LOOK_S = 1.0
MEND_S = 60.0
"""A reset that takes longer has failed."""

BELIEVED_S = 120.0
"""How long a connection attempt that failed for the adapter's sake speaks against the adapter."""


class Caretaker:
    """Resets the adapter, seldom, and never while a link stands.

    Parameters
    ----------
    link_stands : tells whether any device is connected.
    """

    def __init__(self, bluetooth: Bluetooth, finder: Finder, link_stands: Callable[[], bool]) -> None:
        self._control = bluetooth.control
        self._finder = finder
        self._link_stands = link_stands
        self._ladder = AdapterLadder(self._control.possible)
        self._attempt: tuple[Cause, float] | None = None

    def attempt_failed(self, cause: Cause) -> None:
        """A connection attempt failed for the adapter's sake."""
        self._attempt = cause, _now_s()

    def attempt_worked(self) -> None:
        """A device could be connected."""
        self._attempt = None

    async def run(self) -> str:
        """Look and mend, until nothing is left to try; then the reason for giving up, in words."""
        while True:
            await asyncio.sleep(LOOK_S)
            rung = self._ladder.rung(self._signs(), _now_s())
            if rung is Rung.EXIT:
                return f"{self._trouble()}; no reset has helped"
            if rung is not None:
                await self._mend(rung)

    def _signs(self) -> AdapterSigns:
        finder = self._finder
        if finder.fails:
            return AdapterSigns(self._link_stands(), True, finder.cause, finder.deaf_s)
        if self._attempt is not None and _now_s() - self._attempt[1] < BELIEVED_S:
            return AdapterSigns(self._link_stands(), True, self._attempt[0], finder.deaf_s)
        return AdapterSigns(self._link_stands(), False, None, finder.deaf_s)

    def _trouble(self) -> str:
        return self._finder.trouble or (self._attempt[0] if self._attempt else "the adapter hears nobody")

    async def _mend(self, rung: Rung) -> None:
        async with self._finder.quiet():
            if self._link_stands():  # by now
                return
            log.warning("%s: trying a %s", self._trouble(), rung.value.replace("_", " "))
            try:
                async with asyncio.timeout(MEND_S):
                    await self._do(rung)
            except BLUETOOTH_ERRORS as error:
                self._finder.counts.mend_failures += 1
                log.warning("the %s failed: %s", rung.value.replace("_", " "), explain(error))
            else:
                self._finder.mended()

    async def _do(self, rung: Rung) -> None:
        counts, control = self._finder.counts, self._control
        match rung:
            case Rung.POWER_ON:
                counts.power_ons += 1
                await control.power_on()
            case Rung.POWER_CYCLE:
                counts.power_cycles += 1
                await control.power_cycle()
            case Rung.USB_RESET:
                counts.usb_resets += 1
                await control.usb_reset()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
