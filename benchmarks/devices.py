"""What drivers and emulators cost: ``python benchmarks/devices.py``.

Every device streams a minute at its rates, asked every 15 ms as on a connection; the best of five.
"""

import time
from datetime import UTC, datetime

import numpy as np

from sensors.catalogue import CATALOGUE, DeviceType
from sensors.driver import Action, Driver, Floats, Pause, Read, Subscribe, Write
from sensors.emulation import Emulator, EmulatorOptions, Notification
from sensors.layout import Cell, Side

MINUTE_S = 60.0
CONNECTION_INTERVAL_S = 0.015
REPEATS = 5


class Statue:
    """A body that costs nothing."""

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: Floats) -> Floats:
        """The same load on every cell."""
        return np.full((len(time_s), len(cells)), 100.0)

    def shank(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        """The same pose all the time."""
        return np.full((len(time_s), 3), 5.0), np.full((len(time_s), 3), 30.0)


def set_up(driver: Driver, emulator: Emulator) -> float:
    """Perform the driver's actions until it asks for no more; returns the time that has passed."""
    body, time_s = Statue(), 0.0
    emulator.connected(time_s, 247)
    queue: list[Action] = list(driver.begin(datetime.now(UTC)))
    while queue:
        action = queue.pop(0)
        fed: list[tuple[str, bytes]] = []
        sent: tuple[Notification, ...] = ()
        if isinstance(action, Read):
            fed = [(action.characteristic, data)] if (data := emulator.read(action.characteristic, time_s)) else []
        elif isinstance(action, Write):
            sent = emulator.write(action.characteristic, action.data, time_s)
        elif isinstance(action, Subscribe):
            emulator.subscribed(action.characteristic, True, time_s)
        elif isinstance(action, Pause):
            time_s += action.seconds
            sent = emulator.advance(time_s, body)
        for characteristic, data in fed + [(one.characteristic, one.data) for one in sent]:
            queue += driver.feed(characteristic, data).actions
    return time_s


def measure(kind: DeviceType, rate_hz: float) -> str:
    """One line of the table."""
    driver = kind.driver(Side.LEFT, kind.asks_emulator(rate_hz))
    emulator = kind.emulator(Side.LEFT, EmulatorOptions())
    time_s, body = set_up(driver, emulator), Statue()
    emulator_s, driver_s, sent_n = [], [], 0
    for _ in range(REPEATS):
        started_s = time.process_time()
        sent: list[Notification] = []
        for due_s in np.arange(time_s, time_s + MINUTE_S, CONNECTION_INTERVAL_S).tolist():
            sent += emulator.advance(due_s, body)
        emulated_s = time.process_time()
        for notification in sent:
            driver.feed(notification.characteristic, notification.data)
        driver_s.append(time.process_time() - emulated_s)
        emulator_s.append(emulated_s - started_s)
        time_s, sent_n = time_s + MINUTE_S, len(sent)
    return (
        f"{kind.key:15} {rate_hz:4g} Hz  {sent_n / MINUTE_S:5.0f} notifications/s"
        f"  driver {min(driver_s) / sent_n * 1e6:5.1f} us each, {min(driver_s) / MINUTE_S:6.2%} of a core"
        f"  emulator {min(emulator_s) / MINUTE_S:6.2%} of a core"
    )


if __name__ == "__main__":
    for kind in CATALOGUE:
        for rate_hz in kind.rates_hz:
            print(measure(kind, rate_hz), flush=True)
