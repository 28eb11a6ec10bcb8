"""Whether a day of lost links leaves memory behind: ``PYTHONPATH=. python benchmarks/radio_day.py [HOURS]``.

Two insoles and a shin sensor stream over the virtual radio's GATT connections, on a loop whose time passes only while
nobody has anything to do. Every ten minutes one of them hangs up, is out of reach or falls silent. After each hour:
resident memory, objects, tasks, timers and connections of the process, which holds devices, air and hub.
"""

import asyncio
import gc
import logging
import sys
import time
from pathlib import Path

import numpy as np

from hub.radio.virtual.faults import Faults
from tests.radio.harness import Hub, hub_with
from tests.radio.misfortunes import ROLES, WORN
from tests.radio.warp import WarpedLoop

HOUR_S = 3600.0
FAULTS_PER_HOUR = 6
AWAY_S = 20.0
PAGE_KB = 4


async def day(hours: int) -> None:
    """Run it and print an hour a line."""
    rng = np.random.default_rng(1)
    resident_mb = []
    begun_s = time.perf_counter()
    async with hub_with(WORN) as hub:
        await hub.until_streaming(*ROLES)
        sys.stdout.write("hour  resident MB  objects  tasks  timers  links  connections made  packets so far\n")
        for hour in range(1, hours + 1):
            await _hour(hub, rng)
            await hub.until_streaming(*ROLES)
            gc.collect()
            resident_mb.append(_resident_mb())
            timers_n = sum(not timer.cancelled() for timer in asyncio.get_running_loop()._scheduled)  # type: ignore[attr-defined]  # noqa: SLF001
            counts = [hub.status(role).counts for role in ROLES]
            made_n, packets_n = sum(each.connections for each in counts), sum(each.packets for each in counts)
            sys.stdout.write(
                f"{hour:4} {resident_mb[-1]:12.1f} {len(gc.get_objects()):8} {len(asyncio.all_tasks()):6} {timers_n:7} "
                f"{len(hub.adapter.device.connections):6} {made_n:17} {packets_n:13}\n"
            )
            sys.stdout.flush()
    if hours > 2:  # the first hour fills what is filled once
        slope = float(np.polyfit(np.arange(hours - 1), resident_mb[1:], 1)[0])
        sys.stdout.write(f"from the second hour on: {1000.0 * slope:+.0f} kB an hour\n")
    sys.stdout.write(f"{hours * HOUR_S / (time.perf_counter() - begun_s):.0f} x real time\n")


async def _hour(hub: Hub, rng: np.random.Generator) -> None:
    for _ in range(FAULTS_PER_HOUR):
        one = WORN[rng.integers(len(WORN))]
        now_s = hub.air.now_s()
        span = ((now_s, now_s + AWAY_S),)
        fault = (Faults(disconnect_at_s=(now_s,)), Faults(away_s=span), Faults(silent_s=span))[rng.integers(3)]
        hub.air.change_faults(one.address, fault)
        for _ in range(int(HOUR_S / FAULTS_PER_HOUR / AWAY_S)):
            await asyncio.sleep(AWAY_S)
            _forget(hub)
        hub.air.change_faults(one.address, Faults())


def _forget(hub: Hub) -> None:
    """What the harness keeps for tests to look at."""
    hub.changes.clear()
    hub.arrivals.clear()
    for emulator in hub.emulators.values():
        emulator.notified.clear()
        emulator.written.clear()


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB / 1024


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    with asyncio.Runner(loop_factory=WarpedLoop) as runner:
        runner.run(day(int(sys.argv[1]) if len(sys.argv) > 1 else 24))
