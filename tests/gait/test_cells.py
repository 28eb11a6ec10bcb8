"""Cells that are stuck: named, and without say."""

from dataclasses import replace

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait.signals.cells import CellParams, CellWatch
from hub.session import Floats
from sensors.layout import Role, Side
from sensors.walker.session import Recording
from tests.gait.walked import events_of, match, of_kind, truth_s, walked

INSOLE = Role.RIGHT_INSOLE
STUCK_S = 20.0


@pytest.fixture(scope="module")
def recording() -> Recording:
    return walked("foot_drop", 1.5, 7)


def stuck(recording: Recording, cell: int, load_n: float) -> list[Event]:
    values = recording.values[INSOLE].copy()
    values[recording.time_s >= STUCK_S, cell] = load_n
    return events_of(replace(recording, values={**recording.values, INSOLE: values}), INSOLE, Role.LEFT_INSOLE)


def named(events: list[Event]) -> list[Event]:
    return of_kind(events, Kind.QUALITY, issue="cell_stuck")


@pytest.mark.parametrize(("cell", "load_n"), [(0, 30.0), (3, 250.0)])
def test_a_stuck_cell_is_named_and_then_contacts_are_as_before(recording: Recording, cell: int, load_n: float) -> None:
    events = stuck(recording, cell, load_n)
    (event,) = named(events)
    assert event.side is Side.RIGHT
    assert f"cell {cell + 1} " in str(event.fields["reason"])
    assert event.time_s == pytest.approx(STUCK_S + 2.5, abs=2.5)
    assert event.detected_at_s < STUCK_S + 30.0
    for kind in (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT):
        found = [e.time_s for e in of_kind(events, kind) if e.side is Side.RIGHT and e.time_s > STUCK_S + 30.0]
        result = match(found, [at_s for at_s in truth_s(recording, kind) if at_s > STUCK_S + 30.0])
        assert result.true > 20
        assert min(result.recall, result.precision) >= 0.95


def test_cells_that_are_unloaded_are_not_stuck(recording: Recording) -> None:
    assert named(stuck(recording, 5, 0.0)) == []
    assert named(events_of(recording)) == []


def look(watch: CellWatch, cells: list[float], from_s: float, seconds: int) -> list[float]:
    """Found stuck while the second cell alone changes, looked at every 2 s: at which times."""
    found = []
    for at_s in range(0, seconds, 2):
        row: Floats = np.array([cells[0], at_s % 4 * 50.0])
        found += [mark.known_at_s for mark in watch.look(from_s + at_s, row, 500.0)]
    return found


def test_it_takes_twenty_seconds_and_is_told_once_until_the_cell_moves() -> None:
    watch = CellWatch(Side.LEFT, 2, 0.0, CellParams())
    assert look(watch, [200.0], 0.0, 20) == []
    assert look(watch, [200.0], 20.0, 30) == [20.0]
    assert watch.stuck_load == 200.0
    assert look(watch, [0.0], 50.0, 60) == []
    assert watch.stuck_load == 0.0
    assert look(watch, [90.0], 110.0, 30) == [130.0]
