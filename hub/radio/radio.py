"""The hub's radio: keeps all configured devices connected and hands over what they send."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from random import Random

from hub.packets import Packet
from hub.radio.bluetooth import Bluetooth
from hub.radio.bound_names import BoundNames
from hub.radio.caretaker import Caretaker
from hub.radio.connector import HANG_UP_S
from hub.radio.conversation import Offhand
from hub.radio.devices import DeviceSpec, Found
from hub.radio.finder import Finder
from hub.radio.inbox import Inbox
from hub.radio.link import Link
from hub.radio.settings import RadioSettings
from hub.radio.status import AdapterStatus, LinkStatus
from sensors.driver import Action, Facts, Write
from sensors.layout import Role

log = logging.getLogger(__name__)


class Radio:
    """All links of the hub behind one adapter.

    What arrives is in ``inbox``. Whoever decodes it answers: ``perform`` has a device do what its driver asks,
    ``data_seen`` says that bytes were valid, ``facts_seen`` what the device told, ``reject`` that it is another's.
    Whoever knows what the wearer does says the rest: ``pause``, ``rest``, ``worn``.

    Parameters
    ----------
    on_change : is told every change of a link's state.
    names : where it is kept to which address a name is bound.
    chance : spreads the pauses between attempts; a seeded one makes a run repeatable.
    goodbye : the last actions for the device of a wearer and role, as ``Driver.end`` gives them; asked whenever the hub
        hangs up of its own accord.
    """

    def __init__(
        self,
        bluetooth: Bluetooth,
        devices: Iterable[DeviceSpec],
        settings: RadioSettings | None = None,
        on_change: Callable[[LinkStatus], None] = lambda _status: None,
        goodbye: Callable[[str, Role], tuple[Action, ...]] = lambda _wearer, _role: (),
        *,
        names: BoundNames | None = None,
        chance: Random | None = None,
    ) -> None:
        self._settings = settings or RadioSettings()
        names = names or BoundNames()
        chance = chance or Random()
        configured = tuple(devices)
        self.inbox = Inbox(self._settings.inbox_packets)
        self.finder = Finder(bluetooth, configured, names, self._settings, chance)
        self.gave_up = ""
        """Why nothing is left to try but to start the hub anew; empty as long as there is."""
        self._control = bluetooth.control
        self._caretaker = Caretaker(bluetooth, self.finder, self._any_link_stands)
        self._links = {
            spec.key: Link(
                spec,
                bluetooth,
                self.finder,
                self.inbox,
                caretaker=self._caretaker,
                names=names,
                settings=self._settings,
                chance=chance,
                on_change=on_change,
                goodbye=partial(goodbye, *spec.key),
            )
            for spec in configured
        }
        self._tasks: list[asyncio.Task[None]] = []
        self._services: list[asyncio.Task[None]] = []
        self._stopped = False
        self._worn: set[tuple[str, Role]] = set()

    async def run(self) -> None:
        """Keep all devices connected until ``stop``; returns at once where that was called before.

        It also returns where nothing is left to try: ``gave_up`` then says why.
        """
        if self._stopped:
            return
        async with asyncio.TaskGroup() as group:
            self._services = [
                group.create_task(self.finder.run(), name="radio scan"),
                group.create_task(self._take_care(), name="radio care"),
            ]
            self._tasks = [
                group.create_task(link.run(), name=f"radio link {link.spec}") for link in self._links.values()
            ]

    async def stop(self) -> None:
        """Say goodbye to each connected device, hang up, and let ``run`` return; within ``stop_s``."""
        self._stopped = True
        for service in self._services:
            service.cancel()
        for link in self._links.values():
            link.stop()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.stop_s - HANG_UP_S)
            for task in late:
                task.cancel()
            await asyncio.wait(self._tasks)

    async def hear(self, seconds: float) -> list[Found]:
        """All devices that advertise within that time, strongest first; whoever is connected does not.

        Raises
        ------
        LinkError
            The adapter does not go; says why.
        """
        return await self.finder.hear(seconds)

    def pause(self, seconds: float, *, wearer: str | None = None) -> None:
        """Let go of a wearer's devices, or of all, for so long, so that a vendor's app can have them.

        They are said goodbye, left alone, and connected again by themselves. A later call takes the place of this one.

        Raises
        ------
        ValueError
            No time, or more than ``longest_pause_s``.
        KeyError
            No such wearer.
        """
        if not 0.0 < seconds <= self._settings.longest_pause_s:
            message = f"a pause lasts more than 0 and at most {self._settings.longest_pause_s:g} s, not {seconds:g}"
            raise ValueError(message)
        until_s = asyncio.get_running_loop().time() + seconds
        for link in self._of(wearer):
            link.pause(until_s)

    def resume(self, *, wearer: str | None = None) -> None:
        """Search at once for a wearer's devices, or for all: ends pauses, rests, and the waits after failures.

        Raises
        ------
        KeyError
            No such wearer.
        """
        for link in self._of(wearer):
            link.resume()

    def rest(self, role: Role, *, wearer: str = "") -> None:
        """Let go of a device that is not worn, to spare its battery; it is connected again when it wakes.

        When that is, says ``hub.radio.rest``. A device that is connected again and still not worn is laid to rest by
        another call.
        """
        self._worn.discard((wearer, role))
        self._links[wearer, role].rest()

    def wake(self, role: Role, *, wearer: str = "") -> None:
        """End a device's rest."""
        self._links[wearer, role].wake()

    def worn(self, role: Role, *, wearer: str = "") -> None:
        """A device is worn. May be said as often as it is known.

        Said for the first time since its last rest, it also ends the rests of the wearer's other devices: who puts on
        one shoe puts on the other.
        """
        self._links[wearer, role].worn()
        if (wearer, role) not in self._worn:
            self._worn.add((wearer, role))
            for link in self._of(wearer):
                link.wake()

    def perform(
        self, role: Role, actions: Iterable[Action], *, wearer: str = "", connection: int | None = None
    ) -> None:
        """Have a device do what its driver asks; reads come back as packets.

        ``connection`` is that of the arrival which the actions answer: if another has taken its place, they are void.
        """
        link = self._links[wearer, role]
        if connection is None or connection == link.connection:
            link.perform(tuple(actions))

    def try_now(self, role: Role, write: Write, told: Callable[[str], None], *, wearer: str = "") -> bool:
        """Have a device that streams do something now or never: nothing waits for it, and no link breaks over it.

        False: not even tried, since there is no link, no data flow, or something else is being done. Otherwise ``told``
        gets why it was not done, or an empty text, before long.
        """
        return self._links[wearer, role].try_now(Offhand(write, told))

    def data_seen(self, packet: Packet) -> None:
        """A packet was valid data: the link is alive."""
        link = self._links[packet.wearer, packet.role]
        if packet.connection == link.connection:
            link.data_seen(packet.arrival_s)

    def facts_seen(self, role: Role, facts: Facts, *, wearer: str = "") -> None:
        """What a device has told about itself, for ``status``."""
        self._links[wearer, role].facts_seen(facts)

    def reject(self, role: Role, reason: str, *, wearer: str = "") -> None:
        """The connected device is not the one that belongs here: leave it.

        Found by name, it is taken no more; configured by address, it is tried again after ``rejected_s``, for its owner
        may have mended what it says.
        """
        self._links[wearer, role].reject(reason)

    def status(self) -> tuple[LinkStatus, ...]:
        """All links as they are now, in the order of the configuration."""
        return tuple(link.status() for link in self._links.values())

    def adapter(self) -> AdapterStatus:
        """The adapter as it is now."""
        return AdapterStatus(self._control.name, self.finder.trouble, replace(self.finder.counts))

    async def _take_care(self) -> None:
        self.gave_up = await self._caretaker.run()
        log.error("giving up: %s", self.gave_up)
        for link in self._links.values():
            link.stop()
        self._services[0].cancel()

    def _any_link_stands(self) -> bool:
        return any(link.connection is not None for link in self._links.values())

    def _of(self, wearer: str | None) -> list[Link]:
        links = [link for (whose, _), link in self._links.items() if wearer in {None, whose}]
        if not links and wearer is not None:
            raise KeyError(wearer)
        return links
