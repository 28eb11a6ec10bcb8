"""The second opinion on strikes, against a walker whose strikes are known."""

from dataclasses import replace

import pytest

from hub.events import Event, Kind
from hub.recording.session_folder import SessionFolder
from hub.recording.truth import WALK
from hub.validation.runner import RunOptions, events_of
from hub.validation.score import Proportion
from hub.validation.simulated import SimulationOptions, simulate
from hub.validation.strike_reading import Reading, agreement, read_strikes

FLAT_BAND_S = 0.02


@pytest.fixture(scope="module")
def folder() -> SessionFolder:
    return simulate(SimulationOptions("foot_drop", 1.0, 3)).folder


@pytest.fixture(scope="module")
def events(folder: SessionFolder) -> list[Event]:
    return [event for event in events_of(folder, RunOptions()) if event.kind is Kind.INITIAL_CONTACT]


def test_readings_are_the_strikes_that_were(folder: SessionFolder, events: list[Event]) -> None:
    readings = read_strikes(folder, events)
    assert len(readings) == sum(event.fields["strike"] != "unknown" for event in events)
    strikes = [(t.time_s, t.value) for t in folder.truth if t.kind == Kind.INITIAL_CONTACT]
    clear = [reading for reading in readings if reading.order(FLAT_BAND_S) in {"heel", "toe"}]
    assert len(clear) > 50
    right = 0
    for reading in clear:
        _, strike = min(strikes, key=lambda each: abs(each[0] - reading.time_s))
        right += strike == reading.order(FLAT_BAND_S)
    assert right >= 0.97 * len(clear)


def test_agreement_counts_what_was_told_otherwise(folder: SessionFolder, events: list[Event]) -> None:
    told = agreement(read_strikes(folder, events))
    assert told.k >= 0.97 * told.n > 50
    other = {"heel": "toe", "toe": "heel"}
    wrong = [
        replace(event, fields={**event.fields, "strike": other.get(str(event.fields["strike"]), "flat")})
        for event in events
    ]
    assert agreement(read_strikes(folder, wrong)).k <= told.n - told.k


def test_a_reading_that_another_sensor_refutes_is_not_asked() -> None:
    toe_first = Reading(1.0, 1.1, 1.0, 0.01, "heel")
    assert agreement([toe_first], FLAT_BAND_S) == Proportion(0, 1)
    assert agreement([replace(toe_first, known="toe")], FLAT_BAND_S) == Proportion(0, 1)
    for strike in ("heel", "toe"):  # whatever was told
        assert agreement([replace(toe_first, known="heel", strike=strike)], FLAT_BAND_S) == Proportion(0, 0)


def test_only_a_checked_truth_refutes_and_only_walks_are_read(folder: SessionFolder, events: list[Event]) -> None:
    heels = tuple(replace(row, value="heel") if row.kind == Kind.INITIAL_CONTACT else row for row in folder.truth)
    told_heel = replace(folder, truth=heels)
    assert {reading.known for reading in read_strikes(told_heel, events)} == {""}
    assert {reading.known for reading in read_strikes(told_heel, events, checked=True)} == {"heel"}
    first_s = min(row.time_s for row in folder.truth if row.kind == WALK)
    short = [replace(row, value="10.0") if row.kind == WALK else row for row in folder.truth]
    times_s = [reading.time_s for reading in read_strikes(replace(folder, truth=tuple(short)), events)]
    assert times_s
    assert max(times_s) <= first_s + 10.1
