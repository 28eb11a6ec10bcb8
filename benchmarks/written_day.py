"""What a wearer's day writes to the disk: ``python benchmarks/written_day.py [--minutes 60] [--speed 20]``.

An hour of a walker with foot drop, in walks of five minutes, goes through the engine into a journal as configured by
default, on a real disk. MQTT, InfluxDB and alerts follow it and note how far they are; what the walks teach is kept
after each. Time runs ``--speed`` times as fast, and the journal waits so much shorter, so that as many commits come of
it as in real time. A day is taken for four such hours: who sits or sleeps has hardly any events. Bytes written are the
kernel's count for this process.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from contextlib import aclosing, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

from hub.config.schema import JournalConfig
from hub.gait import GaitEngine, KeptCalibration
from hub.journal import Journal, writer
from hub.journal.database import is_commit
from hub.recording.calibration_file import write_calibration
from hub.service.written import written_bytes
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit
from sensors.walker import render_session

WALK_MIN = 5.0
HOURS_WALKED = 4.0
BLOCK_N = 10
IDLE_S = 5.0
DESTINATIONS = ("mqtt", "influxdb", "alerts")


class Counted(sqlite3.Connection):
    """The journal's writing connection; counts commits."""

    commits_n: ClassVar[int] = 0

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        """Run a statement."""
        Counted.commits_n += is_commit(self, sql)
        return super().execute(sql, *parameters)  # type: ignore[arg-type]


async def follow(journal: Journal, destination: str) -> None:
    """Take everything at once."""
    async with aclosing(journal.follow_pages(destination)) as pages:
        async for page in pages:
            journal.advance(destination, page.until)


async def walk(path: Path, minutes: float, speed: float, batch_s: float) -> None:
    """All walks, one after the other."""
    recording = render_session("foot_drop", WALK_MIN, 1, trips=1)
    insole = InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
    sensors = {role: insole if role.is_insole else ShinSpec(recording.rate_hz) for role in recording.values}
    async with Journal(path, batch_s=batch_s / speed, factory=Counted) as journal:
        journal.observe_clock(0.0, time.time_ns())
        followers = [asyncio.create_task(follow(journal, each)) for each in DESTINATIONS]
        kept, began_s = KeptCalibration(), time.monotonic()
        for number in range(round(minutes / WALK_MIN)):
            session = Session(f"walk {number}", Wearer("anna", "right"), sensors)
            engine = GaitEngine(session, kept.fitting(session, {}))
            start_s = number * WALK_MIN * 60.0
            for first in range(0, len(recording.time_s), BLOCK_N):
                time_s = start_s + recording.time_s[first : first + BLOCK_N]
                await asyncio.sleep(max(0.0, began_s + time_s[-1] / speed - time.monotonic()))
                for role, values in recording.values.items():
                    until_s = float(time_s[-1]) + 0.5 / recording.rate_hz
                    journal.append("anna", engine.push(Block(role, time_s, values[first : first + BLOCK_N], until_s)))
            journal.append("anna", engine.finish())
            kept = kept.renewed(session, engine.calibration(), {})
            await asyncio.to_thread(write_calibration, path.with_name("anna.json"), kept, datetime.now(UTC))
        await journal.flush()
        before, commits_n = written_bytes() or 0, Counted.commits_n
        await asyncio.sleep(IDLE_S)
        print(
            f"idle for {IDLE_S:g} s: {(written_bytes() or 0) - before} bytes in {Counted.commits_n - commits_n} commits"
        )
        for task in followers:
            task.cancel()
        await asyncio.gather(*followers, return_exceptions=True)


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=60.0, help="that are walked (default 60)")
    options.add_argument("--speed", type=float, default=20.0, help="times real time (default 20)")
    usual_s = JournalConfig.model_validate({}).batch_s
    options.add_argument("--batch-s", type=float, default=usual_s, help=f"journal.batch_s (default {usual_s:g})")
    options.add_argument("--folder", type=Path, help="on the disk to write to; default: the system's temporary one")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        path = Path(name) / "journal.db"
        asyncio.run(_nothing(path))
        before_bytes, size_bytes = written_bytes() or 0, path.stat().st_size
        with patch.object(writer, "CURSOR_DELAY_S", writer.CURSOR_DELAY_S / given.speed):
            asyncio.run(walk(path, given.minutes, given.speed, given.batch_s))
        written_mb = ((written_bytes() or 0) - before_bytes) / 1e6
        grown_mb = (path.stat().st_size - size_bytes) / 1e6
        scale = HOURS_WALKED * 60.0 / given.minutes
        with closing(sqlite3.connect(path)) as journal:
            rows = journal.execute(
                "SELECT kind, count(*), sum(length(event)) FROM events GROUP BY kind ORDER BY 3 DESC"
            ).fetchall()
    print("| kind | events a day | bytes each | MB a day |\n|---|---|---|---|")
    for kind, n, length in rows:
        print(f"| {kind} | {n * scale:.0f} | {length / n:.0f} | {length * scale / 1e6:.2f} |")
    text_mb = sum(length for *_, length in rows) / 1e6
    print(f"events as text: {text_mb * scale:.1f} MB a day; the journal grows by {grown_mb * scale:.1f} MB a day")
    print(f"written to the disk: {written_mb * scale:.1f} MB a day, in {Counted.commits_n * scale:.0f} commits")


async def _nothing(path: Path) -> None:
    """Make the file, and load all that is loaded at the first write."""
    async with Journal(path) as journal:
        await journal.flush()


if __name__ == "__main__":
    main()
