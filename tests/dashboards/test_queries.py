"""Every query of every panel, asked of a real InfluxDB that holds weeks of two wearers: figures are the journal's.

With ``INSOLE_HUB_INFLUXDB=1.8.10`` of such a one: ``make influxdb-1``.
"""

import json
import math
import os
import signal
import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashboards.build import all_dashboards, as_json
from dashboards.publishing.rules import rules
from hub.diary import AidsChanged, ExerciseDone, Noted, Recalibrated
from hub.events import Context, Kind
from hub.influx.provision import Plan, provision
from hub.influx.schema import Bucket, Name, Tag
from hub.journal.day import DaySummary
from sensors.layout import Role, Side
from tests.dashboards.filled import HUB, Filled, asked, fill, merged
from tests.dashboards.household import diary, states
from tests.dashboards.months import COURSES, END, months
from tests.services.influxdb import ADMIN_TOKEN, VERSION_1, Influxd, Influxd1, program

pytestmark = pytest.mark.influx

DAYS = 56
STEPS_DAYS = 14
STATES_S = 3600
SINCE = END - timedelta(days=DAYS)
DASHBOARDS: dict[str, dict[str, Any]] = {
    each["uid"].removeprefix("insole-"): each for each in (json.loads(as_json(one)) for one in all_dashboards())
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("influxd")
    server: Influxd
    if os.environ.get("INSOLE_HUB_INFLUXDB") == VERSION_1:
        server = Influxd1(program(VERSION_1), folder)
        server.start()
        server.say("CREATE DATABASE insole", "CREATE DATABASE insole_steps WITH DURATION 90d")
        address = server.address(token := server.administrator)
    else:
        server = Influxd(program(), folder)
        server.start()
        address = server.address(ADMIN_TOKEN)
        list(provision(Plan(address, {}, folder / "token")))
        token = (folder / "token").read_text().strip()
    yield fill(
        server,
        dict(address.buckets),
        token,
        list(months(DAYS)),
        list(diary(DAYS)),
        states(HUB, DAYS, every_s=STATES_S),
        steps_days=STEPS_DAYS,
    )
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
    choices = {
        each["name"]: {
            row["value"]
            for row in filled.ask(each["datasource"]["uid"], asked(each["query"], ["anna", "bert"], SINCE, END))
        }
        for each in dashboard["templating"]["list"]
        if each["type"] == "query"
    }
    assert choices.get("aid", {"brace", "none"}) == {"brace", "none"}
    assert choices["wearer"] == {course.wearer.nickname for course in COURSES}
    assert choices.get("hub", {HUB}) == {HUB}


def ask(
    filled: Filled, name: str, title: str, wearer: str = "anna", ref: int = 0, **chosen: str
) -> list[dict[str, Any]]:
    panel = next(each for each in DASHBOARDS[name]["panels"] if each.get("title") == title)
    target = panel["targets"][ref]
    return filled.ask(target["datasource"]["uid"], asked(target["query"], [wearer], SINCE, END, **chosen))


def test_foot_aid_and_context_can_be_chosen(filled: Filled) -> None:
    told = [
        each
        for each in filled.told
        if each.wearer.nickname == "anna" and each.event.kind is Kind.TRIP and each.event.fields["stage"] == "confirmed"
    ]
    assert {each.aids for each in told} == {None, "none"}, "some of each"
    for chosen, holds in (
        ({}, lambda each: True),
        ({"side": "right"}, lambda each: each.event.side is Side.RIGHT),
        ({"aid": "none"}, lambda each: each.aids == "none"),
        ({"aid": "(brace|none)"}, lambda each: each.aids is not None),
        ({"context": "stairs"}, lambda each: each.event.context is Context.STAIRS),
        ({"context": "(stairs|unknown)"}, lambda each: each.event.context in {Context.STAIRS, Context.UNKNOWN}),
    ):
        assert len(ask(filled, "trips", "Trips", **chosen)) == sum(map(holds, told)), chosen
    for left, right in ((True, True), (True, False), (False, True)):
        side = "(left|right)" if left and right else "left" if left else "right"
        feet = [ask(filled, "walks", "Strike index", ref=ref, side=side) for ref in (0, 1)]
        assert [bool(rows) for rows in feet] == [left, right]


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


def mean_by(days: list[DaySummary], name: str, weight: str) -> float:
    """By hand, of days whose figure is known."""
    known = [day for day in days if getattr(day, name) is not None]
    return sum(getattr(day, name) * getattr(day, weight) for day in known) / sum(getattr(day, weight) for day in known)


def days_between(filled: Filled, wearer: str, first: datetime, last: datetime) -> list[DaySummary]:
    return [
        day
        for (nickname, date_), day in filled.days.items()
        if nickname == wearer and first.date() <= date_ < last.date()
    ]


def test_a_day_whose_speed_is_not_known_weighs_nothing_in_the_week(filled: Filled) -> None:
    weeks: dict[date, list[DaySummary]] = {}
    for (nickname, day), summary in filled.days.items():
        if nickname == "anna":
            weeks.setdefault(monday_of(day), []).append(summary)
    assert any(day.speed_mps is None for days in weeks.values() for day in days)
    shown = {date_of(row["time"]): row["speed"] for row in ask(filled, "progress", "Speed")}
    assert shown == pytest.approx({week: mean_by(days, "speed_mps", "walking_min") for week, days in weeks.items()})


def test_a_week_is_compared_with_the_first_four_by_the_detectable_change_of_that_speed(filled: Filled) -> None:
    start = mean_by(days_between(filled, "anna", SINCE, SINCE + timedelta(days=28)), "speed_mps", "walking_min")
    assert 0.4 < start < 0.8
    slow, usual, fast = (ask(filled, "progress", "Speed", ref=ref) for ref in (1, 2, 3))
    assert slow == fast == []
    assert len(usual) >= DAYS // 7
    for row in usual:
        bounds = (row["start"], row["above chance"], row["below chance"])
        assert bounds == pytest.approx((start, start + 0.15, start - 0.15))


@pytest.mark.parametrize("wearer", ["anna", "bert"])
def test_a_week_is_compared_with_the_scatter_of_the_first_days(filled: Filled, wearer: str) -> None:
    first = [day.toe_first_pct for day in days_between(filled, wearer, SINCE, SINCE + timedelta(days=28))]
    start, apart = statistics.mean(first), 1.96 * statistics.stdev(first) * math.sqrt(1 / 7 + 1 / 28)
    for row in ask(filled, "progress", "Toes first", wearer, ref=2):
        bounds = (row["start"], row["above chance"], row["below chance"])
        assert bounds == pytest.approx((start, start + apart, start - apart), rel=1e-3)


def test_walks_with_and_without_aids_stand_side_by_side(filled: Filled) -> None:
    walks: dict[str, list[dict[str, Any]]] = {}
    for each in filled.told:
        if each.event.kind is Kind.WALK_END and each.wearer.nickname == "anna":
            walks.setdefault(each.aids or "", []).append(dict(each.event.fields))
    assert set(walks) == {"", "none", "brace"}
    shown = {row["aid"]: row for row in ask(filled, "progress", "With and without aids")}
    assert set(shown) == set(walks)
    for aid, of in walks.items():
        assert shown[aid]["walks"] == len(of)
        steps = sum(walk["steps"] for walk in of)
        toes = sum(walk["toe_first_pct"] * walk["steps"] for walk in of) / steps
        assert shown[aid]["toes first"] == pytest.approx(toes)
        timed = [walk for walk in of if walk["speed_mps"] is not None]
        seconds = sum(walk["duration_s"] for walk in timed)
        assert shown[aid]["speed"] == pytest.approx(sum(w["speed_mps"] * w["duration_s"] for w in timed) / seconds)


def test_exercises_and_the_days_with_them_are_the_diarys(filled: Filled) -> None:
    days: dict[date, set[date]] = {}
    times: Counter[date] = Counter()
    for entry in filled.entries:
        if isinstance(entry.what, ExerciseDone) and entry.wearer == "anna":
            day = date_of(entry.at_ns)
            days.setdefault(monday_of(day), set()).add(day)
            times[monday_of(day)] += 1
    shown = {date_of(row["time"]): row["days"] for row in ask(filled, "progress", "Days with exercises")}
    assert shown == {week: len(of) for week, of in days.items()}
    assert {date_of(row["time"]): row["exercises"] for row in ask(filled, "progress", "Exercises")} == times


def test_what_the_diary_says_is_marked(filled: Filled) -> None:
    marks = {mark["name"]: mark for mark in DASHBOARDS["progress"]["annotations"]["list"]}
    for name, what in (("Aids", AidsChanged), ("Notes", Noted), ("Calibrations", Recalibrated)):
        said = [each.at_ns for each in filled.entries if isinstance(each.what, what) and each.wearer == "anna"]
        rows = filled.ask(marks[name]["datasource"]["uid"], asked(marks[name]["query"], ["anna"], SINCE, END))
        assert [row["time"] for row in rows] == pytest.approx(said, abs=10**6)
        assert all(row[marks[name]["textColumn"]] for row in rows)
        assert rows


@pytest.mark.parametrize("nickname", ["anna", "o'neil \\"])
def test_alert_rules_count_what_happened(filled: Filled, nickname: str) -> None:
    happened, silent = rules(nickname, "insole-x", "insole-x-today", "mail")
    for rule, days_n in ((happened, DAYS), (silent, STEPS_DAYS)):
        (counted, *_) = rule.body["data"]
        query = asked(counted["model"]["query"], [nickname], END - timedelta(days=days_n), END)
        rows = filled.ask(counted["datasourceUid"], query)
        if rule is happened and nickname == "anna":
            trips_n = sum(
                each.event.kind is Kind.TRIP
                and each.event.fields["stage"] == "confirmed"
                and each.wearer.nickname == "anna"
                for each in filled.told
            )
            assert [row["n"] for row in rows] == [trips_n]
        else:
            assert bool(rows) is (nickname == "anna")


def test_each_wearer_is_compared_with_the_own_past(filled: Filled) -> None:
    panel = next(each for each in DASHBOARDS["clinic"]["panels"] if each.get("title", "").startswith("Change"))
    assert [each["id"] for each in panel["transformations"]] == ["merge"]
    rows = merged(
        filled.ask(target["datasource"]["uid"], asked(target["query"], ["anna", "bert"], SINCE, END))
        for target in panel["targets"]
    )
    assert [row["wearer"] for row in rows] == ["anna", "bert"]
    half = END - timedelta(days=28)
    for row in rows:
        before, after = (days_between(filled, row["wearer"], *times) for times in ((SINCE, half), (half, END)))
        for called, name, weight in (
            ("toes first", "toe_first_pct", "judged_steps"),
            ("speed", "speed_mps", "walking_min"),
        ):
            assert row[called] == pytest.approx(mean_by(after, name, weight) - mean_by(before, name, weight))
        drags = [1000.0 * sum(day.drags for day in of) / sum(day.steps for day in of) for of in (before, after)]
        assert row["drags per 1000 steps"] == pytest.approx(drags[1] - drags[0])
        walked = [sum(day.walking_min for day in of) for of in (before, after)]
        assert row["walked"] == pytest.approx(walked[1] - walked[0])


def test_what_sensors_and_hub_told_is_shown(filled: Filled) -> None:
    told = list(states(HUB, DAYS, every_s=STATES_S))
    charge = [
        (each.time_ns // (3600 * 10**9), each.fields["battery_pct"])
        for each in told
        if each.tags.get(Tag.ROLE) == "left_shin" and each.tags[Tag.WEARER] == "bert"
    ]
    place = list(Role).index(Role.LEFT_SHIN)
    shown = ask(filled, "quality", "Batteries", "bert", place)
    assert {row["time"] // (3600 * 10**9): row["left shin"] for row in shown} == dict(charge)
    waiting = max(each.fields["mqtt_waiting"] for each in told if each.measurement is Name.HUB)
    assert max(row["for the broker"] for row in ask(filled, "quality", "Waiting")) == waiting > 0
    (hub,) = ask(filled, "quality", "Hub")
    assert hub["version"] == "0.1.0"
    links = sum(row["left shin"] for row in ask(filled, "quality", "Links made", "bert", place))
    counts = [each.fields["connections"] for each in told if each.tags.get(Tag.ROLE) == "left_shin"]
    assert links == max(counts[1::2]) - min(counts[1::2])


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
        and each.wall_time_ns >= int((END - timedelta(days=STEPS_DAYS)).timestamp()) * 10**9
    }
    assert shown == told


def test_each_bucket_is_asked_by_some_panel() -> None:
    uids = {target.values[0]["datasource"]["uid"] for target in queries()}
    assert len(uids) == len(Bucket)
