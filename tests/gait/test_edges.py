"""When load began and ended, on edges whose true ends are known."""

import numpy as np
import pytest

from hub.gait.detectors.fusion import FusionParams
from hub.gait.signals.edges import EdgeParams, began_s, ended_s, last_crossing, rose_s, unburdened_s
from hub.gait.signals.loadscale import COLUMNS, LoadScale, LoadScaleParams, ScaleLearner
from hub.session import Floats, InsoleSpec
from sensors.layout import Cell, LoadUnit
from sensors.walker.session import EIGHT_CELLS

PEAK = 500.0


def scale(unrest: float = 0.0, *, sparse: bool = False) -> LoadScale:
    zero = (0.0,) * COLUMNS
    return LoadScale.make(
        zero, PEAK, (unrest,) * COLUMNS, LoadScaleParams(), learnt=True, least_load=0.0, sparse=sparse
    )


def times(rate_hz: float) -> Floats:
    return np.arange(round(rate_hz)) / rate_hz


def ended(time_s: Floats, total: Floats, holds: LoadScale) -> float:
    light_s = last_crossing(time_s, total, holds.on, rising=False)
    assert light_s is not None
    return ended_s(time_s, total, light_s, holds, EdgeParams())


def began(time_s: Floats, total: Floats, holds: LoadScale) -> float:
    crossed_s = last_crossing(time_s[: int(total.argmax())], total, holds.contact, rising=True)
    assert crossed_s is not None
    return began_s(time_s, total, crossed_s, holds, EdgeParams())


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
@pytest.mark.parametrize("newtons_per_s", [2500.0, 4000.0, 8000.0])
def test_straight_edges_are_dated_where_they_meet_zero(rate_hz: float, newtons_per_s: float) -> None:
    time_s = times(rate_hz)
    for shift_s in (0.0, 0.003, 0.007):
        up = np.clip((time_s - 0.2 - shift_s) * newtons_per_s, 0.0, PEAK)
        assert began(time_s, up, scale()) == pytest.approx(0.2 + shift_s, abs=0.5 / rate_hz)
        down = np.clip((0.8 + shift_s - time_s) * newtons_per_s, 0.0, PEAK)
        assert ended(time_s, down, scale()) == pytest.approx(0.8 + shift_s, abs=0.5 / rate_hz)


def test_a_hesitant_rise_is_not_drawn_on() -> None:
    time_s = times(100.0)
    total = np.where(time_s > 0.2, 40.0, 0.0) + np.clip((time_s - 0.4) * 5000.0, 0.0, PEAK)
    assert began(time_s, total, scale()) == pytest.approx(0.206, abs=0.001)


def test_a_rise_begins_after_the_last_dip_deeper_than_noise() -> None:
    time_s = times(100.0)
    dragging = 60.0 + 20.0 * np.sin(2 * np.pi * 8.0 * time_s)
    steady = np.clip((time_s - 0.1) * 600.0, 0.0, PEAK) + np.where(np.arange(len(time_s)) % 2, 4.0, 0.0)
    for lightly, begins_s in ((dragging, 0.343), (steady, 0.1)):
        total = np.maximum(lightly, np.clip((time_s - 0.36) * 5000.0, 0.0, PEAK))[:44]
        assert rose_s(time_s[:44], total, scale(), EdgeParams()) == pytest.approx(begins_s, abs=0.011)


def test_toes_that_linger_on_the_ground_have_not_left_it() -> None:
    time_s = times(100.0)
    total = np.maximum(np.clip((0.6 - time_s) * 5000.0, 0.0, PEAK), np.where(time_s < 0.7, 40.0, 0.0))
    assert ended(time_s, total, scale()) == pytest.approx(0.695, abs=0.006)


def fading(time_s: Floats) -> Floats:
    return np.where(time_s < 0.5, PEAK, PEAK * np.exp(-(time_s - 0.5) / 0.1))


@pytest.mark.parametrize("share", [0.6, 1.0])
def test_under_two_cells_the_foot_has_left_at_a_fifth_of_what_the_stance_bore(share: float) -> None:
    time_s = times(100.0)
    left_s = ended(time_s, share * fading(time_s), scale(0.01 * PEAK, sparse=True))
    assert left_s == pytest.approx(0.5 + 0.1 * np.log(5.0), abs=0.002)


@pytest.mark.parametrize(("cells", "sparse"), [(EIGHT_CELLS, False), (EIGHT_CELLS[::7], True)])
def test_two_cells_are_too_sparse_to_be_trusted_alone(cells: tuple[Cell, ...], sparse: bool) -> None:
    scale_of = ScaleLearner(InsoleSpec(100.0, LoadUnit.N, cells), None, LoadScaleParams()).scale
    assert scale_of.sparse is sparse
    assert scale_of.sure is not sparse


def test_a_foot_that_is_dragged_along_is_left_where_its_weight_was_gone() -> None:
    time_s = times(100.0)
    total = np.maximum(np.clip((0.6 - time_s) * 4000.0, 0.0, PEAK), 60.0)
    left_s = unburdened_s(time_s, total, scale(), FusionParams().fall_pct)
    assert left_s == pytest.approx(0.6, abs=0.002)


def test_a_dragged_foot_s_load_is_drawn_on_from_the_fifth_of_the_peak_above_the_level() -> None:
    """From 500 N: fast to 250, a fifth of the peak above the level of 150; slower to 200; slower still to 100."""
    time_s = np.arange(0.0, 1.0, 0.001)
    total = np.interp(time_s, [0.0, 0.1, 0.2, 0.5, 1.0], [500.0, 250.0, 200.0, 100.0, 100.0])
    level_s = 0.35
    fell_s = unburdened_s(time_s, total, scale(), FusionParams().fall_pct)
    assert fell_s == pytest.approx(level_s + (level_s - 0.1) * 150.0 / 100.0, abs=0.003)
