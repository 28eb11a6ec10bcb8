"""The past of a walker whose every step went through the engine into a journal, as the page is told of it."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hub.alert import Alert, Rule, Severity
from hub.diary import Aid, AidsChanged, DiaryEntry, Exercise, ExerciseDone, Noted
from hub.events import Event, Kind
from hub.history.view import PastView
from hub.journal import Journal, local_day
from hub.page import NotThereError
from hub.page.encoded import encoded
from hub.recording.clip_files import ClipName
from hub.recording.shelf import Shelf
from hub.session import Wearer
from sensors.walker.session import render_session
from tests.gait.walked import events_of
from tests.page.test_schema import PUBLISHED

NS = 10**9
AGO_S = 900.0


@pytest.fixture(scope="module")
def walked() -> list[Event]:
    """What the engine tells of a walker of five minutes with two trips; the right leg is the affected one."""
    return events_of(render_session("foot_drop", 5.0, 3, trips=2))


@asynccontextmanager
async def past(
    folder: Path, walked, alerts: list[Alert] | None = None
) -> AsyncIterator[tuple[PastView, Journal, Shelf]]:
    async with Journal(folder / "journal.db") as journal:
        shelf = Shelf(folder, 100.0, 100.0)
        journal.observe_clock(AGO_S, time.time_ns())
        journal.diary.append(DiaryEntry("d1", "anna", time.time_ns(), AidsChanged((Aid.BRACE,))), -1.0)
        journal.append("anna", walked)
        await journal.flush()
        yield (
            PastView(
                journal, shelf, {name: Wearer(name, "right") for name in ("anna", "bea")}, lambda _: tuple(alerts or ())
            ),
            journal,
            shelf,
        )


def valid(model: str, told: object) -> None:
    components = json.loads(PUBLISHED.read_text())["components"]
    Draft202012Validator({"$ref": f"#/components/schemas/{model}", "components": components}).validate(told)


async def test_every_step_of_a_walk_is_told(tmp_path: Path, walked: list[Event]) -> None:
    async with past(tmp_path, walked) as (view, journal, _):
        ended = max((each for each in walked if each.kind is Kind.WALK_END), key=lambda each: each.fields["steps"])
        day = local_day(journal.wall_time_ns_at(ended.time_s), None)
        told = json.loads(encoded(await view.walks("anna", day)))
        valid("Walks", told)
        longest = max(told["walks"], key=lambda walk: walk["steps"])
        assert longest["aids"] == "brace"
        opened = json.loads(encoded(await view.walk("anna", longest["id"])))
        valid("WalkOpened", opened)
        with pytest.raises(NotThereError):
            await view.walk("anna", "nobody")
        with pytest.raises(NotThereError):
            await view.walk("anna", walked[0].id)
        journal.append("bea", [replace(ended, id="walk of bea")])
        await journal.flush()
        assert (await view.walk("bea", "walk of bea"))["walk"]["steps"] == longest["steps"]
        with pytest.raises(NotThereError):
            await view.walk("anna", "walk of bea")
        day -= timedelta(days=3)
        assert await view.walks("anna", day) == {"day": day.isoformat(), "walks": []}
    steps = opened["steps"]
    assert opened["kept_steps"] == len(steps["at_s"]) == longest["steps"] > 200
    assert {len(column) for column in steps.values()} == {longest["steps"]}
    assert steps["at_s"][0] == 0.0
    assert steps["at_s"][-1] == pytest.approx(longest["duration_s"], abs=0.01)
    assert sum(minute["steps"] for minute in opened["minutes"]) == longest["steps"]
    assert sum(minute["good"] for minute in opened["minutes"]) == opened["good"]
    drags = [event for event in walked if event.kind is Kind.TOE_DRAG]
    assert 0 < sum(steps["drag"]) <= len(drags)
    assert any(angle is not None for angle in steps["shank_deg"])
    assert [each["measure"] for each in opened["fatigue"]] == ["toe_first_pct", "swing_time_s", "shank_range_deg"]


def alert_of(happened_ns: int, name: str = "trip1", rule: Rule = Rule.TRIP, **more) -> Alert:
    return Alert(name, "anna", rule, Severity.MEDIUM, "a trip was noticed", happened_ns, happened_ns, **more)


async def test_a_trip_says_what_became_of_its_clip(tmp_path: Path, walked: list[Event]) -> None:
    old_ns = time.time_ns() - 3600 * NS
    happened = datetime.fromtimestamp(old_ns // NS, UTC)
    alerts = [alert_of(old_ns, joined=("trip2",)), alert_of(old_ns - NS, "drags", Rule.DRAGS)]
    async with past(tmp_path, walked, alerts) as (view, journal, shelf):
        journal.diary.append(
            DiaryEntry("n1", "anna", old_ns + NS, Noted("on the stairs", ("stairs",), None, "trip1")), 0.0
        )
        await journal.flush()
        listed = await view.incidents("anna", 8)
        valid("Incidents", listed)
        assert [(each["id"], each["count"]) for each in listed["incidents"]] == [("trip1", 2)]

        async def states() -> list[str]:
            opened = await view.incident("anna", "trip1")
            valid("IncidentOpened", opened)
            assert [note["text"] for note in opened["notes"]] == ["on the stairs"]
            return [event["state"] for event in opened["events"]]

        assert await states() == ["missing", "missing"]
        shelf.clips.mkdir()
        (shelf.clips / str(ClipName("anna", happened, Kind.TRIP, "trip1"))).write_bytes(b"x")
        assert await states() == ["kept", "missing"]
        with pytest.raises(NotThereError, match="no MCAP recording") as unreadable:
            await view.clip("anna", "trip1", "trip1")
        assert unreadable.value.word == "clip_unreadable"
        Shelf(tmp_path, 0.0, 0.0).tidy(())
        assert await states() == ["made_way", "made_way"]
        for event, word in (("trip1", "clip_made_way"), ("trip3", "not_found")):
            with pytest.raises(NotThereError) as gone:
                await view.clip("anna", "trip1", event)
            assert gone.value.word == word
        alerts[0] = alert_of(time.time_ns() - 5 * NS)
        assert await states() == ["coming"]


async def test_exercises_and_aids_are_told(tmp_path: Path, walked: list[Event]) -> None:
    async with past(tmp_path, walked) as (view, journal, _):
        now_ns = time.time_ns()
        for n, exercise in enumerate((Exercise.TOE_LIFTS, Exercise.MASSAGE)):
            done = ExerciseDone(exercise, 60.0 * n)
            journal.diary.append(DiaryEntry(f"e{n}", "anna", now_ns - (2 - n) * NS, done), 0.0)
        await journal.flush()
        done = await view.exercises("anna", 8)
        valid("ExercisesDone", done)
        assert [each["exercise"] for each in done["exercises"]] == ["massage", "toe_lifts"]
        compared = await view.aids("anna", 8)
        valid("AidsCompared", compared)
        assert [(each["aids"], each["days"]) for each in compared["aids"]] == [("brace", 1)]
        assert compared["aids"][0]["walks"] > 0
