"""Trips on the walker: found, confirmed by the recovery, and not seen where there are none."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hub.events import FIELDS, Event, Kind
from hub.gait import Calibration, GaitEngine, GaitParams
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Output
from hub.gait.detectors.blow import Blow, BlowParams, Toes, UsualRises, blow_of, largest_rise
from hub.gait.detectors.landing_load import LandingLoad, LandingLoadParams
from hub.gait.detectors.recovery import ASPECTS, Aspect, Evidence, Incident, RecoveryParams, Sign, confirms
from hub.gait.detectors.rhythm import Foot, RhythmParams
from hub.gait.detectors.trip import TripDetector, TripParams
from hub.gait.facts import FinalContact, InitialContact
from hub.gait.feed import SensorBack, SensorSilent
from hub.gait.history import History
from hub.gait.legs import InsoleView, Legs
from hub.gait.signals.arrest import ArrestParams, ArrestWatch
from hub.gait.signals.loadscale import COLUMNS, FORE, TOTAL, LoadScale, LoadScaleParams
from hub.gait.signals.shank import HISTORY_COLUMNS
from hub.gait.signals.shank_marks import Arrest, SwingArrest, SwingSlows
from hub.gait.signals.template import BINS, SwingTemplate, TemplateParams
from hub.gait.timeline import Later, Timeline
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    Backward,
    Dangle,
    Level,
    Rest,
    Route,
    Seat,
    Stairs,
    Stamping,
    Stand,
    Tiptoe,
    Trip,
    Turn,
    Walk,
)
from sensors.walker.segments import Segment
from sensors.walker.session import Recording, render_session
from sensors.walker.truth import TruthEvent
from tests.gait.walked import SHIN, events_of, marks_of, of_kind, replay, shank_stream, walked

SEEDS = (11, 14)


def trips(recording: Recording) -> list[TruthEvent]:
    return [event for event in recording.truth if event.kind == "trip"]


def near(events: list[Event], truth: TruthEvent) -> list[Event]:
    return [event for event in events if abs(event.time_s - truth.time_s) <= 0.5]


@pytest.fixture(scope="module", params=SEEDS)
def stumbling(request: pytest.FixtureRequest) -> tuple[Recording, list[Event]]:
    recording = walked("foot_drop", 5.0, request.param, trips=10)
    return recording, events_of(recording)


def test_full_arrests_are_confirmed_in_every_phase_of_swing(stumbling: tuple[Recording, list[Event]]) -> None:
    recording, events = stumbling
    confirmed = of_kind(events, Kind.TRIP, stage="confirmed")
    assert len(trips(recording)) == 10
    assert max(trip.swing_phase or 0.0 for trip in trips(recording)) > 0.8
    assert [trip for trip in trips(recording) if not near(confirmed, trip)] == []


def test_nothing_else_is_confirmed(stumbling: tuple[Recording, list[Event]]) -> None:
    recording, events = stumbling
    confirmed = of_kind(events, Kind.TRIP, stage="confirmed")
    assert [event for event in confirmed if not any(near([event], trip) for trip in trips(recording))] == []
    assert len({event.id for event in events}) == len(events)


def test_candidates_are_fast_and_confirmations_follow(stumbling: tuple[Recording, list[Event]]) -> None:
    recording, events = stumbling
    candidates = of_kind(events, Kind.TRIP, stage="candidate")
    delays_s = []
    for trip in trips(recording):
        (candidate,) = near(candidates, trip)
        delays_s.append(candidate.detected_at_s - trip.time_s)
        assert abs(candidate.time_s - trip.time_s) <= 0.08
    assert np.median(delays_s) <= 0.060
    assert max(delays_s) <= 0.150
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


def detector(**insoles: InsoleSpec) -> TripDetector:
    """Of a leg with a shin sensor and of feet with these insoles, by role."""
    session = Session("test", Wearer(), {SHIN: ShinSpec(100.0), **{Role(role): spec for role, spec in insoles.items()}})
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


@pytest.mark.parametrize(("landed", "told"), [(True, []), (False, ["candidate"])])
def test_toes_that_are_hit_late_in_swing_were_landing_where_the_foot_is_down_soon_after(
    monkeypatch: pytest.MonkeyPatch, landed: bool, told: list[str]
) -> None:
    monkeypatch.setattr(Toes, "blow", lambda *_: Blow(8.38, 3.0, over=True))
    target = detector()
    walk_to(target, 8)
    give(target, FinalContact(Side.RIGHT, 8.1, 1.0, Role.RIGHT_INSOLE), 8.1)
    outputs = give(target, SwingSlows(SHIN, 8.36, 8.4, 80.0, 0.4), 8.4)
    assert stages(outputs) == []
    monkeypatch.setattr(Toes, "touch", lambda *_: landed)
    (seen,) = (later for later in due(outputs) if later.at_s < 8.6)
    assert seen.at_s == pytest.approx(8.38 + TripParams().stall_seen_s)
    assert stages(give(target, seen.item, seen.at_s)) == told


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


@pytest.mark.parametrize(("slowed", "told"), [(True, ["candidate"]), (False, [])])
def test_toes_that_are_hit_in_swing_say_something_once_the_shank_was_slowed(
    monkeypatch: pytest.MonkeyPatch, slowed: bool, told: list[str]
) -> None:
    monkeypatch.setattr(Toes, "can_feel", lambda *_: True)
    target = detector(right_insole=InsoleSpec(100.0, LoadUnit.N, EIGHT_CELLS))
    walk_to(target, 8)
    (look,) = due(give(target, FinalContact(Side.RIGHT, 8.1, 1.0, Role.RIGHT_INSOLE), 8.11))
    if slowed:
        assert stages(give(target, arrest(8.25, turned_back=False), 8.3)) == []
    monkeypatch.setattr(Toes, "blow", lambda *_: Blow(8.29, 3.0, over=True))
    outputs = give(target, look.item, 8.33)
    assert stages(outputs) == told
    assert [later.at_s for later in due(outputs)] == [pytest.approx(8.33 + TripParams().look_every_s)]


def obstructed() -> tuple[TripDetector, list[Output]]:
    """Eight strides, and the next swing of the right leg is arrested."""
    target = detector()
    walk_to(target, 8)
    contact(target, Side.LEFT, 7.6, 8.0)
    return target, give(target, arrest(8.25), 8.3)


def test_an_early_contact_and_a_hurried_other_leg_confirm() -> None:
    target, outputs = obstructed()
    contact(target, Side.RIGHT, 8.1, 8.40)
    contact(target, Side.LEFT, 8.5, 8.75)
    (first, _) = due(outputs)
    confirmed = [output for output in give(target, first.item, first.at_s) if isinstance(output, Event)]
    assert stages(list(confirmed)) == ["confirmed"]
    assert confirmed[0].fields["strategy"] == "lowering"
    assert give(target, arrest(10.0), 10.05) == []


def suspect_again(monkeypatch: pytest.MonkeyPatch, *, felt: bool) -> tuple[TripDetector, list[Output], list[Output]]:
    """Toes caught, the foot landed as ever, and its next swing is arrested, ``felt`` by the toes or not."""
    monkeypatch.setattr(Toes, "can_feel", lambda *_: felt)
    monkeypatch.setattr(Toes, "blow", lambda *_: Blow(9.23, 3.0, over=True))
    target, first = obstructed()
    contact(target, Side.RIGHT, 8.1, 8.5)
    contact(target, Side.LEFT, 8.6, 9.0)
    give(target, FinalContact(Side.RIGHT, 9.1, 1.0, Role.RIGHT_INSOLE), 9.1)
    return target, first, give(target, arrest(9.25), 9.3)


@pytest.mark.parametrize(("felt", "told"), [(True, ["catch", "candidate"]), (False, ["catch"])])
def test_after_toes_that_caught_a_trip_is_told_at_once_if_shank_and_toes_felt_it(
    monkeypatch: pytest.MonkeyPatch, felt: bool, told: list[str]
) -> None:
    _, first, second = suspect_again(monkeypatch, felt=felt)
    assert stages(first) == ["candidate"]
    assert stages(second) == told


def test_after_toes_that_caught_a_trip_is_told_with_its_recovery_at_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    target, first, second = suspect_again(monkeypatch, felt=False)
    give(target, InitialContact(Side.RIGHT, 9.40, 1.0, Role.RIGHT_INSOLE), 9.40)
    contact(target, Side.LEFT, 9.5, 9.75)
    assert [stages(give(target, later.item, later.at_s)) for later in due(first)] == [[], []]
    (verdict, _) = due(second)
    assert stages(give(target, verdict.item, verdict.at_s)) == ["candidate", "confirmed"]


def test_a_swing_after_a_stumble_does_not_take_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    target, first = obstructed()
    contact(target, Side.RIGHT, 8.1, 8.40)  # put down early
    monkeypatch.setattr(Toes, "can_feel", lambda *_: True)
    monkeypatch.setattr(Toes, "blow", lambda *_: Blow(9.23, 3.0, over=True))
    contact(target, Side.LEFT, 8.5, 8.75)
    give(target, FinalContact(Side.RIGHT, 9.1, 1.0, Role.RIGHT_INSOLE), 9.1)
    assert stages(give(target, arrest(9.25), 9.3)) == []
    assert stages(give(target, due(first)[0].item, due(first)[0].at_s)) == ["confirmed"]


def test_the_other_leg_that_hurries_after_a_candidate_is_suspected_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    target, first = obstructed()
    assert stages(first) == ["candidate"]
    monkeypatch.setattr(Toes, "can_feel", lambda *_: True)
    monkeypatch.setattr(Toes, "blow", lambda *_: Blow(8.68, 3.0, over=True))
    contact(target, Side.RIGHT, 8.1, 8.5)
    give(target, FinalContact(Side.LEFT, 8.55, 1.0, Role.LEFT_INSOLE), 8.55)
    hurried = arrest(8.7)._replace(role=Role.LEFT_SHIN)
    assert stages(give(target, hurried, 8.75)) == []
    later = 10.3  # 2 s after the candidate are over
    give(target, InitialContact(Side.LEFT, 9.0, 1.0, Role.LEFT_INSOLE), 9.0)
    assert stages(give(target, arrest(later)._replace(role=Role.LEFT_SHIN), later + 0.05)) == ["candidate"]


def test_a_foot_that_has_not_landed_was_obstructed_once() -> None:
    target = detector()
    walk_to(target, 8)
    contact(target, Side.LEFT, 7.6, 8.0)
    give(target, FinalContact(Side.RIGHT, 8.1, 1.0, Role.RIGHT_INSOLE), 8.1)
    assert stages(give(target, arrest(8.25), 8.3)) == ["candidate"]
    give(target, FinalContact(Side.RIGHT, 8.35, 1.0, Role.RIGHT_INSOLE), 8.35)  # the toes brushed the floor
    assert give(target, arrest(8.4), 8.45) == []


def test_who_recovers_from_a_trip_does_not_trip_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the other leg, suspected in silence before the trip was confirmed, nor the same leg later."""
    target, first = obstructed()
    contact(target, Side.RIGHT, 8.1, 8.40)
    give(target, FinalContact(Side.LEFT, 8.5, 1.0, Role.LEFT_INSOLE), 8.5)
    other = give(target, arrest(8.6)._replace(role=Role.LEFT_SHIN), 8.65)
    give(target, InitialContact(Side.LEFT, 8.75, 1.0, Role.LEFT_INSOLE), 8.75)
    contact(target, Side.RIGHT, 8.8, 9.0)
    contact(target, Side.LEFT, 9.1, 9.3)
    verdict, other_verdict = due(first)[0], due(other)[0]
    assert stages(give(target, verdict.item, verdict.at_s)) == ["confirmed"]
    assert stages(give(target, other_verdict.item, other_verdict.at_s)) == []
    give(target, due(first)[1].item, due(first)[1].at_s)
    monkeypatch.setattr(Toes, "can_feel", lambda *_: True)
    monkeypatch.setattr(Toes, "blow", lambda *_: Blow(12.23, 3.0, over=True))
    for at_s in (10.0, 11.0, 12.0):
        contact(target, Side.RIGHT, at_s - 0.4, at_s)
    give(target, FinalContact(Side.RIGHT, 12.1, 1.0, Role.RIGHT_INSOLE), 12.1)
    assert give(target, arrest(12.25), 12.3) == []


def test_who_catches_the_toes_and_trips_a_few_steps_later_is_found_to_have_tripped() -> None:
    recording = render_session("foot_drop", 4.0, 3, scenario="catches")
    events = of_kind(events_of(recording), Kind.TRIP)
    assert len(trips(recording)) >= 8
    for stage in ("candidate", "confirmed"):
        told = [event for event in events if event.fields["stage"] == stage]
        assert sum(bool(near(told, trip)) for trip in trips(recording)) >= len(trips(recording)) - 1


def test_a_lost_sensor_leaves_a_candidate_unconfirmed() -> None:
    target = detector()
    walk_to(target, 8)
    outputs = give(target, arrest(8.25), 8.3)
    give(target, SensorSilent(SHIN, 8.4, 8.7), 8.7)
    assert [stages(give(target, later.item, later.at_s)) for later in due(outputs)] == [[], []]


def test_a_long_swing_alone_confirms_nothing_though_its_step_is_late_too() -> None:
    target = detector()
    walk_to(target, 8)
    outputs = give(target, arrest(8.25), 8.3)
    contact(target, Side.RIGHT, 8.1, 9.2)
    assert [stages(give(target, later.item, later.at_s)) for later in due(outputs)] == [[], []]


def test_one_shin_alone_must_see_two_signs_of_the_one_thing_it_sees_and_a_step_after() -> None:
    alone = incident(Evidence.THROWN_BACK, Sign.SWING_TIME, Sign.POSTURE, hit=None)
    alone.contacts = 2
    assert not confirms(alone, RecoveryParams())
    alone.visible = frozenset({Aspect.SWING})
    assert confirms(alone, RecoveryParams())
    alone.contacts = 1
    assert not confirms(alone, RecoveryParams())
    alone.contacts, alone.signs = 2, {Sign.SWING_TIME}
    assert not confirms(alone, RecoveryParams())


def test_a_shank_that_the_landing_stopped_was_not_obstructed() -> None:
    target = detector()
    walk_to(target, 8)
    outputs = give(target, arrest(8.25), 8.3)
    for side, at_s in ((Side.RIGHT, 8.29), (Side.LEFT, 8.6), (Side.RIGHT, 9.5), (Side.LEFT, 10.0)):
        contact(target, side, at_s - 0.25, at_s)
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


def tripped(phases: tuple[float, ...], strength: float, *, side: Side | None = None, seed: int = 5) -> Recording:
    """Walks after a minute of learning, each with obstacles at these phases of swing."""
    obstacles = tuple(Trip(50.0 + 20.0 * index, phase, strength, None, side) for index, phase in enumerate(phases))
    walk = Walk(60.0 + 20.0 * len(phases), PROFILES["foot_drop"], obstacles)
    return render_session("foot_drop", walk.duration_s / 60.0 + 0.2, seed, script=[Stand(4.0), walk, Stand(4.0)])


def test_half_arrests_of_early_and_late_swing_are_confirmed() -> None:
    recording = tripped((0.15, 0.4, 0.6, 0.75), 0.5)
    confirmed = of_kind(events_of(recording), Kind.TRIP, stage="confirmed")
    found = [trip for trip in trips(recording) if near(confirmed, trip)]
    assert len(trips(recording)) == 4
    assert len(found) >= 3


def test_the_leg_without_a_shin_sensor_trips_too() -> None:
    recording = tripped((0.2, 0.5, 0.85), 1.0, side=Side.LEFT)
    events = of_kind(events_of(recording), Kind.TRIP)
    candidates = [event for event in events if event.fields["stage"] == "candidate"]
    assert len(trips(recording)) == 3
    found = [near(candidates, trip)[0] for trip in trips(recording) if near(candidates, trip)]
    assert len(found) >= 2
    assert all(candidate.side is Side.LEFT and candidate.confidence <= 0.4 for candidate in found)
    assert all(candidate.detected_at_s - candidate.time_s <= 0.12 for candidate in found)
    assert any(event.fields["stage"] == "confirmed" for event in events)


def test_a_gap_in_one_leg_leaves_the_other_leg_its_trips() -> None:
    recording = tripped((0.4,), 1.0)
    (trip,) = trips(recording)
    kept = (recording.time_s < trip.time_s - 6.0) | (recording.time_s > trip.time_s - 5.0)
    engine_events = replay_with_gap(recording, Role.LEFT_INSOLE, kept)
    (confirmed,) = of_kind(engine_events, Kind.TRIP, stage="confirmed")
    assert abs(confirmed.time_s - trip.time_s) <= 0.1


def replay_with_gap(recording: Recording, gappy: Role, kept: NDArray[np.bool_]) -> list[Event]:
    insole = InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
    sensors = {role: insole if role.is_insole else ShinSpec(recording.rate_hz) for role in recording.values}
    engine = GaitEngine(Session("gap", Wearer(affected_side="right"), sensors))
    events: list[Event] = []
    for role, values in recording.values.items():
        rows = kept if role is gappy else np.ones_like(kept)
        events += engine.push(Block(role, recording.time_s[rows], values[rows], float(recording.time_s[-1]) + 0.01))
    return events + engine.finish()


def test_stairs_turns_steps_back_and_sudden_stops_are_no_trips() -> None:
    gait = PROFILES["foot_drop"]
    script: list[Segment] = [
        Stand(4.0),
        Walk(50.0, gait),
        Stand(3.0),
        Route(gait, (Level(8.0), Turn(180.0), Level(6.0), Stairs(6), Level(5.0), Stairs(6, up=False), Level(5.0))),
        Stand(3.0),
        Route(gait, (Level(8.0), Tiptoe(6), Level(4.0), Stamping(6), Level(5.0)), sudden_stop=True),
        Stand(3.0),
        Route(gait, (Level(6.0), Backward(6))),
        Stand(3.0),
        Seat((Rest(5.0), Dangle(12.0))),
        Walk(15.0, gait),
        Stand(3.0),
    ]
    recording = render_session("foot_drop", 3.7, 9, script=script)
    for roles in ((), (SHIN,)):
        assert of_kind(events_of(recording, *roles), Kind.TRIP, stage="confirmed") == []


def test_a_hurried_last_step_is_no_candidate() -> None:
    """It turns the shank round as it lands; told at once, as a trip is, it would be one."""
    gait = replace(PROFILES["healthy_fast"], speed_mps=1.9)
    recording = render_session("healthy_fast", 0.8, 3, script=[Stand(4.0), Walk(35.0, gait), Stand(20.0)])
    at_once = GaitParams(trip=TripParams(landing_within_s=0.0))
    told = of_kind(events_of(recording, params=at_once), Kind.TRIP)
    assert [event.fields["stage"] for event in told] == ["candidate"]
    assert of_kind(events_of(recording), Kind.TRIP) == []


def view(fore_n: Floats, *, total_n: float = 0.0) -> InsoleView:
    """An insole with this load under the forefoot, at 100 Hz from 0 s on."""
    timeline = Timeline(1)
    timeline.now_s = len(fore_n) / 100.0
    history = History(timeline, COLUMNS)
    rows = np.zeros((COLUMNS, len(fore_n)))
    rows[FORE] = fore_n
    rows[TOTAL] = fore_n + total_n
    history.append(np.arange(len(fore_n)) / 100.0, rows)
    nothing = (0.0,) * COLUMNS
    scale = LoadScale.make(nothing, 1000.0, nothing, LoadScaleParams(), learnt=True, least_load=100.0)
    return InsoleView(history, scale)


def spike(width_n: int, height_n: float, *, at: int = 30) -> Floats:
    fore_n = np.full(60, 5.0)
    fore_n[at : at + width_n] += height_n
    return fore_n


def blow_in(insole: InsoleView) -> Blow | None:
    rise = largest_rise(insole, 0.2, 0.5, BlowParams())
    return blow_of(rise, insole, 0.0, BlowParams()) if rise is not None else None


def test_a_blow_is_brief_and_comes_out_of_nothing() -> None:
    blow = blow_in(view(spike(4, 40.0)))
    assert blow is not None
    assert blow.over
    assert blow.time_s == pytest.approx(0.3, abs=0.011)
    assert blow.rise_pct == pytest.approx(4.0)
    assert blow_in(view(spike(12, 40.0))) is None
    dragging = spike(4, 40.0)
    dragging[12:28] += 40.0
    assert blow_in(view(dragging)) is None
    one_sample = largest_rise(view(spike(1, 40.0)), 0.2, 0.5, BlowParams())
    assert one_sample is not None
    assert one_sample.pct == 0.0
    assert largest_rise(view(spike(4, 40.0), total_n=400.0), 0.2, 0.5, BlowParams()) is None


def test_who_always_presses_the_toes_down_needs_a_harder_blow() -> None:
    rises, insole = UsualRises(BlowParams()), view(spike(4, 40.0))
    assert rises.least_pct(insole) is None
    for _ in range(10):
        rises.learn(3.0)
    assert rises.least_pct(insole) == pytest.approx(6.0)


def test_the_insole_of_an_affected_foot_alone_says_nothing_before_the_recovery() -> None:
    recording = tripped((0.2, 0.5, 0.85), 1.0)
    alone = of_kind(events_of(recording, Role.LEFT_INSOLE, Role.RIGHT_INSOLE), Kind.TRIP)
    confirmed = {event.fields["candidate_id"]: event.detected_at_s for event in alone if event.fields["candidate_id"]}
    told = {event.id: event.detected_at_s for event in alone if event.fields["stage"] == "candidate"}
    assert told == confirmed


def incident(evidence: Evidence, *signs: Sign, hit: bool | None) -> Incident:
    return Incident(Side.RIGHT, 8.0, 40.0, evidence, hit, learnt=True, lifted_s=7.8, signs=set(signs))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(Evidence), st.sets(st.sampled_from(Sign)), st.sampled_from([True, False, None]))
def test_signs_of_one_aspect_never_confirm(evidence: Evidence, signs: set[Sign], hit: bool | None) -> None:
    if confirms(incident(evidence, *signs, hit=hit), RecoveryParams()):
        assert len({ASPECTS[sign] for sign in signs}) >= 2
        assert hit or evidence is Evidence.THROWN_BACK
        assert hit is not False or Sign.HEAVY in signs


def test_both_sensors_speak_for_a_trip() -> None:
    course = (Sign.SWING_TIME, Sign.STEP_TIMES)
    said = {
        (evidence, hit, heavy): confirms(
            incident(evidence, *course, *((Sign.HEAVY,) if heavy else ()), hit=hit), RecoveryParams()
        )
        for evidence in (Evidence.THROWN_BACK, Evidence.SLOWED, Evidence.BLOW)
        for hit in (True, False, None)
        for heavy in (False, True)
        if hit or evidence is not Evidence.BLOW
    }
    refused = {key for key, confirmed in said.items() if not confirmed}
    assert refused == {
        (Evidence.THROWN_BACK, False, False),
        (Evidence.SLOWED, False, False),
        (Evidence.SLOWED, False, True),
        (Evidence.SLOWED, None, False),
        (Evidence.SLOWED, None, True),
        (Evidence.BLOW, True, False),
    }
    assert set(ASPECTS.values()) == set(Aspect)


def test_a_glance_that_only_makes_the_shank_swing_twice_is_a_catch() -> None:
    recording = tripped((0.12, 0.25, 0.35), 0.3)
    events = events_of(recording)
    glances = [event for event in recording.truth if event.kind == "toe_catch"]
    told = of_kind(events, Kind.TRIP, stage="candidate")
    assert len(glances) == 3
    assert any(near(told, glance) for glance in glances)
    assert of_kind(events, Kind.TRIP, stage="confirmed") == []
    assert len(of_kind(events, Kind.TOE_CATCH)) == len(told)


def test_a_landing_is_heavy_beside_the_wearers_own() -> None:
    timeline = Timeline(1)
    history = History(timeline, COLUMNS)
    rows = np.zeros((COLUMNS, 3000))
    for step in range(28):
        rows[TOTAL, 100 * step + 50 : 100 * step + 110] = (1000.0 + 10.0 * (step % 3)) * (1.3 if step == 25 else 1.0)
    rows[TOTAL, 2710] = 3000.0  # a glitch
    history.append(np.arange(3000) / 100.0, rows)
    nothing = (0.0,) * COLUMNS
    scale = LoadScale.make(nothing, 1000.0, nothing, LoadScaleParams(), learnt=True, least_load=100.0)
    legs = Legs({Role.RIGHT_INSOLE: history}, {Role.RIGHT_INSOLE: scale})
    give_legs(legs, SensorBack(Role.RIGHT_INSOLE, None, 0.0))
    landing = LandingLoad(Side.RIGHT, legs, LandingLoadParams())
    timeline.now_s = 26.5
    assert landing.is_heavy(25.5) is None
    for step in range(20):
        timeline.now_s = step + 1.0
        landing.learn(step + 0.5)
    timeline.now_s = 28.0
    assert [landing.is_heavy(step + 0.5) for step in (24, 25, 26)] == [False, True, False]


def give_legs(legs: Legs, mark: SensorBack) -> None:
    legs.handlers()[SensorBack](mark, 0.0)
