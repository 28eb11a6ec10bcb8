"""What is told of a walker agrees with itself, live and replayed; each fault here was met by walkers at random."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait import GaitEngine
from hub.gait.detectors.walking import WalkingDetector, WalkingParams
from hub.gait.facts import InitialContact, Walking
from hub.gait.feed import SensorBack
from hub.gait.history import History
from hub.gait.legs import Legs
from hub.gait.timeline import Timeline
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    SCENARIOS,
    Person,
    Population,
    Stand,
    Walk,
    Walker,
    draw_person,
    draw_profile,
)
from sensors.walker.session import Recording, record, render_session
from tests.gait.walked import of_kind, replay, walked

INSOLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)
RIGHT_LEG = (*INSOLES, Role.RIGHT_SHIN)


def drawn(profile: str, scenario: str, seed: int, side: Side) -> list[Event]:
    """What is told of somebody of the population, at 200 Hz, with two insoles and two shins."""
    rng = np.random.default_rng((seed, 20))
    person = replace(draw_person(Population.TEST, rng), affected_side=side)
    script = SCENARIOS[scenario].script(
        draw_profile(PROFILES[profile], Population.TEST, rng), np.random.default_rng((seed, 21))
    )
    walker = Walker(script, seed=seed, person=person, chunk_s=4)
    recording = record(walker, 150.0, 200.0, tuple(Role))
    specs: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(200.0, LoadUnit.N, EIGHT_CELLS) if role.is_insole else ShinSpec(200.0) for role in Role
    }
    return told_in_blocks(specs, recording.time_s, recording.values, 2000, side)


def test_one_swing_has_one_drag() -> None:
    """Also where a second contact follows without a lift between."""
    events = drawn("hip_hike", "trips", 136, Side.LEFT)
    drags = of_kind(events, Kind.TOE_DRAG)
    assert len(drags) > 5
    assert len({event.id for event in drags}) == len(drags)


def test_a_shank_that_was_levelled_long_ago_has_no_angle() -> None:
    events = drawn("healthy_slow", "day", 38, Side.RIGHT)
    angles_deg = [
        number(e, "shank_at_contact_deg") for e in of_kind(events, Kind.STEP) if e.fields["shank_at_contact_deg"]
    ]
    assert all(-60.0 < deg < 60.0 for deg in angles_deg)


def test_a_contact_too_young_to_be_told_is_not_counted() -> None:
    recording = walked("foot_drop", 1.0, 5)
    contacts_s = [event.time_s for event in recording.truth if event.kind == "initial_contact"]
    for contact_s in contacts_s[20:24]:
        last = int(recording.time_s.searchsorted(contact_s + 0.06))
        values = {role: recording.values[role][:last] for role in INSOLES}
        events = replay(replace(recording, time_s=recording.time_s[:last], values=values))[0]
        (walk,) = of_kind(events, Kind.WALK_END)
        assert walk.fields["steps"] == len(of_kind(events, Kind.INITIAL_CONTACT))


@pytest.mark.parametrize("seed", range(3))
def test_no_foot_leaves_the_ground_later_than_it_is_told(seed: int) -> None:
    """Of one that is dragged along, by the slow fall of its load."""
    script = SCENARIOS["aided"].script(PROFILES["drag_along"], np.random.default_rng((seed, 21)))
    recording = record(Walker(script, seed=seed, person=Person(), chunk_s=4), 180.0, 100.0, RIGHT_LEG)
    lifts = of_kind(replay(recording)[0], Kind.FINAL_CONTACT)
    assert len(lifts) > 100
    assert [event for event in lifts if event.detected_at_s < event.time_s] == []


def told_in_blocks(
    specs: Mapping[Role, InsoleSpec | ShinSpec],
    time_s: Floats,
    streams: Mapping[Role, Floats],
    block_n: int,
    side: Side = Side.RIGHT,
) -> list[Event]:
    wearer = Wearer(affected_side="left" if side is Side.LEFT else "right")
    engine = GaitEngine(Session("blocks", wearer, specs))
    told: list[Event] = []
    for start in range(0, len(time_s), block_n):
        end = min(start + block_n, len(time_s))
        until_s = float(time_s[end]) if end < len(time_s) else float(time_s[-1]) + 0.01
        for role, values in streams.items():
            told += engine.push(Block(role, time_s[start:end], values[start:end], until_s))
    return told + engine.finish()


def leg_up(up_s: float, rate_hz: float) -> Recording:
    """Walks, stands on the left leg for so long with the other in the air, and walks on at once."""
    gait = PROFILES["foot_drop"]
    script = [Stand(4.0), Walk(20.0, gait), Stand(up_s + 4.0), Walk(20.0, gait), Stand(4.0)]
    walker = Walker(script, seed=1, person=Person(), chunk_s=4)
    recording = record(walker, 52.0 + up_s, rate_hz, RIGHT_LEG)
    values = {role: each.copy() for role, each in recording.values.items()}
    values[Role.RIGHT_INSOLE][(recording.time_s > 26.0) & (recording.time_s < 28.8 + up_s)] = 0.0
    return replace(recording, values=values)


@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
@pytest.mark.parametrize("up_s", [25.0, 60.0])
def test_a_leg_that_was_up_for_long_is_told_alike_live_and_replayed(up_s: float, rate_hz: float) -> None:
    recording = leg_up(up_s, rate_hz)
    whole, live = (replay(recording, block_n=n)[0] for n in (len(recording.time_s), int(rate_hz / 10)))
    assert [event.to_json() for event in whole] == [event.to_json() for event in live]


@pytest.mark.parametrize("up_s", [2.0, 20.0])
def test_a_foot_that_is_put_down_by_somebody_who_sits_is_no_step(up_s: float) -> None:
    """Before any walk; the other foot presses as hard as one of somebody light would who stands."""
    time_s = np.arange(4000) / 100.0
    total_n = {Role.LEFT_INSOLE: np.full(4000, 200.0), Role.RIGHT_INSOLE: np.full(4000, 150.0)}
    total_n[Role.RIGHT_INSOLE][(time_s > 10.0) & (time_s < 10.0 + up_s)] = 0.0
    specs: dict[Role, InsoleSpec | ShinSpec] = {role: InsoleSpec(100.0, LoadUnit.N, EIGHT_CELLS) for role in INSOLES}
    streams = {role: np.tile(load[:, None] / 8.0, (1, 8)) for role, load in total_n.items()}
    assert of_kind(told_in_blocks(specs, time_s, streams, 4000), Kind.INITIAL_CONTACT) == []


@pytest.mark.parametrize("roles", [INSOLES, RIGHT_LEG], ids=["insoles", "all sensors"])
def test_a_heel_that_rested_for_long_does_not_date_the_step(roles: tuple[Role, ...]) -> None:
    recording = leg_up(12.0, 100.0)
    heel = recording.values[Role.RIGHT_INSOLE]
    heel[(recording.time_s > 32.0) & (recording.time_s < 40.8), 0] = 60.0
    contacts = of_kind(replay(recording, *roles)[0], Kind.INITIAL_CONTACT)
    assert max(event.detected_at_s - event.time_s for event in contacts) < 4.0


def test_a_shoe_that_was_touched_on_the_shelf_is_told_alike_and_lifted_from_nowhere() -> None:
    """Raw counts, whose zero is not known yet."""
    walk, rate_hz, shelf_s = walked("foot_drop", 1.0, 5), 100.0, 120.0
    time_s = np.arange(int((shelf_s + 55.0) * rate_hz)) / rate_hz
    sensors: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(rate_hz, LoadUnit.COUNTS, EIGHT_CELLS) for role in INSOLES
    }
    streams = {}
    for role in INSOLES:
        shelf = np.zeros((int(shelf_s * rate_hz), len(EIGHT_CELLS)))
        shelf[5850:5880, 3] = 30.0
        worn = np.vstack((shelf, walk.values[role][500:]))[: len(time_s)]
        streams[role] = np.round(3.0 * worn + 200.0)
    whole, live = (told_in_blocks(sensors, time_s, streams, n) for n in (len(time_s), 10))
    assert [event.to_json() for event in whole] == [event.to_json() for event in live]
    lifts = of_kind(whole, Kind.FINAL_CONTACT)
    assert lifts
    assert max(event.detected_at_s - event.time_s for event in lifts) < 5.0


def test_one_slide_is_told_once_whoever_sees_it() -> None:
    script = SCENARIOS["falls"].script(PROFILES["foot_drop"], np.random.default_rng((3, 21)))
    recording = record(Walker(script, seed=3, person=Person(), chunk_s=4), 120.0, 100.0, tuple(Role))
    possible = [event for event in of_kind(replay(recording)[0], Kind.FALL) if event.confidence < 0.4]
    assert len(possible) == 1


def test_two_packets_that_came_late_are_two() -> None:
    values, time_s = np.ones((100, 8)), np.arange(100) / 100.0
    engine = GaitEngine(Session("late", Wearer(), {Role.LEFT_INSOLE: InsoleSpec(100.0, LoadUnit.N, EIGHT_CELLS)}))
    events = engine.push(Block(Role.LEFT_INSOLE, time_s, values, 1.0))
    for first in (20, 40):
        events += engine.push(Block(Role.LEFT_INSOLE, time_s[first : first + 4], values[first : first + 4], 1.0))
    events += engine.push(Block(Role.LEFT_INSOLE, time_s + 1.0, values, 2.0))
    late = of_kind(events, Kind.QUALITY, issue="late_data")
    assert [event.fields["count"] for event in late] == [4, 4]
    assert len({event.id for event in late}) == 2


def test_the_lead_of_toes_is_no_longer_than_anybody_looked() -> None:
    """Two cells, and a shin sensor on the table, for whose swings is waited."""
    recording = render_session("foot_drop", 1.5, 3)
    cells = EIGHT_CELLS[::7]
    still = np.tile([0.3, 0.1, 9.8, 0.0, 0.0, 0.0], (len(recording.time_s), 1))
    still += 0.01 * np.random.default_rng(1).standard_normal(still.shape)
    values = {role: recording.values[role][:, ::7] for role in INSOLES} | {Role.RIGHT_SHIN: still}
    toes = of_kind(replay(replace(recording, values=values, cells=cells))[0], Kind.TOE_FIRST)
    assert toes
    assert max(number(event, "lead_ms") for event in toes) < 1101.0


def test_the_holes_of_somebody_who_rests_are_not_kept() -> None:
    """Radios lose packets all day: what was missing before a walk is no part of it."""
    engine = GaitEngine(Session("rest", Wearer(), {Role.LEFT_SHIN: ShinSpec(100.0)}))
    time_s = np.arange(60_000) / 100.0
    kept = (np.arange(60_000) % 100) >= 10
    values = np.tile([9.81, 0.0, 0.0, 0.0, 0.0, 0.0], (60_000, 1))
    engine.push(Block(Role.LEFT_SHIN, time_s[:30_000][kept[:30_000]], values[:30_000][kept[:30_000]], 300.0))
    (bouts,) = (each for each in engine._detectors if type(each).__name__ == "BoutDetector")
    assert len(bouts._coverage._missing) < 20


def number(event: Event, name: str) -> float:
    value = event.fields[name]
    assert isinstance(value, float | int)
    return float(value)


@pytest.mark.parametrize(("apart_s", "walks"), [(0.1, False), (0.2, True)])
def test_both_legs_at_once_are_no_walk(apart_s: float, walks: bool) -> None:
    legs = Legs({role: History(Timeline(1), 1) for role in INSOLES}, {})
    for role in INSOLES:
        legs.handlers()[SensorBack](SensorBack(role, None, 0.0), 0.0)
    contact = WalkingDetector(legs, WalkingParams()).handlers()[InitialContact]
    told: list[object] = []
    for side, at_s in ((Side.LEFT, 1.0), (Side.RIGHT, 1.0 + apart_s), (Side.LEFT, 2.0)):
        told += contact(InitialContact(side, at_s, 1.0, side.insole), at_s)
    assert any(isinstance(fact, Walking) for fact in told) == walks
