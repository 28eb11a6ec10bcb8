"""How one device is found, called, hung up and forgotten; each with bounded patience, and counted."""

import asyncio
import logging
from collections.abc import Callable

from bleak import BleakClient

from hub.errors import LinkError
from hub.radio.bluetooth import BLUETOOTH_ERRORS, Bluetooth
from hub.radio.broken_link import BrokenLinkError
from hub.radio.caretaker import Caretaker
from hub.radio.causes import Cause, cause_of, explain
from hub.radio.devices import DeviceSpec
from hub.radio.finder import Finder, Sighting
from hub.radio.ladder import Failure
from hub.radio.settings import RadioSettings
from hub.radio.standing import Standing

log = logging.getLogger(__name__)

HANG_UP_S = 2.0


class Connector:
    """Finds and calls the device of ``spec``; what that tells of the adapter, it tells the ``caretaker``."""

    def __init__(
        self,
        spec: DeviceSpec,
        bluetooth: Bluetooth,
        finder: Finder,
        *,
        caretaker: Caretaker,
        settings: RadioSettings,
        standing: Standing,
    ) -> None:
        self.rejected: set[str] = set()
        """Addresses that turned out to be others'."""
        self._spec = spec
        self._bluetooth = bluetooth
        self._finder = finder
        self._caretaker = caretaker
        self._settings = settings
        self._standing = standing

    async def search(self) -> Sighting:
        """Wait until the device is heard, however long it takes; a long search in vain is explained.

        A connection that is left over from before, such as from a hub that crashed, is ended: the device would not
        advertise.
        """
        await self._drop_stale_link()
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
        BrokenLinkError
            It does not answer, or the adapter does not do as it is asked.
        """
        try:
            async with asyncio.timeout(self._settings.connect_s):
                client = await self._bluetooth.connect(sighting.device, str(self._spec), on_disconnect)
        except TimeoutError as error:
            self._standing.counts.connect_failures += 1
            reason = f"found, but no connection within {self._settings.connect_s:g} s"
            raise BrokenLinkError(str(self._spec), Failure.UNREACHED, reason) from error
        except BLUETOOTH_ERRORS as error:
            self._standing.counts.connect_failures += 1
            cause = cause_of(error)
            if cause is not None:
                self._caretaker.attempt_failed(cause)
            failure = Failure.BUSY if cause is Cause.BUSY else Failure.UNREACHED
            raise BrokenLinkError(str(self._spec), failure, f"could not connect: {explain(error)}") from error
        self._caretaker.attempt_worked()
        return client

    async def forget(self) -> None:
        """Have the system forget the device: what it believes to know of it may be what is wrong."""
        if (address := self._standing.address) is None:
            return
        self._standing.counts.forgettings += 1
        log.info("%s: having the system forget the device", self._spec)
        try:
            async with asyncio.timeout(self._settings.action_s):
                await self._bluetooth.control.forget(address)
        except BLUETOOTH_ERRORS as error:
            log.debug("%s: forgetting failed: %s", self._spec, error)

    async def hang_up(self, client: BleakClient) -> None:
        """End the connection, if that can be done in time."""
        try:
            async with asyncio.timeout(HANG_UP_S):
                await client.disconnect()
        except BLUETOOTH_ERRORS as error:
            log.debug("%s: hanging up failed: %s", self._spec, error)

    async def _drop_stale_link(self) -> None:
        if (address := self._spec.address or self._standing.address) is None:
            return
        try:
            async with asyncio.timeout(self._settings.action_s):
                dropped = await self._bluetooth.control.drop(address)
        except BLUETOOTH_ERRORS as error:
            log.debug("%s: cannot tell whether it is connected: %s", self._spec, error)
            return
        if dropped:
            self._standing.counts.stale_links += 1
            log.info("%s: ended a connection that nobody in the hub uses", self._spec)

    async def _report_long_search(self) -> None:
        while True:
            await asyncio.sleep(self._settings.search_s)
            await self._drop_stale_link()
            self._search_is_long()

    def _search_is_long(self) -> None:
        reason = self._finder.trouble
        if not reason:
            if self.rejected:
                return  # why those were sent away says more
            reason = f"not found for {self._settings.search_s:g} s; is it on and in reach?"
            self._standing.warn_once(LinkError(str(self._spec), reason))
        self._standing.explain(reason)
