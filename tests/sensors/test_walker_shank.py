"""What the shank IMU feels: axes, mounting, walking speeds, drags and trips."""

import itertools

import numpy as np
import pytest

from sensors.driver import G_MPS2, Floats
from sensors.layout import Role, Side
from sensors.walker import PROFILES, ImuParams, Profile, Recording, Sit, Stand, Strategy, Trip, Walk, Walker, record
from sensors.walker.chain import Segments
from sensors.walker.plan import Stumble
from sensors.walker.trips import plan_stumble, stumble_course

RATE_HZ = 500.0
ALIGNED = ImuParams()


def walk(
    profile: str | Profile, duration_s: float = 60.0, trips: tuple[Trip, ...] = (), imu: ImuParams = ALIGNED
) -> Recording:
    gait = PROFILES[profile] if isinstance(profile, str) else profile
    walker = Walker([Stand(3.0), Walk(duration_s, gait, trips)], seed=11, chunk_s=4, imu=imu)
    return record(walker, duration_s + 3.0, RATE_HZ, [Role.RIGHT_SHIN])


def pitch_rate_dps(recording: Recording) -> Floats:
    rate: Floats = -recording.values[Role.RIGHT_SHIN][:, 4]
    return rate


def times(recording: Recording, kind: str) -> list[float]:
    return [e.time_s for e in recording.truth if e.kind == kind and e.side is Side.RIGHT]


def test_standing_still_is_gravity_along_the_shank() -> None:
    still = walk("healthy", 12.0).values[Role.RIGHT_SHIN][: int(2.5 * RATE_HZ)]
    assert still[:, :3].mean(axis=0) == pytest.approx([0.0, 0.0, G_MPS2], abs=0.05)
    assert np.abs(still[:, 3:]).max() < 1.0


def test_gyroscope_and_gravity_agree_about_the_pitch() -> None:
    """In sitting down slowly, integrated pitch rate (-gy) is the tilt that turns gravity to +x."""
    recording = record(
        Walker([Stand(3.0), Sit(12.0)], seed=1, chunk_s=4, imu=ALIGNED), 15.0, RATE_HZ, [Role.RIGHT_SHIN]
    )
    samples = recording.values[Role.RIGHT_SHIN]
    pitch_deg = np.cumsum(pitch_rate_dps(recording)) / RATE_HZ
    felt_deg = np.degrees(np.arctan2(samples[:, 0], samples[:, 2]))
    assert pitch_deg.min() < -10.0
    assert pitch_deg == pytest.approx(felt_deg, abs=7.0)  # the sensor is carried along, up to 0.1 g
    settled = np.convolve(np.abs(pitch_rate_dps(recording)) > 0.1, np.ones(51), mode="same") == 0.0
    assert settled.mean() > 0.4
    assert pitch_deg[settled] == pytest.approx(felt_deg[settled], abs=0.5)


@pytest.mark.parametrize(
    ("profile", "peak_dps", "pitch_deg", "along_g", "forward_g"),
    [
        ("healthy", 330, (19, -51), (-0.1, 2.9), (-1.2, 1.4)),
        ("healthy_fast", 393, (22, -54), (-0.3, 3.6), (-1.7, 1.9)),
        ("foot_drop", 190, (14, -44), (0.3, 2.0), (-1.1, 0.6)),
        ("steppage", 286, (15, -54), (-0.1, 2.4), (-1.3, 1.5)),
        ("shuffle", 143, (4, -31), (0.1, 1.8), (-0.9, 0.6)),
    ],
)
def test_strides_look_as_published(
    profile: str,
    peak_dps: float,
    pitch_deg: tuple[float, float],
    along_g: tuple[float, float],
    forward_g: tuple[float, float],
) -> None:
    recording = walk(profile, 60.0)
    rate = pitch_rate_dps(recording)
    pitch = np.cumsum(rate) / RATE_HZ
    samples = recording.values[Role.RIGHT_SHIN] / G_MPS2
    peaks, extremes, along, forward = [], [], [], []
    for begin_s, end_s in itertools.pairwise(times(recording, "initial_contact")[3:-3]):
        at = slice(int(begin_s * RATE_HZ), int(end_s * RATE_HZ))
        swing = slice(at.start + (at.stop - at.start) * 6 // 10, at.stop - 4)
        peaks.append(rate[swing].max())
        extremes.append((pitch[at].max(), pitch[at].min()))
        smooth = slice(at.start + 100, at.stop)
        along.append((samples[smooth, 2].min(), samples[smooth, 2].max()))
        forward.append((samples[smooth, 0].min(), samples[smooth, 0].max()))
    assert np.mean(peaks) == pytest.approx(peak_dps, rel=0.08)
    assert np.mean(extremes, axis=0) == pytest.approx(pitch_deg, abs=3.0)
    assert np.mean(along, axis=0) == pytest.approx(along_g, abs=0.6)
    assert np.mean(forward, axis=0) == pytest.approx(forward_g, abs=0.5)


def test_contacts_ring_harder_heel_first_than_toe_first() -> None:
    recording = walk("foot_drop", 120.0)
    along = recording.values[Role.RIGHT_SHIN][:, 2]
    rough = np.abs(np.diff(along, 2))
    peak: dict[str, list[float]] = {"heel": [], "toe": []}
    for event in recording.truth:
        if event.kind == "initial_contact" and event.side is Side.RIGHT and str(event.value) in peak:
            at = int(event.time_s * RATE_HZ)
            peak[str(event.value)].append(rough[at : at + 30].max())
    assert np.median(peak["heel"]) > 1.3 * np.median(peak["toe"])


def test_mounting_turns_the_axes_and_nothing_else() -> None:
    straight = walk("healthy", 15.0).values[Role.RIGHT_SHIN]
    tilted = ImuParams(yaw_deg=20.0, roll_deg=-7.0, pitch_deg=9.0)
    turned = walk("healthy", 15.0, imu=tilted).values[Role.RIGHT_SHIN]
    turn = tilted.rotation
    assert turn @ turn.T == pytest.approx(np.eye(3))
    assert np.linalg.det(turn) == pytest.approx(1.0)
    for part in (slice(0, 3), slice(3, 6)):
        assert turned[:, part] == pytest.approx(straight[:, part] @ turn.T, abs=1e-9)
    assert ImuParams(yaw_deg=90.0).rotation @ [1.0, 0.0, 0.0] == pytest.approx([0.0, -1.0, 0.0])


def test_noise_bias_and_range_are_the_stated_ones() -> None:
    params = ImuParams(gyro_noise_dps=0.3, gyro_bias_dps=(1.0, -2.0, 0.5), accel_noise_mps2=0.03, gyro_range_dps=250.0)
    noisy, clean = walk("healthy", 15.0, imu=params), walk("healthy", 15.0)
    both = [recording.values[Role.RIGHT_SHIN][: int(2.0 * RATE_HZ)] for recording in (noisy, clean)]
    extra = both[0] - both[1]
    assert extra[:, 3:].mean(axis=0) == pytest.approx([1.0, -2.0, 0.5], abs=0.05)
    assert extra[:, 3:].std(axis=0) == pytest.approx([0.3] * 3, rel=0.1)
    assert extra[:, :3].std(axis=0) == pytest.approx([0.03] * 3, rel=0.1)
    assert np.abs(noisy.values[Role.RIGHT_SHIN][:, 3:]).max() == 250.0


def test_drags_slow_the_swing_and_roughen_it() -> None:
    recording = walk("foot_drop", 300.0)
    rate, along = pitch_rate_dps(recording), recording.values[Role.RIGHT_SHIN][:, 0]
    drags = [(e.time_s, float(e.value)) for e in recording.truth if e.kind == "toe_drag"]
    peaks: dict[bool, list[float]] = {True: [], False: []}
    for lift_s, contact_s in zip(
        times(recording, "final_contact")[3:-2], times(recording, "initial_contact")[3:-2], strict=True
    ):
        assert 0.1 < contact_s - lift_s < 1.0
        at = slice(int(lift_s * RATE_HZ), int(contact_s * RATE_HZ))
        peaks[any(lift_s < begin < contact_s for begin, _ in drags)].append(rate[at].max())
    assert len(peaks[True]) > 20
    assert 0.8 < np.mean(peaks[True]) / np.mean(peaks[False]) < 0.97
    jitter = np.diff(along, 2)
    inside = np.concatenate(
        [jitter[int((begin + 0.01) * RATE_HZ) : int((begin + length - 0.01) * RATE_HZ)] for begin, length in drags]
    )
    assert inside.std() > 3.0 * np.median(np.abs(jitter))


@pytest.mark.parametrize(
    ("profile", "phase", "before_dps", "after_dps", "accel_g"),
    [
        ("healthy", 0.2, 66, -546, (2.5, 6.5)),
        ("healthy", 0.5, 298, -270, (2.5, 5.5)),
        ("healthy", 0.8, 255, -148, (1.4, 4.0)),
        ("foot_drop", 0.2, 54, -276, (1.5, 4.0)),
        ("foot_drop", 0.5, 192, -145, (1.3, 3.5)),
        ("foot_drop", 0.8, 150, -85, (0.8, 3.0)),
    ],
)
def test_a_full_arrest_reverses_the_shank(
    profile: str, phase: float, before_dps: float, after_dps: float, accel_g: tuple[float, float]
) -> None:
    recording = walk(profile, 170.0, tuple(Trip(12.0 + 14.0 * i, phase, 1.0, Strategy.LOWERING) for i in range(10)))
    rate, samples = pitch_rate_dps(recording), recording.values[Role.RIGHT_SHIN][:, :3] / G_MPS2
    found = []
    for start_s in times(recording, "trip"):
        at = int(start_s * RATE_HZ)
        blow = slice(at, at + int(0.06 * RATE_HZ))
        alpha = np.gradient(rate[blow]) * RATE_HZ
        found.append((rate[at - 1], rate[blow].min(), alpha.min(), np.linalg.norm(samples[blow], axis=1).max()))
    assert len(found) == 10
    before, after, alpha, accel = np.mean(found, axis=0)
    assert before == pytest.approx(before_dps, abs=35)
    assert after == pytest.approx(after_dps, abs=45)
    assert -20_000 < alpha < -3_900
    assert accel_g[0] < accel < accel_g[1]


def test_a_glance_takes_its_share_and_no_recovery_follows() -> None:
    recording = walk("healthy", 160.0, tuple(Trip(12.0 + 14.0 * i, 0.5, 0.3) for i in range(9)))
    rate = pitch_rate_dps(recording)
    assert not times(recording, "trip")
    caught = times(recording, "toe_catch")
    assert len(caught) == 9
    drops = [rate[int(t * RATE_HZ) - 1] - rate[int(t * RATE_HZ) :][:30].min() for t in caught]
    assert np.mean(drops) == pytest.approx(0.3 * 568, rel=0.25)


def test_swings_go_on_undisturbed_until_the_blow() -> None:
    trips = tuple(Trip(12.0 + 14.0 * i, 0.5, 1.0, strategy) for i, strategy in enumerate([*Strategy] * 3))
    recording = walk("healthy", 140.0, trips)
    rate = pitch_rate_dps(recording)
    before = [rate[int(t * RATE_HZ) - 5] for t in times(recording, "trip")]
    assert len(before) == 9
    assert np.std(before) < 0.12 * np.mean(before)


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("profile", ["healthy", "foot_drop", "steppage"])
def test_strategies_shape_the_step_that_follows(profile: str, strategy: Strategy) -> None:
    phase = 0.25 if strategy is Strategy.ELEVATING else 0.45
    recording = walk(profile, 230.0, tuple(Trip(12.0 + 14.0 * i, phase, 1.0, strategy) for i in range(14)))
    contacts, lifts = times(recording, "initial_contact"), times(recording, "final_contact")
    normal_s = np.median([c - max(f for f in lifts if f < c) for c in contacts])
    rate = pitch_rate_dps(recording)
    swings, late = [], []
    for start_s in times(recording, "trip"):
        lift_s, contact_s = max(f for f in lifts if f < start_s), min(c for c in contacts if c > start_s)
        swings.append((contact_s - lift_s) / normal_s)
        late.append(rate[int((start_s + 0.15) * RATE_HZ) : int(contact_s * RATE_HZ) - 5].max(initial=-999.0))
    usual = np.median(
        [rate[int(f * RATE_HZ) : int(c * RATE_HZ)].max() for f, c in zip(lifts[2:], contacts[2:], strict=False)]
    )
    if strategy is Strategy.ELEVATING:
        assert 1.35 < np.mean(swings) < 2.1
        assert 0.9 < np.mean(late) / usual < 1.5
    elif strategy is Strategy.LOWERING:
        assert np.mean(swings) < 1.0
        assert np.mean(late) < usual
    else:
        assert 1.0 < np.mean(swings) < 1.5


def test_a_lowered_step_is_followed_by_a_fast_one_and_unsteady_ones() -> None:
    walker = Walker(
        [
            Stand(2.0),
            Walk(
                600.0, PROFILES["healthy"], tuple(Trip(15.0 + 14.0 * i, 0.5, 1.0, Strategy.LOWERING) for i in range(40))
            ),
        ],
        seed=3,
    )
    truth = walker.truth_before(600.0)
    contacts = [e for e in truth if e.kind == "initial_contact"]
    steps = np.diff([e.time_s for e in contacts])
    usual = np.median(steps)
    after, spread = [], []
    for trip in (e for e in truth if e.kind == "trip"):
        index = next(i for i, e in enumerate(contacts) if e.time_s > trip.time_s)
        assert contacts[index].side is Side.RIGHT
        assert contacts[index].value in {"flat", "toe"}
        after.append(steps[index] / usual)
        spread.extend(steps[index + 1 : index + 3])
    assert 0.68 < np.mean(after) < 0.88
    calm = steps[steps > 0.9 * usual]
    assert np.std(spread) > 1.5 * np.std(calm[:10])


@pytest.mark.parametrize("strategy", [None, *Strategy])
@pytest.mark.parametrize("phase", [0.03, 0.2, 0.5, 0.8, 0.97])
def test_every_stumble_is_a_smooth_bounded_course(phase: float, strategy: Strategy | None) -> None:
    rng = np.random.default_rng(1)

    def swinging(at_s: Floats) -> tuple[Floats, Floats]:
        return 20.0 * np.sin(5.0 * at_s), -15.0 - 35.0 * np.cos(5.0 * at_s)

    for _ in range(20):
        trip = Trip(0.0, phase, 0.2 if strategy is None else 1.0, strategy)
        stumble: Stumble = plan_stumble(trip, 10.0, 10.45, rng)
        assert stumble.contact_s > stumble.start_s + 0.09
        course = stumble_course(stumble, Segments(), 1.0, swinging).shank
        assert (np.diff(course.knots) > 0.0).all()
        fine = course(np.arange(course.knots[0], course.knots[-1], 0.001))
        assert fine.min() > -100.0
        assert fine.max() < 60.0
        assert np.abs(np.diff(fine)).max() * 1000.0 < 900.0
