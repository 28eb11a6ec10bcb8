"""Trips on the walker: found, confirmed by the recovery, and not seen where there are none."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.events import FIELDS, Event, Kind
from hub.gait import Calibration
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Output
from hub.gait.detectors.rhythm import Foot, RhythmParams
from hub.gait.detectors.trip import TripDetector, TripParams
from hub.gait.facts import FinalContact, InitialContact
from hub.gait.feed import SensorSilent
from hub.gait.history import History
from hub.gait.legs import Legs
from hub.gait.signals.arrest import ArrestParams, ArrestWatch
from hub.gait.signals.shank import HISTORY_COLUMNS
from hub.gait.signals.shank_marks import Arrest, SwingArrest, ToeOffMinimum
from hub.gait.signals.template import BINS, SwingTemplate, TemplateParams
from hub.gait.timeline import Later, Timeline
from hub.session import Floats, Session, ShinSpec, Wearer
from sensors.layout import Role, Side
from sensors.walker.session import Recording
from sensors.walker.truth import TruthEvent
from tests.gait.walked import SHIN, events_of, marks_of, of_kind, replay, shank_stream, walked

MID_SWING = 0.70
"""Full arrests up to here must be found; later the shank brakes of itself."""

SEEDS = (11, 14, 16)


def trips(recording: Recording) -> list[TruthEvent]:
    return [event for event in recording.truth if event.kind == "trip"]


def near(events: list[Event], truth: TruthEvent) -> list[Event]:
    return [event for event in events if abs(event.time_s - truth.time_s) <= 0.5]


@pytest.fixture(scope="module", params=SEEDS)
def stumbling(request: pytest.FixtureRequest) -> tuple[Recording, list[Event]]:
    recording = walked("foot_drop", 5.0, request.param, trips=10)
    return recording, events_of(recording)


def test_full_arrests_of_early_and_mid_swing_are_confirmed(stumbling: tuple[Recording, list[Event]]) -> None:
    recording, events = stumbling
    confirmed = of_kind(events, Kind.TRIP, stage="confirmed")
    early = [trip for trip in trips(recording) if (trip.swing_phase or 0.0) <= MID_SWING]
    assert len(early) >= 7
    assert [trip for trip in early if not near(confirmed, trip)] == []


def test_nothing_else_is_confirmed(stumbling: tuple[Recording, list[Event]]) -> None:
    recording, events = stumbling
    confirmed = of_kind(events, Kind.TRIP, stage="confirmed")
    assert [event for event in confirmed if not any(near([event], trip) for trip in trips(recording))] == []
    assert len({event.id for event in events}) == len(events)


def test_candidates_are_fast_and_confirmations_follow(stumbling: tuple[Recording, list[Event]]) -> None:
    recording, events = stumbling
    candidates = of_kind(events, Kind.TRIP, stage="candidate")
    for trip in trips(recording):
        if (trip.swing_phase or 0.0) <= MID_SWING:
            (candidate,) = near(candidates, trip)
            assert candidate.detected_at_s - trip.time_s <= 0.100
            assert abs(candidate.time_s - trip.time_s) <= 0.04
    by_id = {event.id: event for event in candidates}
    for event in of_kind(events, Kind.TRIP, stage="confirmed"):
        candidate = by_id[str(event.fields["candidate_id"])]
        assert candidate.time_s == event.time_s
        assert candidate.detected_at_s <= event.detected_at_s <= event.time_s + 2.5


def test_most_strategies_are_named_rightly(stumbling: tuple[Recording, list[Event]]) -> None:
    recording, events = stumbling
    confirmed = of_kind(events, Kind.TRIP, stage="confirmed")
    pairs = [(found[0].fields["strategy"], trip.value) for trip in trips(recording) if (found := near(confirmed, trip))]
    assert sum(said == true for said, true in pairs) >= 0.8 * len(pairs)


def test_trip_events_have_their_fields(stumbling: tuple[Recording, list[Event]]) -> None:
    for event in stumbling[1]:
        if event.kind in {Kind.TRIP, Kind.TOE_CATCH}:
            assert set(event.fields) == set(FIELDS[event.kind])
            assert 0.0 <= event.confidence <= 1.0


@pytest.mark.parametrize("profile", ["healthy", "foot_drop", "steppage"])
def test_walking_stopping_and_starting_trip_nobody(profile: str) -> None:
    recording = walked(profile, 5.0, 21)
    assert of_kind(events_of(recording), Kind.TRIP) == []


def test_what_was_learnt_makes_the_template_speak_at_once() -> None:
    recording = walked("foot_drop", 5.0, 11, trips=10)
    first_s = min(trip.time_s for trip in trips(recording))
    cold, learnt = replay(walked("foot_drop", 5.0, 21))
    assert of_kind(cold, Kind.TRIP) == []
    kept = Calibration.from_dict(json.loads(json.dumps(learnt.to_dict())))
    marks = marks_of(recording.time_s[:6000], recording.values[SHIN][:6000], learnt=kept.shanks[SHIN])
    arrests = [mark for mark in marks if isinstance(mark, SwingArrest) and abs(mark.time_s - first_s) < 0.5]
    assert arrests
    assert all(arrest.learnt for arrest in arrests)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=5))
def test_arrests_do_not_depend_on_cutting(sizes: list[int]) -> None:
    recording = walked("foot_drop", 5.0, 11, trips=10)
    time_s, values = recording.time_s[:16000], recording.values[SHIN][:16000]
    whole = [mark for mark in marks_of(time_s, values) if isinstance(mark, SwingArrest)]
    assert len(whole) >= 3
    assert [mark for mark in marks_of(time_s, values, sizes=sizes) if isinstance(mark, SwingArrest)] == whole


def curve(height: float) -> Floats:
    return np.full((2, BINS), height)


def test_a_template_is_silent_until_it_knows_enough_and_narrows_when_it_knows_more() -> None:
    params = TemplateParams()
    template = SwingTemplate(params)
    rng = np.random.default_rng(1)
    lowest = []
    for swing in range(1, params.sure_after + 1):
        template.learn(curve(300.0) + rng.normal(0.0, 10.0, (2, BINS)))
        assert (template.limits is not None) == (swing >= params.speaks_after)
        if template.limits is not None:
            lowest.append(float(template.limits.rate_dps.mean()))
    assert 200.0 < lowest[0] < 260.0
    assert lowest[-1] > lowest[0] + 10.0


def test_a_template_limit_is_the_lowest_of_its_neighbours() -> None:
    template = SwingTemplate(TemplateParams(speaks_after=1, sure_after=1))
    one = curve(0.0)
    one[:, BINS // 2] = -500.0
    template.learn(one)
    assert template.limits is not None
    dipped = np.flatnonzero(template.limits.rate_dps < -400.0)
    assert dipped.tolist() == [BINS // 2 + shift for shift in (-2, -1, 0, 1, 2)]


def test_a_watch_without_swings_knows_no_arrest() -> None:
    watch = ArrestWatch(Role.LEFT_SHIN, 100.0, ArrestParams(), None)
    watch.open(10, 0.1, 0.05)
    assert watch.to_dict()["swings"] == []


def test_steps_out_of_rhythm() -> None:
    foot = Foot(RhythmParams())
    for index in range(8):
        foot.lift(index - 0.4)
        foot.land(float(index), index - 0.5 + 0.002 * (index % 3), learn=True)
    assert foot.in_rhythm(0.5) is True
    assert foot.in_rhythm(0.8) is False
    assert foot.usual_swing_s == pytest.approx(0.4)
    foot.land(8.3, 7.5, learn=False)
    assert foot.in_rhythm(0.8) is False
    assert foot.usual_swing_s == pytest.approx(0.4)


def test_the_rhythm_of_the_first_steps_is_not_known() -> None:
    foot = Foot(RhythmParams())
    foot.land(1.0, 0.5, learn=True)
    assert foot.in_rhythm(0.5) is None


def detector() -> TripDetector:
    session = Session("test", Wearer(), {SHIN: ShinSpec(100.0)})
    timeline = Timeline(1)
    legs = Legs({SHIN: History(timeline, HISTORY_COLUMNS)}, {})
    contexts = ContextLog()
    return TripDetector(session, legs, contexts, EventMaker("test", contexts), TripParams())


def walk_to(target: TripDetector, strides: int) -> None:
    for stride in range(strides):
        for side, at_s in ((Side.LEFT, stride + 0.0), (Side.RIGHT, stride + 0.5)):
            contact(target, side, at_s - 0.4, at_s)


def contact(target: TripDetector, side: Side, lift_s: float, contact_s: float) -> list[Output]:
    role = Role.LEFT_INSOLE if side is Side.LEFT else Role.RIGHT_INSOLE
    give(target, FinalContact(side, lift_s, 1.0, role), lift_s)
    return give(target, InitialContact(side, contact_s, 1.0, role), contact_s)


def give(target: TripDetector, item: object, now_s: float) -> list[Output]:
    return list(target.handlers()[type(item)](item, now_s))


def arrest(at_s: float, *, turned_back: bool = True) -> SwingArrest:
    kind = Arrest.REVERSED if turned_back else Arrest.SLOWED
    return SwingArrest(SHIN, at_s, at_s + 0.05, kind, 100.0, 40.0, 0.4, learnt=True)


def due(outputs: list[Output]) -> list[Later]:
    return [output for output in outputs if isinstance(output, Later)]


def stages(outputs: list[Output]) -> list[object]:
    return [output.fields.get("stage", "catch") for output in outputs if isinstance(output, Event)]


def test_no_trip_before_walking() -> None:
    target = detector()
    assert give(target, arrest(1.0), 1.05) == []


def test_an_arrest_that_ends_the_walk_is_a_candidate_and_no_more() -> None:
    target = detector()
    walk_to(target, 8)
    outputs = give(target, arrest(8.25), 8.3)
    assert stages(outputs) == ["candidate"]
    contact(target, Side.RIGHT, 8.1, 8.5)
    contact(target, Side.LEFT, 8.6, 9.0)
    for later in due(outputs):
        assert stages(give(target, later.item, later.at_s)) == []


def test_an_arrest_that_walking_goes_on_over_unchanged_is_a_toe_catch() -> None:
    target = detector()
    walk_to(target, 8)
    outputs = give(target, arrest(8.25), 8.3)
    contact(target, Side.LEFT, 7.6, 8.0)
    for side, at_s in ((Side.RIGHT, 8.5), (Side.LEFT, 9.0), (Side.RIGHT, 9.5), (Side.LEFT, 10.0)):
        contact(target, side, at_s - 0.4, at_s)
    said = [stages(give(target, later.item, later.at_s)) for later in due(outputs)]
    assert said == [[], ["catch"]]


def test_a_slowed_shank_alone_is_told_only_afterwards() -> None:
    target = detector()
    walk_to(target, 8)
    assert stages(give(target, arrest(8.25, turned_back=False), 8.35)) == []


def test_an_early_contact_and_a_hurried_other_leg_confirm() -> None:
    target = detector()
    walk_to(target, 8)
    contact(target, Side.LEFT, 7.6, 8.0)
    outputs = give(target, arrest(8.25), 8.3)
    contact(target, Side.RIGHT, 8.1, 8.40)
    contact(target, Side.LEFT, 8.5, 8.75)
    (first, _) = due(outputs)
    confirmed = [output for output in give(target, first.item, first.at_s) if isinstance(output, Event)]
    assert stages(list(confirmed)) == ["confirmed"]
    assert confirmed[0].fields["strategy"] == "lowering"
    assert give(target, arrest(10.0), 10.05) == []


def test_a_lost_sensor_leaves_a_candidate_unconfirmed() -> None:
    target = detector()
    walk_to(target, 8)
    outputs = give(target, arrest(8.25), 8.3)
    give(target, SensorSilent(SHIN, 8.4, 8.7), 8.7)
    assert [stages(give(target, later.item, later.at_s)) for later in due(outputs)] == [[], []]


def test_signs_without_a_further_step_confirm_nothing() -> None:
    target = detector()
    walk_to(target, 8)
    outputs = give(target, arrest(8.25), 8.3)
    give(target, ToeOffMinimum(SHIN, 8.35, 8.45, seen=True, upright=True), 8.45)
    contact(target, Side.RIGHT, 8.1, 9.2)
    assert [stages(give(target, later.item, later.at_s)) for later in due(outputs)] == [[], []]


def test_a_shin_that_rings_after_landing_is_not_arrested() -> None:
    recording = walked("healthy", 1.0, 9)
    time_s, values = recording.time_s, recording.values[SHIN].copy()
    axis = np.array(_pitch_axis(recording))
    for contact_s in [
        event.time_s for event in recording.truth if event.kind == "initial_contact" and event.side is Side.RIGHT
    ]:
        values[:, 3:] += np.outer(400.0 * np.exp(-0.5 * ((time_s - contact_s - 0.10) / 0.015) ** 2), axis)
    marks = marks_of(time_s, values)
    assert len(marks) > 100
    assert not [mark for mark in marks if isinstance(mark, SwingArrest)]


def _pitch_axis(recording: Recording) -> list[float]:
    stream = shank_stream()
    marks_of(recording.time_s, recording.values[SHIN], stream=stream)
    axis: list[float] = stream.calibration["pitch_axis"]
    return axis
