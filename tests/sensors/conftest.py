"""A link without a radio: performs a driver's actions on an emulator and feeds back what comes."""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
import pytest

from sensors.driver import Action, Driver, Pause, Read, Reading, Subscribe, Write
from sensors.emulation import Body, Emulator, Notification
from sensors.errors import DecodeError
from sensors.layout import Cell, Side

WALL_TIME = datetime(2026, 11, 21, 8, 30, 15, 250_000, tzinfo=UTC)


class Swinging:
    """A body whose signals are sums of sines, within every sensor's range and of another phase for each component."""

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self._frequency = rng.uniform(0.2, 4.0, 16)
        self._phase = rng.uniform(0, 2 * np.pi, 16)

    def _waves(self, n: int, time_s: np.ndarray) -> np.ndarray:
        return np.sin(2 * np.pi * time_s[:, None] * self._frequency[:n] + self._phase[:n])

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: np.ndarray) -> np.ndarray:
        return 150 + 140 * self._waves(len(cells), time_s)

    def shank(self, side: Side, time_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        waves = self._waves(6, time_s)
        return 60 * waves[:, :3], 900 * waves[:, 3:]


class Link:
    """One connection between a driver and an emulator, in the emulator's time."""

    def __init__(self, driver: Driver, emulator: Emulator, body: Body, *, start_s: float = 1.0, mtu: int = 247) -> None:
        self.driver, self.emulator, self.body = driver, emulator, body
        self.time_s = start_s
        self.actions: list[Action] = []
        self.faults: list[DecodeError] = []
        self.notifications: list[Notification] = []
        self.received: list[tuple[Notification, Reading]] = []
        emulator.connected(start_s, mtu)
        self.perform(driver.begin(WALL_TIME))

    @property
    def readings(self) -> list[Reading]:
        return [reading for _, reading in self.received]

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.time_s += seconds
        self.deliver(self.emulator.advance(self.time_s, self.body))

    def perform(self, actions: Iterable[Action]) -> None:
        """What the radio does with actions, those that they lead to included."""
        queue = deque(actions)
        while queue:
            action = queue.popleft()
            self.actions.append(action)
            if isinstance(action, Pause):
                self.time_s += action.seconds
                queue += self._feed(self.emulator.advance(self.time_s, self.body))
                continue
            uuid = action.characteristic
            if uuid not in self._present():
                assert not isinstance(action, Write), action
                assert action.optional, action
                continue
            if isinstance(action, Read):
                data = self.emulator.read(uuid, self.time_s)
                queue += self._feed([Notification(self.time_s, uuid, data)], read=True)
            elif isinstance(action, Write):
                queue += self._feed(self.emulator.write(uuid, action.data, self.time_s))
            elif isinstance(action, Subscribe):
                self.emulator.subscribed(uuid, True, self.time_s)

    def deliver(self, notifications: Iterable[Notification]) -> None:
        """Feed the driver and perform what it answers."""
        self.perform(self._feed(notifications))

    def _present(self) -> list[str]:
        return [one.uuid for service in self.emulator.services for one in service.characteristics]

    def _feed(self, notifications: Iterable[Notification], *, read: bool = False) -> list[Action]:
        actions: list[Action] = []
        for notification in notifications:
            fed = self.driver.feed(notification.characteristic, notification.data)
            if not read:
                self.notifications.append(notification)
            self.received += [(notification, reading) for reading in fed.readings]
            self.faults += fed.faults
            actions += fed.actions
        return actions


@pytest.fixture
def make_link() -> type[Link]:
    return Link


@pytest.fixture
def make_body() -> type[Swinging]:
    return Swinging
