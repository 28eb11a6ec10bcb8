"""Pairing: compared with a search over every possible pairing."""

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.validation.matching import Window, match

MS = st.integers(0, 300).map(lambda ms: ms / 1000)
TIMES = st.lists(MS, max_size=7).map(sorted)
WINDOWS = st.tuples(st.integers(0, 80), st.integers(0, 80)).map(lambda ab: Window(ab[0] / 1000, ab[1] / 1000))


def best_possible(truth: list[float], found: list[float], window: Window) -> tuple[int, float]:
    """Most pairs and their smallest total distance, crossing pairings included."""

    @cache
    def search(i: int, used: int) -> tuple[int, float]:
        if i == len(truth):
            return 0, 0.0
        options = [search(i + 1, used)]
        for j, time_s in enumerate(found):
            if not used >> j & 1 and window.holds(time_s - truth[i]):
                n, closeness = search(i + 1, used | 1 << j)
                options.append((n + 1, closeness - abs(time_s - truth[i])))
        return max(options)

    n, closeness = search(0, 0)
    return n, -closeness


@given(TIMES, TIMES, WINDOWS)
def test_no_pairing_is_better(truth: list[float], found: list[float], window: Window) -> None:
    pairs = match(truth, found, window)
    n, distance = best_possible(truth, found, window)
    assert len(pairs) == n
    assert sum(abs(found[j] - truth[i]) for i, j in pairs) == pytest.approx(distance, abs=1e-9)


@given(TIMES, TIMES, WINDOWS)
def test_pairs_are_one_to_one_ascending_and_within_the_window(
    truth: list[float], found: list[float], window: Window
) -> None:
    pairs = match(truth, found, window)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))
    assert all(window.holds(found[j] - truth[i]) for i, j in pairs)


@given(TIMES, TIMES, st.integers(0, 80))
def test_exchanging_truth_and_detections_changes_no_count(truth: list[float], found: list[float], ms: int) -> None:
    window = Window.around(ms / 1000)
    assert len(match(truth, found, window)) == len(match(found, truth, window))


@given(st.lists(st.integers(0, 60), max_size=30, unique=True), st.integers(-49, 49))
def test_a_shift_within_the_tolerance_loses_nothing_and_beyond_it_everything(slots: list[int], shift_ms: int) -> None:
    truth = [0.2 * slot for slot in sorted(slots)]
    window = Window.around(0.05)
    assert len(match(truth, [time_s + shift_ms / 1000 for time_s in truth], window)) == len(truth)
    assert match(truth, [time_s + 0.051 for time_s in truth], window) == []


def test_nearest_first_would_lose_a_pair() -> None:
    assert match([1.00, 1.04], [1.03, 1.08], Window.around(0.05)) == [(0, 0), (1, 1)]


def test_a_detection_is_not_used_twice() -> None:
    assert match([1.00, 1.02], [1.015], Window.around(0.05)) == [(1, 0)]


def test_the_edge_of_the_window_belongs_to_it() -> None:
    assert match([1.0], [1.05], Window.around(0.05)) == [(0, 0)]


def test_a_long_chain_of_near_times_stays_optimal() -> None:
    truth = [0.03 * n for n in range(400)]
    found = [time_s + 0.01 for time_s in truth[1:]]
    assert match(truth, found, Window.around(0.05)) == [(n + 1, n) for n in range(399)]
