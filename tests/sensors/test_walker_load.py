"""Loads under the feet: force balance, onset orders, swings, drags, standing and sitting."""

import itertools
from functools import cache

import numpy as np
import pytest

from sensors.driver import Floats
from sensors.layout import Region, Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    InsoleParams,
    Person,
    Recording,
    Sit,
    Stand,
    Trip,
    Walk,
    Walker,
    record,
    render_session,
)

WEIGHT_N = Person().weight_n
INSOLES = {Side.LEFT: Role.LEFT_INSOLE, Side.RIGHT: Role.RIGHT_INSOLE}
HEEL, MIDFOOT, FOREFOOT, TOES = (
    [i for i, cell in enumerate(EIGHT_CELLS) if cell.region is region] for region in Region
)


@cache
def perfect(profile: str, *, rate_hz: float = 500.0, seed: int = 3) -> Recording:
    return render_session(profile, 3.0, seed, rate_hz=rate_hz, roles=tuple(INSOLES.values()), insole=InsoleParams())


def total_bw(recording: Recording, side: Side) -> Floats:
    total: Floats = recording.values[INSOLES[side]].sum(axis=1) / WEIGHT_N
    return total


def steady_walk(recording: Recording) -> tuple[float, float]:
    begin, length = max(
        ((e.time_s, float(e.value)) for e in recording.truth if e.kind == "walk"), key=lambda walk: walk[1]
    )
    return begin + 4.0, begin + length - 4.0


def contacts(recording: Recording, side: Side) -> list[tuple[float, str]]:
    return [(e.time_s, str(e.value)) for e in recording.truth if e.kind == "initial_contact" and e.side is side]


@pytest.mark.parametrize("profile", PROFILES)
def test_both_feet_carry_the_body_over_a_stride(profile: str) -> None:
    recording = perfect(profile)
    begin_s, end_s = steady_walk(recording)
    both = total_bw(recording, Side.LEFT) + total_bw(recording, Side.RIGHT)
    starts = [time_s for time_s, _ in contacts(recording, Side.LEFT) if begin_s < time_s < end_s]
    per_stride = [both[(recording.time_s >= a) & (recording.time_s < b)].mean() for a, b in itertools.pairwise(starts)]
    assert np.mean(per_stride) == pytest.approx(1.0, abs=0.02)
    assert np.abs(np.array(per_stride) - 1.0).max() < 0.06


@pytest.mark.parametrize(
    ("profile", "peak_bw", "valley_bw"),
    [("healthy", 1.10, 0.76), ("healthy_fast", 1.25, 0.6), ("healthy_slow", 1.03, 0.94)],
)
def test_two_humps_grow_with_speed(profile: str, peak_bw: float, valley_bw: float) -> None:
    recording = perfect(profile)
    begin_s, end_s = steady_walk(recording)
    force = total_bw(recording, Side.LEFT)
    peaks, valleys = [], []
    for start_s, _ in contacts(recording, Side.LEFT):
        if begin_s < start_s < end_s:
            at = slice(int(500 * start_s), int(500 * (start_s + 0.55)))
            stance = force[at]
            peaks.append(stance.max())
            valleys.append(stance[int(0.4 * stance.size) : int(0.75 * stance.size)].min())
    assert np.mean(peaks) == pytest.approx(peak_bw, abs=0.05)
    assert np.mean(valleys) == pytest.approx(valley_bw, abs=0.06)


@pytest.mark.parametrize("profile", ["healthy", "foot_drop", "steppage", "shuffle"])
def test_contacts_begin_and_end_at_the_true_instants(profile: str) -> None:
    recording = perfect(profile)
    touches = [(e.time_s, e.time_s + float(e.value), e.side) for e in recording.truth if e.kind == "toe_drag"]
    for side in INSOLES:
        loaded = total_bw(recording, side) * WEIGHT_N > 10.0
        for event in recording.truth:
            if event.side is not side or event.kind not in {"initial_contact", "final_contact"}:
                continue
            if any(s is side and a - 0.02 < event.time_s < b + 0.02 for a, b, s in touches):
                continue
            at = round(event.time_s * 500)
            before, after = loaded[at - 10 : at - 3], loaded[at + 4 : at + 10]
            is_contact = event.kind == "initial_contact"
            assert (not before.any() and after.all()) if is_contact else (before.all() and not after.any()), event


@pytest.mark.parametrize("profile", ["healthy", "foot_drop", "steppage"])
def test_the_region_that_loads_first_is_the_true_strike(profile: str) -> None:
    recording = perfect(profile)
    for side, role in INSOLES.items():
        cells = recording.values[role]
        heel, front = cells[:, HEEL].sum(axis=1), cells[:, FOREFOOT + TOES].sum(axis=1)
        for start_s, strike in contacts(recording, side):
            at = int(np.ceil(start_s * 500)) + np.arange(100)
            if at[-1] >= heel.size:
                continue
            first = [int(np.argmax(part[at] > 3.0)) if (part[at] > 3.0).any() else 999 for part in (heel, front)]
            lead_ms = 2.0 * (first[0] - first[1])
            if strike == "heel":
                assert lead_ms < -20.0
            elif strike == "toe":
                assert lead_ms > 30.0
            else:
                assert abs(lead_ms) <= 16.0


def test_foot_drop_mixes_its_contacts_and_only_on_its_own_side() -> None:
    walker = Walker([Stand(2.0), Walk(1500.0, PROFILES["foot_drop"])], seed=2)
    truth = walker.truth_before(1500.0)
    strikes = [str(e.value) for e in truth if e.kind == "initial_contact" and e.side is Side.RIGHT]
    other = {str(e.value) for e in truth if e.kind == "initial_contact" and e.side is Side.LEFT}
    mix = PROFILES["foot_drop"].foot
    assert strikes.count("toe") / len(strikes) == pytest.approx(mix.toe, abs=0.06)
    assert strikes.count("flat") / len(strikes) == pytest.approx(mix.flat, abs=0.05)
    repeats = np.mean([a == b for a, b in itertools.pairwise(strikes)])
    by_chance = sum((strikes.count(kind) / len(strikes)) ** 2 for kind in set(strikes))
    assert repeats == pytest.approx(mix.persistence + (1.0 - mix.persistence) * by_chance, abs=0.05)
    assert other == {"heel"}
    drags = [e for e in truth if e.kind == "toe_drag"]
    assert {e.side for e in drags} == {Side.RIGHT}
    assert len(drags) / len(strikes) == pytest.approx(mix.drag, abs=0.05)


@pytest.mark.parametrize("severity", [0.0, 0.5])
def test_severity_fades_the_weakness(severity: float) -> None:
    walk = Walk(600.0, PROFILES["foot_drop"], severity=severity)
    truth = Walker([Stand(2.0), walk], seed=2).truth_before(600.0)
    strikes = [str(e.value) for e in truth if e.kind == "initial_contact" and e.side is Side.RIGHT]
    assert strikes.count("toe") / len(strikes) == pytest.approx(0.6 * severity, abs=0.07)


def test_feet_alternate_and_swing_unloaded_except_where_the_toes_drag() -> None:
    recording = perfect("foot_drop")
    begin_s, end_s = steady_walk(recording)
    order = [e for e in recording.truth if e.kind == "initial_contact" and begin_s < e.time_s < end_s]
    assert all(a.side is b.side.other for a, b in itertools.pairwise(order))
    drags = [e for e in recording.truth if e.kind == "toe_drag"]
    assert len(drags) >= 5
    for side, role in INSOLES.items():
        cells, time_s = recording.values[role], recording.time_s
        ends = [e.time_s for e in recording.truth if e.kind == "final_contact" and e.side is side]
        for end_s in ends:
            start_s = next((t for t, _ in contacts(recording, side) if t > end_s), None)
            if start_s is None:
                continue
            swing = (time_s > end_s + 0.004) & (time_s < start_s - 0.004)
            own = [e for e in drags if e.side is side and end_s < e.time_s < start_s]
            for drag in own:
                inside = (time_s > drag.time_s + 0.01) & (time_s < drag.time_s + float(drag.value) - 0.01)
                load = cells[inside][:, FOREFOOT + TOES].sum(axis=1) / WEIGHT_N
                assert load.min() > 0.02 * 0.2
                assert load.max() < 0.15 * 2.5
                assert drag.time_s + float(drag.value) < start_s - 0.015
                assert (drag.time_s - end_s) / (start_s - end_s) > 0.15
                swing &= ~((time_s >= drag.time_s - 0.002) & (time_s <= drag.time_s + float(drag.value) + 0.002))
            assert cells[swing].max(initial=0.0) < 1e-9
            assert cells[(time_s > end_s + 0.004) & (time_s < start_s - 0.004)][:, HEEL].max() < 1e-9


def test_toe_first_contacts_roll_backward_before_forward() -> None:
    recording = perfect("foot_drop")
    cells, y = recording.values[Role.RIGHT_INSOLE], np.array([cell.y for cell in EIGHT_CELLS])
    backward = {"toe": [], "heel": []}
    for start_s, strike in contacts(recording, Side.RIGHT)[2:-2]:
        at = int(start_s * 500)
        early, later = cells[at + 5 : at + 20], cells[at + 60 : at + 130]
        if strike in backward and later[:, HEEL].max() > 20.0:
            cop = [(part @ y).sum() / part.sum() for part in (early, later)]
            backward[strike].append(cop[0] - cop[1])
            assert (0.6 < cop[0] < 0.85) if strike == "toe" else cop[0] < 0.33
    assert 0.12 < np.mean(backward["toe"]) < 0.4
    assert np.mean(backward["heel"]) < 0.0


def test_affected_swing_is_longer() -> None:
    truth = Walker([Stand(2.0), Walk(600.0, PROFILES["foot_drop"])], seed=4).truth_before(600.0)
    swings: dict[Side, list[float]] = {Side.LEFT: [], Side.RIGHT: []}
    lifted: dict[Side, float] = {}
    for event in truth:
        if event.kind == "final_contact":
            lifted[event.side] = event.time_s
        elif event.kind == "initial_contact":
            swings[event.side].append(event.time_s - lifted[event.side])
    assert 1.05 < np.mean(swings[Side.RIGHT]) / np.mean(swings[Side.LEFT]) < 1.2


@pytest.mark.parametrize(("profile", "cv_pct"), [("healthy", 2.0), ("steppage", 4.0)])
def test_stride_times_vary_as_stated_and_drift(profile: str, cv_pct: float) -> None:
    truth = Walker([Stand(2.0), Walk(1800.0, PROFILES[profile])], seed=5).truth_before(1800.0)
    times = np.array([e.time_s for e in truth if e.kind == "initial_contact" and e.side is Side.LEFT])[5:-3]
    strides = np.diff(times)
    assert 100.0 * strides.std() / strides.mean() == pytest.approx(cv_pct, rel=0.3)
    blocks = strides[: strides.size // 20 * 20].reshape(-1, 20).mean(axis=1)
    assert blocks.std() > 1.5 * strides.std() / np.sqrt(20), "white noise alone would average out"


def test_standing_and_sitting_loads() -> None:
    walker = Walker([Stand(60.0), Sit(40.0)], seed=6, chunk_s=4, insole=InsoleParams())
    recording = record(walker, 100.0, 50.0, INSOLES.values())
    left, right = total_bw(recording, Side.LEFT), total_bw(recording, Side.RIGHT)
    standing, sitting = recording.time_s < 60.0, (recording.time_s > 64.0) & (recording.time_s < 96.0)
    rising = recording.time_s > 97.0
    assert (left + right)[standing] == pytest.approx(1.0, abs=1e-6)
    assert right[standing].mean() == pytest.approx(0.45, abs=0.04)
    heel = recording.values[Role.LEFT_INSOLE][standing][:, HEEL].sum(axis=1) / (left[standing] * WEIGHT_N)
    assert heel.mean() == pytest.approx(0.60, abs=0.04)
    assert 0.01 < heel.std() < 0.06
    assert (left + right)[sitting].min() > 0.15
    assert (left + right)[sitting].max() < 0.30
    assert (left + right)[rising].max() == pytest.approx(1.18, abs=0.03)
    assert not [e for e in recording.truth if e.kind in {"initial_contact", "final_contact"}]


def test_a_worn_insole_adds_preload_spread_noise_and_limits() -> None:
    time_s = np.arange(0.0, 30.0, 0.01)
    script = [Stand(3.0), Walk(30.0, PROFILES["healthy"])]
    clean = Walker(script, seed=1, chunk_s=4, insole=InsoleParams()).cell_forces_n(Side.LEFT, EIGHT_CELLS, time_s)
    params = InsoleParams(preload_bw=0.04, gain_spread=0.1, noise_n=1.0, dead_cells=(2,), saturation_n=150.0)
    worn = Walker(script, seed=1, chunk_s=4, insole=params).cell_forces_n(Side.LEFT, EIGHT_CELLS, time_s)
    swing = clean.sum(axis=1) == 0.0
    assert worn[swing].sum(axis=1).mean() == pytest.approx(0.04 * WEIGHT_N, rel=0.35)
    assert worn[swing][:, 0].std() == pytest.approx(1.0, rel=0.3)
    assert worn.max() == 150.0
    assert worn[:, 2].max() == 0.0
    assert worn.min() >= 0.0


def test_a_support_leg_leans_forward_after_the_other_foot_trips() -> None:
    def forefoot(trips: tuple[Trip, ...]) -> Floats:
        walker = Walker([Stand(2.0), Walk(20.0, PROFILES["healthy"], trips)], seed=9, chunk_s=4, insole=InsoleParams())
        recording = record(walker, 16.0, 500.0, INSOLES.values())
        blow_s = 0.0
        for event in recording.truth:
            if event.kind == "trip":
                blow_s = event.time_s
        at = slice(int((blow_s + 0.1) * 500), int((blow_s + 0.16) * 500)) if blow_s else slice(0, 0)
        left = recording.values[Role.LEFT_INSOLE][at]
        return left[:, FOREFOOT + TOES].sum(axis=1) / left.sum(axis=1) if blow_s else np.zeros(0)

    leaning = forefoot((Trip(10.0, 0.2, 1.0),))
    assert leaning.size > 0
    assert leaning.mean() > 0.4
