"""Shared by the tests of several rooms: emulated devices on a simulated link, without a radio."""

import gc
import heapq
import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from hub.packets import Arrival, Connected, Disconnected, Packet
from sensors.catalogue import device_type
from sensors.driver import Action, Read, Subscribe, Write
from sensors.emulation import Emulator, EmulatorOptions, Notification
from sensors.layout import Cell, Role, Side

# machines are shared: how long drawing and running take says nothing about the code
settings.register_profile("insole-hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("insole-hub")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What thousands of tests are made of is no garbage: it is not looked through again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


START = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
LATENCY_S = 0.008
STEP_S = 0.01


class SineBody:
    """A body whose signals are slow sums of sines, so that a sample's value tells its time."""

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        self._frequency = random.uniform(0.3, 1.5, 16)
        self._phase = random.uniform(0, 2 * np.pi, 16)

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: np.ndarray) -> np.ndarray:
        return 200 + 150 * self._waves(len(cells), time_s)

    def shank(self, side: Side, time_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        waves = self._waves(6, time_s)
        return 20 * waves[:, :3], 300 * waves[:, 3:]

    def _waves(self, n: int, time_s: np.ndarray) -> np.ndarray:
        return np.sin(2 * np.pi * time_s[:, None] * self._frequency[:n] + self._phase[:n])


@dataclass
class Device:
    """One emulated device on the air. ``away`` are (from, to) in which it has no link."""

    role: Role
    key: str
    drift_ppm: float = 30.0
    rate_hz: float | None = None
    away: tuple[tuple[float, float], ...] = ()
    emulator: Emulator = field(init=False)
    connection: int = field(init=False, default=0)
    linked: bool = field(init=False, default=False)
    last_arrival_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        options = EmulatorOptions(seed=hash_of(self.role), drift_ppm=self.drift_ppm, load_noise_counts=0.0)
        self.emulator = device_type(self.key).emulator(self.role.side, options)


def hash_of(role: Role) -> int:
    return sum(role.value.encode())


class Air:
    """Lets time pass: devices send, packets arrive with jitter, and what is answered is done."""

    def __init__(self, devices: Iterable[Device], seed: int = 0, jitter_s: float = 0.015) -> None:
        self.devices = list(devices)
        self.body = SineBody()
        self.now_s = self.start_s = 1000.0
        self._random = np.random.default_rng(seed)
        self._jitter_s = jitter_s
        self._due: list[tuple[float, int, Arrival]] = []
        self._n = 0

    def run(self, seconds: float, take: Callable[[Arrival], Any], tick: Callable[[float], Any] | None = None) -> None:
        """``take`` gets each arrival in order and returns its device's ``actions``; ``tick`` gets the time."""
        devices = {device.role: device for device in self.devices}
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += STEP_S
            for device in self.devices:
                self._let_run(device)
            while self._due and self._due[0][0] <= self.now_s:
                arrival = heapq.heappop(self._due)[2]
                self._perform(devices[arrival.role], take(arrival).actions)
            if tick is not None:
                tick(self.now_s)

    def _let_run(self, device: Device) -> None:
        since_s = self.now_s - self.start_s
        linked = not any(from_s <= since_s < to_s for from_s, to_s in device.away)
        if linked and not device.linked:
            device.connection += 1
            device.emulator.connected(self.now_s, 247)
            wall_time = START + timedelta(seconds=self.now_s)
            options = device_type(device.key).asks_emulator(device.rate_hz)
            self._arrive(
                device,
                lambda at_s: Connected(
                    device.role, device.key, "C0:00", device.role.side, options, at_s, wall_time, device.connection
                ),
            )
        elif device.linked and not linked:
            device.emulator.disconnected()
            self._arrive(device, lambda at_s: Disconnected(device.role, at_s, "out of reach", device.connection))
        device.linked = linked
        if linked:
            self._notify(device, device.emulator.advance(self.now_s, self.body))

    def _notify(self, device: Device, notifications: Iterable[Notification]) -> None:
        for notification in notifications:
            self._send(device, notification.characteristic, notification.data, notification.time_s)

    def _send(self, device: Device, name: str, data: bytes, time_s: float) -> None:
        self._arrive(
            device,
            lambda at_s: Packet(device.role, device.key, name, data, at_s, device.connection),
            time_s + LATENCY_S + self._random.uniform(0, self._jitter_s),
        )

    def _arrive(self, device: Device, arrival: Callable[[float], Arrival], at_s: float = 0.0) -> None:
        device.last_arrival_s = max(device.last_arrival_s, self.now_s - STEP_S, at_s)
        self._n += 1
        heapq.heappush(self._due, (device.last_arrival_s, self._n, arrival(device.last_arrival_s)))

    def _perform(self, device: Device, actions: Iterable[Action]) -> None:
        present = [one.uuid for service in device.emulator.services for one in service.characteristics]
        for action in actions if device.linked else ():
            match action:
                case Read(uuid, optional):
                    assert optional or uuid in present, action
                    if uuid in present:
                        self._send(device, uuid, device.emulator.read(uuid, self.now_s), self.now_s)
                case Write(uuid, data):
                    self._notify(device, device.emulator.write(uuid, data, self.now_s))
                case Subscribe(uuid, optional):
                    assert optional or uuid in present, action
                    if uuid in present:
                        device.emulator.subscribed(uuid, True, self.now_s)


@pytest.fixture(scope="session")
def air() -> type[Air]:
    return Air


@pytest.fixture(scope="session")
def device() -> type[Device]:
    return Device


@pytest.fixture(scope="session", autouse=True)
def memory_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Journals that a disk does not take go to a place of the tests' own."""
    os.environ["RUNTIME_DIRECTORY"] = str(tmp_path_factory.mktemp("memory"))
