"""Places where raw cells contradict the truth that was made from them."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hub.events import Kind
from hub.recording.session_folder import SessionFolder, Stream
from hub.recording.truth import WALK, Truth
from hub.validation.reference import doubts_of
from hub.validation.simulated import SimulationOptions, simulate
from sensors.layout import Role, Side

SAME_CELLS = Path("gaitpdb/GaCo01_01")


@pytest.fixture(scope="module")
def folder() -> SessionFolder:
    """A walker whose truth is exact."""
    return simulate(SimulationOptions("healthy", 0.5, 3)).folder


def left(folder: SessionFolder, kind: Kind) -> list[float]:
    return sorted(row.time_s for row in folder.truth if row.kind == kind and row.side is Side.LEFT)


def with_load(folder: SessionFolder, start_s: float, end_s: float, factor: float) -> SessionFolder:
    """The left insole's load times ``factor`` for a while."""
    stream = folder.streams[Role.LEFT_INSOLE]
    values = stream.values.copy()
    values[slice(*stream.time_s.searchsorted([start_s, end_s]))] *= factor
    return replace(folder, streams={**folder.streams, Role.LEFT_INSOLE: Stream(stream.time_s, values)})


def stance(folder: SessionFolder) -> tuple[float, float]:
    """A left stance in the middle of the walk."""
    finals_s = left(folder, Kind.FINAL_CONTACT)
    start_s = left(folder, Kind.INITIAL_CONTACT)[8]
    return start_s, min(at_s for at_s in finals_s if at_s > start_s)


def test_an_exact_truth_is_not_doubted(folder: SessionFolder) -> None:
    assert doubts_of(SAME_CELLS, folder) == []


def test_a_foot_that_is_empty_amid_a_stance_was_lifted_whatever_the_truth_says(folder: SessionFolder) -> None:
    start_s, end_s = stance(folder)
    middle_s = (start_s + end_s) / 2
    (doubt,) = doubts_of(SAME_CELLS, with_load(folder, middle_s, middle_s + 0.1, 0.0))
    assert doubt.side is Side.LEFT
    assert (doubt.start_s, doubt.end_s) == pytest.approx((middle_s, middle_s + 0.09), abs=0.011)


def test_two_cells_that_are_empty_are_no_lift(folder: SessionFolder) -> None:
    start_s, end_s = stance(folder)
    middle_s = (start_s + end_s) / 2
    empty = with_load(folder, middle_s, middle_s + 0.1, 0.0)
    streams = {role: Stream(each.time_s, each.values[:, [0, -1]]) for role, each in empty.streams.items()}
    assert doubts_of(SAME_CELLS, replace(empty, streams=streams)) == []


@pytest.mark.parametrize(("after_s", "lasts_s", "factor"), [(0.25, 0.03, 0.0), (0.25, 0.1, 0.5), (0.05, 0.1, 0.0)])
def test_nor_brief_dips_nor_light_ones_nor_those_of_a_landing_are_lifts(
    folder: SessionFolder, after_s: float, lasts_s: float, factor: float
) -> None:
    start_s, _ = stance(folder)
    assert doubts_of(SAME_CELLS, with_load(folder, start_s + after_s, start_s + after_s + lasts_s, factor)) == []


def test_standing_between_walks_is_not_looked_at(folder: SessionFolder) -> None:
    start_s, end_s = stance(folder)
    walks = [Truth(0.0, Side.BOTH, WALK, f"{start_s - 0.5}"), Truth(end_s + 0.5, Side.BOTH, WALK, "5.0")]
    kept = [row for row in folder.truth if row.kind != WALK]
    middle_s = (start_s + end_s) / 2
    apart = replace(folder, truth=(*kept, *walks))
    assert doubts_of(SAME_CELLS, with_load(apart, middle_s, middle_s + 0.1, 0.0)) == []


def test_a_final_contact_at_which_the_load_stays_is_none(folder: SessionFolder) -> None:
    start_s, end_s = stance(folder)
    early_s = (start_s + end_s) / 2
    moved = [replace(row, time_s=early_s) if row.time_s == end_s else row for row in folder.truth]
    (doubt,) = doubts_of(SAME_CELLS, replace(folder, truth=tuple(moved)))
    landed_s = min(at_s for at_s in left(folder, Kind.INITIAL_CONTACT) if at_s > end_s)
    assert doubt.start_s == early_s
    assert end_s < doubt.end_s < landed_s


def test_a_truth_that_was_not_made_from_the_insoles_is_not_doubted(folder: SessionFolder) -> None:
    start_s, end_s = stance(folder)
    middle_s = (start_s + end_s) / 2
    assert doubts_of(Path("home/monday"), with_load(folder, middle_s, middle_s + 0.1, 0.0)) == []


def test_a_foot_without_contacts_has_nothing_to_doubt(folder: SessionFolder) -> None:
    assert doubts_of(SAME_CELLS, replace(folder, truth=())) == []


def test_stances_are_what_lies_between_contacts(folder: SessionFolder) -> None:
    """What the tests above stand on: contacts of the walker alternate."""
    rows = sorted((row.time_s, row.kind) for row in folder.truth if row.side is Side.LEFT and "contact" in row.kind)
    assert all(one != two for (_, one), (_, two) in pairwise(rows))
    assert len(rows) > 40
    assert np.median(np.diff(left(folder, Kind.INITIAL_CONTACT))) < 1.5
