"""The hub's radio: keeps all configured devices connected and hands over what they send."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from hub.packets import Packet
from hub.radio.bluetooth import Bluetooth
from hub.radio.devices import DeviceSpec
from hub.radio.finder import Finder
from hub.radio.inbox import Inbox
from hub.radio.link import HANG_UP_S, Link
from hub.radio.settings import RadioSettings
from hub.radio.states import LinkStatus
from sensors.driver import Action, Facts
from sensors.layout import Role


class Radio:
    """All links of the hub behind one adapter.

    What arrives is in ``inbox``. Whoever decodes it answers: ``perform`` has a device do what its driver asks,
    ``data_seen`` says that bytes were valid, ``facts_seen`` what the device told, ``reject`` that it is another's.
    """

    def __init__(
        self,
        bluetooth: Bluetooth,
        devices: Iterable[DeviceSpec],
        settings: RadioSettings | None = None,
        on_change: Callable[[LinkStatus], None] = lambda _status: None,
    ) -> None:
        self._settings = settings or RadioSettings()
        configured = tuple(devices)
        self.inbox = Inbox(self._settings.inbox_packets)
        self.finder = Finder(bluetooth, configured, self._settings)
        self._links = {
            spec.key: Link(spec, bluetooth, self.finder, self.inbox, settings=self._settings, on_change=on_change)
            for spec in configured
        }
        self._tasks: list[asyncio.Task[None]] = []
        self._scan_task: asyncio.Task[None] | None = None
        self._stopped = False

    async def run(self) -> None:
        """Keep all devices connected until ``stop``; returns at once where that was called before."""
        if self._stopped:
            return
        async with asyncio.TaskGroup() as group:
            self._scan_task = group.create_task(self.finder.run(), name="radio scan")
            self._tasks = [
                group.create_task(link.run(), name=f"radio link {link.spec}") for link in self._links.values()
            ]

    async def stop(self, goodbyes: Mapping[tuple[str, Role], tuple[Action, ...]] | None = None) -> None:
        """Say goodbye to each connected device, hang up, and let ``run`` return; within ``stop_s``.

        Parameters
        ----------
        goodbyes : last actions by (wearer, role), as ``Driver.end`` gives them.
        """
        self._stopped = True
        if self._scan_task is not None:
            self._scan_task.cancel()
        for key, link in self._links.items():
            link.stop((goodbyes or {}).get(key, ()))
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.stop_s - HANG_UP_S)
            for task in late:
                task.cancel()
            await asyncio.wait(self._tasks)

    def perform(
        self, role: Role, actions: Iterable[Action], *, wearer: str = "", connection: int | None = None
    ) -> None:
        """Have a device do what its driver asks; reads come back as packets.

        ``connection`` is that of the arrival which the actions answer: if another has taken its place, they are void.
        """
        link = self._links[wearer, role]
        if connection is None or connection == link.connection:
            link.perform(tuple(actions))

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
