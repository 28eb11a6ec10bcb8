"""When a rest ends: not for an advertisement alone."""

import pytest

from hub.radio.rest import Rest, RestSettings

TIMES = RestSettings(quiet_looks_n=3, visit_first_s=30.0, visit_most_s=100.0, patience_doublings_n=2)
IDLE, WORN = b"idle", b"worn"


def look_in_vain(rest: Rest, times: int) -> None:
    for _ in range(times):
        rest.unheard()


def test_a_device_that_goes_on_advertising_is_not_woken_before_its_visit() -> None:
    rest = Rest(100.0, 0, TIMES)
    assert not any(rest.ends_with(IDLE, now_s) for now_s in range(100, 130))
    assert rest.ends_with(IDLE, 130.0)


@pytest.mark.parametrize(("in_vain_n", "after_s"), [(0, 30.0), (1, 60.0), (2, 100.0), (1000, 100.0)])
def test_visits_become_rarer_up_to_a_bound(in_vain_n: int, after_s: float) -> None:
    rest = Rest(0.0, in_vain_n, TIMES)
    assert not rest.ends_with(IDLE, after_s - 0.1)
    assert rest.ends_with(IDLE, after_s)


@pytest.mark.parametrize(("in_vain_n", "looks_n"), [(0, 3), (1, 6), (2, 12), (1000, 12)])
def test_a_device_that_was_quiet_and_is_heard_again_is_awake(in_vain_n: int, looks_n: int) -> None:
    rest = Rest(0.0, in_vain_n, TIMES)
    assert not rest.ends_with(IDLE, 1.0)
    look_in_vain(rest, looks_n - 1)
    assert not rest.ends_with(IDLE, 2.0), "it was only hard to hear"
    look_in_vain(rest, looks_n - 1)
    assert not rest.ends_with(IDLE, 3.0), "looks in vain count in a row"
    look_in_vain(rest, looks_n)
    assert rest.ends_with(IDLE, 4.0)


def test_a_device_that_says_something_new_is_visited_at_once() -> None:
    rest = Rest(0.0, 0, TIMES)
    assert not rest.ends_with(IDLE, 1.0)
    assert not rest.ends_with(IDLE, 2.0)
    assert rest.ends_with(WORN, 3.0)


def test_what_it_says_is_believed_no_more_once_that_was_in_vain() -> None:
    rest = Rest(0.0, 1, TIMES)
    assert not rest.ends_with(IDLE, 1.0)
    assert not rest.ends_with(WORN, 2.0)
