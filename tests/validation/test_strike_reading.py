"""The second opinion on strikes, against a walker whose strikes are known."""

from dataclasses import replace

import pytest

from hub.events import Event, Kind
from hub.recording.session_folder import SessionFolder
from hub.validation.runner import RunOptions, events_of
from hub.validation.simulated import SimulationOptions, simulate
from hub.validation.strike_reading import agreement, read_strikes

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
