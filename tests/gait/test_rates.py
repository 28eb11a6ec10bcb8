"""The same walk at other rates, unevenly sampled, and with samples missing: the same contacts."""

from dataclasses import replace

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait import GaitEngine
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker.session import Recording
from tests.gait.walked import events_of, match, of_kind, truth_s, walked

SLOWEST_SAMPLE_S = 0.02
INSOLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)
KINDS = (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT)


def times_s(events: list[Event], kind: Kind) -> list[float]:
    return [event.time_s for event in of_kind(events, kind) if event.side is Side.RIGHT]


def assert_as_true(events: list[Event], recording: Recording, within_s: float = SLOWEST_SAMPLE_S) -> None:
    for kind in KINDS:
        result = match(times_s(events, kind), truth_s(recording, kind), within_s)
        assert result.true > 30
        assert result.recall >= 0.97
        assert result.precision >= 0.97


@pytest.mark.parametrize("profile", ["healthy", "foot_drop"])
@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
def test_insoles_date_contacts_within_a_slow_sample_at_any_rate(profile: str, rate_hz: float) -> None:
    recording = walked(profile, 1.0, 9, rate_hz=rate_hz)
    assert_as_true(events_of(recording, *INSOLES), recording)


def test_a_shin_alone_dates_initial_contacts_alike_at_any_rate() -> None:
    medians_s = []
    for rate_hz in (50.0, 100.0, 200.0):
        recording = walked("healthy", 1.0, 9, rate_hz=rate_hz)
        found = times_s(events_of(recording, Role.RIGHT_SHIN), Kind.INITIAL_CONTACT)
        result = match(found, truth_s(recording, "initial_contact"))
        assert min(result.recall, result.precision) >= 0.95
        medians_s.append(float(np.median(result.errors_s)))
    assert max(medians_s) - min(medians_s) <= SLOWEST_SAMPLE_S


def replayed(recording: Recording, keep: dict[Role, np.ndarray]) -> list[Event]:
    """Events of the samples kept of each sensor."""
    sensors: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(100.0, LoadUnit.N, recording.cells) if role.is_insole else ShinSpec(100.0) for role in keep
    }
    engine = GaitEngine(Session("uneven", Wearer(affected_side="right"), sensors))
    blocks = [Block(role, recording.time_s[kept], recording.values[role][kept], np.inf) for role, kept in keep.items()]
    return [event for block in blocks for event in engine.push(block)] + engine.finish()


def test_uneven_sampling_makes_no_difference() -> None:
    recording = walked("foot_drop", 1.0, 9, rate_hz=200.0)
    rng = np.random.default_rng(2)
    keep = {role: rng.random(len(recording.time_s)) < 0.5 for role in recording.values}
    assert_as_true(replayed(recording, keep), recording)


def test_gaps_cost_their_own_contacts_and_no_others() -> None:
    recording = walked("foot_drop", 1.0, 9)
    gaps_s = [(at_s, at_s + long_s) for at_s, long_s in ((15.2, 0.05), (22.7, 0.15), (31.1, 0.25), (40.6, 0.6))]
    lost = np.zeros(len(recording.time_s), dtype=bool)
    for start_s, end_s in gaps_s:
        lost |= (recording.time_s > start_s) & (recording.time_s < end_s)
    events = replayed(recording, dict.fromkeys(recording.values, ~lost))

    def clear(at_s: float) -> bool:
        return not any(start_s - 0.6 < at_s < end_s + 0.9 for start_s, end_s in gaps_s)

    truth = tuple(event for event in recording.truth if clear(event.time_s))
    assert_as_true([event for event in events if clear(event.time_s)], replace(recording, truth=truth))
