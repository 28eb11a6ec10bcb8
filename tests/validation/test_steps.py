"""Step measures against those of the true contacts, on strides whose times are known by hand."""

import pytest

from hub.events import Event, Kind, Value
from hub.validation.matching import Window
from hub.validation.steps import step_errors
from sensors.layout import Side

L, R = Side.LEFT, Side.RIGHT
INITIAL = {L: [1.0, 2.0, 3.0], R: [0.5, 1.5, 2.5]}
FINAL = {L: [1.6, 2.6], R: [1.1, 2.1]}
WINDOW = Window.around(0.05)


def step(side: Side, time_s: float, **fields: Value) -> Event:
    return Event(f"{side}{time_s}", Kind.STEP, side, time_s, time_s + 0.1, 1.0, fields)


def test_a_right_step_has_no_error() -> None:
    fields = {
        "stride_time_s": 1.0,
        "stance_time_s": 0.6,
        "swing_time_s": 0.4,
        "step_time_s": 0.5,
        "single_support_s": 0.4,
        "double_support_s": 0.2,
    }
    errors = step_errors(INITIAL, FINAL, [step(L, 2.0, **fields)], WINDOW)
    assert errors == {name: (pytest.approx(0.0),) for name in fields}


def test_errors_are_measured_minus_true_and_unknown_measures_are_left_out() -> None:
    errors = step_errors(INITIAL, FINAL, [step(R, 2.52, stance_time_s=0.65, swing_time_s=None)], WINDOW)
    assert errors == {"stance_time_s": (pytest.approx(0.05),)}


def test_steps_that_pair_with_no_true_stride_are_not_measured() -> None:
    fields = {"stride_time_s": 1.0}
    assert step_errors(INITIAL, FINAL, [step(L, 2.2, **fields), step(L, 1.0, **fields)], WINDOW) == {}
    far = {L: [1.0, 9.0], R: []}
    assert step_errors(far, {L: [1.6], R: []}, [step(L, 9.0, **fields)], WINDOW) == {}


def test_a_stride_with_a_contact_left_out_of_the_reference_is_not_measured() -> None:
    without_lift = {L: [2.6], R: FINAL[R]}
    assert step_errors(INITIAL, without_lift, [step(L, 2.0, stride_time_s=1.0)], WINDOW) == {}
