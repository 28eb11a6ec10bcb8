"""Foot slap: how the forefoot comes down after the heel, and when that is a slap."""

from dataclasses import replace

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait import GaitEngine
from hub.gait.detectors.quality import QualityParams, limits
from hub.gait.detectors.slap import Lowering, SlapParams, _Usual, can_tell_slaps, measure_lowering, signs_of
from hub.session import Block, Floats, InsoleSpec, Session, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import EIGHT_CELLS, PROFILES, Stand, Walk, Walker
from sensors.walker.session import Recording, record
from tests.gait.walked import match, of_kind, truth_s, walked

PARAMS = SlapParams()


def lowering(load_pct: Floats, rate_hz: float = 100.0) -> Lowering | None:
    """Of ``load_pct`` (n,) on the forefoot, from 50 ms before the heel touches."""
    time_s = (np.arange(len(load_pct)) / rate_hz).tolist()
    return measure_lowering(time_s, load_pct.tolist(), 0.05, PARAMS)


@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
def test_the_forefoot_is_timed_and_its_loading_measured(rate_hz: float) -> None:
    time_s = np.arange(0.0, 0.25, 1.0 / rate_hz) - 0.05
    rising = np.clip((time_s - 0.08) * 500.0, 0.0, 25.0)
    measured = lowering(rising, rate_hz)
    assert measured is not None
    assert measured.after_s == pytest.approx(0.10, abs=1e-6)
    assert measured.rate_pct_s == pytest.approx(500.0)
    assert measured.rebound == 0.0
    bounced = lowering(rising - np.clip((time_s - 0.13) * 500.0, 0.0, 10.0), rate_hz)
    assert bounced is not None
    assert bounced.rebound == pytest.approx(0.4, abs=0.01)


def test_pressure_that_was_there_before_does_not_count() -> None:
    time_s = np.arange(0.0, 0.2, 0.01) - 0.05
    measured = lowering(6.0 + np.clip((time_s - 0.08) * 500.0, 0.0, 25.0))
    assert measured is not None
    assert measured.after_s == pytest.approx(0.10, abs=1e-6)


def test_a_forefoot_that_was_down_before_has_no_lowering() -> None:
    time_s = np.arange(0.0, 0.2, 0.01) - 0.05
    assert lowering(np.where(time_s > -0.04, 30.0, 0.0)) is None


def test_a_forefoot_that_is_not_down_yet_is_as_late_as_can_be_told() -> None:
    measured = lowering(np.linspace(0.0, 5.0, 20))
    assert measured is not None
    assert measured.after_s == pytest.approx(0.14)
    assert measured.rate_pct_s == pytest.approx(5.0 / 0.19)
    assert measured.rebound == 0.0


def test_two_signs_are_enough_only_against_a_known_usual() -> None:
    fast = Lowering(after_s=0.05, rate_pct_s=1000.0, rebound=0.0)
    assert signs_of(fast, None, PARAMS) == PARAMS.signs < PARAMS.strict_signs
    assert signs_of(fast, Lowering(0.07, 600.0, 0.0), PARAMS) == 0
    assert signs_of(fast, Lowering(0.11, 400.0, 0.0), PARAMS) == PARAMS.signs
    assert signs_of(Lowering(0.035, 2000.0, 0.5), None, PARAMS) == PARAMS.strict_signs


def test_what_is_usual_is_known_from_the_fifth_contact_on_and_followed_slowly_once_it_is_well_known() -> None:
    usual = _Usual(PARAMS)
    for n in range(1, 21):
        assert usual.wanted
        usual.learn(Lowering(0.1, 300.0, 0.0))
        assert (usual.lowering is None) == (n < 5)
    assert [usual.wanted for _ in range(12)].count(True) == 12 // 4


def slaps(recording: Recording, affected: str = "right") -> list[Event]:
    spec = InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
    sensors = {role: spec for role in recording.values if role.is_insole}
    engine = GaitEngine(Session("slaps", Wearer(affected_side=affected), {**sensors}))
    events = []
    for role in sensors:
        events += engine.push(Block(role, recording.time_s, recording.values[role], float(recording.time_s[-1]) + 0.01))
    return of_kind(events + engine.finish(), Kind.FOOT_SLAP)


def test_slaps_of_the_walker_are_found_at_their_contact_within_the_latency_budget() -> None:
    recording = walked("slap", 3.0, 41)
    events = slaps(recording)
    pairs = match([event.time_s for event in events], truth_s(recording, "foot_slap"))
    assert pairs.true > 70
    assert pairs.recall > 0.93
    assert pairs.precision > 0.99
    assert all(event.detected_at_s - event.time_s < 0.165 for event in events)
    assert all(20.0 < float(str(event.fields["slap_time_ms"])) < 60.0 for event in events)
    assert {event.side for event in events} == {Side.RIGHT}
    assert {event.confidence for event in events} == {0.9}


def test_a_mild_slap_is_told_beside_a_sound_foot_that_takes_its_time() -> None:
    """At 0.7 m/s a sound forefoot comes down after 120-150 ms; the weak one hardly harder than a fast walker's."""
    weak = PROFILES["slap"]
    foot = replace(weak.foot, slap_after_s=(0.03, 0.05), slap_bw=(0.1, 0.25))
    walker = Walker([Stand(4.0), Walk(90.0, replace(weak, foot=foot, speed_mps=0.7))], seed=46, chunk_s=4)
    recording = record(walker, 96.0, 100.0, (Role.LEFT_INSOLE, Role.RIGHT_INSOLE))
    events = slaps(recording)
    pairs = match([event.time_s for event in events], truth_s(recording, "foot_slap"))
    assert pairs.true > 40
    assert pairs.recall > 0.9
    assert pairs.precision > 0.98
    assert {event.confidence for event in events} == {0.7, 0.9}


def test_two_cells_do_not_tell_a_slap() -> None:
    cells = EIGHT_CELLS
    assert can_tell_slaps(InsoleSpec(100.0, LoadUnit.N, cells), PARAMS)
    assert not can_tell_slaps(InsoleSpec(100.0, LoadUnit.N, (cells[0], cells[-1])), PARAMS)


def test_without_a_sound_foot_slaps_are_found_too() -> None:
    recording = walked("slap", 3.0, 41)
    events = [event for event in slaps(recording, affected="both") if event.side is Side.RIGHT]
    assert match([event.time_s for event in events], truth_s(recording, "foot_slap")).recall > 0.93


def test_a_sound_foot_is_not_looked_at() -> None:
    assert not slaps(walked("slap", 3.0, 41), affected="left")


@pytest.mark.parametrize("profile", ["healthy", "healthy_fast", "healthy_slow", "foot_drop"])
def test_controlled_lowering_and_toe_first_contacts_are_no_slaps(profile: str) -> None:
    recording = walked(profile, 1.5, 42)
    events = slaps(recording, affected="both")
    pairs = match([event.time_s for event in events], [*truth_s(recording, "foot_slap")])
    assert len(pairs.errors_s) == pairs.found


def test_flat_contacts_are_no_slaps() -> None:
    recording = walked("shuffle", 2.0, 43)
    assert not slaps(recording, affected="both")


def test_at_50_hz_no_slap_is_claimed_and_that_is_said() -> None:
    recording = walked("slap", 1.0, 44, 0, 50.0)
    assert not slaps(recording)
    session = Session("slow", Wearer(), {Role.LEFT_INSOLE: InsoleSpec(50.0, LoadUnit.N, recording.cells)})
    assert any("slaps are not" in words for _, words in limits(session, QualityParams()))
