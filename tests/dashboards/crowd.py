"""How long the Clinic dashboard takes with many wearers: ``python -m tests.dashboards.crowd [100 1000]`` says it.

A real InfluxDB that holds the days of so many wearers: the two made-up courses, again and again under other names.
"""

import argparse
import asyncio
import json
import signal
import statistics
import sys
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboards.build import as_json
from dashboards.clinic import clinic
from hub.influx import Bucket
from hub.influx.database import Database
from hub.influx.line import line
from hub.influx.points import day_point
from hub.influx.provision import Plan, provision
from hub.journal.day import DaySummary
from tests.dashboards.filled import asked, days_of
from tests.dashboards.months import END, months
from tests.services.influxdb import ADMIN_TOKEN, Influxd, program

CROWDS = (100, 1000)
DAYS_N = 89
WEEK = timedelta(days=7)

_AT_ONCE = 5000
_TIMES_N = 5


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wearers", type=int, nargs="*", default=CROWDS)
    days = days_of(months(DAYS_N))
    sys.stdout.write("| wearers | query | s |\n|---|---|---|\n")
    for wearers_n in parser.parse_args().wearers:
        with TemporaryDirectory() as folder:
            server = Influxd(program(), Path(folder))
            server.start()
            try:
                _one(wearers_n, server, Path(folder), days.values())
            finally:
                server.end(signal.SIGKILL)


def _one(wearers_n: int, server: Influxd, folder: Path, days: Iterable[DaySummary]) -> None:
    list(provision(Plan(server.address(ADMIN_TOKEN), {}, folder / "token")))
    asyncio.run(_fill(server, (folder / "token").read_text().strip(), wearers_n, list(days)))
    for panel in json.loads(as_json(clinic()))["panels"]:
        for target in panel.get("targets", []):
            query = asked(target["query"], [".*"], END - WEEK, END)
            times_s = []
            for _ in range(_TIMES_N):
                begin_s = time.perf_counter()
                rows = server.query("insole", query)
                times_s.append(time.perf_counter() - begin_s)
            assert len({row["wearer"] for row in rows}) == wearers_n
            sys.stdout.write(
                f"| {wearers_n} | {panel['title']} {target['refId']} | {statistics.median(times_s):.2f} |\n"
            )
            sys.stdout.flush()


async def _fill(server: Influxd, token: str, wearers_n: int, days: list[DaySummary]) -> None:
    async with Database(server.address(token)) as database:
        for number in range(wearers_n):
            name = f"w{number:05}"
            own = [line(day_point(f"h{number:05}", name, day.to_dict())) for day in days[number % 2 :: 2]]
            for first in range(0, len(own), _AT_ONCE):
                await database.write(Bucket.LASTING, own[first : first + _AT_ONCE])


if __name__ == "__main__":
    main()
