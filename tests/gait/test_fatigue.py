"""The course of a measure within a walk."""

import numpy as np
import pytest

from hub.gait.detectors.fatigue import FatigueParams, course_of

PARAMS = FatigueParams()
BINS_A_MINUTE = 3


def course(minutes: float, onset_min: float, per_min: float, *, noise: float, seed: int = 1) -> list[float | None]:
    time_min = np.arange(round(minutes * BINS_A_MINUTE)) / BINS_A_MINUTE
    values = 20.0 + per_min * np.maximum(time_min - onset_min, 0.0)
    return list((values + noise * np.random.default_rng(seed).standard_normal(len(values))).tolist())


@pytest.mark.parametrize("seed", range(5))
def test_the_minute_at_which_it_begins_is_found(seed: int) -> None:
    found = course_of(course(12.0, 6.0, 5.0, noise=2.0, seed=seed), PARAMS)
    assert found is not None
    assert found.onset_min == pytest.approx(6.0, abs=1.5)
    assert found.first == pytest.approx(20.0, abs=4.0)
    assert found.last == pytest.approx(48.0, abs=4.0)
    assert found.per_min > 1.0


def test_a_fall_from_the_first_minute_on_is_found_too() -> None:
    found = course_of(course(10.0, 0.0, -2.0, noise=1.0), PARAMS)
    assert found is not None
    assert found.per_min == pytest.approx(-2.0, abs=0.3)
    assert found.onset_min is not None
    assert found.onset_min <= 1.5


def test_a_change_smaller_than_what_the_parts_scatter_by_is_none() -> None:
    """Over an hour it would be beyond chance."""
    found = [course_of(course(60.0, 0.0, 1.5 / 60.0, noise=1.0, seed=seed), PARAMS) for seed in range(40)]
    assert sum(each is not None and each.onset_min is not None for each in found) <= 4
    found = [course_of(course(60.0, 0.0, 3.5 / 60.0, noise=1.0, seed=seed), PARAMS) for seed in range(40)]
    assert sum(each is not None and each.onset_min is not None for each in found) >= 36


def test_steady_courses_have_no_onset() -> None:
    found = [course_of(course(12.0, 0.0, 0.0, noise=3.0, seed=seed), PARAMS) for seed in range(300)]
    assert sum(each is not None and each.onset_min is not None for each in found) <= 3


def test_a_perfectly_steady_course_has_none_either() -> None:
    found = course_of([0.0] * 30, PARAMS)
    assert found is not None
    assert (found.first, found.last, found.per_min, found.onset_min) == (0.0, 0.0, 0.0, None)


def test_a_short_walk_has_no_course_and_a_middling_one_no_onset() -> None:
    assert course_of(course(2.0, 0.0, 5.0, noise=0.1), PARAMS) is None
    middling = course_of(course(3.5, 1.0, 10.0, noise=0.1), PARAMS)
    assert middling is not None
    assert middling.onset_min is None


def test_parts_with_too_few_strides_are_left_out() -> None:
    values = course(10.0, 5.0, 4.0, noise=0.5)
    values[3] = values[20] = None
    found = course_of(values, PARAMS)
    assert found is not None
    assert found.onset_min == pytest.approx(5.0, abs=1.0)
