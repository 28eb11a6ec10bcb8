"""From the arrival of a notification to a reader of MQTT: ``python benchmarks/alert_path.py``.

A walker with foot drop wears two emulated ORPHE INSOLE and an emulated WitMotion. Their bytes are made beforehand and
handed to the hub's own pipeline, journal and publisher at ``--speed`` times real time; a reader in another process
notes when each event came (one monotonic clock serves both). Radio and air time are not in it. An event's time begins
when the loop takes up the notification that decided it.

``--speed 1`` is what a wearer gives; more makes many events in a short time and loads the hub as that many wearers.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import aiomqtt
import numpy as np
from emulated_walk import WORN, make_arrivals

from hub.journal import Journal
from hub.mqtt import BrokerAddress, Publisher, Topics, local_broker
from hub.packets import Arrival
from hub.pipeline import Pipeline
from hub.session import Wearer

LOOPBACK = "127.0.0.1"
SLOW_COMMIT_S = 0.2
BUSY = """
import os
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
with open("busy", "wb", 0) as file:
    while True:
        file.seek(0)
        file.write(bytes(2**23))
        os.fsync(file.fileno())
"""
TARGET_MS = (5.0, 20.0)


class SlowDisk(sqlite3.Connection):
    """A disk that takes its time for every commit, in the journal's thread."""

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        """Run a statement; a commit comes late."""
        if sql == "COMMIT":
            time.sleep(SLOW_COMMIT_S)
        return super().execute(sql, *parameters)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    """One run."""

    name: str
    own_broker: bool = False
    power_safe: bool = True
    disk: type[sqlite3.Connection] = sqlite3.Connection
    busy_disk: bool = False
    stall_s: float = 0.0


CASES = (
    Case("plain"),
    Case("not power-safe", power_safe=False),
    Case("busy disk", busy_disk=True),
    Case("slow disk: commits 200 ms later", disk=SlowDisk),
    Case("broker stalled for 3 s", stall_s=3.0),
    Case("broker stalled for 15 s", stall_s=15.0),
    Case("the hub's own broker", own_broker=True),
)


@dataclass(frozen=True)
class Result:
    """Times in ms. ``decided``: arrival to the event's way into the journal; ``told``: arrival to the reader.

    ``*_calm``: without the events that arrived from the stall's begin until the backlog had gone.
    """

    case: str
    events_n: int
    lost_n: int
    repeated_n: int
    decided_p50_ms: float
    decided_p99_ms: float
    told_p50_ms: float
    told_p99_ms: float
    told_max_ms: float
    told_p99_calm_ms: float
    backlog_gone_after_s: float | None


@dataclass
class Clocks:
    """When each event's notification arrived and when the event was decided, in ns of the monotonic clock."""

    arrived_ns: dict[str, int]
    decided_ns: dict[str, int]


async def play(arrivals: list[Arrival], speed: float, journal: Journal, clocks: Clocks) -> None:
    """Hand the arrivals to the pipeline when they are due and its events to the journal."""
    pipeline = Pipeline("benchmark", Wearer("ada", affected_side="left"), list(WORN))
    journal.observe_clock(0.0, time.time_ns())
    began_s = time.monotonic() - arrivals[0].arrival_s / speed
    waiting = iter(arrivals)
    arrival = next(waiting, None)
    while arrival is not None:
        await asyncio.sleep(max(0.0, began_s + arrival.arrival_s / speed - time.monotonic()))
        now_ns = time.monotonic_ns()
        due_s = (now_ns * 1e-9 - began_s) * speed
        while arrival is not None and arrival.arrival_s <= due_s:
            pipeline.feed(arrival)
            events = pipeline.decide()
            journal.append("ada", events)
            for event in events:
                clocks.arrived_ns[event.id] = now_ns
                clocks.decided_ns[event.id] = time.monotonic_ns()
            arrival = next(waiting, None)


async def run(case: Case, arrivals: list[Arrival], speed: float, folder: Path) -> Result:
    """One case from start to end."""
    clocks = Clocks({}, {})
    stall = (0, 0)
    async with AsyncExitStack() as held:
        process: asyncio.subprocess.Process | None = None
        if case.own_broker:
            address = await held.enter_async_context(local_broker())
        else:
            process, address = await held.enter_async_context(mosquitto(folder))
        seen = await held.enter_async_context(reader(address))
        journal = await held.enter_async_context(
            Journal(folder / "journal.db", power_safe=case.power_safe, factory=case.disk)
        )
        if case.busy_disk:
            held.enter_context(busy_disk(folder))
        publishing = asyncio.create_task(Publisher(address, Topics("insole/home"), journal, version="benchmark").run())
        await asyncio.sleep(1.0)
        playing = asyncio.create_task(play(arrivals, speed, journal, clocks))
        if case.stall_s and process is not None:
            await asyncio.sleep(5.0)
            process.send_signal(signal.SIGSTOP)
            stall = (time.monotonic_ns(), 0)
            await asyncio.sleep(case.stall_s)
            process.send_signal(signal.SIGCONT)
            stall = (stall[0], time.monotonic_ns())
        await playing
        await journal.flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                await journal.taken_by("mqtt")
        await asyncio.sleep(0.5)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
    return _result(case, clocks, [json.loads(line) for line in seen.read_text().splitlines()], stall)


def _result(case: Case, clocks: Clocks, seen: list[tuple[str, int]], stall: tuple[int, int]) -> Result:
    if not seen:
        sys.exit(f"{case.name}: no event came")
    first_ns: dict[str, int] = {}
    for event_id, came_ns in seen:
        first_ns.setdefault(event_id, came_ns)
    arrived_ns = np.array([clocks.arrived_ns[each] for each in first_ns])
    told_ms = (np.array(list(first_ns.values())) - arrived_ns) * 1e-6
    decided_ms = np.array([clocks.decided_ns[each] - clocks.arrived_ns[each] for each in clocks.decided_ns]) * 1e-6
    gone_ns = max((came for each, came in first_ns.items() if clocks.arrived_ns[each] <= stall[1]), default=0)
    # what arrived while the backlog went out waited behind it
    behind = (arrived_ns >= stall[0] - 50e6) & (arrived_ns <= gone_ns) if stall[1] else np.zeros(len(arrived_ns), bool)
    return Result(
        case.name,
        events_n=len(clocks.arrived_ns),
        lost_n=len(set(clocks.arrived_ns) - set(first_ns)),
        repeated_n=len(seen) - len(first_ns),
        decided_p50_ms=float(np.percentile(decided_ms, 50)),
        decided_p99_ms=float(np.percentile(decided_ms, 99)),
        told_p50_ms=float(np.percentile(told_ms, 50)),
        told_p99_ms=float(np.percentile(told_ms, 99)),
        told_max_ms=float(told_ms.max()),
        told_p99_calm_ms=float(np.percentile(told_ms[~behind], 99)),
        backlog_gone_after_s=(gone_ns - stall[1]) * 1e-9 if stall[1] else None,
    )


@asynccontextmanager
async def mosquitto(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, BrokerAddress]]:
    """Mosquitto with its usual settings on a free loopback port."""
    program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        sys.exit("needs Mosquitto (Debian: apt install mosquitto)")
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} {LOOPBACK}\nallow_anonymous true\nmax_queued_messages 0\n")
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    await asyncio.sleep(0.5)
    try:
        yield process, BrokerAddress(LOOPBACK, port)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await process.wait()


@asynccontextmanager
async def reader(address: BrokerAddress) -> AsyncIterator[Path]:
    """Another process that subscribes; gives the file of what it saw, complete after the end."""
    with tempfile.NamedTemporaryFile(delete=False) as file:
        seen = Path(file.name)
    command = [sys.executable, __file__, "--reader", str(address.port), "--seen", str(seen)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield seen
    finally:
        process.terminate()
        await process.wait()


async def read(port: int) -> list[tuple[str, int]]:
    """Be the reader: note id and time of every event until told to end."""
    notes: list[tuple[str, int]] = []
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError, aiomqtt.MqttError):
        async with aiomqtt.Client(LOOPBACK, port, keepalive=600) as client:
            await client.subscribe("+/+/+/event/#", qos=1)
            print("ready", flush=True)
            async for message in client.messages:
                came_ns = time.monotonic_ns()
                notes.append((json.loads(message.payload)["id"], came_ns))
    return notes


@contextmanager
def busy_disk(folder: Path) -> Iterator[None]:
    """Another process that writes and syncs to the same disk as fast as it can, and yields the processor."""
    with subprocess.Popen([sys.executable, "-c", BUSY], cwd=folder) as process:
        try:
            yield
        finally:
            process.kill()


def sync_ms(folder: Path) -> tuple[float, float]:
    """Median and 99th percentile of writing and syncing 4 KiB there."""
    took = []
    with (folder / "sync").open("wb", 0) as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1e3)
    return float(np.percentile(took, 50)), float(np.percentile(took, 99))


def main() -> None:
    """Run the cases and print a table, then JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--speed", type=float, default=4.0, help="times real time (default 4)")
    options.add_argument("--seconds", type=float, default=270.0, help="of the walker's time (default 270)")
    options.add_argument("--case", default="", help="only cases with this in their name")
    options.add_argument("--folder", type=Path, help="on the disk to measure; default: the system's temporary one")
    options.add_argument("--reader", type=int, help=argparse.SUPPRESS)
    options.add_argument("--seen", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.reader:
        given.seen.write_text("".join(json.dumps(note) + "\n" for note in asyncio.run(read(given.reader))))
        return
    arrivals = make_arrivals(given.seconds)
    results = []
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        p50, p99 = sync_ms(Path(folder))
        print(
            f"sync of 4 KiB: p50 {p50:.2f} ms, p99 {p99:.2f} ms; {given.speed:g} x real time; targets {TARGET_MS} ms\n"
        )
        print(
            "| case | events | lost | repeated | decided p50 / p99 ms | told p50 / p99 / max ms | calm p99 | backlog |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for number, case in enumerate(case for case in CASES if given.case in case.name):
            (place := Path(folder) / str(number)).mkdir(mode=0o755)
            one = asyncio.run(run(case, arrivals, given.speed, place))
            results.append(one)
            backlog = "" if one.backlog_gone_after_s is None else f"{one.backlog_gone_after_s:.2f}"
            print(
                f"| {one.case} | {one.events_n} | {one.lost_n} | {one.repeated_n}"
                f" | {one.decided_p50_ms:.2f} / {one.decided_p99_ms:.2f}"
                f" | {one.told_p50_ms:.2f} / {one.told_p99_ms:.2f} / {one.told_max_ms:.1f}"
                f" | {one.told_p99_calm_ms:.2f} | {backlog} |",
                flush=True,
            )
    print("\n" + json.dumps([asdict(result) for result in results]))


if __name__ == "__main__":
    main()
