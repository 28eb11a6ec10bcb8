"""The air: emulated devices around a hub's Bluetooth controller, in this process or behind an HCI transport."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bumble import hci
from bumble.controller import Controller
from bumble.transport.common import Transport

from hub.radio.virtual.controller import HubController
from hub.radio.virtual.faults import Fault, Faults
from hub.radio.virtual.link import Link
from hub.radio.virtual.peripheral import Peripheral
from sensors.emulation import Body, Emulator

HUB_ADDRESS = "F0:0D:00:00:00:01"


@dataclass(frozen=True, slots=True)
class AirDevice:
    """A device to put on the air: what it says, where it is found, and what goes wrong with it."""

    emulator: Emulator
    address: str
    faults: Faults = field(default_factory=Faults)


class Air:
    """Devices worn by one body, and the hub's controller among them. Enter it to switch everything on.

    ``start_s`` is the event loop's time at which the scenario began, so that hub time minus ``start_s`` is scenario
    time, which is the body's.
    """

    def __init__(self, devices: Sequence[AirDevice], body: Body, *, seed: int = 0) -> None:
        self.start_s = asyncio.get_running_loop().time()
        self._link = Link()
        self._tasks = asyncio.TaskGroup()
        self._peripherals: dict[str, Peripheral] = {}
        for number, device in enumerate(devices):
            self._link.connect_delays_s[hci.Address(device.address)] = device.faults.connect_delay_s
            self._peripherals[device.address] = Peripheral(
                device.emulator,
                body,
                device.address,
                self._link,
                self.now_s,
                faults=device.faults,
                seed=seed * 1000 + number,
            )

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._running = [
            self._tasks.create_task(peripheral.run(), name=f"air {address}")
            for address, peripheral in self._peripherals.items()
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._running:
            task.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    def now_s(self) -> float:
        """Scenario time."""
        return asyncio.get_running_loop().time() - self.start_s

    @property
    def is_heard(self) -> bool:
        """Whether somebody has subscribed to every device."""
        return all(peripheral.is_heard for peripheral in self._peripherals.values())

    def controller(self, transport: Transport | None = None, *, address: str = HUB_ADDRESS) -> Controller:
        """A central's controller, driven through ``transport``, or by a host in this process that attaches to it.

        Each has an ``address`` of its own; the hub's is the default, another stands for a phone.
        """
        if transport is None:
            return HubController(self._link, address)
        return HubController(self._link, address, host_source=transport.source, host_sink=transport.sink)

    def change_faults(self, address: str, faults: Faults) -> None:
        """From now on these go wrong with a device instead; but for its MTU, which stays. KeyError: there is none."""
        self._peripherals[address].change_faults(faults)
        self._link.connect_delays_s[hci.Address(address)] = faults.connect_delay_s

    def counts(self) -> dict[str, Counter[Fault]]:
        """What the faults have done so far, by address."""
        return {address: peripheral.line.counts for address, peripheral in self._peripherals.items()}
