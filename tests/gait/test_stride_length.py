"""Stride length: exact on a leg whose foot is planted, and scaled by a timed walk on the walker."""

from functools import cache

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait import Calibration
from hub.gait.history import History
from hub.gait.signals.pitch import ShankLevel
from hub.gait.signals.shank_marks import AHEAD, ANGLE, COLUMNS, KNOWN, RATE, TIME, UP
from hub.gait.signals.stride_length import ABOVE_ANKLE, USUAL_HEIGHT_M, FootFlat, stride_length_m
from hub.gait.timed_walk import TimedWalk, TimedWalkError, scaled_by_timed_walks
from hub.gait.timeline import Timeline
from sensors.layout import Role, Side
from sensors.walker import PROFILES, ImuParams, Recording, Stand, Walk, render_session
from tests.gait.walked import replay

STRIDE_S, LIFT_S, G_MPS2 = 1.2, 0.7, 9.81
FLATS = FootFlat(0.12, 0.48), FootFlat(STRIDE_S + 0.12, STRIDE_S + 0.48)


def planted_leg(length_m: float, *, rate_hz: float = 100.0, height_m: float = USUAL_HEIGHT_M) -> History:
    """Two strides of a leg whose ankle rests in stance and moves by ``length_m`` in each swing."""
    fine_hz = 4000.0
    time_s = np.arange(-0.2 * fine_hz, 2.4 * fine_hz) / fine_hz
    phase = (time_s % STRIDE_S) / STRIDE_S
    pitch_deg = 20.0 * np.cos(2 * np.pi * phase) - 15.0 - 12.0 * np.sin(4 * np.pi * phase)
    pitch = np.radians(pitch_deg)
    part = np.clip((phase * STRIDE_S - LIFT_S) / (STRIDE_S - LIFT_S), 0.0, 1.0)
    ankle_m = length_m * (np.floor(time_s / STRIDE_S) + 10 * part**3 - 15 * part**4 + 6 * part**5)
    above_m = ABOVE_ANKLE * height_m
    x_mps2, z_mps2 = (
        np.gradient(np.gradient(place_m, time_s), time_s)
        for place_m in (ankle_m - above_m * np.sin(pitch), above_m * np.cos(pitch))
    )
    rows = np.zeros((COLUMNS, len(time_s)))
    rows[TIME] = rows[KNOWN] = time_s
    rows[RATE], rows[ANGLE] = np.gradient(pitch_deg, time_s), pitch_deg
    rows[AHEAD] = x_mps2 * np.cos(pitch) + (z_mps2 + G_MPS2) * np.sin(pitch)
    rows[UP] = (z_mps2 + G_MPS2) * np.cos(pitch) - x_mps2 * np.sin(pitch)
    sampled = rows[:, :: round(fine_hz / rate_hz)]
    timeline = Timeline(1)
    timeline.now_s = float(time_s[-1])
    history = History(timeline, COLUMNS)
    history.append(sampled[KNOWN], sampled)
    return history


def level(*, off_deg: float = 0.0, drift_dps: float = 0.0) -> ShankLevel:
    return ShankLevel(Role.RIGHT_SHIN, 0.0, 0.0, 0.0, off_deg, drift_dps)


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
@pytest.mark.parametrize("length_m", [-0.5, 0.3, 0.9, 1.5])
def test_the_way_of_a_foot_that_stands_and_swings_is_exact(length_m: float, rate_hz: float) -> None:
    measured_m = stride_length_m(planted_leg(length_m, rate_hz=rate_hz), level(), *FLATS)
    assert measured_m == pytest.approx(length_m, abs=0.02)


def test_a_pitch_that_is_a_little_off_hardly_matters() -> None:
    leg = planted_leg(1.2)
    assert stride_length_m(leg, level(off_deg=3.0), *FLATS) == pytest.approx(1.2, rel=0.04)


def test_the_height_of_the_sensor_follows_the_wearers() -> None:
    tall = planted_leg(1.2, height_m=2.0)
    known, unknown = (stride_length_m(tall, level(), *FLATS, height_m=height_m) for height_m in (2.0, None))
    assert known == pytest.approx(1.2, abs=0.02)
    assert unknown is not None
    assert abs(unknown - 1.2) > 0.02


def test_a_phase_without_samples_gives_no_length() -> None:
    assert stride_length_m(planted_leg(1.2), level(), FLATS[0], FootFlat(3.0, 3.4)) is None


def steps(events: list[Event], side: Side = Side.RIGHT) -> list[Event]:
    return [event for event in events if event.kind is Kind.STEP and event.side is side and 10.0 < event.time_s < 50.0]


def walk(profile: str, seed: int) -> Recording:
    """Walks with one and the same sensor."""
    imu = ImuParams.drawn(np.random.default_rng(7))
    return render_session(profile, 1.0, seed, script=[Stand(4.0), Walk(50.0, PROFILES[profile])], imu=imu)


@cache
def walk_of(profile: str) -> tuple[list[Event], Calibration]:
    return replay(walk(profile, 1))


@pytest.mark.parametrize("profile", ["healthy", "foot_drop"])
def test_after_a_timed_walk_speed_is_right_within_six_percent(profile: str) -> None:
    true_mps = PROFILES[profile].speed_mps
    events, learnt = walk_of(profile)
    assert all(step.fields["length_estimated"] is True for step in steps(events))
    lasts_s = 10.0 / true_mps
    walks = [TimedWalk(start_s, start_s + lasts_s, 10.0) for start_s in (15.0, 32.0)]
    scaled = scaled_by_timed_walks(learnt, events, walks)
    scaled = Calibration.from_dict(scaled.to_dict())
    assert set(scaled.stride_scales) == {Role.RIGHT_SHIN}
    again, kept = replay(walk(profile, 2), calibration=scaled)
    assert kept.stride_scales == scaled.stride_scales
    speeds_mps = [step.fields["speed_mps"] for step in steps(again)]
    assert all(isinstance(speed, float) for speed in speeds_mps)
    assert np.median(speeds_mps) == pytest.approx(true_mps, rel=0.06)
    assert np.mean(np.abs(np.array(speeds_mps) / true_mps - 1.0) < 0.12) > 0.9
    assert all(step.fields["length_estimated"] is False for step in steps(again))
    (end,) = (event for event in again if event.kind is Kind.WALK_END)
    assert end.fields["distance_m"] == pytest.approx(true_mps * (end.fields["duration_s"] or 0.0), rel=0.06)
    assert end.fields["length_estimated"] is False


def test_what_is_no_timed_walk_is_refused_in_words() -> None:
    events, learnt = walk_of("healthy")
    for start_s, end_s, distance_m, words in (
        (15.0, 15.0, 10.0, "is no walk"),
        (1.0, 3.0, 2.0, "walk farther"),
        (15.0, 25.0, 100.0, "check the distance"),
    ):
        with pytest.raises(TimedWalkError, match=words):
            scaled_by_timed_walks(learnt, events, [TimedWalk(start_s, end_s, distance_m)])


def test_a_second_timed_walk_scales_what_is_left_to_scale() -> None:
    _, learnt = walk_of("healthy")
    walks = [TimedWalk(15.0, 45.0, 39.0)]
    for _ in range(2):
        learnt = scaled_by_timed_walks(learnt, replay(walk("healthy", 1), calibration=learnt)[0], walks)
        assert learnt.stride_scales[Role.RIGHT_SHIN] == pytest.approx(1.1, abs=0.06)
