"""The sensor may sit on the shank anyhow."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.gait.signals.alignment import SHANK_FRAME, AlignmentParams, ShankAxes, angle_between_deg, estimate_axes
from hub.gait.signals.pitch import ShankLevel
from hub.gait.signals.shank import AxesLearned, StrapSlipped
from hub.gait.signals.shank_marks import ContactMinimum
from hub.session import Floats
from tests.gait.walked import SHIN, marks_of, match, shank_stream, truth_s, walked


def turned(values: Floats, rotation: Floats) -> Floats:
    """What the sensor would say, mounted otherwise."""
    return np.hstack([values[:, :3] @ rotation.T, values[:, 3:] @ rotation.T])


def about(axis: Floats, angle_deg: float) -> Floats:
    """Rotation matrix (Rodrigues)."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.radians(angle_deg)
    matrix: Floats = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return matrix


def contacts_s(marks: list[object]) -> list[float]:
    return [mark.time_s for mark in marks if isinstance(mark, ContactMinimum)]


def test_the_frame_shank_has_its_axes_as_declared() -> None:
    assert SHANK_FRAME.forward == (1.0, 0.0, 0.0)


directions = st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda axis: sum(part * part for part in axis) > 0.05)


@settings(max_examples=15, deadline=None)
@given(directions, st.floats(0.0, 360.0))
def test_any_mounting_gives_the_same_contacts(axis: tuple[float, float, float], angle_deg: float) -> None:
    recording = walked("foot_drop", 0.6, 3)
    values = recording.values[SHIN]
    straight = contacts_s(marks_of(recording.time_s, values))
    mounted = contacts_s(marks_of(recording.time_s, turned(values, about(np.array(axis), angle_deg))))
    assert len(straight) > 15
    np.testing.assert_allclose(mounted, straight, atol=1e-6)


def test_axes_are_found_with_two_swings_and_contacts_before_are_told_late() -> None:
    recording = walked("healthy", 0.6, 3)
    marks = marks_of(recording.time_s, recording.values[SHIN])
    learned = next(mark for mark in marks if isinstance(mark, AxesLearned))
    true_s = truth_s(recording, "initial_contact")
    assert abs(learned.known_at_s - true_s[1]) < 0.5
    early = [mark for mark in marks if isinstance(mark, ContactMinimum) and mark.time_s < learned.known_at_s]
    assert len(early) >= 1
    assert all(mark.known_at_s == learned.known_at_s for mark in early)


def test_standing_leg_shaking_teaches_nothing() -> None:
    rng = np.random.default_rng(1)
    time_s = np.arange(3000) / 100.0
    values = np.zeros((3000, 6))
    values[:, 2] = 9.81
    values[:, 3:] = 60.0 * np.sin(2 * np.pi * 3.0 * time_s)[:, None] * rng.standard_normal(3) + rng.normal(
        0.0, 5.0, (3000, 3)
    )
    assert marks_of(time_s, values) == []


def test_without_accelerometer_the_gyro_teaches_the_axis() -> None:
    recording = walked("healthy", 0.6, 4)
    values = recording.values[SHIN].copy()
    values[:, :3] = 0.0
    marks = marks_of(recording.time_s, values, accelerometer=False)
    result = match(contacts_s(marks), truth_s(recording, "initial_contact"))
    assert result.recall >= 0.95
    assert result.precision >= 0.95


@pytest.mark.parametrize("slip_deg", [30.0, 80.0])
def test_a_strap_that_slips_round_the_leg_is_told_once_and_followed(slip_deg: float) -> None:
    recording = walked("healthy", 3.0, 5)
    values = recording.values[SHIN]
    up = values[:400, :3].mean(axis=0)
    half = len(values) // 2
    slipped = np.vstack([values[:half], turned(values[half:], about(up, slip_deg))])
    marks = marks_of(recording.time_s, slipped)
    slips = [mark for mark in marks if isinstance(mark, StrapSlipped)]
    assert len(slips) == 1
    assert slips[0].moved_deg == pytest.approx(slip_deg, abs=8.0)
    again_s = slips[0].known_at_s + 2.0
    later = [time_s for time_s in truth_s(recording, "initial_contact") if time_s > again_s]
    assert len(later) > 15
    assert match([time_s for time_s in contacts_s(marks) if time_s > again_s], later).recall >= 0.95


def test_an_unmoved_strap_is_not_said_to_slip() -> None:
    for profile in ("healthy", "foot_drop", "steppage"):
        recording = walked(profile, 3.0, 5)
        assert not [m for m in marks_of(recording.time_s, recording.values[SHIN]) if isinstance(m, StrapSlipped)]


def test_pitch_is_that_of_the_body_whatever_the_mounting() -> None:
    recording = walked("healthy", 1.0, 6)
    pitches = []
    for angle_deg in (0.0, 90.0):
        mounted = turned(recording.values[SHIN], about(np.array([0.3, 1.0, -0.5]), angle_deg))
        marks = marks_of(recording.time_s, mounted)
        levels = [mark for mark in marks if isinstance(mark, ShankLevel)]
        assert len(levels) > 30
        pitches.append(float(np.median([level.pitch_deg for level in levels])))
    assert pitches[0] == pytest.approx(pitches[1], abs=0.1)
    assert 10.0 < pitches[0] < 22.0


def test_what_was_learnt_serves_the_next_walk_from_its_first_swing() -> None:
    recording = walked("foot_drop", 1.0, 7)
    stream = shank_stream()
    cold = marks_of(recording.time_s, recording.values[SHIN], stream=stream)
    warm = marks_of(recording.time_s, recording.values[SHIN], learnt=stream.calibration)
    assert not any(isinstance(mark, AxesLearned) for mark in warm)
    first_cold = min(mark.known_at_s for mark in cold if isinstance(mark, ContactMinimum))
    first_warm = min(mark.known_at_s for mark in warm if isinstance(mark, ContactMinimum))
    assert first_warm < first_cold - 0.5


def test_marks_come_in_the_order_of_their_knowledge() -> None:
    recording = walked("foot_drop", 1.0, 7)
    marks = marks_of(recording.time_s, recording.values[SHIN])
    assert all(one.known_at_s <= two.known_at_s for one, two in pairwise(marks))


def test_too_little_variance_along_one_axis_is_refused() -> None:
    rng = np.random.default_rng(2)
    rate = rng.standard_normal((3, 500)) * 100.0
    assert estimate_axes(None, rate, AlignmentParams()) is None


def test_angle_between_unit_vectors() -> None:
    assert angle_between_deg((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)) == pytest.approx(90.0)
    assert isinstance(ShankAxes((1.0, 0.0, 0.0), None).forward, type(None))


def up_after(lying_s: float, walked_s: float, then_s: float) -> tuple[Floats, Floats]:
    """Up before and after a shank turned over, as of somebody who lies and moves the legs, and walking went on.

    Only the direction of the force tells it: whoever lies swings the shank about the same axis.
    """
    recording = walked("healthy", 3.5, 3)
    values = recording.values[SHIN].copy()
    first = int(np.searchsorted(recording.time_s, truth_s(recording, "initial_contact")[0]))
    start, end, stop = (first + round(100.0 * s) for s in (walked_s, walked_s + lying_s, walked_s + lying_s + then_s))
    stream = shank_stream()
    stream.push(recording.time_s[:start], values[:start])
    before = stream.calibration
    over = about(np.array(before["pitch_axis"]), 90.0)
    values[start:end, :3] @= over.T
    for calm in range(start + 500, end - 150, 800):  # and lies still for a while
        values[calm : calm + 150] = [*(9.81 * over @ np.array(before["up_axis"])), 0.0, 0.0, 0.0]
    stream.push(recording.time_s[start:stop], values[start:stop])
    return np.array(before["up_axis"]), np.array(stream.calibration["up_axis"])


@pytest.mark.parametrize("walked_s", [9.0, 20.0, 60.0])
def test_who_lies_after_a_fall_and_moves_the_legs_does_not_turn_up_round(walked_s: float) -> None:
    before, after = up_after(32.0, walked_s, 0.1)
    assert angle_between_deg(tuple(before), tuple(after)) < 15.0


@pytest.mark.parametrize("walked_s", [20.0, 60.0])
def test_up_that_stays_another_is_believed(walked_s: float) -> None:
    before, after = up_after(90.0, walked_s, 0.0)
    assert angle_between_deg(tuple(before), tuple(after)) > 75.0
    assert angle_between_deg(*map(tuple, up_after(40.0, walked_s, 60.0))) < 15.0
