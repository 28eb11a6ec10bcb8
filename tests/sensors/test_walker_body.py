"""The walker as a body: repeatable, the same in any portions, and in bounded memory."""

import itertools
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.emulation import Body
from sensors.layout import Cell, Region, Role, Side, region_at
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    InsoleParams,
    Person,
    Segment,
    Sit,
    Stand,
    Trip,
    Walk,
    Walker,
    demo_script,
    evaluation_script,
    record,
    render_session,
)

PERFECT = InsoleParams()


def short_script() -> Iterator[Segment]:
    yield Stand(2.0)
    yield Walk(14.0, PROFILES["foot_drop"], (Trip(7.0, 0.4),))
    yield Sit(6.0)


def test_it_is_a_body() -> None:
    body: Body = Walker(short_script())
    forces = body.cell_forces_n(Side.LEFT, EIGHT_CELLS, np.array([0.0, 0.1]))
    force, rate = body.shank(Side.LEFT, np.array([0.0, 0.1]))
    assert (forces.shape, force.shape, rate.shape) == ((2, 8), (2, 3), (2, 3))


def test_one_seed_gives_one_person_and_another_seed_another() -> None:
    first, again, other = (render_session("foot_drop", 0.5, seed, trips=0) for seed in (7, 7, 8))
    assert first.truth == again.truth
    assert first.truth != other.truth
    for role, values in first.values.items():
        assert np.array_equal(values, again.values[role])
        assert not np.array_equal(values, other.values[role])


@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.floats(0.01, 9.0), max_size=12), insole_first=st.booleans())
def test_portions_and_order_of_asking_do_not_matter(cuts: list[float], insole_first: bool) -> None:
    time_s = np.arange(0.0, 9.5, 0.01)
    whole = Walker(short_script(), seed=4)
    forces = whole.cell_forces_n(Side.RIGHT, EIGHT_CELLS, time_s)
    shank = np.hstack(whole.shank(Side.RIGHT, time_s))
    pieces = Walker(short_script(), seed=4)
    at = [0, *np.unique(np.searchsorted(time_s, np.cumsum(cuts))).tolist(), time_s.size]
    for begin, end in itertools.pairwise(at):
        portion = time_s[begin:end]
        asked = [
            lambda portion=portion: pieces.cell_forces_n(Side.RIGHT, EIGHT_CELLS, portion),
            lambda portion=portion: np.hstack(pieces.shank(Side.RIGHT, portion)),
        ]
        wanted = [forces[begin:end], shank[begin:end]]
        for index in (0, 1) if insole_first else (1, 0):
            assert np.array_equal(asked[index](), wanted[index])


def test_chunks_of_any_length_show_the_same_walk() -> None:
    time_s = np.arange(0.0, 9.5, 0.01)
    short, long = (Walker(short_script(), seed=4, chunk_s=chunk_s) for chunk_s in (1, 4))
    cells = [walker.cell_forces_n(Side.LEFT, EIGHT_CELLS, time_s) for walker in (short, long)]
    shanks = [np.hstack(walker.shank(Side.LEFT, time_s)) for walker in (short, long)]
    assert np.abs(cells[0] - cells[1]).max() < 0.1
    assert np.abs(shanks[0] - shanks[1]).max() < 0.05
    assert np.ptp(cells[0][:, 0]) > 50.0


def test_rates_show_the_same_walk() -> None:
    slow, fast = (render_session("foot_drop", 0.5, 3, rate_hz=rate_hz) for rate_hz in (50.0, 200.0))
    assert slow.truth == fast.truth
    for role, values in slow.values.items():
        assert np.allclose(values, fast.values[role][::4], atol=1e-9)


def test_start_time_shifts_everything() -> None:
    time_s = np.arange(0.0, 12.0, 0.02)
    now, later = Walker(short_script(), seed=2), Walker(short_script(), seed=2, start_s=1000.0)
    shifted = later.cell_forces_n(Side.LEFT, EIGHT_CELLS, time_s + 1000.0)
    assert np.allclose(now.cell_forces_n(Side.LEFT, EIGHT_CELLS, time_s), shifted, atol=1e-6)
    known, moved = now.truth_before(12.0), later.truth_before(1012.0)
    assert [event.kind for event in known] == [event.kind for event in moved]
    assert [event.time_s + 1000.0 for event in known] == pytest.approx([event.time_s for event in moved])
    standing = later.cell_forces_n(Side.LEFT, EIGHT_CELLS, np.array([1012.0]))
    assert standing.shape == (1, 8)


def test_before_the_start_the_person_stands() -> None:
    walker = Walker(short_script(), start_s=50.0, seed=1)
    force, rate = walker.shank(Side.LEFT, np.array([0.0, 10.0, 49.0]))
    assert np.linalg.norm(force, axis=1) == pytest.approx([9.8] * 3, abs=0.5)
    assert np.abs(rate).max() < 5.0


def test_what_is_long_past_is_refused_not_invented() -> None:
    walker = Walker(demo_script())
    walker.shank(Side.LEFT, np.array([100.0]))
    with pytest.raises(ValueError, match="ascending"):
        walker.shank(Side.LEFT, np.array([10.0]))


def test_an_endless_demo_stays_small() -> None:
    walker = Walker(demo_script(), seed=1)
    sizes = []
    tracemalloc.start()
    for minute in range(4):
        for second in range(60):
            time_s = 60.0 * minute + second + np.arange(50) / 50.0
            for side in (Side.LEFT, Side.RIGHT):
                walker.cell_forces_n(side, EIGHT_CELLS, time_s)
            walker.shank(Side.RIGHT, time_s)
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[-1] < sizes[0] + 1e6


def test_the_demo_shows_everything_early() -> None:
    walker = Walker(demo_script(), seed=1)
    truth = walker.truth_before(240.0)
    first = {kind: next(e.time_s for e in truth if e.kind == kind) for kind in ("toe_first", "toe_drag", "trip")}
    assert first["toe_first"] < 15.0
    assert first["toe_drag"] < 40.0
    assert 20.0 < first["trip"] < 40.0
    trips = [event.time_s for event in truth if event.kind == "trip"]
    assert 2 <= len(trips) <= 5
    assert min(event.time_s for event in truth if event.kind == "final_contact") > 3.0


@pytest.mark.parametrize("cells_n", [1, 3, 4, 6, 16])
def test_any_layout_carries_the_whole_force(cells_n: int) -> None:
    cells = tuple(Cell(0.5, y, region_at(y)) for y in np.linspace(0.08, 0.92, cells_n))
    time_s = np.arange(0.0, 15.0, 0.01)
    few, usual = (
        Walker(short_script(), seed=5, insole=PERFECT).cell_forces_n(Side.RIGHT, layout, time_s)
        for layout in (cells, EIGHT_CELLS)
    )
    assert few.sum(axis=1) == pytest.approx(usual.sum(axis=1), abs=1e-6)


def test_an_insole_without_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one cell"):
        Walker(short_script()).cell_forces_n(Side.LEFT, (), np.array([0.0]))


def test_a_recording_cut_in_a_walk_ends_its_truth_there() -> None:
    walker = Walker([Stand(2.0), Walk(60.0, PROFILES["healthy"])], seed=1)
    truth = record(walker, 20.0, 100.0, [Role.LEFT_INSOLE]).truth
    (walk,) = [event for event in truth if event.kind == "walk"]
    assert walk.time_s + float(walk.value) == pytest.approx(20.0)
    assert max(event.time_s for event in truth) < 20.0


def test_intervals_cover_the_recording_in_order() -> None:
    truth = render_session("foot_drop", 6.0, 2, trips=4, roles=[Role.LEFT_INSOLE]).truth
    spans = [(e.time_s, e.time_s + float(e.value), e.kind) for e in truth if e.kind in {"walk", "not_walking"}]
    assert all(end <= begin + 1e-9 for (_, end, _), (begin, _, _) in itertools.pairwise(spans))
    assert {kind for _, _, kind in spans[::2]} == {"not_walking"}
    walked_s = sum(end - begin for begin, end, kind in spans if kind == "walk")
    assert walked_s > 0.85 * 360.0
    contacts = [e for e in truth if e.kind in {"initial_contact", "final_contact"}]
    walks = [(begin, end) for begin, end, kind in spans if kind == "walk"]
    assert all(any(begin <= e.time_s <= end for begin, end in walks) for e in contacts)


def test_wrong_wishes_are_named() -> None:
    with pytest.raises(ValueError, match="unknown profile 'limp'"):
        render_session("limp", 1.0, 1)
    with pytest.raises(ValueError, match="trips do not fit"):
        render_session("foot_drop", 2.0, 1, trips=50)
    with pytest.raises(ValueError, match="speed 9"):
        render_session("healthy", 1.0, 1, speed_mps=9.0)
    with pytest.raises(ValueError, match="rate 3"):
        render_session("healthy", 1.0, 1, rate_hz=3.0)
    with pytest.raises(ValueError, match="severity 2"):
        render_session("foot_drop", 1.0, 1, severity=2.0)
    with pytest.raises(ValueError, match="affected_side"):
        Person(affected_side=Side.BOTH)
    with pytest.raises(ValueError, match="swing_phase"):
        Trip(10.0, 1.5)


def test_trips_come_as_ordered() -> None:
    truth = render_session("foot_drop", 10.0, 1, trips=20, roles=[Role.LEFT_INSOLE]).truth
    trips = [event for event in truth if event.kind == "trip"]
    assert len(trips) == 20
    assert {event.value for event in trips} == {"elevating", "lowering", "delayed"}
    phases = np.array([event.swing_phase for event in trips], dtype=float)
    assert (phases < 0.33).sum() >= 4
    assert ((phases > 0.33) & (phases < 0.7)).sum() >= 6
    assert (phases > 0.7).sum() >= 2
    assert np.diff([event.time_s for event in trips]).min() > 8.0


def test_a_script_of_healthy_walking_has_nothing_wrong_in_it() -> None:
    walker = Walker(evaluation_script(PROFILES["healthy"], 5.0, seed=1))
    kinds = {event.kind for event in walker.truth_before(300.0)}
    assert kinds == {"initial_contact", "strike_index", "final_contact", "walk", "not_walking", "walking", "standing"}


def test_regions_without_cells_hand_their_load_to_their_neighbours() -> None:
    time_s = np.arange(0.0, 3.0, 0.1)
    only = (Cell(0.5, 0.1, Region.HEEL), Cell(0.5, 0.7, Region.FOREFOOT))
    forces = Walker([Stand(10.0)], seed=1, insole=PERFECT).cell_forces_n(Side.LEFT, only, time_s)
    share = forces[:, 0] / forces.sum(axis=1)
    assert share.mean() == pytest.approx(0.60 + 0.08 * (0.70 - 0.42) / 0.60, abs=0.05)


@pytest.mark.parametrize("trips", [True, False])
def test_the_demo_trips_only_where_it_is_to(trips: bool) -> None:
    segments = itertools.islice(demo_script(trips=trips), 60)
    assert any(isinstance(segment, Walk) and segment.trips for segment in segments) is trips
