"""A backlog drains into a real InfluxDB 2 while walkers walk: ``PYTHONPATH=. python benchmarks/influx_backlog.py``.

The whole hub, as in ``alert_path.py``, starts with a journal of steps that the database has not taken yet. Told: how
long it takes until the backlog is gone, what memory the hub takes meanwhile, and the latency of events from a sensor's
notification to a reader of MQTT while the backlog drains. Needs Mosquitto and ``tests/services/influxd``.
"""

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import tempfile
import time
from contextlib import AsyncExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

import numpy as np
from alert_path import SETTLE_S, Others, answer, others
from emulated_walk import Device, devices_of
from fed_radio import FedRadio
from mqtt_reader import mosquitto
from watched_hub import WatchedHub, configured

from hub.config import Config
from hub.events import FIELDS, NUMBER, Event, Kind, event_id
from hub.influx import Bucket
from hub.influx.provision import Plan, provision
from hub.influx.writer import DESTINATION
from hub.journal import DAYS, Journal
from hub.journal.database import is_commit
from sensors.layout import Side
from tests.services.influxdb import ADMIN_TOKEN, Influxd, program

NUMBERS = [name for name, field in FIELDS[Kind.STEP].items() if field.type == NUMBER]
CONNECT_S = 5.0
"""Sensors take as long to connect; what is walked before is not the backlog's matter but the start's."""
WEEK_S = 7 * 86_400.0


class TimedDisk(sqlite3.Connection):
    """The journal's disk, with note taken of how long each commit takes."""

    took_ms: ClassVar[list[float]] = []

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        """Run a statement."""
        was_commit, began_s = is_commit(self, sql), time.perf_counter()
        try:
            return super().execute(sql, *parameters)  # type: ignore[arg-type]
        finally:
            if was_commit:
                self.took_ms.append((time.perf_counter() - began_s) * 1e3)


def resident_mb() -> float:
    """Of this process, now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def helper_mb() -> float:
    """The most that the process which makes the backlog's lines has taken so far; 0 while there is none."""
    for child in Path("/proc/self/task").glob("*/children"):
        for process in map(Path("/proc").joinpath, child.read_text().split()):
            with suppress(FileNotFoundError, StopIteration):  # it has just ended
                if b"hub.service.backlog" in (process / "cmdline").read_bytes():
                    status = (process / "status").read_text().splitlines()
                    return int(next(row for row in status if row.startswith("VmHWM")).split()[1]) * 1024 / 1e6
    return 0.0


async def fill(path: Path, points_n: int) -> None:
    """A week of steps of one wearer, each with all of its measures."""
    async with Journal(path, power_safe=False) as journal:
        journal.observe_clock(0.0, time.time_ns() - int(WEEK_S * 1e9))
        for start in range(0, points_n, 5000):
            batch = []
            for n in range(start, min(start + 5000, points_n)):
                time_s, side = n * WEEK_S / points_n, (Side.LEFT, Side.RIGHT)[n % 2]
                fields = {name: n / (index + 7) for index, name in enumerate(NUMBERS)}
                batch.append(
                    Event(event_id("week", Kind.STEP, side, time_s), Kind.STEP, side, time_s, time_s, 0.9, fields)
                )
            journal.append("week", batch)
            await journal.flush()


async def run(
    devices: list[Device], helpers: Others, folder: Path, server: Influxd, points_n: int
) -> dict[str, float | list[float]]:
    """From the start of the hub until both the walk and the backlog are over."""
    radio = FedRadio(devices, helpers.feed)
    async with AsyncExitStack() as held:
        _, port = await held.enter_async_context(mosquitto(folder))
        plain = configured(devices, folder / "state", port, power_safe=True)
        influxdb = {"url": server.url, "token_file": folder / "token"}
        hub = WatchedHub(Config.model_validate({**plain.model_dump(), "influxdb": influxdb}), radio)
        held.enter_context(patch("hub.service.keeping.Journal", partial(Journal, factory=TimedDisk)))
        held.enter_context(radio.listening())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(hub.run())
            await hub.started.wait()
            began_ns, memory_mb, lines_mb, gone_ns, walked_ns = time.monotonic_ns(), [resident_mb()], 0.0, 0, 0
            assert hub.broker is not None
            helpers.reader.send(hub.broker.port)
            await answer(helpers.reader)
            await asyncio.sleep(CONNECT_S)
            helpers.player.send("backlog")
            walking = group.create_task(answer(helpers.player))
            while not (walking.done() and gone_ns):
                await asyncio.sleep(1.0)
                memory_mb.append(resident_mb())
                lines_mb = max(lines_mb, helper_mb())
                walked_ns = walked_ns if walking.done() else time.monotonic_ns()
                if not gone_ns and hub._journal.cursor(DESTINATION) >= points_n:  # noqa: SLF001
                    gone_ns = time.monotonic_ns()
            await asyncio.sleep(SETTLE_S)
            hub.stop()
            await running
            helpers.reader.send("end")
            seen = await answer(helpers.reader)
    came_ns: dict[str, int] = {}
    for each, at_ns in seen:
        came_ns.setdefault(each, at_ns)
    urgent = urgent_ids(hub.journal_path)
    until_ns = min(gone_ns, walked_ns) if points_n else walked_ns  # what silence decides later, no notification does
    sent_ns = {each: at_ns for each, at_ns in hub.sent_ns().items() if hub.decided_ns[each] <= until_ns}
    decided_ms = [(hub.decided_ns[each] - at_ns) / 1e6 for each, at_ns in sent_ns.items()]
    told_ms = np.array(
        [(came_ns[each] - sent_ns[each]) / 1e6 for each in came_ns if each in sent_ns and each in urgent]
    )
    rows = server.query("insole_steps", "SELECT count(stride_time_s) AS n FROM step WHERE wearer = 'week'")
    in_database_n = rows[0]["n"] if rows else 0
    drained_s = (gone_ns - began_ns) / 1e9
    return {
        "points": points_n,
        "drained_s": round(drained_s, 1),
        "points_per_s": round(points_n / drained_s),
        "in_database": in_database_n,
        "each_minute_mb": [round(each, 1) for each in memory_mb[10::60]],
        "highest_mb": round(max(memory_mb), 1),
        "lines_process_mb": round(lines_mb, 1),
        "decided_p50_ms": round(float(np.percentile(decided_ms, 50)), 2),
        "decided_p99_ms": round(float(np.percentile(decided_ms, 99)), 2),
        "commit_p50_ms": round(float(np.percentile(TimedDisk.took_ms, 50)), 2),
        "commit_p99_ms": round(float(np.percentile(TimedDisk.took_ms, 99)), 2),
        "events_told_meanwhile": len(told_ms),
        "told_p50_ms": round(float(np.percentile(told_ms, 50)), 2),
        "told_p99_ms": round(float(np.percentile(told_ms, 99)), 2),
        "told_max_ms": round(float(told_ms.max()), 1),
    }


def main() -> None:
    """Fill a journal, run, and print one JSON object."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--points", type=int, default=500_000, help="steps of the backlog (500000; 0: no backlog, to compare)"
    )
    options.add_argument("--wearers", type=int, default=4, help="how many walk at once (default 4)")
    options.add_argument("--seconds", type=float, default=300.0, help="that they walk (default 300)")
    options.add_argument("--folder", type=Path, help="where journal and database lie; /dev/shm leaves the disk out")
    given = options.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as name,
        others(devices_of(given.wearers), given.seconds) as helpers,
    ):
        folder = Path(name)
        (folder / "influxd").mkdir()
        server = Influxd(program(), folder / "influxd")
        policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # a database is nobody's real-time program
        server.start()
        os.sched_setscheduler(0, policy, priority)
        try:
            address = server.address(ADMIN_TOKEN)
            list(provision(Plan(address, {Bucket.STEPS: 0}, folder / "token")))
            asyncio.run(fill(folder / "state" / "journal.db", given.points))
            # already said to the broker: only the database has all of it for a backlog
            mark_told(folder / "state" / "journal.db", given.points)
            print(json.dumps(asyncio.run(run(devices_of(given.wearers), helpers, folder, server, given.points))))
        finally:
            server.end()


def urgent_ids(path: Path) -> set[str]:
    """Events of all kinds but contacts and steps, which the journal commits together now and then."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
        steps = ", ".join(f"'{kind.value}'" for kind in (Kind.STEP, Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT))
        return {each for (each,) in journal.execute(f"SELECT id FROM events WHERE kind NOT IN ({steps})")}


def mark_told(path: Path, points_n: int) -> None:
    """The broker and the alerts have taken all that is in the journal, and its days but the last have been counted."""

    async def advance() -> None:
        async with Journal(path) as journal:
            for destination in ("mqtt", "alerts"):
                journal.advance(destination, points_n)
            journal.advance(DAYS, points_n * 6 // 7)

    asyncio.run(advance())


if __name__ == "__main__":
    main()
