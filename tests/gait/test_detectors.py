"""Strike, drag, steps, bouts and quality, each on a walk in which one thing is so."""

import json
from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from hub.events import Kind
from hub.gait import Calibration, GaitEngine
from hub.gait.detectors.quality import QualityParams, limits
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import Cell, LoadUnit, Region, Role, Side
from tests.gait.conftest import STANCE_S, STRIDE_S, Recording, events_of, make_walk, whole

Event = dict[str, object]


def find(recording: Recording, kind: Kind, side: Side | None = None, after_s: float = 0.0) -> list[Event]:
    events = [json.loads(line) for line in events_of(recording)]
    chosen = [event for event in events if event["kind"] == kind and event["time_s"] >= after_s]
    return [event for event in chosen if side is None or event["side"] == side]


HEEL_FIRST = make_walk(seed=11)
TOE_FIRST = make_walk(seed=12, toe_first=True)
DRAGGING = make_walk(seed=13, toe_first=True, drag_pct=6.0)
LEARNT_S = 7.0


def test_heel_first_contacts_are_heel_strikes() -> None:
    contacts = find(HEEL_FIRST, Kind.INITIAL_CONTACT, after_s=LEARNT_S)
    assert len(contacts) > 20
    assert {event["strike"] for event in contacts} == {"heel"}
    assert all(event["strike_index_pct"] == pytest.approx(10.0, abs=5.0) for event in contacts)
    assert all(event["detected_at_s"] - event["time_s"] <= 0.1 for event in contacts)
    assert not find(HEEL_FIRST, Kind.TOE_FIRST)


def test_toe_first_contacts_come_with_lead_and_reason() -> None:
    contacts = find(TOE_FIRST, Kind.INITIAL_CONTACT, Side.LEFT, LEARNT_S)
    found = find(TOE_FIRST, Kind.TOE_FIRST, after_s=LEARNT_S)
    assert {event["strike"] for event in contacts} == {"toe"}
    assert [event["time_s"] for event in found] == [event["time_s"] for event in contacts]
    assert all(event["side"] == Side.LEFT for event in found)
    assert all(event["lead_ms"] == pytest.approx(0.10 * STANCE_S * 1000, abs=12.0) for event in found)
    assert all(event["reason"] == f"forefoot {event['lead_ms']:.0f} ms before heel" for event in found)


def test_toes_first_on_the_sound_foot_are_no_sign_of_foot_drop() -> None:
    sound = replace(TOE_FIRST, session=replace(TOE_FIRST.session, wearer=Wearer(affected_side="right")))
    assert {event["strike"] for event in find(sound, Kind.INITIAL_CONTACT, Side.LEFT, LEARNT_S)} == {"toe"}
    assert not find(sound, Kind.TOE_FIRST)


def test_without_a_heel_cell_no_strike_is_claimed() -> None:
    cells = (Cell(0.5, 0.5, Region.MIDFOOT), *HEEL_FIRST.session.sensors[Role.LEFT_INSOLE].cells[1:])
    sensors = {**HEEL_FIRST.session.sensors, Role.LEFT_INSOLE: InsoleSpec(100.0, LoadUnit.N, cells)}
    blind = replace(HEEL_FIRST, session=replace(HEEL_FIRST.session, sensors=sensors))
    contacts = find(blind, Kind.INITIAL_CONTACT, Side.LEFT)
    assert len(contacts) > 10
    assert {event["strike"] for event in contacts} == {"unknown"}


def test_drags_are_found_where_they_are_and_only_there() -> None:
    drags = find(DRAGGING, Kind.TOE_DRAG, after_s=LEARNT_S)
    lifts = [at_s for at_s in DRAGGING.lifts[Side.LEFT] if at_s > LEARNT_S]
    assert len(drags) == len(lifts)
    for drag, lift_s in zip(drags, lifts, strict=True):
        assert drag["side"] == Side.LEFT
        assert drag["time_s"] == pytest.approx(lift_s + 0.15, abs=0.015)
        assert drag["duration_s"] == pytest.approx(0.15, abs=0.02)
        assert drag["phase"] == "mid"
        assert drag["scuff"] is False
        assert drag["impulse"] == pytest.approx(0.15 * 6.0, rel=0.25)
    assert not find(TOE_FIRST, Kind.TOE_DRAG)


def test_a_bounce_is_one_contact() -> None:
    def bounce(role: Role, time_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values = values.copy()
        if role is Role.LEFT_INSOLE:
            for contact_s in HEEL_FIRST.contacts[Side.LEFT][3:]:
                values[(time_s > contact_s + 0.06) & (time_s < contact_s + 0.26)] = 0.0
        return time_s, values

    for kind, count in ((Kind.INITIAL_CONTACT, 0), (Kind.FINAL_CONTACT, 1)):
        bounced, plain = (find(walk, kind, Side.LEFT) for walk in (HEEL_FIRST.mapped(bounce), HEEL_FIRST))
        assert abs(len(bounced) - len(plain)) <= count


def test_steps_measure_what_was_put_in() -> None:
    walk = HEEL_FIRST
    for side in (Side.LEFT, Side.RIGHT):
        steps = find(walk, Kind.STEP, side, LEARNT_S)
        middle = {name: median(step[name] for step in steps) for name in steps[0] if name.endswith("_s")}
        assert middle["stride_time_s"] == pytest.approx(STRIDE_S, abs=0.03)
        assert middle["step_time_s"] == pytest.approx(STRIDE_S / 2, abs=0.03)
        assert middle["stance_time_s"] == pytest.approx(STANCE_S, abs=0.02)
        assert middle["swing_time_s"] == pytest.approx(STRIDE_S - STANCE_S, abs=0.03)
        assert middle["double_support_s"] == pytest.approx(2 * STANCE_S - STRIDE_S, abs=0.04)
        assert all(step["peak_load_pct"] == pytest.approx(100.0, abs=5.0) for step in steps)
        assert all(step["cop_start_pct"] < 20.0 and step["cop_end_pct"] > 70.0 for step in steps)
    left = find(walk, Kind.STEP, Side.LEFT, 12.0)
    assert all(step["swing_peak_dps"] == pytest.approx(300.0, rel=0.1) for step in left)
    assert all(step["shank_range_deg"] > 20.0 for step in left)
    assert all(step["swing_peak_dps"] is None for step in find(walk, Kind.STEP, Side.RIGHT))
    backward = [
        median(s["cop_backward_pct"] for s in find(w, Kind.STEP, Side.LEFT, LEARNT_S)) for w in (walk, TOE_FIRST)
    ]
    assert backward[0] < 5.0 < 15.0 < backward[1]


def test_a_walk_starts_and_ends_with_its_summary() -> None:
    walk = DRAGGING
    (start,), (end,) = find(walk, Kind.WALK_START), find(walk, Kind.WALK_END)
    contacts = find(walk, Kind.INITIAL_CONTACT)
    assert start["time_s"] == min(contact["time_s"] for contact in contacts)
    assert end["time_s"] == contacts[-1]["time_s"]
    assert 2.0 <= end["detected_at_s"] - end["time_s"] <= 2.1
    assert end["steps"] == len(contacts)
    assert end["duration_s"] == end["time_s"] - start["time_s"]
    assert end["cadence_spm"] == pytest.approx(120.0 / STRIDE_S, rel=0.03)
    assert end["toe_first_pct"] == pytest.approx(100.0, abs=10.0)
    assert end["toe_drags"] == len(find(walk, Kind.TOE_DRAG))
    assert end["coverage_pct"] == 100.0


def test_missing_data_lower_the_coverage_and_break_the_stride() -> None:
    holed = HEEL_FIRST.mapped(lambda role, t, v: (t[k := (t < 8.0) | (t > 9.0) | (role is not Role.LEFT_INSOLE)], v[k]))
    (end,) = find(holed, Kind.WALK_END)
    assert end["coverage_pct"] == pytest.approx(100.0 * (1.0 - 1.0 / end["duration_s"]), abs=0.3)
    (gap,) = [event for event in find(holed, Kind.QUALITY) if event["issue"] == "gap"]
    assert gap["sensor"] == Role.LEFT_INSOLE
    assert gap["time_s"] == pytest.approx(8.0, abs=0.02)


def test_two_walks_with_a_stand_between_are_two_bouts() -> None:
    first, second = make_walk(seed=20), make_walk(seed=21)
    joined = replace(
        first,
        streams={
            role: (
                np.concatenate((time_s, second.streams[role][0] + 24.0)),
                np.concatenate((values, second.streams[role][1])),
            )
            for role, (time_s, values) in first.streams.items()
        },
    )
    assert len(find(joined, Kind.WALK_START)) == len(find(joined, Kind.WALK_END)) == 2
    later = find(joined, Kind.INITIAL_CONTACT, after_s=24.0)
    assert len(later) == 2 * len(second.contacts[Side.LEFT])
    assert {event["confidence"] for event in later} == {1.0}  # standing has not upset what was learnt


def test_a_warm_start_is_sure_from_the_first_contact() -> None:
    walk = make_walk(seed=30, unit=LoadUnit.COUNTS, offset=300.0)
    engine = GaitEngine(walk.session)
    for block in whole(walk):
        engine.push(block)
    learnt = Calibration.from_dict(json.loads(json.dumps(engine.calibration().to_dict())))
    assert learnt == engine.calibration()
    cold, warm = ([json.loads(line) for line in events_of(walk, calibration=each)] for each in (None, learnt))
    lifts = [[event for event in events if event["kind"] == "final_contact"] for events in (cold, warm)]
    assert lifts[0][0]["confidence"] == 0.5
    assert {event["confidence"] for event in lifts[1]} == {1.0}
    assert len(lifts[1]) >= len(lifts[0])
    assert "learning" in {event.get("issue") for event in cold} - {event.get("issue") for event in warm}


@pytest.mark.parametrize(
    ("sensors", "words"),
    [
        ({Role.LEFT_SHIN: ShinSpec(100.0)}, ["no sensor on the right leg", "no left insole"]),
        ({Role.LEFT_SHIN: ShinSpec(100.0, "shank", accelerometer=False)}, ["no accelerometer"]),
        ({Role.LEFT_INSOLE: InsoleSpec(25.0, LoadUnit.N, ())}, ["under the heel", "under the forefoot", "25 samples"]),
        ({Role.LEFT_INSOLE: InsoleSpec(50.0, LoadUnit.ON_OFF, ())}, ["on/off cells", "50 samples"]),
    ],
)
def test_what_cannot_be_done_is_said_in_words(sensors: dict[Role, InsoleSpec | ShinSpec], words: list[str]) -> None:
    said = " ".join(text for _, text in limits(Session("test", Wearer(), sensors), QualityParams()))
    assert all(word in said for word in words)


def test_a_full_set_of_sensors_has_no_limits() -> None:
    cells = make_walk().session.sensors[Role.LEFT_INSOLE]
    sensors: dict[Role, InsoleSpec | ShinSpec] = {role: cells if role.is_insole else ShinSpec(100.0) for role in Role}
    assert limits(Session("test", Wearer(), sensors), QualityParams()) == []


@pytest.mark.parametrize("rate_hz", [25.0, 50.0, 100.0, 200.0, 250.0])
def test_contacts_are_found_at_any_rate(rate_hz: float) -> None:
    walk = make_walk(seed=40, rate_hz=rate_hz)
    for side in (Side.LEFT, Side.RIGHT):
        found = [event["time_s"] for event in find(walk, Kind.INITIAL_CONTACT, side)]
        assert len(found) == len(walk.contacts[side])
        assert found == pytest.approx(walk.contacts[side], abs=0.012 + 0.5 / rate_hz)
