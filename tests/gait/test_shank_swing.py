"""Swings and contacts from the pitch rate."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.gait.signals.shank_marks import Arrest, ContactMinimum, SwingArrest, ToeOffMinimum
from hub.gait.timeline import Mark
from tests.gait.walked import SHIN, marks_of, match, shank_stream, truth_s, walked


def contacts_s(marks: list[Mark]) -> list[float]:
    return [mark.time_s for mark in marks if isinstance(mark, ContactMinimum)]


@pytest.mark.parametrize(("profile", "tolerated_bias_s"), [("healthy", 0.02), ("foot_drop", 0.02), ("steppage", 0.03)])
def test_contacts_of_each_gait(profile: str, tolerated_bias_s: float) -> None:
    recording = walked(profile, 3.0, 8)
    marks = marks_of(recording.time_s, recording.values[SHIN])
    result = match(contacts_s(marks), truth_s(recording, "initial_contact"))
    assert result.true > 100
    assert result.recall >= 0.97
    assert result.precision >= 0.97
    assert abs(float(np.median(result.errors_s))) <= tolerated_bias_s


@pytest.mark.parametrize(("rate_hz", "within_s"), [(25.0, 0.09), (50.0, 0.05), (200.0, 0.05), (250.0, 0.05)])
def test_contacts_at_each_rate(rate_hz: float, within_s: float) -> None:
    recording = walked("healthy", 1.0, 9, rate_hz=rate_hz)
    marks = marks_of(recording.time_s, recording.values[SHIN], rate_hz=rate_hz)
    result = match(contacts_s(marks), truth_s(recording, "initial_contact"), within_s)
    assert result.recall >= 0.95
    assert result.precision >= 0.95


def test_a_lift_precedes_each_contact() -> None:
    recording = walked("healthy", 1.0, 9)
    marks = marks_of(recording.time_s, recording.values[SHIN])
    lifts_s = [mark.time_s for mark in marks if isinstance(mark, ToeOffMinimum)]
    result = match(lifts_s, truth_s(recording, "final_contact"), within_s=0.06)
    assert result.recall >= 0.95
    for mark in marks:
        if isinstance(mark, ContactMinimum):
            assert mark.final_contact_s <= mark.swing.rise_s < mark.swing.peak_s < mark.swing.fall_s
            assert mark.time_s <= mark.known_at_s


def test_a_contact_is_known_within_130_ms() -> None:
    recording = walked("foot_drop", 1.0, 7)
    stream = shank_stream()
    marks_of(recording.time_s, recording.values[SHIN], stream=stream)
    marks = marks_of(recording.time_s, recording.values[SHIN], learnt=stream.calibration)
    delays_s = [mark.known_at_s - mark.time_s for mark in marks if isinstance(mark, ContactMinimum)]
    assert max(delays_s) <= 0.130


RECORDED = ("foot_drop", 0.7, 11)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_marks_do_not_depend_on_cutting(sizes: list[int]) -> None:
    recording = walked(*RECORDED)
    whole = marks_of(recording.time_s, recording.values[SHIN])
    assert len(whole) > 50
    assert marks_of(recording.time_s, recording.values[SHIN], sizes=sizes) == whole


def test_a_pickled_stream_goes_on_as_if_nothing_had_happened() -> None:
    recording = walked(*RECORDED)
    time_s, values = recording.time_s, recording.values[SHIN]
    whole = marks_of(time_s, values)
    stream = shank_stream()
    marks = marks_of(time_s[:1777], values[:1777], stream=stream)
    marks += marks_of(time_s[1777:], values[1777:], stream=pickle.loads(pickle.dumps(stream)))
    assert marks == whole


def test_nothing_reaches_across_a_silence() -> None:
    recording = walked("healthy", 1.0, 9)
    time_s, values = recording.time_s, recording.values[SHIN]
    stream = shank_stream()
    before = marks_of(time_s[:2500], values[:2500], stream=stream)
    stream.restart()
    after = marks_of(time_s[2800:], values[2800:], stream=stream)
    silence = (float(time_s[2499]), float(time_s[2800]))
    assert contacts_s(before)
    assert contacts_s(after)
    assert min(contacts_s(after)) > silence[1]
    for mark in after:
        if isinstance(mark, ContactMinimum):
            assert mark.final_contact_s >= silence[1]


@pytest.mark.parametrize("level_dps", [0.0, 500.0, 2000.0])
def test_constant_rates_are_no_swings(level_dps: float) -> None:
    time_s = np.arange(2000) / 100.0
    values = np.full((2000, 6), level_dps)
    values[:, :3] = (0.0, 0.0, 9.81)
    assert marks_of(time_s, values) == []


def test_of_an_earlier_walk_the_last_nine_swings_are_kept() -> None:
    angles_deg = [40.0 + swing for swing in range(30)]
    learnt = {"pitch_axis": [0.0, -1.0, 0.0], "up_axis": None, "swing_angles_deg": angles_deg, "arrest": None}
    assert shank_stream(learnt=learnt).calibration["swing_angles_deg"] == angles_deg[-9:]


@pytest.mark.parametrize(("slope_dps2", "doubted"), [(-700.0, False), (-1400.0, True)])
def test_a_swing_that_slows_by_half_of_an_arrest_is_doubted(slope_dps2: float, doubted: bool) -> None:
    """At a peak of 327 deg/s an arrest slows by 1962 deg/s² or more."""
    recording = walked("healthy", 2.0, 5)
    time_s, values = recording.time_s, recording.values[SHIN].copy()
    stream = shank_stream()
    stream.push(time_s, values)
    axis = np.array(stream.calibration["pitch_axis"])
    lifted_s = truth_s(recording, "final_contact")[60]
    landed_s = min(at_s for at_s in truth_s(recording, "initial_contact") if at_s > lifted_s)
    first, last = np.searchsorted(time_s, [lifted_s, landed_s])
    rate = values[first:last, 3:] @ axis
    peak = int(rate.argmax())
    rise = int(np.flatnonzero(rate[:peak] > 0.0)[0])
    slows, lasts_n = (rise + peak) // 2, 6
    slowed = rate.copy()
    slowed[slows : slows + lasts_n] = rate[slows] + slope_dps2 * np.arange(lasts_n) / recording.rate_hz
    lost = slowed[slows + lasts_n - 1] - rate[slows + lasts_n - 1]
    slowed[slows + lasts_n :] += lost * np.linspace(1.0, 0.0, len(rate) - slows - lasts_n)
    values[first:last, 3:] += np.outer(slowed - rate, axis)
    told = [mark for mark in marks_of(time_s, values) if isinstance(mark, SwingArrest)]
    assert [mark.arrest for mark in told if lifted_s < mark.time_s < landed_s] == [Arrest.DOUBTFUL] * doubted
