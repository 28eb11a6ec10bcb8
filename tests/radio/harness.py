"""A hub in miniature on the virtual radio: real radio, real drivers, and a consumer that answers as the app does."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import numpy as np

from hub.packets import Arrival, Connected, Packet
from hub.radio import BoundNames, DeviceSpec, LinkState, LinkStatus, Radio, RadioSettings
from hub.radio.virtual.adapter import VirtualAdapter
from hub.radio.virtual.air import Air, AirDevice
from hub.radio.virtual.attach import attached, bluetooth
from hub.radio.virtual.faults import Faults
from sensors.catalogue import device_type
from sensors.driver import Action, Driver, Floats
from sensors.emulation import Body, Emulator, EmulatorOptions, Notification
from sensors.layout import Cell, Role, Side

GENEROUS_S = 30.0
PERFECT = Faults()
QUICK = RadioSettings(silence_s=0.5, first_data_s=2.0, connect_s=3.0, backoff_first_s=0.05, backoff_most_s=0.2)


class StandingStill:
    """A body that only stands."""

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: Floats) -> Floats:
        return np.full((len(time_s), len(cells)), 30.0)

    def shank(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        return np.tile([0.0, 0.0, 9.81], (len(time_s), 1)), np.zeros((len(time_s), 3))


class Tapped:
    """An emulator whose every byte is remembered."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.notified: list[tuple[str, bytes]] = []
        self.written: list[bytes] = []
        self.connections = 0
        self.mtu = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._emulator, name)

    def connected(self, time_s: float, mtu: int) -> None:
        self.connections += mtu == 23
        self.mtu = mtu
        self._emulator.connected(time_s, mtu)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        self.written.append(data)
        return self._remember(self._emulator.write(characteristic, data, time_s))

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        return self._remember(self._emulator.advance(until_s, body))

    def _remember(self, notifications: tuple[Notification, ...]) -> tuple[Notification, ...]:
        self.notified += [(one.characteristic, one.data) for one in notifications]
        return notifications


@dataclass
class Hub:
    """What the tests look at."""

    radio: Radio
    air: Air
    adapter: VirtualAdapter
    emulators: dict[str, Tapped]
    arrivals: dict[Role, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    changes: list[LinkStatus] = field(default_factory=list)
    drivers: dict[Role, Driver] = field(default_factory=dict)
    samples_n: Counter[Role] = field(default_factory=Counter)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    decoding: asyncio.Event = field(default_factory=asyncio.Event)
    on_change: list[Callable[[LinkStatus], None]] = field(default_factory=list)
    goodbyes: dict[Role, tuple[Action, ...]] = field(default_factory=dict)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to become true, looking whenever anything happens."""
        async with asyncio.timeout(GENEROUS_S):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def until_unannounced(self, condition: Callable[[], bool]) -> None:
        """The same for what nothing announces."""
        async with asyncio.timeout(GENEROUS_S):
            while not condition():
                await asyncio.sleep(0.01)

    async def until_streaming(self, *roles: Role) -> None:
        await self.until(lambda: all(self.status(role).state is LinkState.STREAMING for role in roles))

    async def until_packets(self, role: Role, number: int) -> None:
        already = len(self.packets(role))
        await self.until(lambda: len(self.packets(role)) >= already + number)

    def status(self, role: Role) -> LinkStatus:
        return next(status for status in self.radio.status() if status.role is role)

    def packets(self, role: Role) -> list[Packet]:
        return [arrival for arrival in self.arrivals[role] if isinstance(arrival, Packet)]

    def states(self, role: Role) -> list[LinkState]:
        return [status.state for status in self.changes if status.role is role]

    async def consume(self) -> None:
        while True:
            await self.decoding.wait()
            for arrival in await self.radio.inbox.take():
                self.arrivals[arrival.role].append(arrival)
                self.answer(arrival)
            self.news.set()

    def answer(self, arrival: Arrival) -> None:
        match arrival:
            case Connected():
                driver = device_type(arrival.device_key).driver(arrival.side, arrival.options)
                self.drivers[arrival.role] = driver
                self.radio.perform(arrival.role, driver.begin(arrival.wall_time), connection=arrival.connection)
            case Packet():
                fed = self.drivers[arrival.role].feed(arrival.characteristic, arrival.data)
                if fed.readings:
                    self.radio.data_seen(arrival)
                    self.samples_n[arrival.role] += sum(len(reading.offset_s) for reading in fed.readings)
                self.radio.perform(arrival.role, fed.actions, connection=arrival.connection)

    def see(self, status: LinkStatus) -> None:
        self.changes.append(status)
        self.news.set()
        for look in self.on_change:
            look(status)


@dataclass(frozen=True)
class Worn:
    """A device in a test: on the air at ``address``; configured unless ``spec`` says otherwise."""

    role: Role
    key: str
    address: str
    faults: Faults = PERFECT
    name: str | None = None
    rebuild: Callable[[Emulator], object] = lambda emulator: emulator

    @property
    def spec(self) -> DeviceSpec:
        return DeviceSpec(self.role, self.key, self.address, options=device_type(self.key).asks_emulator())

    def emulator(self, seed: int) -> object:
        return self.rebuild(device_type(self.key).emulator(self.role.side, EmulatorOptions(seed=seed, name=self.name)))


LEFT = Worn(Role.LEFT_INSOLE, "orphe_insole", "C0:00:00:00:00:01")
RIGHT = Worn(Role.RIGHT_INSOLE, "orphe_insole", "C0:00:00:00:00:02")
SHIN = Worn(Role.LEFT_SHIN, "witmotion", "C0:00:00:00:00:03")


@asynccontextmanager
async def hub_with(
    worn: Sequence[Worn],
    *,
    configured: Sequence[DeviceSpec] | None = None,
    settings: RadioSettings = QUICK,
    consume: bool = True,
    run: bool = True,
    names: BoundNames | None = None,
    body: Body | None = None,
) -> AsyncIterator[Hub]:
    """Devices on the air and a hub that listens to them; both are gone at the end."""
    emulators = {one.address: Tapped(one.emulator(number)) for number, one in enumerate(worn)}  # type: ignore[arg-type]
    devices = [AirDevice(emulators[one.address], one.address, one.faults) for one in worn]  # type: ignore[arg-type]
    specs = [one.spec for one in worn] if configured is None else configured
    async with Air(devices, body or StandingStill()) as air, attached(air.controller()) as adapter:
        hub: Hub
        radio = Radio(
            bluetooth(adapter),
            specs,
            settings,
            on_change=lambda status: hub.see(status),  # noqa: PLW0108 - there is no hub yet
            goodbye=lambda _wearer, role: hub.goodbyes.get(role, ()),
            names=names,
            chance=Random(1),
        )
        hub = Hub(radio, air, adapter, emulators)
        hub.decoding.set()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(radio.run()) if run else None
            consuming = group.create_task(hub.consume()) if consume else None
            try:
                yield hub
            finally:
                if running is not None and not running.done():
                    await radio.stop()
                if consuming is not None:
                    consuming.cancel()
