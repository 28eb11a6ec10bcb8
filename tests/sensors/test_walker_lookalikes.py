"""What looks like a trip, a fall or a step and is none: kicks, stamps, bumps, and ways to swing a weak leg."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from sensors.driver import G_MPS2, Floats
from sensors.layout import Region, Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    ImuParams,
    InsoleParams,
    Kick,
    Person,
    Recording,
    Segment,
    Stamp,
    Stand,
    Strategy,
    Trip,
    Walk,
    Walker,
    record,
)

RATE_HZ = 500.0
WEIGHT_N = Person().weight_n
ALL = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.LEFT_SHIN, Role.RIGHT_SHIN)
HEEL = [i for i, cell in enumerate(EIGHT_CELLS) if cell.region is Region.HEEL]


def played(*script: Segment, duration_s: float, seed: int = 5) -> Recording:
    walker = Walker(script, seed=seed, imu=ImuParams(), insole=InsoleParams(), chunk_s=4)
    return record(walker, duration_s, RATE_HZ, ALL)


def total_bw(recording: Recording, role: Role) -> Floats:
    total: Floats = recording.values[role].sum(axis=1) / WEIGHT_N
    return total


def strides(recording: Recording, side: Side = Side.RIGHT) -> list[tuple[float, float]]:
    times = [e.time_s for e in recording.truth if e.kind == "initial_contact" and e.side is side]
    return list(itertools.pairwise(times[2:-2]))


def test_a_kick_whips_faster_than_a_swing_and_steps_nowhere() -> None:
    recording = played(Stand(2.0), Kick(), duration_s=8.0)
    rate = -recording.values[Role.RIGHT_SHIN][:, 4]
    assert 350.0 < rate.max() < 700.0
    assert np.abs(recording.values[Role.RIGHT_SHIN][:, :3]).max() > 2.0 * G_MPS2
    other = total_bw(recording, Role.LEFT_INSOLE)[(recording.time_s > 2.7) & (recording.time_s < 3.7)]
    assert other == pytest.approx(1.0, abs=0.02)
    assert {e.kind for e in recording.truth} == {"standing", "not_walking"}


def test_a_stamp_shocks_the_shank_under_more_than_body_weight() -> None:
    recording = played(Stand(2.0), Stamp(2), duration_s=8.0)
    along = recording.values[Role.RIGHT_SHIN][:, 2] / G_MPS2
    shocks = np.flatnonzero((along[1:] > 4.0) & (along[:-1] <= 4.0))
    assert shocks.size == 2
    for at in shocks:
        assert total_bw(recording, Role.RIGHT_INSOLE)[at : at + 40].max() > 1.1
    assert not [e for e in recording.truth if e.kind in {"initial_contact", "final_contact"}]


def test_a_bump_jolts_the_sensor_alone() -> None:
    smooth, bumped = (
        played(Stand(2.0), Walk(14.0, PROFILES["healthy"], bumps=bumps), duration_s=14.0) for bumps in ((), (6.03,))
    )
    jolt = np.abs(bumped.values[Role.RIGHT_SHIN][:, :3]).max(axis=1) > 3.8 * G_MPS2
    times = bumped.time_s[jolt]
    assert times.min() == pytest.approx(8.03, abs=0.01)
    assert np.ptp(times) < 0.02
    rates = [np.cumsum(-r.values[Role.RIGHT_SHIN][:, 4])[int(8.1 * RATE_HZ)] / RATE_HZ for r in (smooth, bumped)]
    assert abs(rates[0]) < 90.0
    assert "trip" not in {e.kind for e in bumped.truth}


def swing_figures(profile: str) -> dict[str, float]:
    """Of the affected leg's strides, by median: swing peak, frontal range and rise of the shank; other heel-off."""
    recording = played(Stand(2.0), Walk(40.0, PROFILES[profile]), duration_s=40.0)
    samples = recording.values[Role.RIGHT_SHIN]
    left = recording.values[Role.LEFT_INSOLE]
    roll, peaks, off = [], [], []
    for a, b in strides(recording):
        at = slice(int(a * RATE_HZ), int(b * RATE_HZ))
        peaks.append((-samples[at, 4]).max())
        roll.append(np.ptp(np.cumsum(samples[at, 3]) / RATE_HZ))
    ends = [e.time_s for e in recording.truth if e.kind == "final_contact" and e.side is Side.LEFT]
    for a, _ in strides(recording, Side.LEFT):
        end_s = min(t for t in ends if t > a)
        heel = left[int(a * RATE_HZ) : int(end_s * RATE_HZ)][:, HEEL].sum(axis=1)
        off.append((np.flatnonzero(heel > 0.03 * WEIGHT_N)[-1] + 1) / heel.size)
    return {"peak": float(np.median(peaks)), "roll": float(np.median(roll)), "off": float(np.median(off))}


def test_each_compensation_shows_where_it_should() -> None:
    plain, around, vaulting = (swing_figures(name) for name in ("foot_drop", "circumduction", "vaulting"))
    assert around["roll"] > plain["roll"] + 5.0
    assert around["peak"] < 0.7 * plain["peak"]
    assert vaulting["off"] < 0.5 < 0.6 < plain["off"]
    assert vaulting["roll"] == pytest.approx(plain["roll"], abs=2.0)


def test_a_hiked_hip_lifts_the_leg_by_what_the_profile_says() -> None:
    hiking = PROFILES["hip_hike"]
    hiked, flat = (
        played(Stand(2.0), Walk(20.0, profile), duration_s=20.0) for profile in (hiking, replace(hiking, hike_m=0.0))
    )
    samples, plain = (recording.values[Role.RIGHT_SHIN] for recording in (hiked, flat))
    pitch = np.radians(np.cumsum(-plain[:, 4]) / RATE_HZ)
    up = (samples[:, 0] - plain[:, 0]) * np.sin(pitch) + (samples[:, 2] - plain[:, 2]) * np.cos(pitch)
    rises = []
    for event in hiked.truth:
        if event.kind == "compensation" and 5.0 < event.time_s < 16.0:
            swing = up[int((event.time_s - 0.02) * RATE_HZ) : int((event.time_s + 0.6) * RATE_HZ)]
            rises.append(np.cumsum(np.cumsum(swing)).max() / RATE_HZ**2)
    assert np.mean(rises) == pytest.approx(hiking.hike_m, rel=0.35)


@pytest.mark.parametrize("profile", ["drag_along", "slide"])
def test_feet_that_never_leave_the_ground_are_loaded_all_through_swing(profile: str) -> None:
    recording = played(Stand(2.0), Walk(40.0, PROFILES[profile]), duration_s=40.0)
    lifted = {(e.time_s, e.side): e for e in recording.truth if e.kind == "final_contact"}
    whole = [e for e in recording.truth if e.kind == "toe_drag" and (e.time_s, e.side) in lifted and e.time_s < 38.0]
    assert len(whole) >= 5
    for drag in whole:
        at = slice(int((drag.time_s - 0.02) * RATE_HZ), int((drag.time_s + float(drag.value) + 0.02) * RATE_HZ))
        load = total_bw(recording, Role.LEFT_INSOLE if drag.side is Side.LEFT else Role.RIGHT_INSOLE)[at]
        assert load.min() > 0.003
        middle = round((drag.time_s + 0.5 * float(drag.value)) * RATE_HZ)
        role = Role.LEFT_INSOLE if drag.side is Side.LEFT else Role.RIGHT_INSOLE
        heel = recording.values[role][middle, HEEL].sum()
        assert heel > 3.0 if profile == "slide" else heel == 0.0
    if profile == "slide":
        assert {e.value for e in recording.truth if e.kind == "initial_contact"} <= {"", "flat"}


@pytest.mark.parametrize("phase", [0.05, 0.35, 0.65, 0.95])
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_either_leg_trips_anywhere_in_swing(phase: float, side: Side) -> None:
    for strength, strategy in itertools.product((1.0, 0.5, 0.3), Strategy):
        trip = Trip(6.0, phase, strength, strategy, side)
        walker = Walker([Stand(2.0), Walk(12.0, PROFILES["foot_drop"], (trip,))], seed=5, imu=ImuParams(), chunk_s=4)
        recording = record(walker, 14.0, 100.0, [side.shin])
        (blow,) = [e for e in recording.truth if e.kind in {"trip", "toe_catch"}]
        assert (blow.side, blow.kind) == (side, "toe_catch" if strength < 0.4 else "trip")
        down_s = min(e.time_s for e in recording.truth if e.kind == "initial_contact" and e.time_s > blow.time_s)
        assert 0.04 < down_s - blow.time_s < 0.9
        assert np.abs(recording.values[side.shin][:, 4]).max() < 900.0


def test_late_in_swing_a_lowered_foot_is_down_about_when_it_would_have_been() -> None:
    walks = [
        Walker([Stand(2.0), Walk(12.0, PROFILES["healthy"], trips)], seed=5).truth_before(14.0)
        for trips in ((), (Trip(6.0, 0.85, 1.0, Strategy.LOWERING),))
    ]
    (blow,) = [e for e in walks[1] if e.kind == "trip"]
    planned, real = (
        min(e.time_s for e in truth if e.kind == "initial_contact" and e.time_s > blow.time_s) for truth in walks
    )
    assert abs(real - planned) < 0.07
