"""Whether the radio loses anything under three times the load: ``python benchmarks/radio_load.py [SECONDS]``.

Three devices notify three times as often as the fastest sensors do, over GATT connections of the virtual radio, each
packet with its number. Whatever does not come out of the inbox, once and in order, is counted; so is how late the event
loop is, which here also carries the devices.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from hub.packets import Connected, Packet
from hub.radio import DeviceSpec, LinkState, Radio
from hub.radio.virtual.air import Air, AirDevice
from hub.radio.virtual.attach import attached, bluetooth
from sensors.catalogue import CATALOGUE
from sensors.driver import Floats, Subscribe
from sensors.emulation import Advertisement, Body, GattCharacteristic, GattService, Notification
from sensors.layout import Cell, Role, Side

ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.LEFT_SHIN)
NOMINAL_HZ = 200.0
"""Packets a second of the fastest: a WitMotion or a Thingy:52 at 200 Hz, one sample in each."""
TIMES = 3
PACKET_BYTES = 104
"""Of the longest: an ORPHE INSOLE's."""
LOOK_S = 0.01
SERVICE, STREAM = "0b5c0000-3d5a-4c7b-9a57-6d2f1e8c9b01", "0b5c0001-3d5a-4c7b-9a57-6d2f1e8c9b01"


class Nobody:
    """Who wears devices that measure nothing."""

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: Floats) -> Floats:
        """Nothing."""
        return np.zeros((len(time_s), len(cells)))

    def shank(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        """Nothing."""
        return np.zeros((len(time_s), 3)), np.zeros((len(time_s), 3))


@dataclass
class Fountain:
    """A device that numbers its packets, and sends them as fast as it is told."""

    rate_hz: float
    sent_n: int = 0
    since_s: float | None = None
    services: tuple[GattService, ...] = (GattService(SERVICE, (GattCharacteristic(STREAM, frozenset({"notify"})),)),)
    advertisement: Advertisement = field(default_factory=lambda: Advertisement("Fountain"))

    def connected(self, time_s: float, mtu: int) -> None:
        """Nothing to do."""

    def disconnected(self) -> None:
        """Nobody listens."""
        self.since_s = None

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Nothing to read."""
        return b""

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Nothing to write."""
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Begin, or end."""
        self.since_s = time_s if on else None

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """What is due."""
        if self.since_s is None:
            return ()
        due = range(self.sent_n, int((until_s - self.since_s) * self.rate_hz))
        self.sent_n = max(self.sent_n, due.stop)
        return tuple(Notification(until_s, STREAM, n.to_bytes(4, "little").ljust(PACKET_BYTES, b"\0")) for n in due)


@dataclass(frozen=True)
class Load:
    """What came of it: packets sent, missing, out of order or doubled; how late the loop was at each look."""

    sent_n: int
    missing_n: int
    misplaced_n: int
    dropped_n: int
    connections_n: int
    late_ms: Sequence[float]


async def load(seconds: float, times: float = TIMES) -> Load:
    """Stream from three devices for so long."""
    fountains = [Fountain(NOMINAL_HZ * times) for _ in ROLES]
    addresses = [f"C0:00:00:00:00:{number:02X}" for number in range(len(ROLES))]
    devices = [AirDevice(one, address) for one, address in zip(fountains, addresses, strict=True)]
    specs = [DeviceSpec(role, CATALOGUE[0].key, address) for role, address in zip(ROLES, addresses, strict=True)]
    async with Air(devices, Nobody()) as air, attached(air.controller()) as adapter:
        radio = Radio(bluetooth(adapter), specs)
        heard: dict[Role, list[int]] = {role: [] for role in ROLES}
        async with asyncio.TaskGroup() as group:
            group.create_task(radio.run())
            consuming = group.create_task(_consume(radio, heard))
            while {link.state for link in radio.status()} != {LinkState.STREAMING}:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(LOOK_S)
            late_ms = await _lateness(seconds)
            links = radio.status()
            for fountain in fountains:
                fountain.rate_hz = 0.0
            await asyncio.sleep(0.5)  # what is on its way
            await radio.stop()
            consuming.cancel()
    sent_n = sum(fountain.sent_n for fountain in fountains)
    return Load(
        sent_n,
        sent_n - sum(len(set(numbers)) for numbers in heard.values()),
        sum(int(after != before + 1) for numbers in heard.values() for before, after in pairwise(numbers)),
        sum(link.counts.packets_dropped for link in links),
        sum(link.counts.connections for link in links),
        late_ms,
    )


async def _consume(radio: Radio, heard: dict[Role, list[int]]) -> None:
    while True:
        for arrival in await radio.inbox.take():
            match arrival:
                case Connected():
                    radio.perform(arrival.role, [Subscribe(STREAM)], connection=arrival.connection)
                case Packet():
                    heard[arrival.role].append(int.from_bytes(arrival.data[:4], "little"))
                    radio.data_seen(arrival)


async def _lateness(seconds: float) -> list[float]:
    loop = asyncio.get_running_loop()
    end_s, late_ms = loop.time() + seconds, list[float]()
    while (due_s := loop.time() + LOOK_S) < end_s:
        await asyncio.sleep(LOOK_S)
        late_ms.append((loop.time() - due_s) * 1e3)
    return late_ms


def main() -> None:
    """Print what came of it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    for times in (1, TIMES):
        told = asyncio.run(load(seconds, times))
        p50_ms, p99_ms, most_ms = np.percentile(told.late_ms, [50, 99, 100])
        print(
            f"{len(ROLES)} links x {NOMINAL_HZ * times:g} packets/s of {PACKET_BYTES} bytes, {seconds:g} s: "
            f"{told.sent_n} sent, "
            f"{told.missing_n} missing, {told.misplaced_n} misplaced, {told.dropped_n} dropped by the inbox, "
            f"{told.connections_n} connections; loop late p50 {p50_ms:.2f}, p99 {p99_ms:.2f}, most {most_ms:.1f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
