"""How one device is found, called and hung up; each with bounded patience, and counted."""

import asyncio
import logging
from collections.abc import Callable

from bleak import BleakClient

from hub.errors import LinkError
from hub.radio.bluetooth import BLUETOOTH_ERRORS, Bluetooth
from hub.radio.causes import explain
from hub.radio.devices import DeviceSpec
from hub.radio.finder import Finder, Sighting
from hub.radio.settings import RadioSettings
from hub.radio.standing import Standing

log = logging.getLogger(__name__)

HANG_UP_S = 2.0


class Connector:
    """Finds and calls the device of ``spec``."""

    def __init__(
        self, spec: DeviceSpec, bluetooth: Bluetooth, finder: Finder, *, settings: RadioSettings, standing: Standing
    ) -> None:
        self.rejected: set[str] = set()
        """Addresses that turned out to be others'."""
        self._spec = spec
        self._bluetooth = bluetooth
        self._finder = finder
        self._settings = settings
        self._standing = standing

    async def search(self) -> Sighting:
        """Wait until the device is heard, however long it takes; a long search in vain is explained."""
        reporting = asyncio.create_task(self._report_long_search(), name=f"radio search {self._spec}")
        try:
            return await self._finder.find(self._spec, frozenset(self.rejected))
        finally:
            reporting.cancel()

    async def look(self, seconds: float) -> Sighting | None:
        """Listen for the device for so long.

        Raises
        ------
        LinkError
            The adapter was too busy to tell whether the device is there.
        """
        listened_s = self._finder.listened_s
        try:
            async with asyncio.timeout(seconds):
                return await self._finder.find(self._spec, frozenset(self.rejected))
        except TimeoutError:
            if self._finder.listened_s - listened_s < 0.5 * seconds:
                raise LinkError(str(self._spec), "the adapter was busy") from None
            return None

    async def connect(self, sighting: Sighting, on_disconnect: Callable[[], None]) -> BleakClient:
        """Connect to the device that was heard; nobody scans meanwhile.

        Raises
        ------
        LinkError
            It does not answer, or the adapter does not do as it is asked.
        """
        try:
            async with asyncio.timeout(self._settings.connect_s):
                return await self._bluetooth.connect(sighting.device, str(self._spec), on_disconnect)
        except TimeoutError as error:
            self._standing.counts.connect_failures += 1
            reason = f"found, but no connection within {self._settings.connect_s:g} s"
            raise LinkError(str(self._spec), reason) from error
        except BLUETOOTH_ERRORS as error:
            self._standing.counts.connect_failures += 1
            raise LinkError(str(self._spec), f"could not connect: {explain(error)}") from error

    async def hang_up(self, client: BleakClient) -> None:
        """End the connection, if that can be done in time."""
        try:
            async with asyncio.timeout(HANG_UP_S):
                await client.disconnect()
        except BLUETOOTH_ERRORS as error:
            log.debug("%s: hanging up failed: %s", self._spec, error)

    async def _report_long_search(self) -> None:
        while True:
            await asyncio.sleep(self._settings.search_s)
            self._search_is_long()

    def _search_is_long(self) -> None:
        reason = self._finder.trouble
        if not reason:
            if self.rejected:
                return  # why those were sent away says more
            reason = f"not found for {self._settings.search_s:g} s; is it on and in reach?"
            self._standing.warn_once(LinkError(str(self._spec), reason))
        self._standing.explain(reason)
