"""Toe drags: what a shoe does is none, what the ground does is, and how sure that can be."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker
from hub.gait.detectors.drag import DragDetector, DragParams
from hub.gait.detectors.touches import Touch, TouchParams, find_touches
from hub.gait.facts import FinalContact, InitialContact
from hub.gait.feed import SensorBack
from hub.gait.history import History
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import COLUMNS, FORE, HEEL, LoadScale, LoadScaleParams
from hub.gait.signals.roughness import lasting_roughness, measure_roughness
from hub.gait.signals.shank_marks import AHEAD, TIME, UP
from hub.gait.signals.shank_marks import COLUMNS as SHANK_COLUMNS
from hub.gait.timeline import Timeline
from hub.session import Floats, InsoleSpec, Session, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import PROFILES, InsoleParams, Stand, Walk, Walker
from sensors.walker.session import record
from tests.gait.conftest import BODY_N, CELLS, Recording, events_of, make_walk
from tests.gait.walked import match, of_kind, replay, truth_s, walked

SCALE = LoadScale.make(
    (0.0,) * COLUMNS, 100.0, (0.0,) * COLUMNS, LoadScaleParams(), learnt=True, least_load=0.0
)  # loads in %
SWING_S = 0.5


def touches(load_pct: Floats, heel_pct: Floats | None = None) -> list[Touch]:
    """Of a swing of half a second, in which the forefoot bears ``load_pct`` (n,), evenly spaced."""
    columns = np.zeros((COLUMNS, len(load_pct)))
    columns[FORE] = load_pct
    if heel_pct is not None:
        columns[HEEL] = heel_pct
    time_s = 7.0 + np.arange(len(load_pct)) * SWING_S / len(load_pct)
    return find_touches(time_s, columns, SCALE, TouchParams(), DragParams().shortest_s)


def swing(rate_hz: float = 100.0) -> Floats:
    return np.arange(round(SWING_S * rate_hz)) / rate_hz


def test_a_steady_touch_with_steep_ends_is_sharp() -> None:
    time_s = swing()
    (touch,) = touches(8.0 * ((time_s > 0.195) & (time_s < 0.345)))
    assert (touch.start_s, touch.end_s) == pytest.approx((7.20, 7.35))
    assert touch.impulse_pct_s == pytest.approx(8.0 * 0.15)
    assert touch.sharp
    assert not touch.unsteady
    assert not touch.from_lift


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
def test_a_touch_that_sticks_and_slips_is_unsteady(rate_hz: float) -> None:
    time_s = swing(rate_hz)
    rough = 1.0 + 0.5 * np.sin(2 * np.pi * 13.0 * time_s) + 0.3 * np.sin(2 * np.pi * 19.0 * time_s)
    (touch,) = touches(6.0 * rough * ((time_s > 0.15) & (time_s < 0.4)))
    assert touch.unsteady


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
@pytest.mark.parametrize("load_pct", [3.0, 8.0, 20.0])
def test_pressure_inside_the_shoe_is_neither(load_pct: float, rate_hz: float) -> None:
    time_s = swing(rate_hz)
    (bump,) = touches(load_pct * np.exp(-0.5 * ((time_s - 0.28) / 0.07) ** 2))
    assert not bump.unsteady
    assert not bump.sharp
    (tail,) = touches(load_pct * np.exp(-time_s / 0.3))
    assert tail.from_lift
    assert not tail.unsteady
    assert not tail.sharp


@pytest.mark.parametrize(("swings_pct", "unsteady"), [(0.25, False), (0.5, True)])
def test_the_noise_of_a_light_touch_is_not_unsteady(swings_pct: float, unsteady: bool) -> None:
    """24 times to and fro in a second: by 0.25 % that is 24 %/s, more than 15 times the mean."""
    time_s = swing()
    load_pct = 1.2 + swings_pct * np.sign(np.sin(2 * np.pi * 24.0 * time_s + 0.1))
    (touch,) = touches(load_pct * ((time_s > 0.15) & (time_s < 0.4)))
    assert touch.unsteady == unsteady


def test_a_load_that_only_rises_is_not_unsteady() -> None:
    time_s = swing()
    (touch,) = touches(3.0 + np.clip((time_s - 0.2) * 160.0, -3.0, 30.0))
    assert not touch.unsteady


def test_with_the_heel_down_it_is_no_touch() -> None:
    time_s = swing()
    down = 8.0 * ((time_s > 0.2) & (time_s < 0.35))
    assert touches(down)
    assert not touches(down, np.where(time_s > 0.22, down, 0.0))


def test_what_ends_while_the_shoe_lets_go_is_no_touch() -> None:
    time_s = swing()
    assert not touches(8.0 * (time_s < 0.07))
    assert touches(8.0 * (time_s < 0.12))
    assert not touches(8.0 * ((time_s > 0.195) & (time_s < 0.215)))


def shaken(frequency_hz: float, rate_hz: float = 100.0) -> Floats:
    """A shank that swings freely and shakes by 2 m/s^2 in the middle of half a second."""
    time_s = np.arange(round(0.5 * rate_hz)) / rate_hz
    columns = np.zeros((SHANK_COLUMNS, len(time_s)))
    columns[TIME] = time_s
    columns[UP] = 9.81 + 4.0 * np.sin(2 * np.pi * 2.0 * time_s)
    columns[AHEAD] = 2.0 * np.sin(2 * np.pi * frequency_hz * time_s) * np.sin(np.pi * time_s / 0.5) ** 4
    return columns


@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
def test_a_shank_that_shakes_is_rough_where_it_does(rate_hz: float) -> None:
    calm, rough = measure_roughness(shaken(4.0, rate_hz)), measure_roughness(shaken(25.0, rate_hz))
    assert calm is not None
    assert rough is not None
    assert rough.rms_mps2 > 10.0 * calm.rms_mps2
    assert 0.15 <= rough.start_s <= 0.25


def test_roughness_needs_an_accelerometer_and_a_tenth_of_a_second() -> None:
    columns = shaken(25.0)
    assert measure_roughness(columns[:, :8]) is None
    columns[[UP, AHEAD]] = 0.0
    assert measure_roughness(columns) is None


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
def test_a_load_is_rough_all_the_way_only_if_every_third_is(rate_hz: float) -> None:
    time_s = swing(rate_hz)
    shaken_pct = 3.0 * np.sin(2 * np.pi * 19.0 * time_s)
    slow_pct = 20.0 * np.exp(-0.5 * ((time_s - 0.25) / 0.08) ** 2)
    assert lasting_roughness(time_s, shaken_pct + slow_pct) > DragParams().scraped_pct
    assert lasting_roughness(time_s, slow_pct) < DragParams().scraped_pct
    assert lasting_roughness(time_s, shaken_pct * (time_s < 0.3)) < DragParams().scraped_pct
    assert lasting_roughness(time_s[:4], shaken_pct[:4]) == 0.0


def drags(recording: Recording) -> list[dict[str, object]]:
    events = [json.loads(line) for line in events_of(recording)]
    return [event for event in events if event["kind"] == Kind.TOE_DRAG]


def pressed(shape: Callable[[Floats], Floats]) -> Recording:
    """A made-up walk whose left toes bear 5 % of the weight in every second swing, shaped over time since lift."""
    walk = make_walk(seed=17, seconds=40.0)

    def press(role: Role, time_s: Floats, values: Floats) -> tuple[Floats, Floats]:
        values = values.copy()
        if role is Role.LEFT_INSOLE:
            for lift_s in walk.lifts[Side.LEFT][::2]:
                values[:, 3] += 0.05 * BODY_N * shape(time_s - lift_s)
        return time_s, values

    return walk.mapped(press)


def test_pressure_inside_the_shoe_is_no_drag() -> None:
    assert not drags(pressed(lambda since_s: np.exp(-0.5 * ((since_s - 0.25) / 0.06) ** 2)))


def test_a_shoe_that_lets_go_late_is_no_drag() -> None:
    assert not drags(pressed(lambda since_s: 0.6 * ((since_s > -0.1) & (since_s < 0.2))))


def test_a_faint_touch_needs_two_signs() -> None:
    def brief(load: float, lasting_s: float) -> Callable[[Floats], Floats]:
        return lambda since_s: load * ((since_s > 0.2) & (since_s < 0.2 + lasting_s))

    assert drags(pressed(brief(1.5, 0.085)))
    assert drags(pressed(brief(1.5, 0.15)))
    assert not drags(pressed(lambda since_s: brief(0.6, 0.085)(since_s) * (1.0 + 0.8 * np.sin(150.0 * since_s))))


def test_feet_without_foot_drop_are_not_looked_at() -> None:
    walk = make_walk(seed=13, toe_first=True, drag_pct=6.0)
    assert drags(walk)
    assert not drags(replace(walk, session=replace(walk.session, wearer=Wearer(affected_side="right"))))


def found(*roles: Role) -> list[Event]:
    return of_kind(replay(walked("foot_drop", 3.0, 31), *roles)[0], Kind.TOE_DRAG)


INSOLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)


def test_drags_of_the_walker_are_found_with_their_duration() -> None:
    truth = {
        event.time_s: float(event.value) for event in walked("foot_drop", 3.0, 31).truth if event.kind == "toe_drag"
    }
    events = found()
    pairs = match([event.time_s for event in events], list(truth), within_s=0.15)
    assert len(truth) > 20
    assert pairs.recall > 0.95
    assert pairs.precision > 0.95
    lasted = {event.time_s: event.fields["duration_s"] for event in events}
    errors = [
        abs(lasted[found_s] - truth[true_s]) for found_s in lasted for true_s in truth if abs(found_s - true_s) < 0.05
    ]
    assert np.median(errors) < 0.02
    assert all(event.detected_at_s - event.time_s < 0.8 for event in events)


def test_the_shank_makes_surer_and_alone_it_gives_possible_drags() -> None:
    true_s = truth_s(walked("foot_drop", 3.0, 31), "toe_drag")
    alone, insoles, all_sensors = found(Role.RIGHT_SHIN), found(*INSOLES), found()
    assert match([event.time_s for event in insoles], true_s, within_s=0.15).recall > 0.9
    assert np.mean([event.confidence for event in all_sensors]) > np.mean([event.confidence for event in insoles])
    pairs = match([event.time_s for event in alone], true_s, within_s=0.3)
    assert pairs.recall > 0.85
    assert pairs.precision > 0.9
    assert {event.confidence for event in alone} == {DragParams().possible}
    assert {event.fields["duration_s"] for event in alone} == {None}


def test_walking_without_drags_has_none() -> None:
    for recording in (walked("healthy_slow", 1.5, 32), walked("healthy", 2.0, 33, 4)):  # the second one trips
        assert not of_kind(replay(recording)[0], Kind.TOE_DRAG)
        assert not of_kind(replay(recording, Role.RIGHT_SHIN)[0], Kind.TOE_DRAG)


def test_feet_that_never_leave_the_ground_drag_all_the_way() -> None:
    slid = walked("slide", 2.0, 34)
    truth = {event.time_s: float(event.value) for event in slid.truth if event.kind == "toe_drag"}
    events = [event for event in of_kind(replay(slid)[0], Kind.TOE_DRAG) if event.side is Side.RIGHT]
    pairs = match([event.time_s for event in events], truth_s(slid, "toe_drag"), within_s=0.25)
    assert pairs.true > 80
    assert pairs.recall > 0.85
    assert pairs.precision > 0.98
    assert np.mean([float(str(event.fields["duration_s"])) for event in events]) == pytest.approx(
        np.mean(list(truth.values())), abs=0.08
    )


def test_a_toe_that_hardly_touches_is_told_by_the_shank_with_the_insole() -> None:
    """Of 40-80 ms with 2 % of body weight, which the insole alone cannot tell from pressure inside the shoe."""
    weak = PROFILES["foot_drop"]
    foot = replace(weak.foot, drag=0.5, drag_s=(0.04, 0.08), drag_bw=(0.015, 0.025))
    walker = Walker([Stand(4.0), Walk(90.0, replace(weak, foot=foot))], seed=35, chunk_s=4)
    recording = record(walker, 96.0, 100.0, (*INSOLES, Role.RIGHT_SHIN))
    true_s = truth_s(recording, "toe_drag")
    both = match([event.time_s for event in of_kind(replay(recording)[0], Kind.TOE_DRAG)], true_s, within_s=0.1)
    alone = of_kind(replay(recording, *INSOLES)[0], Kind.TOE_DRAG)
    assert both.true > 25
    assert both.recall > 0.8
    assert both.precision > 0.95
    assert len(alone) < 0.5 * both.found


@pytest.mark.parametrize("roles", [(), (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)], ids=["all sensors", "insoles alone"])
def test_of_a_foot_that_slides_nobody_says_what_touched_first(roles: tuple[Role, ...]) -> None:
    events = [event for event in replay(walked("slide", 2.0, 34), *roles)[0] if event.time_s > 30.0]
    strikes = [e.fields["strike"] for e in of_kind(events, Kind.INITIAL_CONTACT) if e.side is Side.RIGHT]
    assert len(strikes) > 40
    assert strikes.count("unknown") >= 0.9 * len(strikes)
    assert len(of_kind(events, Kind.TOE_FIRST)) <= 0.05 * len(strikes)


def test_of_strides_in_which_a_foot_slides_nobody_says_how_long_both_bore() -> None:
    sliding, lifting = ([e for e in replay(walked(p, 2.0, 34))[0] if e.time_s > 30.0] for p in ("slide", "foot_drop"))
    said = [e.fields["double_support_s"] for e in of_kind(sliding, Kind.STEP)]
    why = [str(e.fields["absent"]) for e in of_kind(sliding, Kind.STEP) if e.fields["double_support_s"] is None]
    assert len(said) > 80
    assert sum("a foot slid" in each for each in why) >= 0.9 * len(said)
    assert all(e.fields["stance_time_s"] for e in of_kind(sliding, Kind.STEP))
    (end,) = of_kind(sliding, Kind.WALK_END)
    assert end.fields["double_support_s"] is None
    assert "double_support_s: known in" in str(end.fields["absent"])
    assert "a foot slid" not in str([e.fields["absent"] for e in of_kind(lifting, Kind.STEP)])


def test_a_noisy_insole_is_no_slide() -> None:
    """Of 1.7 N a cell: some swings are rough by chance, and no shank is worn that could tell."""
    walker = Walker(
        [Stand(4.0), Walk(120.0, PROFILES["healthy_slow"])], seed=36, chunk_s=4, insole=InsoleParams(noise_n=1.7)
    )
    recording = record(walker, 126.0, 100.0, INSOLES)
    assert not of_kind(replay(recording)[0], Kind.TOE_DRAG)


@pytest.mark.parametrize(("lasted_s", "told"), [(0.12, False), (0.2, True), (2.4, False)])
def test_only_a_swing_can_drag(monkeypatch: pytest.MonkeyPatch, lasted_s: float, told: bool) -> None:
    touch = Touch(1.03, 1.11, 0.8, from_lift=False, unsteady=True, sharp=True)
    monkeypatch.setattr("hub.gait.detectors.drag.find_touches", lambda *_: [touch])
    role, history = Role.RIGHT_INSOLE, History(timeline := Timeline(1), COLUMNS)
    timeline.now_s = 9.0
    history.append(np.arange(900) / 100.0, np.zeros((COLUMNS, 900)))
    legs, contexts = Legs({role: history}, {role: replace(SCALE, sure=True)}), ContextLog()
    legs.handlers()[SensorBack](SensorBack(role, None, 0.0), 0.0)
    session = Session("test", Wearer(affected_side="right"), {role: InsoleSpec(100.0, LoadUnit.N, CELLS)})
    handlers = DragDetector(session, legs, contexts, EventMaker("test", contexts), DragParams()).handlers()
    handlers[FinalContact](FinalContact(Side.RIGHT, 1.0, 1.0, role), 1.0)
    said = handlers[InitialContact](InitialContact(Side.RIGHT, 1.0 + lasted_s, 1.0, role), 1.1 + lasted_s)
    assert any(isinstance(output, Event) for output in said) is told
