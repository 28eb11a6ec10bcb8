"""One leg, two sensors: each contact is reported once, by whichever can tell it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait import GaitEngine
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker.session import Recording
from tests.gait.walked import SHIN, events_of, match, of_kind, truth_s, walked

INSOLE = Role.RIGHT_INSOLE
HIDDEN_S = (25.0, 40.0)
BOTH = (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT)


@cache
def recording() -> Recording:
    return walked("foot_drop", 1.0, 7)


def changed(values: Floats, role: Role = INSOLE) -> Recording:
    return replace(recording(), values={**recording().values, role: values})


def during(times_s: list[float], span_s: tuple[float, float] = HIDDEN_S) -> list[float]:
    return [at_s for at_s in times_s if span_s[0] <= at_s <= span_s[1]]


def right(events: list[Event], kind: Kind) -> list[float]:
    return [event.time_s for event in of_kind(events, kind) if event.side is Side.RIGHT]


def assert_walked_on(events: list[Event], span_s: tuple[float, float]) -> None:
    """Contacts go on as true ones do, wherever they come from; the walker lifts its feet 0.1 s after its shank says."""
    for kind, within_s in zip(BOTH, (0.05, 0.15), strict=True):
        result = match(during(right(events, kind), span_s), during(truth_s(recording(), kind), span_s), within_s)
        assert result.true > 5
        assert result.recall >= 0.9
        assert result.precision >= 0.9


def test_a_leg_whose_insole_falls_silent_goes_on_by_its_shin_and_back() -> None:
    sensors = {
        role: InsoleSpec(100.0, LoadUnit.N, recording().cells) if role.is_insole else ShinSpec(100.0)
        for role in recording().values
    }
    engine = GaitEngine(Session("silent", Wearer(affected_side="right"), sensors))
    time_s = recording().time_s
    events: list[Event] = []
    for role, values in recording().values.items():
        keep = (role is not INSOLE) | (time_s < HIDDEN_S[0]) | (time_s > HIDDEN_S[1])
        events += engine.push(Block(role, time_s[keep], values[keep], np.inf))
    assert_walked_on(events, HIDDEN_S)
    strikes = [(e.time_s, e.fields["strike"]) for e in of_kind(events, Kind.INITIAL_CONTACT) if e.side is Side.RIGHT]
    assert {strike for at_s, strike in strikes if HIDDEN_S[0] + 1.5 < at_s < HIDDEN_S[1]} == {"unknown"}
    assert "unknown" not in {strike for at_s, strike in strikes if at_s > HIDDEN_S[1] + 3.0}


@pytest.mark.parametrize("stuck_at_n", [0.0, 40.0, 600.0])
def test_a_stuck_insole_makes_no_contacts_and_the_shin_stands_in(stuck_at_n: float) -> None:
    stuck = recording().values[INSOLE].copy()
    stuck[(recording().time_s >= HIDDEN_S[0])] = stuck_at_n / stuck.shape[1]
    assert_walked_on(events_of(changed(stuck)), (HIDDEN_S[0] + 2.0, 55.0))
    alone = right(events_of(changed(stuck), INSOLE, Role.LEFT_INSOLE), Kind.INITIAL_CONTACT)
    assert during(alone, (0.0, HIDDEN_S[0]))
    assert not during(alone, (HIDDEN_S[0] + 0.5, 60.0))


def test_a_foot_dragged_along_still_makes_steps_and_they_are_unclear() -> None:
    dragged = recording().values[INSOLE].copy()
    hidden = (recording().time_s >= HIDDEN_S[0]) & (recording().time_s <= HIDDEN_S[1])
    dragged[hidden, 4] = np.maximum(dragged[hidden, 4], 90.0)
    events = events_of(changed(dragged))
    assert_walked_on(events, (HIDDEN_S[0] + 0.5, HIDDEN_S[1] - 0.5))
    unclear = [event for event in of_kind(events, Kind.FINAL_CONTACT) if event.fields["unclear"]]
    assert unclear  # until what never leaves is taken for the zero
    assert all(HIDDEN_S[0] < event.time_s < HIDDEN_S[1] for event in unclear)
    assert {event.side for event in unclear} == {Side.RIGHT}
    assert max(event.confidence for event in unclear) <= 0.5


def test_most_swings_dragged() -> None:
    dragged = walked("drag_along", 2.0, 5)
    events = events_of(dragged)
    for kind in BOTH:
        result = match(right(events, kind), truth_s(dragged, kind))
        assert min(result.recall, result.precision) >= 0.88


def test_two_cells_wait_for_the_shank_and_both_make_one_contact() -> None:
    whole = recording().values[INSOLE]
    cells = (recording().cells[0], recording().cells[6])
    two = np.stack((whole[:, :2].sum(axis=1), whole[:, 3:].sum(axis=1)), axis=1)
    coarse = replace(recording(), cells=cells, values={INSOLE: two, SHIN: recording().values[SHIN]})
    events = events_of(coarse)
    for kind in BOTH:
        times_s = right(events, kind)
        assert np.diff(times_s).min() > 0.4
        assert match(times_s, truth_s(recording(), kind), 0.1).recall >= 0.97
    alone = events_of(coarse, INSOLE)
    assert match(right(alone, Kind.INITIAL_CONTACT), truth_s(recording(), "initial_contact")).recall >= 0.97


def test_a_shin_changes_nothing_where_the_insole_sees_all() -> None:
    with_shin = events_of(walked("healthy", 1.0, 9))
    without = events_of(walked("healthy", 1.0, 9), INSOLE, Role.LEFT_INSOLE)
    for kind in BOTH:
        assert right(with_shin, kind) == right(without, kind)
