"""From a sensor's notification to a reader of MQTT, through the whole hub: ``python benchmarks/alert_path.py``.

Walkers with foot drop wear two emulated ORPHE INSOLE and an emulated WitMotion each. What these send was made
beforehand; a process writes each notification into the hub's socket when it is due. The hub is the real one, from
bleak's callback on: inbox, decoders, clocks, detection, journal and publisher. A reader in a third process notes when
each event came; one monotonic clock serves all. An event's time begins when the notification that decided it is
written to the socket, so a hub that is busy and reads late does not look fast. Air and Bluetooth stack are not in it.

Which notification decided an event is found afterwards: all of them go through the pipeline again, one by one.
All is in real time, since a device's clock must fit its arrivals; ``--wearers`` make many events in a short time.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from emulated_walk import Device, devices_of
from fed_radio import FedRadio, player
from mqtt_reader import mosquitto, reader
from watched_hub import WatchedHub, configured

from hub.events import STEP_KINDS
from hub.journal import Journal
from hub.journal.database import is_commit

SLOW_COMMIT_S = 0.2
STALL_AT_S = 20.0
SETTLE_S = 0.5
SYNCS_N = 200
PAUSE_S = 0.05
"""A disk that has rested takes longer; commits come less often than that."""

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
        if is_commit(self, sql):
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
    Case("slow disk: commits 200 ms late", disk=SlowDisk),
    Case("broker stalled for 3 s", stall_s=3.0),
    Case("broker stalled for 15 s", stall_s=15.0),
    Case("the hub's own broker", own_broker=True),
)


@dataclass(frozen=True)
class Result:
    """Times in ms from the deciding notification. ``decided``: to the journal's door; ``told``: to the reader, of
    the ``prompt_n`` events that do not wait for others to go to the disk together, as contacts and steps do.

    ``by_clock_n``: events that a pause decided and no notification; in no other figure but ``lost_n``.
    ``calm``: without what was sent from the stall's begin until the backlog had gone.
    """

    case: str
    events_n: int
    prompt_n: int
    by_clock_n: int
    lost_n: int
    repeated_n: int
    decided_p50_ms: float
    decided_p99_ms: float
    told_p50_ms: float
    told_p99_ms: float
    told_max_ms: float
    calm_p99_ms: float
    backlog_gone_after_s: float | None
    decided_ms: list[float] = field(default_factory=list, repr=False)
    told_ms: list[float] = field(default_factory=list, repr=False)
    """Of each event, for whoever puts runs together."""

    def row(self) -> str:
        """A row of the table."""
        backlog = "" if self.backlog_gone_after_s is None else f"{self.backlog_gone_after_s:.2f}"
        return (
            f"| {self.case:<30} | {self.events_n:>6} | {self.prompt_n:>6} | {self.lost_n:>4} | {self.repeated_n:>8}"
            f" | {self.decided_p50_ms:>6.2f} / {self.decided_p99_ms:<6.2f}"
            f" | {self.told_p50_ms:>6.2f} / {self.told_p99_ms:>8.2f} / {self.told_max_ms:<8.1f}"
            f" | {self.calm_p99_ms:>8.2f} | {backlog:>9} |"
        )


HEADINGS = (
    f"| {'case':<30} | events | prompt | lost | repeated | {'decided p50 / p99':<15} | {'told p50 / p99 / max, ms':<28}"
    " | calm p99 | backlog s |\n|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Others:
    """The two other processes, by their pipes, and the socket that the radio's bytes come from."""

    feed: socket.socket
    player: Connection
    reader: Connection


@contextmanager
def others(devices: list[Device], seconds: float) -> Iterator[Others]:
    """Start both; they serve case after case. They end when their pipes close."""
    spawn = multiprocessing.get_context("spawn")
    (ours, theirs) = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    (to_player, at_player), (to_reader, at_reader) = spawn.Pipe(), spawn.Pipe()
    processes = [
        spawn.Process(target=player, args=(devices, seconds, theirs, at_player), daemon=True),
        spawn.Process(target=reader, args=(at_reader,), daemon=True),
    ]
    for process in processes:
        process.start()
    for end in (theirs, at_player, at_reader):
        end.close()  # so that one who waits for a process that has died learns of it
    to_player.recv()
    try:
        yield Others(ours, to_player, to_reader)
    finally:
        for pipe in (to_player, to_reader):
            with suppress(BrokenPipeError):
                pipe.send("")
        for process in processes:
            process.join(5.0)
            process.kill()


@asynccontextmanager
async def nothing(_: WatchedHub) -> AsyncIterator[int]:
    """Nothing goes on beside the walk."""
    yield 0


async def run(
    case: Case,
    devices: list[Device],
    helpers: Others,
    folder: Path,
    beside: Callable[[WatchedHub], AbstractAsyncContextManager[int]] = nothing,
) -> Result:
    """One case from start to end. ``beside`` is entered while people walk; gives from when on events are judged, ns."""
    radio = FedRadio(devices, helpers.feed)
    stall_ns = (0, 0)
    async with AsyncExitStack() as held:
        broker, port = (None, None) if case.own_broker else await held.enter_async_context(mosquitto(folder))
        if case.busy_disk:
            held.enter_context(busy_disk(folder))
        hub = WatchedHub(configured(devices, folder / "state", port, power_safe=case.power_safe), radio)
        held.enter_context(patch("hub.service.keeping.Journal", partial(Journal, factory=case.disk)))
        held.enter_context(radio.listening())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(hub.run())
            await hub.started.wait()
            assert hub.broker is not None
            helpers.reader.send(hub.broker.port)
            await answer(helpers.reader)
            helpers.player.send(case.name)
            async with beside(hub) as since_ns:
                if case.stall_s and broker is not None:
                    stall_ns = await stalled(broker, case.stall_s)
                await answer(helpers.player)
                await asyncio.sleep(SETTLE_S)
                until_ns = time.monotonic_ns()
            hub.stop()
            await running
            helpers.reader.send("end")
            seen = await answer(helpers.reader)
    return _result(case, hub, seen, stall_ns, (since_ns, until_ns))


async def answer(pipe: Connection) -> Any:
    """What the process at the other end says next."""
    said = asyncio.Event()
    asyncio.get_running_loop().add_reader(pipe.fileno(), said.set)
    await said.wait()
    asyncio.get_running_loop().remove_reader(pipe.fileno())
    return pipe.recv()


async def stalled(broker: asyncio.subprocess.Process, stall_s: float) -> tuple[int, int]:
    """Stop the broker for a while; gives from when to when, in ns."""
    await asyncio.sleep(STALL_AT_S)
    broker.send_signal(signal.SIGSTOP)
    began_ns = time.monotonic_ns()
    await asyncio.sleep(stall_s)
    broker.send_signal(signal.SIGCONT)
    return began_ns, time.monotonic_ns()


def _result(
    case: Case, hub: WatchedHub, seen: list[tuple[str, int]], stall_ns: tuple[int, int], judged_ns: tuple[int, int]
) -> Result:
    came_ns: dict[str, int] = {}
    for event_id, at_ns in seen:
        came_ns.setdefault(event_id, at_ns)
    sent_ns, journalled = hub.sent_ns(), hub.journalled()
    since_ns, until_ns = judged_ns  # what silence decides once the walkers have ended is no event of theirs
    judged = [each for each in came_ns if sent_ns.get(each, -1) >= since_ns and hub.decided_ns[each] <= until_ns]
    if not judged:
        sys.exit(f"{case.name}: no event came")
    at_ns = np.array([sent_ns[each] for each in judged])
    told_ms = (np.array([came_ns[each] for each in judged]) - at_ns) * 1e-6
    prompt = np.array([journalled[each] not in STEP_KINDS for each in judged])  # the others wait to go together
    decided_ms = np.array([hub.decided_ns[each] - sent_ns[each] for each in judged]) * 1e-6
    if decided_ms.min() < 0:
        sys.exit(f"{case.name}: decided before its notification was sent; the replay does not fit the run")
    gone_ns = max((came_ns[each] for each in judged if sent_ns[each] <= stall_ns[1]), default=0)
    # what was sent while the backlog went out waited behind it
    behind = (at_ns >= stall_ns[0] - 50e6) & (at_ns <= gone_ns) if stall_ns[1] else np.zeros(len(at_ns), bool)
    return Result(
        case.name,
        events_n=len(judged),
        prompt_n=int(prompt.sum()),
        by_clock_n=len(journalled.keys() - set(sent_ns)),
        lost_n=len((journalled.keys() | set(sent_ns) | set(hub.decided_ns)) - set(came_ns)),
        repeated_n=len(seen) - len(came_ns),
        decided_p50_ms=float(np.percentile(decided_ms, 50)),
        decided_p99_ms=float(np.percentile(decided_ms, 99)),
        told_p50_ms=float(np.percentile(told_ms[prompt], 50)),
        told_p99_ms=float(np.percentile(told_ms[prompt], 99)),
        told_max_ms=float(told_ms[prompt].max()),
        calm_p99_ms=float(np.percentile(told_ms[prompt & ~behind], 99)),
        backlog_gone_after_s=(gone_ns - stall_ns[1]) * 1e-9 if stall_ns[1] else None,
        decided_ms=decided_ms.tolist(),
        told_ms=told_ms[prompt].tolist(),
    )


@contextmanager
def busy_disk(folder: Path) -> Iterator[None]:
    """Another process that writes and syncs to the same disk as fast as it can, and yields the processor."""
    with subprocess.Popen([sys.executable, "-c", BUSY], cwd=folder) as process:
        try:
            yield
        finally:
            process.kill()


def sync_ms(folder: Path, pause_s: float) -> tuple[float, float]:
    """Median and 99th percentile of writing over 4 KiB there and syncing them, after a pause each time."""
    took = []
    with (folder / "sync").open("wb", 0) as file:
        for _ in range(SYNCS_N):
            time.sleep(pause_s)
            file.seek(0)
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1e3)
    return float(np.percentile(took, 50)), float(np.percentile(took, 99))


def main() -> None:
    """Run the cases and print a table, then JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--wearers", type=int, default=4, help="how many walk at once (default 4)")
    options.add_argument("--seconds", type=float, default=70.0, help="that each case walks (default 70)")
    options.add_argument("--case", default="", help="only cases with this in their name")
    options.add_argument("--folder", type=Path, help="on the disk to measure; default: the system's temporary one")
    given = options.parse_args()
    cases = [case for case in CASES if given.case in case.name]
    if not cases:
        options.error(f"no case has {given.case!r} in its name; there are: {', '.join(case.name for case in CASES)}")
    stalls_s = max(case.stall_s for case in cases)
    if stalls_s and given.seconds < STALL_AT_S + stalls_s + 10.0:
        options.error(f"--seconds {given.seconds:g} is too short for a stall of {stalls_s:g} s")
    if sys.stderr.isatty():
        sys.stderr.write(f"{len(cases)} cases of {given.seconds:g} s; making what the sensors send ...")
    results = []
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as name,
        others(devices_of(given.wearers), given.seconds) as helpers,
    ):
        folder = Path(name)
        at_once, rested = sync_ms(folder, 0.0), sync_ms(folder, PAUSE_S)
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        print(
            f"{given.wearers} wearers, real time; sync of 4 KiB, p50 / p99: {at_once[0]:.2f} / {at_once[1]:.2f} ms in a"
            f" row, {rested[0]:.2f} / {rested[1]:.2f} ms after a pause of {PAUSE_S * 1e3:g} ms, as commits have"
        )
        print(f"targets for told: p50 {TARGET_MS[0]:g} ms, p99 {TARGET_MS[1]:g} ms\n\n{HEADINGS}", flush=True)
        for number, case in enumerate(cases):
            (place := folder / str(number)).mkdir()
            results.append(asyncio.run(run(case, devices_of(given.wearers), helpers, place)))
            print(results[-1].row(), flush=True)
    each = {"decided_ms", "told_ms"}
    print("\n" + json.dumps([{k: v for k, v in asdict(result).items() if k not in each} for result in results]))


if __name__ == "__main__":
    main()
