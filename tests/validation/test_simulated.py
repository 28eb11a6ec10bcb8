"""The engine on the simulated person, and the simulated recordings themselves."""

from pathlib import Path

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.recording.session_folder import read_session_folder, write_session_folder
from hub.recording.truth import WALK
from hub.validation.runner import RunOptions, compare, events_of
from hub.validation.score import Measure, Score, Tally
from hub.validation.simulated import Simulation, SimulationError, SimulationOptions, simulate, trip_outcomes
from sensors.layout import Role, Side


@pytest.fixture(scope="module")
def foot_drop() -> tuple[Simulation, list[Event], Score]:
    simulation = simulate(SimulationOptions("foot_drop", 10.0, seed=1, trips=10))
    events = events_of(simulation.folder, RunOptions())
    return simulation, events, compare(simulation.folder, events)


def recall(score: Score, measure: Measure) -> float:
    return score.tallies[measure].recall.value or 0.0


def precision(score: Score, measure: Measure) -> float:
    return score.tallies[measure].precision.value or 0.0


def test_toe_first_contacts_of_a_dropping_foot(foot_drop: tuple[Simulation, list[Event], Score]) -> None:
    score = foot_drop[2]
    assert score.tallies[Measure.TOE_FIRST].truth_n > 150
    assert recall(score, Measure.TOE_FIRST) >= 0.95
    assert precision(score, Measure.TOE_FIRST) >= 0.95


def test_toe_drags_of_a_dropping_foot(foot_drop: tuple[Simulation, list[Event], Score]) -> None:
    score = foot_drop[2]
    assert score.tallies[Measure.TOE_DRAG].truth_n > 60
    assert recall(score, Measure.TOE_DRAG) >= 0.85
    assert precision(score, Measure.TOE_DRAG) >= 0.85


def test_full_arrests_in_early_and_middle_swing_are_all_confirmed(
    foot_drop: tuple[Simulation, list[Event], Score],
) -> None:
    simulation, events, _ = foot_drop
    early = [outcome for outcome in trip_outcomes(simulation.truth, events) if outcome.swing_phase < 0.7]
    assert len(early) >= 7
    assert [outcome for outcome in early if outcome.confirmed_strategy is None] == []


def test_no_trip_is_confirmed_in_ordinary_walking() -> None:
    simulation = simulate(SimulationOptions("healthy", 10.0, seed=11))
    score = compare(simulation.folder, events_of(simulation.folder, RunOptions()))
    assert score.steps_n > 900
    assert score.tallies.get(Measure.TRIP, Tally()).false_n == 0
    assert recall(score, Measure.INITIAL_CONTACT) >= 0.99


def test_the_truth_of_a_simulation_is_judged_as_complete() -> None:
    simulation = simulate(SimulationOptions("healthy", 0.5, seed=2))
    assert not any(row.kind == "toe_drag" for row in simulation.folder.truth)
    at_s = next(row.time_s for row in simulation.folder.truth if row.kind == WALK) + 3.0
    drag = Event("d", Kind.TOE_DRAG, Side.LEFT, at_s, at_s, 1.0)
    assert compare(simulation.folder, [drag]).tallies[Measure.TOE_DRAG].false_n == 1


def test_a_written_simulation_reads_back_with_every_bit(tmp_path: Path) -> None:
    simulation = simulate(SimulationOptions("foot_drop", 0.5, seed=2, affected_side=Side.LEFT, both_shins=True))
    write_session_folder(tmp_path / "s", simulation.folder)
    again = read_session_folder(tmp_path / "s")
    assert again.truth == simulation.folder.truth
    assert set(again.streams) == set(Role)
    assert again.session == simulation.folder.session
    for role, stream in simulation.folder.streams.items():
        assert np.array_equal(again.streams[role].time_s, stream.time_s)
        assert np.array_equal(again.streams[role].values, stream.values)


def test_the_same_seed_gives_the_same_walk_and_another_seed_another() -> None:
    one, same, other = (simulate(SimulationOptions("steppage", 0.5, seed)) for seed in (4, 4, 5))
    assert one.truth == same.truth
    assert one.truth != other.truth


@pytest.mark.parametrize(
    "options",
    [
        SimulationOptions("moonwalk"),
        SimulationOptions("healthy", minutes=-1.0),
        SimulationOptions("healthy", 1.0, trips=100),
        SimulationOptions("healthy", 1.0, speed_mps=90.0),
        SimulationOptions("healthy", 1.0, rate_hz=0.0),
        SimulationOptions("healthy", 1.0, affected_side=Side.BOTH),
    ],
)
def test_a_simulation_that_cannot_be_says_why(options: SimulationOptions) -> None:
    with pytest.raises(SimulationError):
        simulate(options)
