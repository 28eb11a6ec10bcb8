"""How long the dashboards' queries take as the years go by: ``python -m tests.dashboards.growth [-h]`` prints a table.

A real InfluxDB of each length in turn: two wearers' walks, days and diary, and steps, sensors and hub of the last
days, as it keeps them. Made up, as the pictures. Each query asks for the whole length.
"""

import argparse
import json
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboards.build import all_dashboards, as_json
from hub.influx.points import Point
from hub.influx.provision import Plan, provision
from tests.dashboards.filled import HUB, Filled, asked, fill
from tests.dashboards.household import diary, states
from tests.dashboards.months import END, months
from tests.services.influxdb import ADMIN_TOKEN, Influxd, program

LENGTHS_DAYS = (89, 365, 1095)
KEPT_DAYS = 89
"""Of steps, sensors and hub."""

_TIMES_N = 3


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("days", type=int, nargs="*", default=LENGTHS_DAYS)
    parser.add_argument("--every-s", type=int, default=60, help="how often sensors and hub are told of")
    asked_for = parser.parse_args()
    kept = list(states(HUB, KEPT_DAYS, every_s=asked_for.every_s))
    sys.stdout.write("| days | points | dashboard | queries | slowest, s | which |\n|---|---|---|---|---|---|\n")
    sys.stdout.flush()
    for days_n in asked_for.days:
        with TemporaryDirectory() as folder:
            server = Influxd(program(), Path(folder))
            server.start()
            try:
                _one(days_n, server, Path(folder), kept)
            finally:
                server.end(signal.SIGKILL)


def _one(days_n: int, server: Influxd, folder: Path, kept: Sequence[Point]) -> None:
    address = server.address(ADMIN_TOKEN)
    list(provision(Plan(address, {}, folder / "token")))
    token = (folder / "token").read_text().strip()
    told, said = list(months(days_n)), list(diary(days_n))
    filled = fill(server, dict(address.buckets), token, told, said, kept, steps_days=KEPT_DAYS)
    for builder in all_dashboards():
        dashboard = json.loads(as_json(builder))
        took = {
            f"{panel['title']} {target['refId']}": _took_s(filled, target["datasource"]["uid"], target["query"], days_n)
            for panel in dashboard["panels"]
            for target in panel.get("targets", [])
        }
        which = max(took, key=lambda name: took[name])
        sys.stdout.write(
            f"| {days_n} | {filled.points_n} | {dashboard['title']} | {len(took)} | {took[which]:.2f} | {which} |\n"
        )
        sys.stdout.flush()


def _took_s(filled: Filled, uid: str, query: str, days_n: int) -> float:
    wearers = ["anna", "bert"] if "GROUP BY" in query and '"wearer"' in query.rsplit("GROUP BY", 1)[1] else ["anna"]
    text = asked(query, wearers, END - timedelta(days=days_n), END)
    times_s = []
    for _ in range(_TIMES_N):
        begin_s = time.perf_counter()
        filled.ask(uid, text)
        times_s.append(time.perf_counter() - begin_s)
    return statistics.median(times_s)


if __name__ == "__main__":
    main()
