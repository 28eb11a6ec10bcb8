"""What a commit of the journal takes, with its log laid out at start and without: ``python benchmarks/commit.py``.

Commits of eight events come every 50 ms, as those of several walkers do; the time is the writer's own, from the first
statement until the events are on the disk.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import numpy as np

from hub.events import Event, Kind
from hub.journal import Journal
from hub.journal.writer import Writer
from sensors.layout import Side

EVENTS_N = 8
EVERY_S = 0.05
FIRST_N = 3
"""Commits that are not judged: they begin the log."""


async def commits_ms(folder: Path, commits_n: int, *, laid_out: bool) -> list[float]:
    """Times of so many commits of a new journal, in ms."""
    took_ms: list[float] = []
    commit = Writer._commit  # noqa: SLF001

    def timed(writer: Writer, *what: object) -> object:
        began_s = time.perf_counter()
        committed = commit(writer, *what)  # type: ignore[arg-type]
        took_ms.append((time.perf_counter() - began_s) * 1e3)
        return committed

    with ExitStack() as held:
        held.enter_context(patch.object(Writer, "_commit", timed))
        if not laid_out:
            held.enter_context(patch("hub.journal.log_file.lay_out"))
        async with Journal(folder / "journal.db") as journal:
            journal.observe_clock(0.0, 0)
            for number in range(commits_n):
                at_s = number * EVERY_S
                events = [
                    Event(f"{number}.{each}", Kind.STEP, Side.LEFT, at_s, at_s, 1.0, {"strike": "heel" * 75})
                    for each in range(EVENTS_N)
                ]
                journal.append("walker", events)
                await asyncio.sleep(EVERY_S)
    return took_ms[FIRST_N:]


def main() -> None:
    """Take turns, and print a table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3, help="of each (default 3)")
    options.add_argument("--commits", type=int, default=200, help="in a round, fewer than between checkpoints")
    options.add_argument("--folder", type=Path, help="on the disk to measure; default: the system's temporary one")
    given = options.parse_args()
    found: dict[bool, list[float]] = {False: [], True: []}
    for number in range(given.rounds):
        for laid_out in found:
            if sys.stderr.isatty():
                sys.stderr.write(f"\rround {number + 1} of {given.rounds}")
            with tempfile.TemporaryDirectory(dir=given.folder) as name:
                found[laid_out] += asyncio.run(commits_ms(Path(name), given.commits, laid_out=laid_out))
    print("\n| log | commits | p50 / p90 / p99 / max, ms |\n|---|---|---|")
    for laid_out, took_ms in found.items():
        p50, p90, p99 = np.percentile(took_ms, (50, 90, 99))
        what = "laid out" if laid_out else "grows"
        print(f"| {what} | {len(took_ms)} | {p50:.2f} / {p90:.2f} / {p99:.2f} / {max(took_ms):.1f} |")
    ratios = [np.percentile(found[True], q) / np.percentile(found[False], q) for q in (50, 90, 99)]
    print(f"\nlaid out takes of growing: {', '.join(f'{ratio:.2f}' for ratio in ratios)} (p50, p90, p99)")


if __name__ == "__main__":
    main()
