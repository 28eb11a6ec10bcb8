"""Faults of sensors and links, one by one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import G_MPS2, Floats
from sensors.layout import Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    IMU_FAULTS,
    INSOLE_FAULTS,
    LINK_FAULTS,
    PROFILES,
    ImuParams,
    InsoleParams,
    LossParams,
    LossyLink,
    Slip,
    Stand,
    Walk,
    Walker,
    portions,
    record,
)
from sensors.walker.insole import WornInsole
from sensors.walker.noise import Noise

WEIGHT_N = 70.0 * G_MPS2
GRID_S = 0.002


PERFECT, STEADY = InsoleParams(), ImuParams()


def walked(insole: InsoleParams = PERFECT, imu: ImuParams = STEADY, seconds: float = 20.0) -> Walker:
    return Walker([Stand(4.0), Walk(seconds, PROFILES["healthy"])], seed=5, chunk_s=4, insole=insole, imu=imu)


def forces(insole: InsoleParams, seconds: float = 20.0) -> Floats:
    time_s = np.arange(0.0, seconds, 0.01)
    return walked(insole).cell_forces_n(Side.RIGHT, EIGHT_CELLS, time_s)


def pressed(params: InsoleParams, course_n: Floats, portion_n: int = 500) -> Floats:
    """One cell under a given force on the walker's grid, in portions that share their ends."""
    insole = WornInsole(params, 1, WEIGHT_N, np.random.default_rng(1))
    shown = []
    for begin in range(0, course_n.size - 1, portion_n):
        part = course_n[begin : begin + portion_n + 1]
        time_s = (begin + np.arange(part.size)) * GRID_S
        shown.append(insole.sensed(part[:, None], np.ones(1), time_s, Noise((1,), 0, 1, portion_n))[:-1, 0])
    return np.concatenate(shown)


@pytest.mark.parametrize("name", INSOLE_FAULTS)
def test_each_fault_of_an_insole_shows(name: str) -> None:
    fault = INSOLE_FAULTS[name]
    breaks = fault.fails_at_s > 0.0
    perfect, faulty = forces(PERFECT), forces(replace(fault, fails_at_s=10.0) if breaks else fault)
    off_n = np.abs(faulty - perfect)
    assert off_n[1000:].max() > {"eight_bit": 0.7, "temperature": 0.1}.get(name, 2.0)
    if breaks:
        assert off_n[:1000].max() == 0.0
        assert np.unique(off_n[1001:].max(axis=0) > 0.0).tolist() == [False, True]


def test_foam_creeps_with_the_logarithm_of_time_and_recovers() -> None:
    seconds = 600
    course_n = np.full(seconds * 500, 100.0)
    course_n[400 * 500 :] = 0.0
    shown_n = pressed(InsoleParams(creep=0.08), course_n)
    after = {t: shown_n[int(t * 500)] for t in (1, 10, 100, 399)}
    assert 100.0 < after[1] < after[10] < after[100] < after[399] < 108.0
    assert after[399] > 104.0
    left = [shown_n[int(t * 500)] for t in (402, 440, 590)]
    assert 6.0 > left[0] > left[1] > left[2] > 0.0


def test_a_loop_of_hysteresis_opens_and_a_steady_load_is_right() -> None:
    time_s = np.arange(0.0, 6.0, GRID_S)
    course_n = np.where(time_s < 4.0, 100.0 * (1.0 - np.cos(2.0 * np.pi * time_s)), 60.0)
    shown_n = pressed(InsoleParams(hysteresis=0.1), course_n)
    rising, falling = (int((3.0 + part) / GRID_S) for part in (0.25, 0.75))
    assert course_n[rising] == pytest.approx(course_n[falling])
    assert 4.0 < shown_n[falling] - shown_n[rising] < 20.0
    assert shown_n[-1] == pytest.approx(60.0, abs=0.1)


def test_portions_do_not_change_what_foam_remembers() -> None:
    course_n = np.abs(np.random.default_rng(3).normal(80.0, 40.0, 3001))
    params = InsoleParams(creep=0.05, hysteresis=0.08)
    assert np.allclose(pressed(params, course_n, 500), pressed(params, course_n, 250), atol=1e-9)


def test_a_slip_turns_gravity_by_its_angle_and_is_felt_as_a_turn() -> None:
    slip = Slip(2.0, pitch_deg=15.0)
    walker = Walker([Stand(30.0)], chunk_s=4, imu=ImuParams(slips=(slip,)))
    force, rate = walker.shank(Side.RIGHT, np.arange(0.0, 5.0, GRID_S))
    before, after = force[500], force[-1]
    assert before == pytest.approx([0.0, 0.0, G_MPS2], abs=1e-9)
    assert np.degrees(np.arccos(after @ before / G_MPS2**2)) == pytest.approx(15.0, abs=0.01)
    turned_deg = rate.sum(axis=0) * GRID_S
    assert np.abs(turned_deg) == pytest.approx([0.0, 15.0, 0.0], abs=0.2)
    up = np.array([0.0, 0.0, 1.0])
    for turn in np.radians(rate) * GRID_S:
        up = up - np.cross(turn, up)
    assert up == pytest.approx(after / G_MPS2, abs=0.01)


@pytest.mark.parametrize("name", IMU_FAULTS)
def test_each_fault_of_an_imu_shows(name: str) -> None:
    fault = IMU_FAULTS[name]
    time_s = np.arange(0.0, 20.0, 0.01)
    if fault.slips:
        fault = ImuParams(slips=tuple(Slip(10.0, s.yaw_deg, s.roll_deg, s.pitch_deg) for s in fault.slips))
    perfect, faulty = (np.hstack(walked(imu=imu).shank(Side.RIGHT, time_s)) for imu in (ImuParams(), fault))
    assert np.abs(faulty - perfect).max() > 0.03
    if name == "small_range":
        assert np.abs(faulty[:, :3]).max() == pytest.approx(2.0 * G_MPS2)
        assert np.abs(faulty[:, 3:]).max() == pytest.approx(250.0)


SAMPLES_N = 60_000


def sent(params: LossParams, seed: int = 1, portion_n: int = 1000) -> tuple[Floats, Floats]:
    """Numbered samples at 100 Hz through a link: stamps and numbers."""
    link = LossyLink(params, np.random.default_rng(seed))
    number = np.arange(float(SAMPLES_N))
    parts = [
        link.passed(number[begin : begin + portion_n] / 100.0, number[begin : begin + portion_n, None])
        for begin in range(0, SAMPLES_N, portion_n)
    ]
    return np.concatenate([times for times, _ in parts]), np.concatenate([values[:, 0] for _, values in parts])


def test_a_perfect_link_changes_nothing() -> None:
    times_s, numbers = sent(LossParams())
    assert np.array_equal(numbers, np.arange(SAMPLES_N))
    assert np.array_equal(times_s, numbers / 100.0)


def test_packets_are_lost_whole_in_bursts_at_the_rate_asked_for() -> None:
    params = LossParams(lost=0.05, burst_packets=3.0, packet_n=4)
    _, numbers = sent(params)
    there = np.zeros(SAMPLES_N, dtype=bool)
    there[numbers.astype(int)] = True
    packets = there.reshape(-1, 4)
    assert np.array_equal(packets.any(axis=1), packets.all(axis=1))
    assert 1.0 - there.mean() == pytest.approx(0.05, abs=0.015)
    ends = np.flatnonzero(np.diff(np.concatenate(([True], packets[:, 0], [True])).astype(int)))
    assert np.diff(ends)[::2].mean() == pytest.approx(3.0, abs=0.6)


def test_gaps_last_as_long_as_asked_for() -> None:
    times_s, _ = sent(LossParams(gaps_per_h=60.0, gap_s=(2.0, 4.0)))
    silences_s = np.diff(times_s)
    silences_s = silences_s[silences_s > 0.02]
    assert 4 <= silences_s.size <= 20
    assert silences_s.min() >= 2.0
    assert silences_s.max() <= 4.02


def test_a_clock_drifts_and_jitters_but_never_goes_back() -> None:
    times_s, numbers = sent(LossParams(lost=0.02, drift_ppm=50.0, jitter_s=0.015, packet_n=5))
    assert np.diff(times_s).min() > 0.0
    late_s = times_s - numbers / 100.0 * (1.0 + 50e-6)
    assert late_s.min() >= 0.0
    assert late_s.max() <= 0.016
    assert late_s.std() == pytest.approx(0.015 / np.sqrt(12.0), rel=0.1)


@settings(max_examples=15, deadline=None)
@given(portion_n=st.integers(1, 3000), seed=st.integers(0, 50))
def test_portions_do_not_change_what_arrives(portion_n: int, seed: int) -> None:
    params = LossParams(0.1, 2.0, 3, gaps_per_h=200.0, gap_s=(0.1, 3.0), drift_ppm=-30.0)
    link = LossyLink(params, np.random.default_rng(seed))
    number = np.arange(6000.0)
    whole = LossyLink(params, np.random.default_rng(seed)).passed(number / 100.0, number[:, None])
    parts = [
        link.passed(number[begin : begin + portion_n] / 100.0, number[begin : begin + portion_n, None])
        for begin in range(0, 6000, portion_n)
    ]
    assert np.array_equal(np.concatenate([values for _, values in parts]), whole[1])
    assert np.array_equal(np.concatenate([times for times, _ in parts]), whole[0])


def test_links_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="packet"):
        LossParams(packet_n=0)
    with pytest.raises(ValueError, match=r"0\.7"):
        LossParams(lost=0.7)


@pytest.mark.parametrize("name", LINK_FAULTS)
def test_recordings_pass_through_links(name: str) -> None:
    roles = (Role.LEFT_INSOLE, Role.RIGHT_SHIN)
    told = list(portions(walked(seconds=25.0), 30.0, 100.0, roles, loss=LINK_FAULTS[name], seed=4))
    whole = record(walked(seconds=25.0), 30.0, 100.0, roles)
    assert tuple(sorted((e for part in told for e in part.truth), key=lambda e: e.time_s)) == whole.truth
    for role in roles:
        times_s = np.concatenate([part.times_s[role] for part in told])
        values = np.concatenate([part.values[role] for part in told])
        assert times_s.size == len(values) <= whole.time_s.size
        assert np.diff(times_s).min() > 0.0
        assert np.isin(values[:, -1], whole.values[role][:, -1]).all()
