"""The kinematic chain against the table it was computed for (one leg, undisturbed, no noise)."""

import numpy as np
import pytest

from sensors.walker.chain import Segments, leg_pattern, toe_clearance_m
from sensors.walker.profiles import (
    ANKLE_DROP,
    ANKLE_NORMAL,
    FAST,
    NORMAL,
    SHUFFLE,
    SLOW,
    STEPPAGE,
    Angles,
    Pace,
    pace_at,
)
from sensors.walker.spline import monotone_slopes, periodic_cubic
from sensors.walker.track import Track

PHASE = np.arange(4000) / 4000

TABLE = [
    pytest.param(NORMAL, ANKLE_NORMAL, (19, -51), 330, 86, -119, -211, 17, 11, id="healthy"),
    pytest.param(FAST, ANKLE_NORMAL, (22, -54), 393, 86, -144, -245, 19, 20, id="fast"),
    pytest.param(SLOW, ANKLE_DROP, (14, -44), 210, 85, -60, -143, -3, -45, id="foot_drop"),
    pytest.param(STEPPAGE, ANKLE_DROP, (15, -54), 291, 84, -77, -188, -2, 36, id="steppage"),
    pytest.param(SHUFFLE, ANKLE_NORMAL, (4, -31), 146, 82, -67, -88, 4, -29, id="shuffle"),
]


@pytest.mark.parametrize(
    ("pace", "ankle", "pitch_deg", "peak_dps", "peak_pct", "loading_dps", "push_dps", "foot_deg", "clearance_mm"), TABLE
)
def test_shank_moves_as_published(
    pace: Pace,
    ankle: Angles,
    pitch_deg: tuple[float, float],
    peak_dps: float,
    peak_pct: float,
    loading_dps: float,
    push_dps: float,
    foot_deg: float,
    clearance_mm: float,
) -> None:
    leg = leg_pattern(pace.thigh_deg, pace.knee_deg, ankle)
    other = leg_pattern(pace.thigh_deg, pace.knee_deg, ANKLE_NORMAL)
    shank = leg.thigh(PHASE) - leg.knee(PHASE)
    rate = np.gradient(shank, pace.stride_s / PHASE.size)
    assert (shank.max(), shank.min()) == pytest.approx(pitch_deg, abs=1.5)
    assert rate.max() == pytest.approx(peak_dps, abs=4)
    assert 100 * PHASE[rate.argmax()] == pytest.approx(peak_pct, abs=1)
    assert rate[PHASE < 0.1].min() == pytest.approx(loading_dps, abs=3)
    assert rate[(PHASE > 0.4) & (PHASE < 0.65)].min() == pytest.approx(push_dps, abs=4)
    assert (shank + leg.ankle(PHASE))[0] == pytest.approx(foot_deg, abs=1)
    mid_swing = PHASE[(PHASE >= 0.72) & (PHASE <= 0.9)]
    assert 1e3 * toe_clearance_m(Segments(), leg, other, mid_swing).min() == pytest.approx(clearance_mm, abs=2)


def test_foot_drop_has_no_clearance_where_it_drags_and_steppage_regains_it() -> None:
    mid_swing = np.linspace(0.76, 0.88, 50)
    healthy = leg_pattern(SLOW.thigh_deg, SLOW.knee_deg, ANKLE_NORMAL)
    drop = leg_pattern(SLOW.thigh_deg, SLOW.knee_deg, ANKLE_DROP)
    lifted = leg_pattern(STEPPAGE.thigh_deg, STEPPAGE.knee_deg, ANKLE_DROP)
    assert toe_clearance_m(Segments(), drop, healthy, mid_swing).max() < 0.0
    assert toe_clearance_m(Segments(), lifted, healthy, mid_swing).min() > 0.02


def test_lengths_grow_with_height() -> None:
    tall = Segments.for_height(1.925)
    assert tall.thigh_m == pytest.approx(1.1 * Segments().thigh_m)
    assert tall.sensor_below_knee_m == pytest.approx(1.1 * Segments().sensor_below_knee_m)


def test_speeds_between_paces_are_between_them_and_beyond_them_change_cadence_only() -> None:
    between, crawling = pace_at((SLOW, NORMAL, FAST), 1.0), pace_at((SLOW, NORMAL, FAST), 0.35)
    assert NORMAL.stride_s < between.stride_s < SLOW.stride_s
    assert all(
        min(a, b) <= x <= max(a, b) for x, a, b in zip(between.knee_deg, SLOW.knee_deg, NORMAL.knee_deg, strict=True)
    )
    assert crawling.thigh_deg == SLOW.thigh_deg
    assert crawling.stride_s == pytest.approx(SLOW.stride_s * np.sqrt(2.0))


def test_periodic_cubic_is_smooth_over_its_seam() -> None:
    curve = periodic_cubic(np.array([0.0, 0.2, 0.5, 0.8, 1.0]), np.array([1.0, 3.0, -2.0, 0.5, 1.0]))
    step = 1e-4
    near = curve(np.array([0.3 - step, 0.3, 0.3 + step]))
    seam = curve(np.array([1.0 - 2 * step, 1.0 - step, 0.0, step, 2 * step]))
    assert curve(np.array([0.2, 0.5, 1.5])) == pytest.approx([3.0, -2.0, -2.0])
    before, after = np.diff(seam)[:2] / step, np.diff(seam)[2:] / step
    assert before[1] == pytest.approx(after[0], abs=0.02)
    assert np.diff(before)[0] / step == pytest.approx(np.diff(after)[0] / step, abs=1.0)
    assert np.isfinite(near).all()


def test_a_track_passes_its_knots_never_overshoots_and_forgets_only_what_is_over() -> None:
    rng = np.random.default_rng(3)
    times, values = np.cumsum(rng.uniform(0.1, 1.0, 40)), rng.normal(size=40)
    track, short = Track(0.0, 0.0), Track(0.0, 0.0)
    for time_s, value in zip(times, values, strict=True):
        track.to(float(time_s), float(value))
        short.to(float(time_s), float(value))
    fine = np.linspace(times[20], times[39], 2000)
    assert track(times) == pytest.approx(values)
    inside = np.searchsorted(times, fine[1:-1])
    low, high = np.minimum(values[inside - 1], values[inside]), np.maximum(values[inside - 1], values[inside])
    assert (track(fine[1:-1]) >= low - 1e-12).all()
    assert (track(fine[1:-1]) <= high + 1e-12).all()
    short.forget_before(float(times[20]))
    assert np.array_equal(short(fine), track(fine))
    with pytest.raises(ValueError, match="not after"):
        track.to(float(times[-1]), 0.0)
    assert monotone_slopes(np.array([0.0, 1.0]), np.array([0.0, 1.0])).tolist() == [0.0, 0.0]
