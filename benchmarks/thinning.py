"""How long a journal's writer is held while steps make room: ``python benchmarks/thinning.py [--rows 500000]``.

A journal of the kinds and sizes of events that ``written_day.py`` found (docs/storage.md), of several wearers who walk
at the same time, one of whom makes half of them. Each call of the thinner is one turn of the writer's thread, behind
which a fall that is to be written waits: old steps that go; slices that are counted so that it is known who takes the
most; and steps of whoever does.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from hub.journal import database
from hub.journal.thinning import Room, Thinner

DAY = {
    "step": (19248, 965),
    "initial_contact": (19392, 238),
    "final_contact": (19392, 171),
    "toe_first": (5712, 231),
    "walk_end": (144, 4058),
    "toe_drag": (2252, 229),
    "foot_slap": (384, 229),
}
"""Events a day, and bytes of each."""

STEP_NS = 10**9


def rows(rows_n: int, wearers_n: int) -> Iterator[tuple[str, str, str, float, int, str]]:
    """Events in the order of time."""
    chance = random.Random(1)
    kinds = chance.choices(list(DAY), [n for n, _ in DAY.values()], k=rows_n)
    weights = [wearers_n - 1.0, *[1.0] * (wearers_n - 1)] if wearers_n > 1 else [1.0]
    whose = chance.choices([f"wearer{n}" for n in range(wearers_n)], weights, k=rows_n)
    for n, (kind, wearer) in enumerate(zip(kinds, whose, strict=True)):
        text = '{"a":"' + "x" * (DAY[kind][1] - 8) + '"}'
        yield f"{chance.getrandbits(64):016x}", wearer, kind, float(n), n * STEP_NS, text


def turns(thinner: Thinner, room: Room) -> tuple[list[float], list[float]]:
    """Milliseconds of the turns that only counted, and of those that removed."""
    counting, removing = [], []
    while True:
        removed_n, began_s = thinner.removed_of.total(), time.perf_counter()
        going = thinner.some(room)
        took_ms = (time.perf_counter() - began_s) * 1e3
        if not going:
            return counting, removing
        (removing if thinner.removed_of.total() > removed_n else counting).append(took_ms)


def row(name: str, took_ms: list[float]) -> str:
    """Of a table."""
    middle, most = np.percentile(took_ms, [50, 99])
    return f"| {name} | {len(took_ms)} | {middle:.1f} | {most:.1f} | {max(took_ms):.1f} |"


def main() -> None:
    """Fill a journal and make room in it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=500_000, help="of the journal (default 500000)")
    options.add_argument("--wearers", type=int, default=10, help="the first of whom makes half of it (default 10)")
    options.add_argument("--folder", type=Path, help="on the disk that is to be measured")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        path = Path(folder) / database.JOURNAL
        database.prepare(path)
        with closing(database.connect(path, power_safe=False)) as connection, database.transaction(connection):
            connection.execute("INSERT INTO anchors VALUES (1, 0.0, 0)")
            connection.executemany(
                "INSERT INTO events (id, wearer, kind, side, time_s, anchor, wall_time_ns, event)"
                " VALUES (?, ?, ?, 'left', ?, 1, ?, ?)",
                rows(asked.rows, asked.wearers),
            )
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with closing(database.connect(path, power_safe=True)) as connection:
            thinner = Thinner(connection)
            print(f"{asked.rows} events of {asked.wearers}, {thinner.used_bytes / 1e6:.0f} MB\n")
            print("| turn | turns | p50, ms | p99, ms | most, ms |\n|---|---|---|---|---|")
            old = Room(asked.rows // 20 * STEP_NS, float("inf"), asked.rows, asked.rows)
            print(row("old steps go", turns(thinner, old)[1]))
            full = Room(0, thinner.used_bytes * 0.9, asked.rows, asked.rows)
            counting, removing = turns(thinner, full)
            print(row("a slice is counted", counting))
            print(row("steps of whoever takes most go", removing))
            print(f"\nremoved: {dict(thinner.removed_of)}")


if __name__ == "__main__":
    main()
