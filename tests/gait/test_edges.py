"""When load began and ended, on edges whose true ends are known."""

import numpy as np
import pytest

from hub.gait.signals.edges import EdgeParams, began_s, ended_s, last_crossing, unburdened_s
from hub.gait.signals.loadscale import COLUMNS, LoadScale, LoadScaleParams, ScaleLearner
from hub.session import Floats, InsoleSpec
from sensors.layout import Cell, LoadUnit
from sensors.walker.session import EIGHT_CELLS

PEAK = 500.0


def scale(unrest: float = 0.0, *, slow: bool = False) -> LoadScale:
    zero = (0.0,) * COLUMNS
    return LoadScale.make(zero, PEAK, (unrest,) * COLUMNS, LoadScaleParams(), learnt=True, least_load=0.0, slow=slow)


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


def test_toes_that_linger_on_the_ground_have_not_left_it() -> None:
    time_s = times(100.0)
    total = np.maximum(np.clip((0.6 - time_s) * 5000.0, 0.0, PEAK), np.where(time_s < 0.7, 40.0, 0.0))
    assert ended(time_s, total, scale()) == pytest.approx(0.695, abs=0.006)


def fading(time_s: Floats) -> Floats:
    return np.where(time_s < 0.5, PEAK, PEAK * np.exp(-(time_s - 0.5) / 0.1))


def test_a_shoe_that_lets_go_slowly_is_left_at_a_fifth_of_the_load() -> None:
    time_s = times(100.0)
    left_s = ended(time_s, fading(time_s), scale(0.02 * PEAK, slow=True))
    assert left_s == pytest.approx(0.5 + 0.1 * np.log(5.0), abs=0.002)


@pytest.mark.parametrize(("cells", "slow"), [(EIGHT_CELLS, False), (EIGHT_CELLS[::7], True)])
def test_only_two_cells_that_are_restless_let_go_slowly(cells: tuple[Cell, ...], slow: bool) -> None:
    learner = ScaleLearner(InsoleSpec(100.0, LoadUnit.N, cells), None, LoadScaleParams())
    assert not learner.scale.slow
    quiet, loud = np.zeros(COLUMNS), np.full(COLUMNS, 0.03 * PEAK)
    for _ in range(4):
        learner.stance(PEAK)
        learner.swing(quiet, loud)
    assert learner.scale.slow is slow
    assert learner.scale.sure is not slow


def test_a_foot_that_is_dragged_along_is_left_where_its_weight_was_gone() -> None:
    time_s = times(100.0)
    total = np.maximum(np.clip((0.6 - time_s) * 4000.0, 0.0, PEAK), 60.0)
    left_s = unburdened_s(time_s, total, scale(), EdgeParams())
    assert left_s == pytest.approx(0.6, abs=0.002)
