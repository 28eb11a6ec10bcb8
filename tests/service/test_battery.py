import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.service.battery import KEPT_N, BatteryTrend

HOUR_S, DAY_S = 3600.0, 86_400.0


def drained(per_day_pct: float, days: float, from_pct: float = 100.0) -> tuple[BatteryTrend, float]:
    trend, at_s = BatteryTrend(), 0.0
    while at_s <= days * DAY_S:
        trend.see(at_s, float(round(from_pct - per_day_pct * at_s / DAY_S)))
        at_s += HOUR_S
    return trend, days * DAY_S


@given(per_day_pct=st.floats(4.0, 60.0), days=st.floats(1.0, 1.5))
def test_a_steady_drain_is_foretold(per_day_pct: float, days: float) -> None:
    trend, now_s = drained(per_day_pct, days)
    left = (100.0 - per_day_pct * days) / per_day_pct
    if left > 0:
        assert trend.days_to_empty(now_s) == pytest.approx(left, rel=0.25, abs=0.5)


def test_a_charge_begins_anew() -> None:
    trend, now_s = drained(20.0, 2.0)
    assert trend.days_to_empty(now_s) is not None
    assert trend.see(now_s + HOUR_S, 100.0)
    assert trend.points == [(now_s + HOUR_S, 100.0)]
    assert trend.days_to_empty(now_s + HOUR_S) is None


def test_rounding_up_and_down_is_no_charge() -> None:
    trend = BatteryTrend()
    for hour, pct in enumerate([80, 79, 80, 79, 78, 79, 77, 78, 76, 75]):
        trend.see(hour * HOUR_S, float(pct))
    assert trend.points[0] == (0.0, 80.0)
    assert trend.days_to_empty(9 * HOUR_S) == pytest.approx(75 / 0.5 / 24, rel=0.25)


def test_little_is_nothing() -> None:
    trend = BatteryTrend()
    assert trend.days_to_empty(0.0) is None
    trend.see(0.0, 90.0)
    assert not trend.see(HOUR_S, 90.0)
    trend.see(2 * HOUR_S, 80.0)
    assert trend.days_to_empty(2 * HOUR_S) is None


def test_time_that_has_passed_since_the_last_reading_counts() -> None:
    trend, now_s = drained(20.0, 2.0)
    assert trend.days_to_empty(now_s + DAY_S) == pytest.approx(trend.days_to_empty(now_s) - 1.0)
    assert trend.days_to_empty(now_s + 100 * DAY_S) == 0.0


@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 100)), max_size=400))
def test_whatever_is_told_the_answer_is_days_or_nothing(readings) -> None:
    trend = BatteryTrend()
    for at_s, pct in readings:
        trend.see(at_s, pct)
    assert len(trend.points) <= KEPT_N
    days = trend.days_to_empty(1e9)
    assert days is None or 0.0 <= days <= 365.0
