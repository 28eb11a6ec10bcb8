"""Scenarios by name, and people drawn from two populations."""

from dataclasses import astuple

import numpy as np
import pytest

from sensors.layout import Role, Side
from sensors.walker import (
    PROFILES,
    SCENARIOS,
    Person,
    Population,
    Walker,
    draw_person,
    draw_profile,
    render_session,
)
from sensors.walker.population import RANGES

SHOWS = {
    "trips": {"trip", "toe_catch"},
    "catches": {"trip", "toe_catch"},
    "turns": {"turning"},
    "stairs": {"stairs", "turning"},
    "ramps": {"stairs", "turning"},
    "curbs": {"walking"},
    "odd_steps": {"tiptoe", "backward"},
    "aided": {"aided"},
    "sudden": {"walk", "not_walking"},
    "on_foot": {"turning", "stairs", "walking"},
    "falls": {"fall", "trip"},
    "look_alikes": {"sitting", "walking"},
    "seated": {"sitting"},
    "riding": {"vehicle"},
    "upright": {"standing", "tiptoe"},
    "day": {"off", "standing"},
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_shows_what_its_name_says_and_covers_all_time(name: str) -> None:
    person = draw_person(Population.TEST, np.random.default_rng(7))
    gait = draw_profile(PROFILES["foot_drop"], Population.TEST, np.random.default_rng(8))
    walker = Walker(SCENARIOS[name].script(gait, np.random.default_rng(9)), seed=3, chunk_s=4, person=person)
    truth = sorted(walker.truth_before(900.0, closing=True), key=lambda event: event.time_s)
    assert SHOWS.get(name, set()) <= {event.kind for event in truth}
    contacts = [e for e in truth if e.kind == "initial_contact"]
    lifted = [e for e in truth if e.kind == "final_contact"]
    assert abs(len(contacts) - len(lifted)) <= 1


def test_scenarios_are_rendered_with_both_insoles_and_the_affected_shin() -> None:
    recording = render_session("slap", 0.5, 3, scenario="turns", affected_side=Side.LEFT)
    assert set(recording.values) == {Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.LEFT_SHIN}
    with pytest.raises(ValueError, match="unknown scenario 'swimming'"):
        render_session("slap", 0.5, 3, scenario="swimming")


def test_trips_of_the_scenario_cover_swing_strength_and_both_legs() -> None:
    script = SCENARIOS["trips"].script(PROFILES["foot_drop"], np.random.default_rng(1))
    truth = Walker(script, seed=1).truth_before(2700.0)
    blows = [e for e in truth if e.kind in {"trip", "toe_catch"}]
    phases = np.array([e.swing_phase for e in blows], dtype=float)
    assert len(blows) > 80
    assert np.histogram(phases, bins=6, range=(0.05, 0.95))[0].min() >= 6
    assert {e.strength for e in blows} == {1.0, 0.5, 0.3}
    assert {e.side for e in blows} == {Side.LEFT, Side.RIGHT}
    assert {e.value for e in blows} == {"", "elevating", "lowering", "delayed"}


def test_whose_toes_catch_trips_a_few_steps_later() -> None:
    script = SCENARIOS["catches"].script(PROFILES["foot_drop"], np.random.default_rng(1))
    truth = Walker(script, seed=1).truth_before(900.0)
    blows = sorted((e for e in truth if e.kind in {"trip", "toe_catch"}), key=lambda e: e.time_s)
    caught, tripped = blows[::2], blows[1::2]
    assert len(tripped) > 30
    assert {e.kind for e in caught} == {"toe_catch"}
    assert {e.kind for e in tripped} == {"trip"}
    assert {(one.side, other.side) for one, other in zip(caught, tripped, strict=False)} == {(Side.RIGHT, Side.RIGHT)}
    after_s = [other.time_s - one.time_s for one, other in zip(caught, tripped, strict=False)]
    assert min(after_s) > 0.5
    assert max(after_s) < 6.5


def test_people_are_repeatable_and_differ() -> None:
    one, again, other = (render_session("foot_drop", 0.5, seed, population=Population.TEST) for seed in (4, 4, 5))
    assert one.truth == again.truth
    assert one.truth != other.truth
    people = [draw_person(Population.TEST, np.random.default_rng(seed)) for seed in range(60)]
    assert {person.affected_side for person in people} == {Side.LEFT, Side.RIGHT}
    assert np.ptp([person.height_m for person in people]) > 0.3
    assert np.ptp([person.mass_kg for person in people]) > 30.0


def test_some_test_people_are_unlike_anybody_tuned_on() -> None:
    tuning, test = (RANGES[population] for population in Population)
    for name in ("height_m", "body_mass_index", "speed", "tempo", "swing_longer_pct", "hump", "shock", "drop"):
        (low, high), (own_low, own_high) = getattr(test, name), getattr(tuning, name)
        assert low < own_low < own_high < high
    speeds = [
        draw_profile(PROFILES["foot_drop"], Population.TEST, np.random.default_rng(seed)).speed_mps
        for seed in range(60)
    ]
    beyond = [speed for speed in speeds if not 0.85 * 0.7 <= speed <= 1.15 * 0.7]
    assert len(beyond) > 15


@pytest.mark.parametrize("profile", PROFILES)
def test_everybody_drawn_can_walk(profile: str) -> None:
    for seed in range(2):
        rng = np.random.default_rng(seed)
        gait = draw_profile(PROFILES[profile], Population.TEST, rng)
        mix = gait.foot
        assert mix.flat + mix.toe <= 1.0
        assert max(mix.slap, mix.drag) <= 0.95
        recording = render_session(profile, 0.4, seed, population=Population.TEST, rate_hz=50.0)
        assert len([e for e in recording.truth if e.kind == "initial_contact"]) > 10
        assert all(np.isfinite(values).all() for values in recording.values.values())


def test_a_healthy_person_stays_healthy() -> None:
    gait = draw_profile(PROFILES["healthy"], Population.TEST, np.random.default_rng(2))
    assert astuple(gait.foot)[:2] == (0.0, 0.0)
    assert gait.ankle_deg == PROFILES["healthy"].ankle_deg
    assert gait.swing_longer_pct == 0.0
    assert Person().weight_n > 0.0
