"""The insole stream: zero and scale of the wearer's own, and the moments at which the foot takes and loses load."""

from collections.abc import Callable

import numpy as np
import pytest

from hub.gait.calibration import InsoleCalibration
from hub.gait.history import History
from hub.gait.signals.insole import InsoleParams, InsoleStream, Loaded, Touched, Unloaded, Untouched
from hub.gait.signals.loadscale import COLUMNS, TOTAL, LoadScaleParams, ScaleLearner
from hub.gait.timeline import Mark, Timeline
from hub.session import Floats, InsoleSpec
from sensors.layout import LoadUnit, Side
from tests.gait.conftest import CELLS, make_walk

RATE_HZ = 100.0


def new_stream(unit: LoadUnit = LoadUnit.N, rate_hz: float = RATE_HZ) -> InsoleStream:
    spec, history = InsoleSpec(rate_hz, unit, CELLS), History(Timeline(1), COLUMNS)
    return InsoleStream(
        Side.LEFT, spec, history, calibration=None, params=InsoleParams(), scale_params=LoadScaleParams()
    )


def load(strides: int, shape: Callable[[Floats], tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """``strides`` of 1.2 s: ``shape`` gives the heel's and the forefoot's load over the seconds of a stride."""
    time_s = np.arange(int(strides * 1.2 * RATE_HZ)) / RATE_HZ
    heel, fore = shape(time_s % 1.2)
    values = np.zeros((len(time_s), len(CELLS)))
    values[:, 0], values[:, 2] = heel, fore
    return time_s, values


def usual(in_stride_s: Floats) -> tuple[Floats, Floats]:
    """Contact at 0.40 s with 10 kN/s, off the ground at 1.15 s; 500 N in between."""
    bearing = np.clip((in_stride_s - 0.40) * 10_000, 0, 500) * (in_stride_s < 1.15)
    return bearing * (in_stride_s < 0.8), bearing * (in_stride_s >= 0.8)


def marks_of(marks: list[Mark], kind: type) -> list[Mark]:
    return [mark for mark in marks if isinstance(mark, kind)]


def test_contacts_are_dated_between_samples_where_load_begins() -> None:
    marks = new_stream().push(*load(8, usual))
    assert len(marks_of(marks, Loaded)) == 8
    for stride, mark in list(enumerate(marks_of(marks, Loaded)))[3:]:
        assert mark.time_s - 1.2 * stride == pytest.approx(0.40, abs=0.001)
        assert 0 < mark.known_at_s - mark.time_s <= 0.04
    for stride, mark in enumerate(marks_of(marks, Unloaded)[1:]):
        assert mark.time_s - 1.2 * stride == pytest.approx(1.15, abs=0.01)
        assert mark.known_at_s - mark.time_s <= 0.04


def every_third(in_stride_s: Floats) -> Floats:
    """1 in every third stride."""
    return (np.cumsum(np.diff(in_stride_s, prepend=0.0) < 0) % 3 == 2).astype(float)


def test_a_light_touch_of_the_forefoot_is_no_contact() -> None:
    def dragging(in_stride_s: Floats) -> tuple[Floats, Floats]:
        heel, fore = usual(in_stride_s)
        return heel, fore + 80.0 * every_third(in_stride_s) * ((in_stride_s > 0.1) & (in_stride_s < 0.3))

    marks = new_stream().push(*load(12, dragging))
    assert len(marks_of(marks, Loaded)) == 12
    assert [mark.highest for mark in marks_of(marks, Untouched)] == pytest.approx([80.0] * 4, abs=10.0)
    assert all(abs(mark.time_s % 1.2 - 0.4) < 0.01 for mark in marks_of(marks, Loaded))


def test_a_drag_that_runs_into_the_contact_does_not_become_its_begin() -> None:
    def dragging(in_stride_s: Floats) -> tuple[Floats, Floats]:
        _, fore = usual(in_stride_s)
        bearing = np.clip((in_stride_s - 0.40) * 10_000, 0, 500) * (in_stride_s < 1.15)
        drag = 60.0 * every_third(in_stride_s) * ((in_stride_s > 0.15) & (in_stride_s < 1.15))
        return 0.0 * fore, np.maximum(bearing, drag)

    marks = marks_of(new_stream().push(*load(12, dragging)), Loaded)[3:]
    assert all(mark.time_s % 1.2 == pytest.approx(0.41, abs=0.015) for mark in marks)
    assert all(mark.touched_s % 1.2 == pytest.approx(0.16, abs=0.015) for mark in marks[2::3])


def test_a_hesitant_heel_is_the_contacts_begin() -> None:
    def hesitant(in_stride_s: Floats) -> tuple[Floats, Floats]:
        heel, fore = usual(in_stride_s)
        return np.maximum(heel, 60.0 * ((in_stride_s > 0.15) & (in_stride_s < 0.8))), fore

    marks = marks_of(new_stream().push(*load(8, hesitant)), Loaded)
    assert all(mark.time_s % 1.2 == pytest.approx(0.155, abs=0.015) for mark in marks)


def test_a_forefoot_that_takes_its_load_slowly_has_landed_when_it_began_to() -> None:
    def reluctant(in_stride_s: Floats) -> tuple[Floats, Floats]:
        fore = np.clip((in_stride_s - 0.40) * 600, 0, 500) * (in_stride_s < 1.15)  # 5 % after 40 ms, weight after 250
        return 0.0 * fore, fore

    marks = marks_of(new_stream().push(*load(8, reluctant)), Loaded)[3:]
    assert all(mark.time_s % 1.2 == pytest.approx(0.44, abs=0.01) for mark in marks)


def test_zero_follows_drift_but_not_drags() -> None:
    stream = new_stream(LoadUnit.COUNTS)
    time_s, values = load(80, usual)
    stream.push(time_s, values + (300.0 + 0.05 * time_s)[:, None])
    assert stream.calibration is not None
    assert stream.calibration.zero[TOTAL] == pytest.approx(4 * (300.0 + 0.05 * 80.0), abs=6.0)

    def dragging_in_half(in_stride_s: Floats) -> tuple[Floats, Floats]:
        heel, fore = usual(in_stride_s)
        every_second = np.repeat(np.arange(80) % 2, 120)[: len(fore)]
        return heel, fore + 60.0 * every_second * (in_stride_s < 0.4)

    stream = new_stream()
    stream.push(*load(80, dragging_in_half))
    assert stream.calibration is not None
    assert stream.calibration.zero[TOTAL] == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize(("off_n", "doubted"), [(120.0, False), (-120.0, False), (190.0, True), (-190.0, True)])
def test_a_fitted_zero_is_doubted_from_15_pct_of_the_peak_on(off_n: float, doubted: bool) -> None:
    learner = ScaleLearner(
        InsoleSpec(RATE_HZ, LoadUnit.COUNTS, CELLS),
        InsoleCalibration((0.0,) * COLUMNS, 1000.0, ()),
        LoadScaleParams(),
        fitted_zero=(0.0,) * COLUMNS,
    )
    unloaded = np.array([off_n, 0.0, 0.0, 0.0])
    for _ in range(4):
        learner.stance(1000.0 + off_n)
        learner.swing(unloaded, unloaded)
    assert (learner.doubt() is not None) is doubted


def test_a_zero_that_jumps_is_found_again() -> None:
    time_s, values = load(40, usual)
    for jump in (100.0, -100.0):
        stream = new_stream(LoadUnit.COUNTS)
        marks = stream.push(time_s, values + 300.0 + 0.25 * jump * (time_s > 20.0)[:, None])
        assert len([mark for mark in marks_of(marks, Loaded) if mark.time_s > 30.0]) == 15
        assert stream.calibration is not None
        assert stream.calibration.zero[TOTAL] == pytest.approx(1200.0 + jump, abs=5.0)


def test_the_first_lift_of_an_uncalibrated_insole_is_told_when_its_swing_has_shown_the_zero() -> None:
    walk = make_walk(unit=LoadUnit.COUNTS, offset=300.0)
    time_s, values = next(iter(walk.streams.values()))
    marks = new_stream(LoadUnit.COUNTS).push(time_s, values)
    lifts, loads = marks_of(marks, Unloaded), marks_of(marks, Loaded)
    assert lifts[0].known_at_s == loads[0].known_at_s
    assert lifts[0].time_s == pytest.approx(walk.lifts[Side.LEFT][0], abs=0.06)
    assert loads[0].time_s == pytest.approx(walk.contacts[Side.LEFT][0], abs=0.02)


def test_a_glitch_does_not_spoil_the_scale() -> None:
    time_s, values = load(30, usual)
    for glitch in (0.0, 60_000.0):
        spoilt = values + 300.0
        spoilt[[70, 85, 500, 777]] = glitch
        stream = new_stream(LoadUnit.COUNTS)
        marks = stream.push(time_s, spoilt)
        late = [mark for mark in marks_of(marks, Loaded) if mark.time_s > 12.0]
        assert len(late) == 20
        assert stream.calibration is not None
        assert stream.calibration.peak_load == pytest.approx(500.0, rel=0.05)


def test_after_a_silence_the_foot_is_not_taken_for_lifted() -> None:
    stream = new_stream()
    time_s, values = load(8, usual)
    before = time_s < 5.0
    stream.push(time_s[before], values[before])
    stream.restart()
    airborne = (time_s > 6.1) & (time_s < 6.39)
    marks = stream.push(time_s[airborne], values[airborne])
    assert [mark.seen for mark in marks_of(marks, Unloaded)] == [False]
    assert not marks_of(marks, Touched)
