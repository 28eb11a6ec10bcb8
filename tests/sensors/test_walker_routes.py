"""Turns, stairs, slopes and other ways of stepping: what feet and shank feel, and what the truth calls it."""

import itertools
from functools import cache

import numpy as np
import pytest

from sensors.driver import G_MPS2, Floats
from sensors.layout import Region, Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    Aided,
    Backward,
    Curb,
    ImuParams,
    InsoleParams,
    Level,
    Marching,
    Person,
    Ramp,
    Recording,
    Route,
    Segment,
    Stairs,
    Stamping,
    Stand,
    Stretch,
    Tiptoe,
    Turn,
    Walk,
    Walker,
    record,
)
from sensors.walker.motion import shank_motion
from sensors.walker.plan import Plan

RATE_HZ = 250.0
WEIGHT_N = Person().weight_n
INSOLES = {Side.LEFT: Role.LEFT_INSOLE, Side.RIGHT: Role.RIGHT_INSOLE}
HEEL, FRONT = (
    [i for i, cell in enumerate(EIGHT_CELLS) if cell.region in regions]
    for regions in ((Region.HEEL,), (Region.FOREFOOT, Region.TOES))
)
STRETCHES: dict[str, Stretch] = {
    "up": Stairs(14),
    "down": Stairs(14, up=False),
    "one_by_one": Stairs(7, one_by_one=True),
    "turn": Turn(90.0),
    "spot": Turn(-180.0, on_the_spot=True),
    "uphill": Ramp(12.0, 12.0),
    "downhill": Ramp(12.0, -12.0),
    "gentle": Ramp(12.0, 4.0),
    "tiptoe": Tiptoe(12),
    "backward": Backward(12),
    "marching": Marching(12),
    "stamping": Stamping(10),
    "curb": Curb(),
    "aided": Aided(15.0),
}
CONTEXT = {
    "up": "stairs",
    "down": "stairs",
    "one_by_one": "stairs",
    "turn": "turning",
    "spot": "turning",
    "uphill": "stairs",
    "downhill": "stairs",
    "gentle": "walking",
    "tiptoe": "tiptoe",
    "backward": "backward",
    "stamping": "walking",
    "curb": "walking",
    "aided": "aided",
}


@cache
def walked(name: str, profile: str = "healthy", seed: int = 5) -> Recording:
    """Level, the stretch, and level again, felt by perfect sensors."""
    route = Route(PROFILES[profile], (Level(5.0), STRETCHES[name], Level(5.0)))
    walker = Walker([Stand(2.0), route], seed=seed, imu=ImuParams(), insole=InsoleParams(), chunk_s=4)
    return record(walker, 40.0, RATE_HZ, [*INSOLES.values(), Role.LEFT_SHIN, Role.RIGHT_SHIN])


def span(recording: Recording, kind: str) -> tuple[float, float]:
    """The one interval of a kind."""
    (one,) = [e for e in recording.truth if e.kind == kind]
    return one.time_s, one.time_s + float(one.value)


def inside(recording: Recording, kind: str, begin_s: float, end_s: float, side: Side = Side.RIGHT) -> list[float]:
    return [e.time_s for e in recording.truth if e.kind == kind and e.side is side and begin_s < e.time_s < end_s]


def pitch_rate_dps(recording: Recording, role: Role = Role.RIGHT_SHIN) -> Floats:
    rate: Floats = -recording.values[role][:, 4]
    return rate


def load_bw(recording: Recording, side: Side) -> Floats:
    load: Floats = recording.values[INSOLES[side]].sum(axis=1) / WEIGHT_N
    return load


@pytest.mark.parametrize("name", sorted(CONTEXT))
def test_the_truth_calls_each_stretch_by_its_context(name: str) -> None:
    recording = walked(name)
    kinds = {"standing", "walking", "stairs", "turning", "tiptoe", "backward", "aided"}
    spans = [(e.kind, e.time_s, e.time_s + float(e.value)) for e in recording.truth if e.kind in kinds]
    middle = [] if CONTEXT[name] == "walking" else [CONTEXT[name], "walking"]
    assert [kind for kind, _, _ in spans] == ["standing", "walking", *middle, "standing"]
    assert all(abs(one[2] - two[1]) < 1e-6 for one, two in itertools.pairwise(spans))
    assert len([e for e in recording.truth if e.kind == "walk"]) == 1


def test_marching_leaves_a_gap_in_the_contexts_and_keeps_its_contacts() -> None:
    recording = walked("marching")
    before, after = [e for e in recording.truth if e.kind == "walking"]
    gap = before.time_s + float(before.value), after.time_s
    contacts = [e for e in recording.truth if e.kind == "initial_contact" and gap[0] < e.time_s < gap[1]]
    assert len(contacts) >= 11
    assert {e.value for e in contacts} <= {"flat", "toe"}


@pytest.mark.parametrize("name", sorted(set(STRETCHES) - {"aided", "stamping"}))
def test_both_feet_carry_the_body_on_any_ground(name: str) -> None:
    recording = walked(name)
    begin_s, end_s = span(recording, "walk")
    both = load_bw(recording, Side.LEFT) + load_bw(recording, Side.RIGHT)
    strides = inside(recording, "initial_contact", begin_s + 1.5, end_s - 1.0)
    loads = [both[(recording.time_s >= a) & (recording.time_s < b)].mean() for a, b in itertools.pairwise(strides)]
    assert np.mean(loads) == pytest.approx(1.0, abs=0.02)
    assert np.abs(np.array(loads) - 1.0).max() < 0.08


@pytest.mark.parametrize("name", sorted(set(STRETCHES) - {"stamping"}))
def test_nothing_jerks_beyond_what_legs_do(name: str) -> None:
    """Patterns change softly: no joint jumps, so neither rate nor force has spikes that the contacts do not make."""
    recording = walked(name)
    rate = pitch_rate_dps(recording)
    assert np.abs(rate).max() < 520.0
    assert np.abs(np.diff(rate)).max() * RATE_HZ < 21_000.0
    force = recording.values[Role.RIGHT_SHIN][:, :3] / G_MPS2
    away = np.ones(recording.time_s.size, dtype=bool)
    for side in Side.LEFT, Side.RIGHT:
        for time_s in inside(recording, "initial_contact", 0.0, 99.0, side):
            away &= (recording.time_s < time_s - 0.02) | (recording.time_s > time_s + 0.15)
    assert np.abs(force[away]).max() < 4.5


@pytest.mark.parametrize(
    ("name", "pitch_deg", "peak_dps"), [("up", (-3, -60), (150, 300)), ("down", (7, -59), (150, 300))]
)
def test_shanks_on_stairs(name: str, pitch_deg: tuple[float, float], peak_dps: tuple[float, float]) -> None:
    """Upward the shank never reclines and leans to -60 deg; the swing peak is 150-250 deg/s, some strides more."""
    recording = walked(name)
    begin_s, end_s = span(recording, "stairs")
    rate = pitch_rate_dps(recording)
    pitch = np.cumsum(rate) / RATE_HZ
    extremes, peaks = [], []
    for a, b in itertools.pairwise(inside(recording, "initial_contact", begin_s + 1.0, end_s - 1.0)):
        at = slice(int(a * RATE_HZ), int(b * RATE_HZ))
        extremes.append((pitch[at].max(), pitch[at].min()))
        peaks.append(rate[at].max())
    assert np.mean(extremes, axis=0) == pytest.approx(pitch_deg, abs=5.0)
    assert peak_dps[0] < np.mean(peaks) < peak_dps[1]


def test_feet_land_softly_upward_and_hard_downward_with_toes_first_on_both() -> None:
    peaks = {}
    for name in ("up", "down"):
        recording = walked(name)
        begin_s, end_s = span(recording, "stairs")
        load = load_bw(recording, Side.LEFT)
        first, second = [], []
        for start_s in inside(recording, "initial_contact", begin_s, end_s - 1.0, Side.LEFT):
            stance = load[int(start_s * RATE_HZ) : int((start_s + 0.9) * RATE_HZ)]
            length = int(np.argmax(stance[10:] == 0.0)) + 10
            first.append(stance[: length // 2].max())
            second.append(stance[length // 2 : length].max())
        peaks[name] = float(np.mean(first)), float(np.mean(second))
        strikes = [
            e.value
            for e in recording.truth
            if e.kind == "initial_contact" and begin_s < e.time_s < end_s and e.side is Side.LEFT
        ]
        assert strikes.count("heel") < 0.35 * len(strikes)
        assert not [e for e in recording.truth if e.kind == "toe_first"]
    assert peaks["up"][0] < 1.08 < peaks["up"][1]
    assert 1.2 < peaks["down"][0] < 1.5
    assert peaks["down"][1] < 1.0


def test_toes_first_are_a_finding_on_level_ground_only() -> None:
    for name, found in (("down", False), ("tiptoe", False), ("backward", False), ("gentle", True)):
        recording = walked(name, "foot_drop")
        begin_s, end_s = span(recording, "walk")
        if CONTEXT[name] != "walking":
            begin_s, end_s = span(recording, CONTEXT[name])
        contacts = [
            e
            for e in recording.truth
            if e.kind == "initial_contact" and begin_s < e.time_s < end_s and e.value == "toe"
        ]
        said = [e for e in recording.truth if e.kind == "toe_first" and begin_s < e.time_s < end_s]
        assert len(contacts) >= 3
        assert len(said) == (len(contacts) if found else 0)


@pytest.mark.parametrize(("name", "angle_deg"), [("turn", 90.0), ("spot", -180.0)])
def test_turns_add_up_on_both_legs_and_the_inner_one_swings_less(name: str, angle_deg: float) -> None:
    recording = walked(name)
    begin_s, end_s = span(recording, "turning")
    for role in Role.LEFT_SHIN, Role.RIGHT_SHIN:
        samples = recording.values[role]
        lean = np.radians(np.cumsum(-samples[:, 4]) / RATE_HZ)
        yaw_dps = samples[:, 5] * np.cos(lean) + samples[:, 3] * np.sin(lean)
        assert yaw_dps.sum() / RATE_HZ == pytest.approx(angle_deg, abs=12.0)
    inner = Side.LEFT if angle_deg > 0 else Side.RIGHT
    swings = {
        side: np.mean(
            [
                pitch_rate_dps(recording, side.shin)[int((t - 0.3) * RATE_HZ) : int(t * RATE_HZ)].max()
                for t in inside(recording, "initial_contact", begin_s + 0.2, end_s, side)
            ]
        )
        for side in (Side.LEFT, Side.RIGHT)
    }
    assert swings[inner] < 0.9 * swings[inner.other]


def test_heels_stay_up_on_tiptoe_and_come_down_last_going_backward() -> None:
    tiptoe = walked("tiptoe")
    begin_s, end_s = span(tiptoe, "tiptoe")
    for side, role in INSOLES.items():
        for a in inside(tiptoe, "initial_contact", begin_s, end_s - 0.7, side):
            stance = tiptoe.values[role][int(a * RATE_HZ) : int((a + 0.4) * RATE_HZ)]
            assert stance[:, HEEL].max() == 0.0
            assert stance[:, FRONT].sum(axis=1).max() > 0.9 * WEIGHT_N
    back = walked("backward")
    begin_s, end_s = span(back, "backward")
    y = np.array([cell.y for cell in EIGHT_CELLS])
    for side, role in INSOLES.items():
        for a in inside(back, "initial_contact", begin_s, end_s - 1.0, side):
            stance = back.values[role][int(a * RATE_HZ) : int((a + 0.9) * RATE_HZ)]
            loaded = stance[stance.sum(axis=1) > 0.3 * WEIGHT_N]
            cop = loaded @ y / loaded.sum(axis=1)
            assert cop[:10].mean() > 0.55 > 0.35 > cop[-10:].mean()


def test_going_backward_the_shank_leans_forward_at_contact() -> None:
    recording = walked("backward")
    begin_s, end_s = span(recording, "backward")
    pitch = np.cumsum(pitch_rate_dps(recording)) / RATE_HZ
    at_contact = [pitch[int(t * RATE_HZ)] for t in inside(recording, "initial_contact", begin_s + 1.0, end_s)]
    level = [pitch[int(t * RATE_HZ)] for t in inside(recording, "initial_contact", 3.0, begin_s)]
    assert np.mean(at_contact) < -15.0 < 10.0 < np.mean(level)


def test_an_aid_takes_weight_and_stamps_add_it() -> None:
    aided = walked("aided")
    begin_s, end_s = span(aided, "aided")
    inner = (aided.time_s > begin_s + 1.5) & (aided.time_s < end_s - 1.0)
    assert load_bw(aided, Side.RIGHT)[inner].max() < 0.75
    assert load_bw(aided, Side.LEFT)[inner].max() < 0.9
    stamped = walked("stamping")
    assert load_bw(stamped, Side.LEFT).max() > 1.2
    assert np.abs(stamped.values[Role.RIGHT_SHIN][:, 2]).max() > 4.5 * G_MPS2


def test_a_sudden_stop_ends_in_a_short_soft_step() -> None:
    def last_swings(*, sudden: bool) -> tuple[float, float]:
        walker = Walker(
            [Stand(2.0), Walk(12.0, PROFILES["healthy"], sudden_stop=sudden)], seed=4, chunk_s=4, imu=ImuParams()
        )
        recording = record(walker, 18.0, RATE_HZ, [Role.LEFT_SHIN, Role.RIGHT_SHIN])
        last = max((e for e in recording.truth if e.kind == "initial_contact"), key=lambda e: e.time_s)
        rate = pitch_rate_dps(recording, last.side.shin)
        lifted_s = max(e.time_s for e in recording.truth if e.kind == "final_contact")
        swing = slice(int(lifted_s * RATE_HZ), int(last.time_s * RATE_HZ))
        return float(rate[swing].max()), float(np.diff(rate[swing]).min() * RATE_HZ)

    peak_dps, slope = last_swings(sudden=True)
    usual_dps, _ = last_swings(sudden=False)
    assert peak_dps < 0.75 * usual_dps
    assert slope > -6000.0


def test_routes_do_not_depend_on_portions_either() -> None:
    script: list[Segment] = [Stand(1.0), Route(PROFILES["foot_drop"], (Level(2.0), Stairs(2), Turn(90.0), Backward(2)))]
    time_s = np.arange(0.0, 14.0, 0.01)
    whole = np.hstack(Walker(script, seed=4).shank(Side.RIGHT, time_s))
    pieces = Walker(script, seed=4)
    parts = [np.hstack(pieces.shank(Side.RIGHT, time_s[i : i + 37])) for i in range(0, time_s.size, 37)]
    assert np.array_equal(whole, np.vstack(parts))


@pytest.mark.parametrize(
    ("stretch", "climbed_m"), [(Stairs(8), 8 * 0.17), (Stairs(8, up=False), -8 * 0.17), (Curb(height_m=0.14), 0.14)]
)
def test_the_shank_is_carried_up_and_down(stretch: Stretch, climbed_m: float) -> None:
    """Integrated twice from standing to standing, its acceleration gives the height of the treads."""
    plan = Plan(Person(), np.random.default_rng(3))
    for _ in Route(PROFILES["healthy"], (Level(3.0), stretch, Level(3.0))).play(plan):
        pass
    time_s = np.arange(-0.2, plan.now_s, 1.0 / 500.0)
    up_mps2 = shank_motion(plan, Side.RIGHT, time_s).up_mps2
    height_m = np.cumsum(np.cumsum(up_mps2)) / 500.0**2
    assert height_m[-40] == pytest.approx(climbed_m, abs=0.03)


def test_slopes_that_nobody_walks_are_refused() -> None:
    with pytest.raises(ValueError, match="grade 30"):
        Ramp(5.0, 30.0)
