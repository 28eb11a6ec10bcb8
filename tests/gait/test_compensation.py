"""Compensations: what a stride shows, against the wearer's own strides or anybody's, and when a run of them is told."""

import json
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hub.events import Context, Event, Kind
from hub.gait import Calibration, GaitEngine
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker
from hub.gait.detectors.compensation import (
    Compensation,
    CompensationDetector,
    CompensationParams,
    compensations,
)
from hub.gait.detectors.stride_norm import Stride, StrideNorm, StrideNormParams
from hub.gait.facts import FinalContact, InitialContact, StepSettled, Strike
from hub.gait.feed import SensorBack
from hub.gait.history import History
from hub.gait.legs import Legs
from hub.gait.signals.excursion import Excursion, measure_excursion
from hub.gait.signals.loadscale import COLUMNS as LOAD_COLUMNS
from hub.gait.signals.loadscale import LoadScale, LoadScaleParams
from hub.gait.signals.pitch import ShankLevel
from hub.gait.signals.shank_marks import AHEAD, ANGLE, COLUMNS, KNOWN, ROLL, TIME, UP
from hub.gait.timeline import Timeline
from hub.session import Block, InsoleSpec, Session, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import PROFILES, Stand, Walk
from sensors.walker.session import Recording, render_session
from tests.gait.conftest import CELLS
from tests.gait.walked import of_kind, replay, walked

PARAMS = CompensationParams()
INSOLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)
PLAIN = Stride(lasted_s=1.3, range_deg=60.0, outward_deg=2.0, rise_m=0.03, heel_off_share=0.75)
OWN = StrideNorm(StrideNormParams())
OWN.take(
    {
        "lasted_s": [1.3, 0.05],
        "range_deg": [60.0, 1.5],
        "outward_deg": [2.0, 0.5],
        "rise_m": [0.03, 0.004],
        "heel_off_share": [0.75, 0.02],
    }
)
NOBODY = StrideNorm(StrideNormParams())


def shown(norm: StrideNorm, strike: Strike = Strike.TOE, **changed: Any) -> set[Compensation]:
    return set(compensations(PLAIN._replace(**changed), strike, norm, PARAMS))


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"rise_m": 0.07, "range_deg": 68.0}, Compensation.STEPPAGE),
        ({"outward_deg": 6.5}, Compensation.CIRCUMDUCTION),
        ({"heel_off_share": 0.55, "rise_m": 0.07}, Compensation.VAULTING),
        ({"rise_m": 0.05, "range_deg": 45.0}, Compensation.HIP_HIKE),
    ],
)
def test_against_own_strides_each_compensation_has_its_sign(changed: dict[str, float], kind: Compensation) -> None:
    assert shown(OWN, **changed) == {kind}
    assert not shown(OWN)
    assert shown(NOBODY, **changed) <= {Compensation.HIP_HIKE}


def test_without_own_strides_only_what_hardly_anybody_does_is_told() -> None:
    assert shown(NOBODY, outward_deg=9.0) == {Compensation.CIRCUMDUCTION}
    assert shown(NOBODY, heel_off_share=0.3) == {Compensation.VAULTING}
    assert shown(NOBODY, rise_m=0.1) == {Compensation.STEPPAGE}
    assert not shown(NOBODY, Strike.HEEL, rise_m=0.1)
    assert shown(NOBODY, rise_m=0.045, range_deg=40.0) == {Compensation.HIP_HIKE}
    assert not shown(NOBODY, rise_m=0.045, range_deg=58.0)


def test_an_unsteady_walker_needs_more() -> None:
    unsteady = StrideNorm(StrideNormParams())
    unsteady.take({"lasted_s": [1.3, 0.05], "range_deg": [60.0, 1.5], "rise_m": [0.03, 0.02]})
    assert shown(OWN, rise_m=0.07, range_deg=68.0)
    assert not shown(unsteady, rise_m=0.07, range_deg=68.0)


def test_a_faster_walk_is_not_compared() -> None:
    assert shown(OWN, lasted_s=1.2, rise_m=0.07, range_deg=68.0)
    assert not shown(OWN, lasted_s=1.05, rise_m=0.07, range_deg=68.0)


def test_what_was_not_measured_shows_nothing() -> None:
    assert not shown(OWN, range_deg=None, outward_deg=None, rise_m=None, heel_off_share=None)


def test_the_usual_is_learnt_once_and_kept_as_json() -> None:
    norm = StrideNorm(StrideNormParams(learnt_from=5))
    for rise_m in (0.02, 0.03, 0.04, 0.03, 0.03, 9.0):
        assert (norm.of("rise_m") is None) == (norm.to_dict() == {})
        norm.learn(Stride(1.3, 60.0, None, rise_m, 0.7))
    usual = norm.of("rise_m")
    assert usual is not None
    assert usual.middle == pytest.approx(0.03)
    assert norm.of("outward_deg") is None
    again = StrideNorm(StrideNormParams())
    again.take(json.loads(json.dumps(norm.to_dict())))
    assert again.to_dict() == norm.to_dict()


def excursion(side: Side, rise_m: float, leaned_deg: float) -> Excursion | None:
    """Of a stride of 1.2 s with half a second of swing, in which the shank pitches by 40 degrees to and fro."""
    time_s = np.arange(-10, 140) / 100.0
    swing = np.clip((time_s - 0.7) / 0.5, 0.0, 1.0)
    pitch_deg = -20.0 + 20.0 * np.cos(2 * np.pi * time_s / 1.2)
    lift_mps2 = rise_m * 0.5 * (2 * np.pi / 0.5) ** 2 * np.cos(2 * np.pi * swing) * ((swing > 0) & (swing < 1))
    rows = np.zeros((COLUMNS, len(time_s)))
    rows[TIME] = rows[KNOWN] = time_s
    rows[ANGLE] = pitch_deg + 77.0
    rows[UP] = (9.81 + lift_mps2) * np.cos(np.radians(pitch_deg))
    rows[AHEAD] = (9.81 + lift_mps2) * np.sin(np.radians(pitch_deg))
    rows[ROLL] = leaned_deg * np.pi / 0.5 * np.sin(2 * np.pi * swing)
    timeline = Timeline(1)
    history = History(timeline, COLUMNS)
    history.append(time_s, rows)
    timeline.now_s = 1.5
    level = ShankLevel(side.shin, 0.0, 0.0, 77.0, 0.0, 0.0)
    return measure_excursion(history, level, side, (0.0, 0.7, 1.2))


def test_an_excursion_is_measured_as_it_was_made() -> None:
    left, right = (excursion(side, 0.08, lean) for side, lean in ((Side.LEFT, 6.0), (Side.RIGHT, -6.0)))
    assert left is not None
    assert right is not None
    assert left.range_deg == pytest.approx(40.0, abs=0.2)
    assert left.outward_deg == pytest.approx(6.0, abs=0.3)
    assert left.rise_m == pytest.approx(0.08, abs=0.012)
    assert right == pytest.approx(left)
    inward = excursion(Side.LEFT, 0.08, -6.0)
    assert inward is not None
    assert inward.outward_deg < 0.5


@cache
def rendered(profile: str, severity: float) -> Recording:
    return render_session(profile, 1.5, 52, severity=severity)


def told(recording: Recording, calibration: Calibration | None = None) -> list[Event]:
    return of_kind(replay(recording, calibration=calibration)[0], Kind.COMPENSATION)


@pytest.mark.parametrize("kind", list(Compensation))
def test_each_compensation_of_the_walker_is_told_at_its_onset_and_once_a_minute(kind: Compensation) -> None:
    recording = walked(kind.value, 2.0, 51)
    events, learnt = replay(recording)
    found = of_kind(events, Kind.COMPENSATION)
    strides_s = [event.time_s for event in recording.truth if event.kind == "compensation"]
    assert {event.fields["type"] for event in found} == {kind.value}
    assert {event.side for event in found} == {Side.RIGHT}
    assert found[0].time_s < strides_s[14]
    assert all(min(abs(event.time_s - at_s) for at_s in strides_s) < 0.15 for event in found)
    starts_s = [event.time_s for event in of_kind(events, Kind.WALK_START)]
    for one, two in pairwise(found):
        assert two.time_s - one.time_s >= 60.0 or any(one.time_s < at_s < two.time_s for at_s in starts_s)
    assert learnt.shanks[Role.RIGHT_SHIN]["strides"] == {}  # what lasts has not become the usual


def test_many_walks_that_begin_with_a_compensation_do_not_make_it_usual() -> None:
    walks = [segment for _ in range(6) for segment in (Walk(28.0, PROFILES["vaulting"]), Stand(4.0))]
    recording = render_session("vaulting", 3.4, 51, script=[Stand(4.0), *walks])
    events, learnt = replay(recording)
    found = of_kind(events, Kind.COMPENSATION)
    assert len(found) == 6, "each walk is told"
    assert {event.fields["type"] for event in found} == {"vaulting"}
    assert learnt.shanks[Role.RIGHT_SHIN]["strides"] == {}


@pytest.mark.parametrize("profile", ["healthy", "foot_drop", "shuffle"])
def test_who_does_not_compensate_is_not_said_to(profile: str) -> None:
    assert not told(walked(profile, 2.0, 53))


@pytest.mark.parametrize("profile", ["steppage", "vaulting"])
def test_a_mild_compensation_is_told_by_who_knows_the_wearer(profile: str) -> None:
    mild = rendered(profile, 0.6)
    known = replay(walked("foot_drop", 2.0, 53))[1]
    known = Calibration.from_dict(json.loads(json.dumps(known.to_dict())))
    assert {event.fields["type"] for event in told(mild, known)} == {profile}
    assert not told(rendered("foot_drop", 1.0), known)
    assert all(event.confidence == pytest.approx(PARAMS.sure) for event in told(mild, known))


def test_without_a_shin_sensor_vaulting_alone_can_be_told() -> None:
    for profile, types in (("vaulting", {"vaulting"}), ("steppage", set())):
        events = of_kind(replay(walked(profile, 2.0, 51), *INSOLES)[0], Kind.COMPENSATION)
        assert {event.fields["type"] for event in events} == types


def test_a_sound_leg_is_not_looked_at() -> None:
    recording = walked("vaulting", 2.0, 51)
    spec = InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
    for affected, types in (("right", {"vaulting"}), ("left", set())):
        engine = GaitEngine(Session("walker", Wearer(affected_side=affected), dict.fromkeys(INSOLES, spec)))
        events = []
        for role in INSOLES:
            until_s = float(recording.time_s[-1]) + 0.01
            events += engine.push(Block(role, recording.time_s, recording.values[role], until_s))
        assert {event.fields["type"] for event in of_kind(events, Kind.COMPENSATION)} == types


def compensating(
    monkeypatch: pytest.MonkeyPatch, *, stride_s: float = 1.2, other_after_s: float = -0.3
) -> tuple[list[Stride], list[Event]]:
    """Strides of a right leg that are all taken for vaulting, as they were measured, and what was told.

    The other foot lands so long after the leg's final contact, and its heel is down all the time.
    """
    strides: list[Stride] = []

    def vaults(stride: Stride, *_: object) -> dict[Compensation, float]:
        strides.append(stride)
        return {Compensation.VAULTING: 0.8}

    monkeypatch.setattr("hub.gait.detectors.compensation.compensations", vaults)
    other, history = Role.LEFT_INSOLE, History(timeline := Timeline(1), LOAD_COLUMNS)
    history.append(np.arange(3000) / 100.0, np.full((LOAD_COLUMNS, 3000), 500.0))
    nothing = (0.0,) * LOAD_COLUMNS
    scale = LoadScale.make(nothing, 1000.0, nothing, LoadScaleParams(), learnt=True, least_load=100.0)
    legs, contexts = Legs({other: history}, {other: scale}), ContextLog()
    legs.handlers()[SensorBack](SensorBack(other, None, 0.0), 0.0)
    contexts.begin(0.0, Context.WALKING)
    session = Session("test", Wearer(affected_side="right"), {other: InsoleSpec(100.0, LoadUnit.N, CELLS)})
    handlers = CompensationDetector(
        session, legs, contexts, EventMaker("test", contexts), CompensationParams()
    ).handlers()
    events: list[Event] = []
    for index in range(1, 16):
        contact_s = index * stride_s
        timeline.now_s, lifted_s = contact_s + 0.1, contact_s - 0.35 * stride_s
        facts = [
            FinalContact(Side.RIGHT, lifted_s, 1.0, Role.RIGHT_INSOLE),
            InitialContact(Side.LEFT, lifted_s + other_after_s, 1.0, other),
            contact := InitialContact(Side.RIGHT, contact_s, 1.0, Role.RIGHT_INSOLE),
            StepSettled(contact),
        ]
        for fact in facts:
            events += [each for each in handlers[type(fact)](fact, contact_s) if isinstance(each, Event)]
    return strides, events


@pytest.mark.parametrize(("stride_s", "told"), [(0.5, False), (0.8, True)])
def test_contacts_too_close_for_a_stride_show_nothing(
    monkeypatch: pytest.MonkeyPatch, stride_s: float, told: bool
) -> None:
    strides, events = compensating(monkeypatch, stride_s=stride_s)
    assert bool(strides) is bool(events) is told


@pytest.mark.parametrize(("other_after_s", "measured"), [(0.08, True), (0.15, False)])
def test_the_other_heel_is_looked_at_where_that_foot_stood_in_time(
    monkeypatch: pytest.MonkeyPatch, other_after_s: float, measured: bool
) -> None:
    strides, _ = compensating(monkeypatch, other_after_s=other_after_s)
    assert {stride.heel_off_share is not None for stride in strides} == {measured}
