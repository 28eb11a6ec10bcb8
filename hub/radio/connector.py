"""How one device is found, called, hung up and forgotten; each with bounded patience, and counted."""

import asyncio
import logging
from collections.abc import Callable

from bleak import BleakClient

from hub.errors import LinkError
from hub.radio.bluetooth import BLUETOOTH_ERRORS, Bluetooth
from hub.radio.bound_names import BoundNames
from hub.radio.broken_link import BrokenLinkError
from hub.radio.caretaker import Caretaker
from hub.radio.causes import Cause, cause_of, explain
from hub.radio.devices import DeviceSpec
from hub.radio.finder import Finder, Sighting
from hub.radio.held import HeldSigns, who_holds
from hub.radio.ladder import Failure
from hub.radio.settings import RadioSettings
from hub.radio.standing import Standing
from hub.radio.states import LinkEvent

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
        names: BoundNames,
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
        self._names = names
        self._heard_dbm: int | None = None
        self._refused_n = 0
        self._dropped_n = 0
        self._freed = False

    def succeeded(self) -> None:
        """The device sends valid data: nobody else holds it."""
        self._heard_dbm, self._refused_n, self._dropped_n, self._freed = None, 0, 0, False

    def freed(self) -> None:
        """The device was let go for another app."""
        self._freed = True

    async def search(self) -> Sighting:
        """Wait until the device is heard, however long it takes; a long search in vain is explained.

        A connection that is left over from before, such as from a hub that crashed, is ended: the device would not
        advertise.
        """
        await self._drop_stale_link()
        self._is_held(is_heard=True)
        reporting = asyncio.create_task(self._report_long_search(), name=f"radio search {self._spec}")
        try:
            sighting = await self._finder.find(self._spec, frozenset(self.rejected))
        finally:
            reporting.cancel()
        self._heard_dbm, self._freed = sighting.found.rssi_dbm, False
        return sighting

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
            self._note_failure()
            reason = f"found, but no connection within {self._settings.connect_s:g} s"
            raise BrokenLinkError(str(self._spec), Failure.UNREACHED, reason) from error
        except BLUETOOTH_ERRORS as error:
            cause = cause_of(error)
            if cause is not None:
                self._caretaker.attempt_failed(cause)
            self._note_failure(cause)
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
            self._dropped_n += 1
            self._standing.counts.stale_links += 1
            log.info("%s: ended a connection that nobody in the hub uses", self._spec)

    async def _report_long_search(self) -> None:
        while True:
            await asyncio.sleep(self._settings.search_s)
            await self._drop_stale_link()
            self._search_is_long()

    def _note_failure(self, cause: Cause | None = None) -> None:
        self._standing.counts.connect_failures += 1
        self._refused_n += cause is None  # else the adapter is to blame

    def _is_held(self, *, is_heard: bool) -> bool:
        reason = who_holds(HeldSigns(is_heard, self._heard_dbm, self._refused_n, self._freed, self._dropped_n))
        if reason:
            self._standing.warn_once(LinkError(str(self._spec), reason))
            self._standing.move(LinkEvent.HELD, reason=reason)
        return bool(reason)

    def _search_is_long(self) -> None:
        if self._finder.trouble:
            self._standing.explain(self._finder.trouble)
        elif not self._is_held(is_heard=False) and (reason := self._why_not_found()):
            self._standing.warn_once(LinkError(str(self._spec), reason))
            self._standing.explain(reason)

    def _why_not_found(self) -> str:
        spec, namesakes_n = self._spec, self._finder.namesakes_n(self._spec)
        if spec.address is None and self._names.known(spec).address is not None and namesakes_n:
            return (
                f"a device called {spec.name!r} is in reach, but not the one that is known; if it is yours, give its "
                f"address, or delete {self._names.path}"
            )
        if spec.address is None and namesakes_n > 1:
            return f"{namesakes_n} devices in reach are called {spec.name!r}; give the address of yours"
        if self.rejected:
            return ""  # why those were sent away says more
        return f"not found for {self._settings.search_s:g} s; is it on and in reach?"
