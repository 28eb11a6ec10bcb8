"""How long the dashboards' queries take as the years go by: ``python -m tests.dashboards.growth [-h]`` prints a table.

A real InfluxDB of each length in turn: two wearers' walks, days and diary, and steps, sensors and hub of the last
days, as it keeps them. Made up, as the pictures. Each query asks for the time that its dashboard opens with, and for
the whole length.
"""

import argparse
import json
import signal
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboards.build import all_dashboards, as_json
from hub.influx.points import Point
from hub.influx.provision import Plan, provision
from tests.dashboards.filled import HUB, Filled, asked, fill
from tests.dashboards.household import diary, states
from tests.dashboards.months import COURSES, END, Told, months
from tests.services.influxdb import ADMIN_TOKEN, Influxd, program

LENGTHS_DAYS = (89, 365, 1095)
KEPT_DAYS = 89
"""Of steps, sensors and hub."""

STRIDES = 400
"""In each of a day's two to five walks: about 2,800 steps a day."""

_TIMES_N = 3


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("days", type=int, nargs="*", default=LENGTHS_DAYS)
    parser.add_argument("--every-s", type=int, default=60, help="how often sensors and hub are told of")
    parser.add_argument("--strides", type=int, default=STRIDES, help="in each walk of which steps are kept")
    asked_for = parser.parse_args()
    kept = list(states(HUB, KEPT_DAYS, every_s=asked_for.every_s))
    sys.stdout.write("| days | points | dashboard | queries | opens with | slowest, s | all of it, s | which |\n")
    sys.stdout.write("|---|---|---|---|---|---|---|---|\n")
    sys.stdout.flush()
    for days_n in asked_for.days:
        with TemporaryDirectory() as folder:
            server = Influxd(program(), Path(folder))
            server.start()
            try:
                _one(days_n, server, Path(folder), kept, asked_for.strides)
            finally:
                server.end(signal.SIGKILL)


def _one(days_n: int, server: Influxd, folder: Path, kept: Sequence[Point], strides: int) -> None:
    address = server.address(ADMIN_TOKEN)
    list(provision(Plan(address, {}, folder / "token")))
    token = (folder / "token").read_text().strip()
    told = list(_told(days_n, strides))
    filled = fill(server, dict(address.buckets), token, told, list(diary(days_n)), kept, steps_days=KEPT_DAYS)
    for builder in all_dashboards():
        dashboard = json.loads(as_json(builder))
        opens_with = dashboard["time"]["from"]
        took = {
            f"{panel['title']} {target['refId']}": [
                _took_s(filled, target["datasource"]["uid"], target["query"], since)
                for since in (_since(opens_with), END - timedelta(days=days_n))
            ]
            for panel in dashboard["panels"]
            for target in panel.get("targets", [])
        }
        which = max(took, key=lambda name: took[name][1])
        opened_s = max(each[0] for each in took.values())
        sys.stdout.write(
            f"| {days_n} | {filled.points_n} | {dashboard['title']} | {len(took)} | {opens_with} | {opened_s:.2f} "
            f"| {took[which][1]:.2f} | {which} |\n"
        )
        sys.stdout.flush()


def _told(days_n: int, strides: int) -> Iterator[Told]:
    """Of the last days as many steps as people take; of the others, whose steps are not kept, few."""
    kept_days = min(days_n, KEPT_DAYS)
    since_ns = int((END - timedelta(days=kept_days)).timestamp()) * 10**9
    yield from (each for each in months(days_n) if each.wall_time_ns < since_ns)
    yield from months(kept_days, tuple(replace(course, strides_per_walk=strides) for course in COURSES))


def _since(opens_with: str) -> datetime:
    """Where a time range of Grafana begins that ends with the months."""
    if opens_with == "now/d":
        return END - timedelta(days=1)
    number, unit = opens_with.removeprefix("now-")[:-1], opens_with[-1]
    return END - timedelta(**{{"d": "days", "h": "hours"}[unit]: int(number)})


def _took_s(filled: Filled, uid: str, query: str, since: datetime) -> float:
    wearers = ["anna", "bert"] if "GROUP BY" in query and '"wearer"' in query.rsplit("GROUP BY", 1)[1] else ["anna"]
    text = asked(query, wearers, since, END)
    times_s = []
    for _ in range(_TIMES_N):
        begin_s = time.perf_counter()
        filled.ask(uid, text)
        times_s.append(time.perf_counter() - begin_s)
    return statistics.median(times_s)


if __name__ == "__main__":
    main()
