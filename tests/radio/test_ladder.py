"""What is tried when a link or the adapter fails: in order, seldom, and nothing under a link that stands."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.radio.causes import Cause
from hub.radio.ladder import (
    ADAPTER_LADDER,
    HOUR_S,
    LINK_LADDER,
    PER_HOUR,
    AdapterLadder,
    AdapterSigns,
    Failure,
    LinkLadder,
    Rung,
    Symptom,
)

ALL = frozenset(Rung)
WELL = AdapterSigns(link_stands=False, fails=False, cause=None, deaf_s=0.0)
OFF = AdapterSigns(link_stands=False, fails=True, cause=Cause.OFF, deaf_s=0.0)
BUSY = AdapterSigns(link_stands=False, fails=True, cause=Cause.BUSY, deaf_s=0.0)


def climbed(ladder: AdapterLadder, signs: AdapterSigns, seconds: int, start_s: float = 0.0) -> list[tuple[int, Rung]]:
    """(seconds since the start, rung) of what is tried while the signs last."""
    tried = [(second, ladder.rung(signs, start_s + second)) for second in range(seconds)]
    return [(second, rung) for second, rung in tried if rung is not None]


@pytest.mark.parametrize("failure", Failure)
def test_a_link_climbs_its_ladder_and_begins_anew_after_data(failure: Failure) -> None:
    ladder = LinkLadder()
    rungs = LINK_LADDER[failure]
    for _ in range(2):
        assert tuple(ladder.rung(failure, 0.0) for _ in rungs) == rungs
        assert ladder.rung(failure, 0.0) is rungs[-1]
        ladder.succeeded()


def test_failures_of_all_kinds_count_in_a_row() -> None:
    ladder = LinkLadder()
    ladder.rung(Failure.DROPPED, 0.0)
    assert ladder.rung(Failure.SILENT, 1.0) is Rung.RECONNECT, "subscribing again is for the first failure"
    assert ladder.rung(Failure.UNREACHED, 2.0) is Rung.FORGET


@given(st.lists(st.tuples(st.sampled_from(Failure), st.floats(0, 600), st.booleans()), max_size=300))
def test_no_rung_of_a_link_is_tried_more_than_its_cap_in_any_hour(steps: list[tuple[Failure, float, bool]]) -> None:
    ladder, now_s, tried = LinkLadder(), 0.0, list[tuple[float, Rung]]()
    for failure, later_s, data in steps:
        now_s += later_s
        tried.append((now_s, ladder.rung(failure, now_s)))
        if data:
            ladder.succeeded()
    for since_s, _ in tried:
        counts = Counter(rung for at_s, rung in tried if since_s <= at_s < since_s + HOUR_S)
        assert all(n <= PER_HOUR[rung] for rung, n in counts.items() if rung in PER_HOUR)


def test_an_adapter_that_refuses_is_cycled_then_reset_then_given_up() -> None:
    tried = climbed(AdapterLadder(ALL), BUSY, 1000)
    assert tried[0] == (30, Rung.POWER_CYCLE)
    assert next(second for second, rung in tried if rung is Rung.USB_RESET) == 120
    assert tried[-1] == (900, Rung.EXIT)
    assert Counter(rung for _, rung in tried) == {Rung.POWER_CYCLE: 4, Rung.USB_RESET: 2, Rung.EXIT: 1}


def test_a_reset_is_given_time_before_anything_lower_is_tried() -> None:
    tried = climbed(AdapterLadder(ALL), BUSY, 300)
    assert tried[3:5] == [(120, Rung.USB_RESET), (150, Rung.POWER_CYCLE)]


def test_what_cannot_be_done_here_is_left_out() -> None:
    tried = climbed(AdapterLadder(ALL - {Rung.USB_RESET}), BUSY, 1000)
    assert {rung for _, rung in tried} == {Rung.POWER_CYCLE, Rung.EXIT}


def test_an_adapter_that_is_off_is_switched_on_at_once_and_again() -> None:
    ladder = AdapterLadder(ALL)
    assert climbed(ladder, OFF, 30) == [(second, Rung.POWER_ON) for second in range(2, 30, 2)]
    ladder.rung(WELL, 30.0)
    assert climbed(ladder, OFF, 5, start_s=4000.0)[0] == (2, Rung.POWER_ON)


def test_a_quiet_house_costs_a_power_cycle_now_and_then_and_never_a_restart() -> None:
    ladder, tried = AdapterLadder(ALL), Counter[Rung]()
    for second in range(5 * 3600):
        signs = AdapterSigns(link_stands=False, fails=False, cause=None, deaf_s=float(second % 1800))
        if rung := ladder.rung(signs, float(second)):
            tried[rung] += 1
    assert tried[Rung.POWER_CYCLE] <= 4 * 5
    assert tried[Rung.EXIT] == 0


def test_nothing_is_tried_against_what_no_reset_can_mend() -> None:
    beyond = (
        Cause.NO_BUS,
        Cause.NO_SERVICE,
        Cause.MASKED,
        Cause.NO_ADAPTER,
        Cause.NOT_THIS_ADAPTER,
        Cause.NO_CENTRAL,
        Cause.BLOCKED,
        Cause.SWITCHED_OFF,
        Cause.DENIED,
    )
    for cause in beyond:
        assert climbed(AdapterLadder(ALL), AdapterSigns(False, True, cause, 0.0), 4000) == []


def test_an_hour_of_trouble_that_ends_now_and_then_ends_in_no_restart() -> None:
    ladder = AdapterLadder(ALL)
    for start in range(0, 7200, 600):
        tried = climbed(ladder, BUSY, 599, start_s=float(start))
        assert Rung.EXIT not in {rung for _, rung in tried}
        ladder.rung(WELL, start + 599.5)


signs = st.builds(
    AdapterSigns,
    link_stands=st.booleans(),
    fails=st.booleans(),
    cause=st.none() | st.sampled_from(Cause),
    deaf_s=st.just(0.0) | st.floats(0, 5000),
)


@settings(deadline=None)
@given(st.lists(st.tuples(signs, st.integers(1, 300)), max_size=40))
def test_nothing_is_reset_under_a_link_and_no_cap_is_passed(story: list[tuple[AdapterSigns, int]]) -> None:
    ladder, now_s, tried = AdapterLadder(ALL), 0.0, list[tuple[float, Rung]]()
    for seen, seconds in story:
        for _ in range(0, seconds, 5):
            now_s += 5
            rung = ladder.rung(seen, now_s)
            if rung is not None:
                assert not seen.link_stands
                tried.append((now_s, rung))
    for since_s, _ in tried:
        counts = Counter(rung for at_s, rung in tried if since_s <= at_s < since_s + HOUR_S)
        assert all(n <= PER_HOUR[rung] for rung, n in counts.items())


def test_every_symptom_has_a_ladder_that_rises() -> None:
    assert set(ADAPTER_LADDER) == set(Symptom)
    for steps in ADAPTER_LADDER.values():
        order = [list(Rung).index(step.rung) for step in steps]
        assert order == sorted(order)
        waits_s = [step.after_s for step in steps]
        assert waits_s == sorted(waits_s)
