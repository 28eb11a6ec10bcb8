"""Load of one stance, on curves whose measures are known by hand."""

import numpy as np
import pytest

from hub.gait.history import History
from hub.gait.signals.loadscale import COLUMNS, MOMENT, TOTAL, LoadScale, LoadScaleParams
from hub.gait.signals.stance import Stance, StanceParams, measure_stance
from hub.gait.timeline import Timeline
from hub.session import Floats

ZERO, PEAK, STANCE_S = 50.0, 800.0, 0.8
SCALE = LoadScale.make((ZERO,) * COLUMNS, PEAK, (0.0,) * COLUMNS, LoadScaleParams(), learnt=True, least_load=0.0)


def stance(knots_s: list[float], loads: list[float], *, rate_hz: float = 200.0, path: Floats | None = None) -> Stance:
    """A stance whose load runs straight between knots; its centre of pressure from heel to toe, or along ``path``."""
    time_s = np.arange(0.0, STANCE_S, 1.0 / rate_hz)
    load = np.interp(time_s, knots_s, loads)
    columns = np.full((COLUMNS, len(time_s)), ZERO)
    columns[TOTAL] += load
    columns[MOMENT] += load * (time_s / STANCE_S if path is None else np.interp(time_s, [0.0, 0.8], path))
    timeline = Timeline(1)
    timeline.now_s = float(time_s[-1])
    history = History(timeline, COLUMNS)
    history.append(time_s, columns)
    measured = measure_stance(history, SCALE, 0.0, STANCE_S, StanceParams())
    assert measured is not None
    return measured


def test_two_humps_give_rate_ratio_and_peak() -> None:
    found = stance([0.0, 0.2, 0.4, 0.6, 0.8], [0.0, 800.0, 500.0, 600.0, 0.0])
    assert found.peak_load_pct == pytest.approx(100.0)
    assert found.loading_rate == pytest.approx(100.0 / 0.2)
    assert found.push_off_ratio == pytest.approx(0.75)


def test_the_rate_is_that_of_the_steep_middle_of_the_rise() -> None:
    found = stance([0.0, 0.10, 0.14, 0.24, 0.4, 0.6, 0.8], [0.0, 160.0, 640.0, 800.0, 500.0, 800.0, 0.0])
    assert found.loading_rate == pytest.approx(60.0 / 0.04, rel=0.02)


def test_one_hump_has_no_push_off() -> None:
    found = stance([0.0, 0.4, 0.8], [0.0, 800.0, 0.0])
    assert found.push_off_ratio is None
    assert found.loading_rate == pytest.approx(100.0 / 0.4, rel=0.02)


def test_a_load_that_is_there_at_once_has_no_rate() -> None:
    assert stance([0.0, 0.8], [800.0, 700.0]).loading_rate is None


def test_the_gait_line_runs_from_heel_to_toe_and_may_go_back() -> None:
    knots = [0.0, 0.2, 0.4, 0.6, 0.8], [0.0, 800.0, 500.0, 600.0, 0.0]
    found = stance(*knots)
    assert (found.start_pct, found.end_pct) == (pytest.approx(5.0, abs=3.0), pytest.approx(95.0, abs=4.0))
    assert found.backward_pct == 0.0
    back = stance(*knots, path=np.array([0.9, 0.1]))
    assert back.backward_pct == pytest.approx(80.0 * 0.27, abs=4.0)


def test_a_stance_without_load_is_none() -> None:
    timeline = Timeline(1)
    timeline.now_s = 0.8
    history = History(timeline, COLUMNS)
    history.append(np.arange(0.0, 0.8, 0.01), np.full((COLUMNS, 80), ZERO))
    assert measure_stance(history, SCALE, 0.0, STANCE_S, StanceParams()) is None
