"""A day of replay: does the engine's memory grow with the hours, and how fast is a whole day?

    python benchmarks/day.py [--hours 24] [--profile foot_drop]

The walker's day (chairs, chores, errands, a night without sensors), two insoles and a shin at 100 Hz, streamed
straight into the engine. Events are counted and dropped. Resident memory is told every hour, with what the engine and
the walker spent of the processor.
"""

import argparse
import gc
import os
import time
from pathlib import Path

import numpy as np

from hub.gait import GaitEngine
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role
from sensors.walker import EIGHT_CELLS, PROFILES, SCENARIOS, Person, Walker
from sensors.walker.stream import portions

RATE_HZ = 100.0
ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)


def resident_mb() -> float:
    """Memory of this process that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--profile", default="foot_drop")
    options = parser.parse_args()

    script = SCENARIOS["day"].script(PROFILES[options.profile], np.random.default_rng(1))
    walker = Walker(script, seed=1, person=Person(), chunk_s=5)
    insole = InsoleSpec(RATE_HZ, LoadUnit.N, EIGHT_CELLS)
    specs = {role: insole if role.is_insole else ShinSpec(RATE_HZ) for role in ROLES}
    engine = GaitEngine(Session("a day", Wearer(affected_side="right"), specs))
    events_n, engine_s, start_s = 0, 0.0, time.process_time()
    memory_mb: list[float] = []
    print("hour  events  resident MB  engine, x real time")
    for number, portion in enumerate(portions(walker, options.hours * 3600.0, RATE_HZ, ROLES), start=1):
        before_s = time.process_time()
        for role in ROLES:
            events_n += len(engine.push(Block(role, portion.times_s[role], portion.values[role], 10.0 * number)))
        engine_s += time.process_time() - before_s
        if number % 360 == 0:
            gc.collect()
            memory_mb.append(resident_mb())
            print(
                f"{number // 360:4d} {events_n:7d} {memory_mb[-1]:12.1f} {10.0 * number / engine_s:20.0f}", flush=True
            )
    events_n += len(engine.finish())
    total_s = time.process_time() - start_s
    print(
        f"{options.hours:g} h: {events_n} events; engine {options.hours * 3600.0 / engine_s:.0f} x real time,", end=" "
    )
    print(f"with the walker {options.hours * 3600.0 / total_s:.0f} x")
    if len(memory_mb) > 1:
        print(f"resident after the first hour {memory_mb[0]:.1f} MB, at the end {memory_mb[-1]:.1f} MB")


if __name__ == "__main__":
    main()
