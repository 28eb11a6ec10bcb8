"""Browsers that watch while people walk: ``python benchmarks/page_watchers.py`` (a quarter of an hour).

Two wearers walk into the whole hub as in alert_path.py, in turn with nobody watching and with 20 who do: real tabs of
Chromium that draw, plain clients of the live stream that read everything, and one that reads far too slowly. Told is
what alert_path.py tells, and what watching costs: processor and memory of the hub's process, and frames. Watchers
run at a lower priority on the same machine, with their files in memory, as they are other machines at home. Each case
is run twice and pooled.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from alert_path import Case, Result, answer, others, run
from emulated_walk import devices_of
from playwright.async_api import async_playwright
from watched_hub import WatchedHub

WEARERS_N = 2
LOOK_S = 1.0
SETTLED_S = 20.0
"""Memory is compared from here on: by then everything has been loaded once."""

BEGUN_S = 25.0
"""Browsers have begun by then; what people walked before is not judged."""

SLOW_BYTES, SLOW_S = 2048, 1.0
"""What the slow client reads, and how often: a sixth of what it is sent."""

COUNTING = """
window.framesN = 0;
const add = EventSource.prototype.addEventListener;
EventSource.prototype.addEventListener = function (kind, hear) {
  return add.call(this, kind, (event) => { if (kind === "frame") window.framesN += 1; hear(event); });
};
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who watches."""

    tabs_n: int
    plain_n: int
    slow_n: int

    @property
    def n(self) -> int:
        """All of them."""
        return self.tabs_n + self.plain_n + self.slow_n


@dataclass(frozen=True, slots=True)
class Seen:
    """Frames that each watcher got while people walked, and for how long it watched."""

    watched_s: float
    tabs: list[int]
    plain: list[int]
    slow: list[int]


@dataclass(slots=True)
class Cost:
    """What the hub's process took while people walked."""

    cpu_pct: float = 0.0
    resident_mb: list[float] = field(default_factory=list)
    frames_dropped_n: int = 0
    refused_n: int = 0


def watchers(port: int, crowd: Crowd, pipe: Connection) -> None:
    """Be the process that watches: "watching" once all do, and what they saw when told to end."""
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # also where the hub runs at real-time priority
    os.nice(10)
    os.environ["TMPDIR"] = "/dev/shm"  # the browsers' profiles: other machines have disks of their own
    asyncio.run(_watch(port, crowd, pipe))


async def _watch(port: int, crowd: Crowd, pipe: Connection) -> None:
    counts = dict.fromkeys(range(crowd.plain_n + crowd.slow_n), 0)
    reading = [asyncio.create_task(_read(port, n, counts, is_slow=n >= crowd.plain_n)) for n in counts]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tabs = []
        for n in range(crowd.tabs_n):
            context = await browser.new_context(viewport={"width": 390, "height": 844})
            await context.add_init_script(f"localStorage.setItem('wearer', 'wearer{1 + n % WEARERS_N}');{COUNTING}")
            tabs.append(await context.new_page())
            await tabs[-1].goto(f"http://localhost:{port}/")
        for tab in tabs:
            await tab.wait_for_function("window.framesN > 0")
        before = [await tab.evaluate("window.framesN") for tab in tabs], dict(counts)
        began_s = time.monotonic()
        pipe.send("watching")
        await answer(pipe)
        watched_s = time.monotonic() - began_s
        after = [await tab.evaluate("window.framesN") for tab in tabs]
        gained = [counts[n] - before[1][n] for n in counts]
        tabs_n = [one - other for one, other in zip(after, before[0], strict=True)]
        pipe.send(Seen(watched_s, tabs_n, gained[: crowd.plain_n], gained[crowd.plain_n :]))
        await browser.close()
    for task in reading:
        task.cancel()


async def _read(port: int, n: int, counts: dict[int, int], *, is_slow: bool) -> None:
    """One plain client. One that the hub gives up comes back, as a browser does."""
    while True:
        with suppress(OSError), socket.socket() as connected:
            if is_slow:
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BYTES)  # else the system reads ahead
            connected.setblocking(False)
            await asyncio.get_running_loop().sock_connect(connected, ("127.0.0.1", port))
            receiver, sender = await asyncio.open_connection(sock=connected, limit=SLOW_BYTES)
            path = f"/api/wearers/wearer{1 + n % WEARERS_N}/stream"
            sender.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            while data := await receiver.read(SLOW_BYTES if is_slow else 2**16):
                counts[n] += data.count(b"event: frame\n")
                if is_slow:
                    await asyncio.sleep(SLOW_S)
        await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def measured(hub: WatchedHub, cost: Cost) -> AsyncIterator[None]:
    """Look at this process while it is entered."""
    began_s, used_s = time.monotonic(), time.process_time()

    async def look() -> None:
        while True:
            cost.resident_mb.append(resident_mb())
            await asyncio.sleep(LOOK_S)

    looking = asyncio.create_task(look())
    yield
    looking.cancel()
    cost.cpu_pct = 100 * (time.process_time() - used_s) / (time.monotonic() - began_s)
    cost.frames_dropped_n, cost.refused_n = hub.page_stats.frames_dropped_n, hub.page_stats.refused_n


@asynccontextmanager
async def watched(hub: WatchedHub, crowd: Crowd, cost: Cost, seen: list[Seen]) -> AsyncIterator[int]:
    """The crowd watches; events are judged once it does, and has done for a while."""
    begun_s = time.monotonic()
    if not crowd.n:
        await asyncio.sleep(BEGUN_S)
        async with measured(hub, cost):
            yield time.monotonic_ns()
        return
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=watchers, args=(hub.page_port, crowd, theirs), daemon=True)
    process.start()
    try:
        await answer(ours)
        await asyncio.sleep(max(3.0, begun_s + BEGUN_S - time.monotonic()))
        async with measured(hub, cost):
            yield time.monotonic_ns()
        ours.send("end")
        seen.append(await answer(ours))
    finally:
        await asyncio.to_thread(process.join, 20.0)
        process.kill()


def resident_mb() -> float:
    """Memory of this process that is in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def row(name: str, results: Sequence[Result], costs: Sequence[Cost], seen: Sequence[Seen]) -> dict[str, object]:
    """One case: alert times of its runs together, and what it cost in each."""
    told = np.concatenate([result.told_ms for result in results])
    decided = np.concatenate([result.decided_ms for result in results])
    begun = [cost.resident_mb[min(int(SETTLED_S / LOOK_S), len(cost.resident_mb) - 1)] for cost in costs]
    return {
        "case": name,
        "prompt_n": len(told),
        "told_p50_p99_max_ms": [round(float(each), 2) for each in (*np.percentile(told, [50, 99]), told.max())],
        "events_n": len(decided),
        "decided_p50_p99_max_ms": [
            round(float(each), 2) for each in (*np.percentile(decided, [50, 99]), decided.max())
        ],
        "lost_n": sum(result.lost_n for result in results),
        "hub_cpu_pct": [round(cost.cpu_pct, 1) for cost in costs],
        "resident_settled_mb": [round(each, 1) for each in begun],
        "resident_most_mb": [round(max(cost.resident_mb), 1) for cost in costs],
        "frames_dropped_n": [cost.frames_dropped_n for cost in costs],
        "refused_n": [cost.refused_n for cost in costs],
        "frames_hz": [
            {kind: [round(n / each.watched_s, 1) for n in getattr(each, kind)] for kind in ("tabs", "plain", "slow")}
            for each in seen
        ],
    }


@contextmanager
def loads() -> Iterator[list[float]]:
    """The machine's load at the beginning and the end."""
    told = [os.getloadavg()[0]]
    yield told
    told.append(os.getloadavg()[0])


def main() -> None:
    """Run in turn and print JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=180.0, help="that each run walks (default 180)")
    options.add_argument("--rounds", type=int, default=2, help="runs of each case, in turn (default 2)")
    options.add_argument("--tabs", type=int, default=4, help="of Chromium among the 20 (default 4)")
    given = options.parse_args()
    crowds = {"nobody watches": Crowd(0, 0, 0), "20 watch": Crowd(given.tabs, 19 - given.tabs, 1)}
    results: dict[str, list[Result]] = {name: [] for name in crowds}
    costs: dict[str, list[Cost]] = {name: [] for name in crowds}
    seen: dict[str, list[Seen]] = {name: [] for name in crowds}
    with (
        tempfile.TemporaryDirectory() as folder,
        others(devices_of(WEARERS_N), given.seconds) as helpers,
        loads() as load,
    ):
        for round_n in range(given.rounds):
            for name, crowd in crowds.items():
                (place := Path(folder) / f"{round_n}-{crowd.n}").mkdir()
                cost = Cost()
                results[name].append(
                    asyncio.run(
                        run(
                            Case(name),
                            devices_of(WEARERS_N),
                            helpers,
                            place,
                            lambda hub, crowd=crowd, cost=cost, name=name: watched(hub, crowd, cost, seen[name]),
                        )
                    )
                )
                costs[name].append(cost)
                sys.stderr.write(f"{name}, round {round_n + 1}: done\n")
    print(f"load of the machine: {load[0]:.1f} before, {load[1]:.1f} after")
    print(json.dumps([row(name, results[name], costs[name], seen[name]) for name in crowds], indent=1))


if __name__ == "__main__":
    main()
