"""The one scanner of the hub: it listens only while some device is missing, and is quiet while one connects."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from hub.errors import LinkError
from hub.radio.bluetooth import BLUETOOTH_ERRORS, Bluetooth
from hub.radio.bound_names import BoundNames, Namesakes
from hub.radio.causes import Cause, cause_of, explain
from hub.radio.devices import DeviceSpec, Found, choose, identify
from hub.radio.settings import RadioSettings
from hub.radio.status import AdapterCounts
from hub.support.backoff import Backoff
from sensors.layout import Role

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A wanted device, heard just now."""

    device: BLEDevice
    found: Found


@dataclass(frozen=True, slots=True)
class _Wish:
    spec: DeviceSpec
    rejected: frozenset[str]
    namesakes: Namesakes
    sighting: asyncio.Future[Sighting]


class Finder:
    """Finds devices for all links with one scanner.

    ``scanning`` tells whether it listens, ``fails`` whether the last scan failed, and ``cause`` why, as far as known;
    ``trouble`` says it in words, with its remedy, until anybody is heard again. ``names`` tells which names are bound.
    """

    def __init__(
        self,
        bluetooth: Bluetooth,
        configured: tuple[DeviceSpec, ...],
        names: BoundNames,
        settings: RadioSettings,
        chance: Random,
    ) -> None:
        self.counts = AdapterCounts()
        self.scanning = False
        self.fails = False
        self.cause: Cause | None = None
        self.trouble = ""
        self._bluetooth = bluetooth
        self._configured = configured
        self._names = names
        self._settings = settings
        self._chance = chance
        self._wanted: dict[tuple[str, Role], _Wish] = {}
        self._ears: list[dict[str, Found]] = []
        self._quiet = False
        self._go = asyncio.Event()
        self._halt = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._mended = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._heard_s = self._moved_s = 0.0
        self._began_s = 0.0
        self._listened_s = 0.0
        self._deaf_since_s: float | None = None

    @property
    def moved_s(self) -> float | None:
        """When it last heard somebody, began or failed, in hub time; None while it need not scan."""
        return max(self._moved_s, self._heard_s) if self._go.is_set() else None

    @property
    def listened_s(self) -> float:
        """How long it has listened since the hub started."""
        return self._listened_s + (asyncio.get_running_loop().time() - self._began_s if self.scanning else 0.0)

    @property
    def deaf_s(self) -> float:
        """For how long it has listened without a break and without hearing anybody."""
        return 0.0 if self._deaf_since_s is None else asyncio.get_running_loop().time() - self._deaf_since_s

    async def find(self, spec: DeviceSpec, rejected: frozenset[str]) -> Sighting:
        """Wait until the device advertises under an address that was not ``rejected``, however long it takes."""
        namesakes = Namesakes(self._settings.alone_s)
        wish = _Wish(spec, rejected, namesakes, asyncio.get_running_loop().create_future())
        self._wanted[spec.key] = wish
        self._update()
        try:
            return await wish.sighting
        finally:
            del self._wanted[spec.key]
            self._update()

    async def hear(self, seconds: float) -> list[Found]:
        """All devices that advertise within that time, strongest first, each as last heard under its best known name.

        Raises
        ------
        LinkError
            Nobody could be heard, for the adapter does not go; says why.
        """
        heard: dict[str, Found] = {}
        self._ears.append(heard)
        self._update()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._ears.remove(heard)
            self._update()
        if not heard and self.trouble:
            raise LinkError("scan", self.trouble)
        return _strongest_first(heard)

    def namesakes_n(self, spec: DeviceSpec) -> int:
        """How many devices of its name have been heard since the device is searched for, itself among them."""
        wish = self._wanted.get(spec.key)
        return 0 if wish is None else len(wish.namesakes)

    @asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """The air for one connection attempt alone: no scan and no other attempt. Adapters fail when these meet."""
        async with self._one_at_a_time:
            self._quiet = True
            self._update()
            try:
                await self._idle.wait()
                yield
            finally:
                self._quiet = False
                self._update()

    def mended(self) -> None:
        """Something was done for the adapter: try it at once, however long the pause after the last failure."""
        self._mended.set()

    async def run(self) -> None:
        """Scan whenever it is needed; for ever."""
        backoff = Backoff(self._settings.backoff_first_s, self._settings.backoff_most_s, self._chance)
        while True:
            await self._go.wait()
            if self._halt.is_set():
                continue
            self._idle.clear()
            try:
                await self._scan(backoff)
            except BLUETOOTH_ERRORS as error:
                self.counts.scan_failures += 1
                self.fails, self.cause = True, cause_of(error)
                self._moved_s = asyncio.get_running_loop().time()
                first, self.trouble = not self.trouble, explain(error)
                log.log(logging.WARNING if first else logging.DEBUG, "scanning failed, trying again: %s", self.trouble)
                self._fall_idle()
                await self._pause(backoff.next_s())
            finally:
                self._fall_idle()

    async def _scan(self, backoff: Backoff) -> None:
        loop = asyncio.get_running_loop()
        self._heard_s = loop.time()
        async with self._bluetooth.scanning(self._on_advertisement, self._settings.action_s):
            self.scanning = True
            self.fails, self.cause = False, None
            self._deaf_since_s = self._deaf_since_s or loop.time()
            self._began_s = loop.time()
            self.counts.scans += 1
            while not self._halt.is_set():
                try:
                    async with asyncio.timeout_at(self._heard_s + self._settings.scan_restart_s):
                        await self._halt.wait()
                except TimeoutError:
                    if loop.time() - self._heard_s >= self._settings.scan_restart_s:
                        self.counts.scan_restarts += 1
                        log.info("no device at all heard for %.0f s; scanning anew", self._settings.scan_restart_s)
                        return
        backoff.reset()
        self._deaf_since_s = None

    async def _pause(self, seconds: float) -> None:
        self._mended.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._mended.wait()

    def _fall_idle(self) -> None:
        self._listened_s = self.listened_s
        self.scanning = False
        self._idle.set()

    def _update(self) -> None:
        missing = any(not wish.sighting.done() for wish in self._wanted.values())
        if (missing or self._ears) and not self._quiet:
            self._halt.clear()
            if not self._go.is_set():
                self._moved_s = asyncio.get_running_loop().time()
            self._go.set()
        else:
            self._go.clear()
            self._halt.set()

    def _on_advertisement(self, device: BLEDevice, data: AdvertisementData) -> None:
        self._heard_s = asyncio.get_running_loop().time()
        self._deaf_since_s = None
        if self.trouble:
            self.trouble = ""
            log.info("scanning works again")
        found = identify(device.address, data)
        for heard in self._ears:
            _note(heard, found)
        if (wish := self._wish_for(found)) is not None and not self._quiet:
            wish.sighting.set_result(Sighting(device, found))
            self._update()

    def _wish_for(self, found: Found) -> _Wish | None:
        """Which search the device ends, if any."""
        waiting = [wish for wish in self._wanted.values() if not wish.sighting.done()]
        waiting = [wish for wish in waiting if found.address not in wish.rejected]
        for wish in waiting:
            if found.name and wish.spec.name == found.name:
                wish.namesakes.see(found.address, self._heard_s)
        wanted = tuple(self._names.known(wish.spec) for wish in waiting)
        spec = choose(found, wanted, tuple(map(self._names.known, self._configured)))
        if spec is None:
            return None
        wish = self._wanted[spec.key]
        sure = spec.address is not None or wish.namesakes.is_alone(found.address, self._heard_s)
        return wish if sure else None


async def scan(bluetooth: Bluetooth, seconds: float) -> list[Found]:
    """All devices that advertise within that time, strongest first, each as last heard under its best known name.

    Raises
    ------
    LinkError
        The adapter is missing, off, busy, or not for this user; says what to do.
    """
    heard: dict[str, Found] = {}

    def on_advertisement(device: BLEDevice, data: AdvertisementData) -> None:
        _note(heard, identify(device.address, data))

    try:
        async with bluetooth.scanning(on_advertisement, RadioSettings().action_s):
            await asyncio.sleep(seconds)
    except BLUETOOTH_ERRORS as error:
        raise LinkError("scan", explain(error)) from error
    return _strongest_first(heard)


def _note(heard: dict[str, Found], found: Found) -> None:
    if found.name or found.address not in heard:
        heard[found.address] = found


def _strongest_first(heard: dict[str, Found]) -> list[Found]:
    return sorted(heard.values(), key=lambda found: -found.rssi_dbm)
