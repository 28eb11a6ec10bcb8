"""When a zone of the foot takes a contact's load."""

import numpy as np
import pytest

from hub.gait.detectors.strike import lets_go, onset_s
from hub.gait.signals.loadscale import COLUMNS, FORE, LoadScale, LoadScaleParams
from hub.session import Floats

CONTACT_S = 0.1
TIME_S = np.arange(0.0, 0.181, 0.01)
SCALE = LoadScale.make((0.0,) * COLUMNS, 1000.0, (0.0,) * COLUMNS, LoadScaleParams(), learnt=True, least_load=100.0)
"""A zone counts from 30 on."""


def loaded(*stretches_s: tuple[float, float], inside: float = 0.0) -> Floats:
    """100 in each stretch of time, on top of what the shoe presses."""
    load = np.full(TIME_S.size, inside)
    for start_s, end_s in stretches_s:
        load[(start_s - 1e-9 < TIME_S) & (end_s + 1e-9 > TIME_S)] += 100.0
    return load


def onset(load: Floats) -> float | None:
    return onset_s(TIME_S.tolist(), load.tolist(), CONTACT_S, SCALE, FORE)


@pytest.mark.parametrize("inside", [0.0, 60.0])
def test_load_that_stays_began_where_it_rose_through_its_level(inside: float) -> None:
    assert onset(loaded((0.12, 0.18), inside=inside)) == pytest.approx(0.113)
    assert onset(loaded((0.07, 0.18), inside=inside)) == pytest.approx(0.063)


@pytest.mark.parametrize(("until_s", "gone"), [(0.13, True), (0.15, False)])
@pytest.mark.parametrize("inside", [0.0, 60.0])
def test_a_forefoot_that_a_landing_heel_presses_in_its_shoe_is_let_go_again(
    inside: float, until_s: float, gone: bool
) -> None:
    load = loaded((0.10, until_s), inside=inside)
    onset_at_s = onset(load)
    assert onset_at_s is not None
    assert lets_go(TIME_S.tolist(), load.tolist(), CONTACT_S, (onset_at_s, onset_at_s + 0.05), SCALE) is gone


def test_a_forefoot_that_stays_as_long_as_is_seen_is_not_let_go() -> None:
    load = loaded((0.16, 0.18))
    assert not lets_go(TIME_S.tolist(), load.tolist(), CONTACT_S, (0.153, 0.203), SCALE)


def test_what_was_over_before_the_contact_is_none_of_it() -> None:
    assert onset(loaded((0.0, 0.03))) is None
    assert onset(loaded((0.0, 0.03), (0.13, 0.18))) == pytest.approx(0.123)


def test_what_has_just_begun_when_the_window_ends_counts() -> None:
    assert onset(loaded((0.17, 0.18))) == pytest.approx(0.163)
    assert onset(loaded()) is None
