"""What a silent sensor takes away, and what it leaves: only the measures that come from it."""

import json

import numpy as np
import pytest

from hub.events import Kind
from hub.gait import GaitEngine
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role
from tests.gait.walked import walked

SILENT_S = (24.0, 25.5)


def events_without(hidden: Role, from_s: float, to_s: float) -> list[dict[str, object]]:
    recording = walked("foot_drop", 0.8, 5)
    sensors = {
        role: InsoleSpec(100.0, LoadUnit.N, recording.cells) if role.is_insole else ShinSpec(100.0)
        for role in recording.values
    }
    engine = GaitEngine(Session("silence", Wearer(affected_side="right"), sensors))
    events = []
    for role, values in recording.values.items():
        keep = (recording.time_s < from_s) | (recording.time_s > to_s) | (role is not hidden)
        events += engine.push(Block(role, recording.time_s[keep], values[keep], np.inf))
    events += engine.finish()
    return [json.loads(event.to_json()) for event in events]


def steps_around(events: list[dict[str, object]], side: str) -> list[dict[str, object]]:
    start, end = SILENT_S
    return [
        event
        for event in events
        if event["kind"] == "step" and event["side"] == side and start < event["time_s"] < end + 2
    ]


def test_a_silent_shin_takes_the_shanks_measures_and_leaves_the_insoles() -> None:
    steps = steps_around(events_without(Role.RIGHT_SHIN, *SILENT_S), "right")
    assert steps
    assert all(step["stride_time_s"] is not None and step["swing_time_s"] is not None for step in steps)
    assert any(step["swing_peak_dps"] is None for step in steps)


def test_a_silent_insole_breaks_the_stride() -> None:
    steps = steps_around(events_without(Role.RIGHT_INSOLE, *SILENT_S), "right")
    assert any(step["stride_time_s"] is None for step in steps)


def test_unworn_shoes_are_told_although_the_shin_falls_silent() -> None:
    recording = walked("foot_drop", 0.4, 5)
    unloaded_s = float(recording.time_s[-1])
    time_s = np.arange(0.0, unloaded_s + 90.0, 0.01)
    events = []
    sensors = {
        role: InsoleSpec(100.0, LoadUnit.N, recording.cells) if role.is_insole else ShinSpec(100.0)
        for role in recording.values
    }
    engine = GaitEngine(Session("silence", Wearer(affected_side="right"), sensors))
    for role, values in recording.values.items():
        if role.is_insole:
            rest = np.zeros((len(time_s) - len(values), values.shape[1]))
            events += engine.push(Block(role, time_s, np.vstack((values, rest)), np.inf))
        else:
            events += engine.push(Block(role, recording.time_s, values, np.inf))
    events += engine.finish()
    told = {
        event.fields["sensor"] for event in events if event.kind is Kind.QUALITY and event.fields["issue"] == "not_worn"
    }
    assert told == {"left_insole", "right_insole"}


def walks_without(hidden: Role, from_s: float) -> list[dict[str, object]]:
    return [event for event in events_without(hidden, from_s, np.inf) if event["kind"] == "walk_end"]


@pytest.mark.parametrize("from_s", [0.0, 6.0], ids=["never there", "lost before the walk"])
def test_walks_are_told_from_one_leg_when_the_other_legs_sensor_is_lost(from_s: float) -> None:
    whole = walks_without(Role.RIGHT_SHIN, 1000.0)
    (walk,) = [each for each in walks_without(Role.LEFT_INSOLE, from_s) if number(each, "steps") > 5]
    assert number(walk, "steps") == pytest.approx(sum(number(each, "steps") for each in whole) / 2, abs=4)
    assert number(walk, "coverage_pct") < 20.0
    assert walk["cadence_spm"] is None
    assert "data for" in str(walk["absent"])


def test_a_leg_that_is_silent_for_a_moment_is_still_waited_for() -> None:
    """Half of the steps of a walk are not a walk of one leg."""
    walks = [event for event in events_without(Role.LEFT_INSOLE, 20.0, 22.0) if event["kind"] == "walk_end"]
    assert all(number(walk, "coverage_pct") > 80.0 for walk in walks)


def test_a_leg_that_is_lost_just_before_the_end_does_not_double_the_cadence() -> None:
    (whole,) = [walk for walk in walks_without(Role.RIGHT_SHIN, 1000.0) if number(walk, "steps") > 20]
    lost_s = number(whole, "time_s") - 6.5
    (walk,) = [walk for walk in walks_without(Role.LEFT_INSOLE, lost_s) if number(walk, "steps") > 20]
    assert number(walk, "coverage_pct") > 80.0
    assert number(walk, "cadence_spm") == pytest.approx(number(whole, "cadence_spm"), rel=0.15)


def number(event: dict[str, object], name: str) -> float:
    value = event[name]
    assert isinstance(value, float | int)
    return float(value)
