"""Every query of every panel, asked of a real InfluxDB that holds weeks of two wearers: figures are the journal's."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashboards.build import all_dashboards, as_json
from hub.events import Kind
from hub.influx.provision import Plan, provision
from hub.influx.schema import Bucket
from tests.dashboards.filled import Filled, asked, fill
from tests.dashboards.months import COURSES, END, months
from tests.services.influxdb import ADMIN_TOKEN, Influxd, program

pytestmark = pytest.mark.influx

DAYS = 28
SINCE = END - timedelta(days=DAYS)
DASHBOARDS: dict[str, dict[str, Any]] = {
    each["uid"].removeprefix("insole-"): each for each in (json.loads(as_json(one)) for one in all_dashboards())
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("influxd")
    server = Influxd(program(), folder)
    server.start()
    address = server.address(ADMIN_TOKEN)
    list(provision(Plan(address, {}, folder / "token")))
    token = (folder / "token").read_text().strip()
    yield fill(server, dict(address.buckets), token, list(months(DAYS)))
    server.end(signal.SIGKILL)


def queries() -> list[Any]:
    return [
        pytest.param(target, id=f"{name}-{panel.get('title')}-{target['refId']}")
        for name, dashboard in DASHBOARDS.items()
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
    ]


@pytest.mark.parametrize("target", queries())
def test_every_query_is_answered(filled: Filled, target: dict[str, Any]) -> None:
    for wearers in (["anna"], ["anna", "bert"]):
        filled.ask(target["datasource"]["uid"], asked(target["query"], wearers, SINCE, END))


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
def test_marks_and_choices_are_answered(filled: Filled, dashboard: dict[str, Any]) -> None:
    for mark in dashboard["annotations"].get("list", []):
        filled.ask(mark["datasource"]["uid"], asked(mark["query"], ["anna"], SINCE, END))
    (wearers,) = dashboard["templating"]["list"]
    rows = filled.ask(wearers["datasource"]["uid"], wearers["query"])
    assert {row["value"] for row in rows} == {course.wearer.nickname for course in COURSES}


def ask(filled: Filled, name: str, title: str, wearer: str = "anna", ref: int = 0) -> list[dict[str, Any]]:
    panel = next(each for each in DASHBOARDS[name]["panels"] if each.get("title") == title)
    target = panel["targets"][ref]
    return filled.ask(target["datasource"]["uid"], asked(target["query"], [wearer], SINCE, END))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def date_of(time_ns: int) -> date:
    return datetime.fromtimestamp(time_ns / 1e9, UTC).date()


@pytest.mark.parametrize("wearer", ["anna", "bert"])
def test_weeks_are_the_journals(filled: Filled, wearer: str) -> None:
    weeks: dict[date, dict[str, float]] = {}
    for (nickname, day), summary in filled.days.items():
        if nickname == wearer:
            week = weeks.setdefault(monday_of(day), dict.fromkeys(("drags", "steps", "trips", "toes", "judged"), 0.0))
            week["drags"] += summary.drags
            week["steps"] += summary.steps
            week["trips"] += summary.trips
            week["toes"] += summary.toe_first_pct * summary.judged_steps / 100.0
            week["judged"] += summary.judged_steps
    assert len(weeks) >= DAYS // 7
    drags = {date_of(row["time"]): row["drags per 1000 steps"] for row in ask(filled, "progress", "Toe drags", wearer)}
    assert drags == pytest.approx({week: 1000.0 * of["drags"] / of["steps"] for week, of in weeks.items()})
    trips = {date_of(row["time"]): row["trips"] for row in ask(filled, "progress", "Trips and falls", wearer)}
    assert trips == {week: of["trips"] for week, of in weeks.items()}
    toes = {date_of(row["time"]): row["toes first"] for row in ask(filled, "progress", "Toes first", wearer)}
    assert toes == pytest.approx({week: 100.0 * of["toes"] / of["judged"] for week, of in weeks.items()})


def test_each_confirmed_trip_is_listed_once(filled: Filled) -> None:
    for wearer in ("anna", "bert"):
        happened = sorted(
            each.wall_time_ns
            for each in filled.told
            if each.event.kind is Kind.TRIP
            and each.event.fields["stage"] == "confirmed"
            and each.wearer.nickname == wearer
        )
        listed = sorted(row["time"] for row in ask(filled, "trips", "Trips", wearer))
        assert listed == pytest.approx(happened, abs=10**6)
    assert any(each.event.kind is Kind.TRIP for each in filled.told)


def test_a_walk_is_shown_step_by_step(filled: Filled) -> None:
    shown = {round(row["time"] / 1e7): row["left"] for row in ask(filled, "walks", "Strike index", "anna")}
    told = {
        round(each.wall_time_ns / 1e7): each.event.fields["strike_index_pct"]
        for each in filled.told
        if each.event.kind is Kind.INITIAL_CONTACT
        and each.event.side.value == "left"
        and each.wearer.nickname == "anna"
    }
    assert shown == told


def test_each_bucket_is_asked_by_some_panel() -> None:
    uids = {target.values[0]["datasource"]["uid"] for target in queries()}
    assert len(uids) == len(Bucket)
