"""Aids against each other: the reference, what chance alone gives, and when nothing can be said."""

from datetime import date, timedelta

import numpy as np
import pytest

from hub.events import Value
from hub.history.aids import AidedWalk, Compared, compare, detectable_difference, student_t

FIRST = date(2026, 1, 1)


def walk(day: int, aids: str, duration_s: float = 60.0, **fields: Value) -> AidedWalk:
    return AidedWalk(FIRST + timedelta(days=day), aids, {"duration_s": duration_s, **fields})


def of(walks: list[AidedWalk], aids: str, measure: str) -> Compared:
    return next(one for each in compare(walks) if each.aids == aids for one in each.measures if one.measure == measure)


def test_walking_with_nothing_is_the_reference_and_days_weigh_walks_by_their_length() -> None:
    walks = [
        walk(0, "brace", toe_first_pct=10.0),
        walk(1, "none", 60.0, toe_first_pct=50.0),
        walk(1, "none", 180.0, toe_first_pct=10.0),
        walk(2, "none", toe_first_pct=30.0),
        walk(3, "none", toe_first_pct=None),
    ]
    none, brace = compare(walks)
    assert (none.aids, none.is_reference, none.walks_n, none.days_n) == ("none", True, 4, 3)
    assert (brace.aids, brace.is_reference) == ("brace", False)
    known = of(walks, "none", "toe_first_pct")
    assert (known.mean, known.days_n, known.verdict) == (25.0, 2, None)
    few = of(walks, "brace", "toe_first_pct")
    assert (few.difference, few.detectable, few.verdict) == (-15.0, None, "too_few_days")


def test_without_a_walk_with_nothing_the_aid_of_most_days_is_the_reference() -> None:
    walks = [walk(0, "brace"), walk(1, "stick"), walk(2, "stick")]
    assert [(each.aids, each.is_reference) for each in compare(walks)] == [("stick", True), ("brace", False)]
    assert compare([]) == []


def test_a_difference_counts_beyond_what_days_alone_differ_by() -> None:
    plain = [walk(n, "none", toe_first_pct=40.0 + n % 3) for n in range(6)]
    assert (
        of(
            [*plain, *(walk(9 + n, "brace", toe_first_pct=20.0 + n % 3) for n in range(6))], "brace", "toe_first_pct"
        ).verdict
        == "less"
    )
    noisy = [walk(9 + n, "brace", toe_first_pct=20.0 + 40.0 * (n % 2)) for n in range(6)]
    told = of([*plain, *noisy], "brace", "toe_first_pct")
    assert told.verdict == "no_clear_change"
    assert told.detectable is not None
    assert told.detectable > 15.0


@pytest.mark.parametrize(
    ("slow", "rise", "verdict"),
    [
        (0.30, 0.09, "no_clear_change"),
        (0.30, 0.11, "more"),
        (0.50, 0.14, "no_clear_change"),
        (1.0, 0.20, "no_clear_change"),
        (1.0, 0.22, "more"),
    ],
)
def test_speed_must_change_by_what_is_published_for_people_of_that_speed(
    slow: float, rise: float, verdict: str
) -> None:
    walks = [walk(n, "none", speed_mps=slow + 0.001 * (n % 2)) for n in range(6)]
    walks += [walk(9 + n, "stimulator", speed_mps=slow + rise + 0.001 * (n % 2)) for n in range(6)]
    assert of(walks, "stimulator", "speed_mps").verdict == verdict


def test_chance_alone_says_change_in_one_of_twenty() -> None:
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(2000):
        one, other = rng.normal(50, 8, 5).tolist(), rng.normal(50, 8, 12).tolist()
        wrong += abs(sum(one) / 5 - sum(other) / 12) > detectable_difference(one, other)
    assert 0.035 < wrong / 2000 < 0.065


@pytest.mark.parametrize(("freedom", "t"), [(4, 2.776), (6, 2.447), (10, 2.228), (30, 2.042), (100, 1.984)])
def test_student_s_t_is_that_of_the_tables(freedom: int, t: float) -> None:
    assert student_t(freedom) == pytest.approx(t, rel=0.005)
