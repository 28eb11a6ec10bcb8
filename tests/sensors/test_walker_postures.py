"""Sitting, standing, kneeling, lying, riding, shoes: what the sensors feel of them, and what is true."""

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from sensors.driver import G_MPS2, Floats
from sensors.layout import Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    Chair,
    CrossLegs,
    Dangle,
    Drive,
    Exercise,
    Fall,
    FallKind,
    FootPropel,
    HeelRaises,
    ImuParams,
    InsoleParams,
    JumpDown,
    Kneel,
    LieDown,
    OneLeg,
    PutAway,
    Recording,
    Rest,
    Seat,
    SeatedExercise,
    Segment,
    ShiftWeight,
    ShoesOff,
    Sit,
    Stand,
    Trip,
    Walk,
    WalkAndFall,
    Walker,
    record,
)
from sensors.walker.plan import Plan

LACED = InsoleParams(preload_bw=0.03)
ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)
RATE_HZ = 100.0
SEED = 3

SCRIPTS: dict[str, tuple[Segment, ...]] = {
    "rest": (Seat((Rest(40.0),), Chair(0.18, 12.0)),),
    "failed_rise": (Seat((Rest(5.0),), failed_rises=1),),
    "hard_sit": (Seat((Rest(10.0),), hard=True),),
    "dangle": (Seat((Dangle(30.0),)),),
    "cross_legs": (Seat((CrossLegs(25.0),)),),
    "exercises": (Seat(tuple(SeatedExercise(exercise, 4) for exercise in Exercise)),),
    "drive": (Seat((Drive(40.0),)),),
    "ride": (Seat((Drive(30.0, driver=False),)),),
    "wheelchair": (Seat((FootPropel(25.0),)),),
    "lie_down": (Seat((LieDown(30.0),)),),
    "shoes": (Seat((ShoesOff(5.0),)),),
    "put_away": (PutAway(20.0),),
    "kneel": (Kneel(25.0),),
    "garden": (Kneel(30.0, both=True),),
    "shift_weight": (ShiftWeight(20.0),),
    "one_leg": (OneLeg(12.0),),
    "heel_raises": (HeelRaises(3),),
    "jump_down": (JumpDown(),),
    "fall": (Fall(FallKind.BACKWARD, 20.0),),
    "walk_and_fall": (WalkAndFall(9.0, PROFILES["foot_drop"], Trip(6.0), lying_s=8.0),),
    "sit_and_walk": (Sit(8.0), Walk(10.0, PROFILES["foot_drop"])),
}


class Finish:
    """Tells when the script was over."""

    def play(self, plan: Plan) -> Iterator[None]:
        self.time_s = plan.now_s
        yield from Stand(1.0).play(plan)


@cache
def seconds(name: str) -> float:
    """How long a script takes, and a little standing after it."""
    finish = Finish()
    Walker((Stand(3.0), *SCRIPTS[name], finish), seed=SEED).truth_before(200.0)
    return float(np.ceil(finish.time_s)) + 3.0


def body(name: str) -> Walker:
    return Walker((Stand(3.0), *SCRIPTS[name]), seed=SEED, chunk_s=4, imu=ImuParams(), insole=LACED)


@cache
def acted(name: str) -> Recording:
    return record(body(name), seconds(name), RATE_HZ, ROLES)


def load_bw(recording: Recording) -> Floats:
    both: Floats = recording.values[Role.LEFT_INSOLE].sum(axis=1) + recording.values[Role.RIGHT_INSOLE].sum(axis=1)
    return both / (70.0 * G_MPS2) - 2.0 * LACED.preload_bw


def during(recording: Recording, context: str, margin_s: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Samples in a true context, but for its ends."""
    inside = np.zeros(recording.time_s.size, dtype=bool)
    for event in recording.truth:
        if event.kind == context and isinstance(event.value, float):
            end_s = event.time_s + event.value - margin_s
            inside |= (recording.time_s >= event.time_s + margin_s) & (recording.time_s < end_s)
    return inside


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_ends_upright_on_both_feet(name: str) -> None:
    recording = acted(name)
    load, force = load_bw(recording), recording.values[Role.RIGHT_SHIN][-100:, :3]
    assert load[-100:].mean() == pytest.approx(1.0, abs=0.02)
    assert force.mean(axis=0) == pytest.approx([0.0, 0.0, G_MPS2], abs=0.15)
    assert recording.truth[-1].kind in {"standing", "not_walking"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_that_was_felt_is_planned_differently_later(name: str) -> None:
    """A body that plans just ahead of what it is asked for feels the same as one that planned it all before."""
    ahead, along = body(name), acted(name)
    ahead.truth_before(seconds(name) + 5.0)
    for begin in range(0, along.time_s.size, 500):
        portion = slice(begin, begin + 500)
        for role in ROLES:
            if role.is_insole:
                felt = ahead.cell_forces_n(role.side, EIGHT_CELLS, along.time_s[portion])
            else:
                felt = np.hstack(ahead.shank(role.side, along.time_s[portion]))
            assert np.array_equal(felt, along.values[role][portion])


@pytest.mark.parametrize("name", ["rest", "drive", "shoes", "jump_down", "sit_and_walk"])
def test_the_short_way_at_rest_gives_what_the_long_way_gives(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = record(body(name), 20.0, RATE_HZ, ROLES)
    for shortcut in ("foot_rests", "shank_rests"):
        monkeypatch.setattr(Plan, shortcut, lambda *_: False)
    long = record(body(name), 20.0, RATE_HZ, ROLES)
    for role in ROLES:
        assert np.abs(short.values[role] - long.values[role]).max() < (0.1 if role.is_insole else 1e-9)


@pytest.mark.parametrize("name", SCRIPTS)
def test_contexts_follow_each_other_and_do_not_overlap(name: str) -> None:
    spans = [
        (event.time_s, event.time_s + event.value)
        for event in acted(name).truth
        if event.kind in {"standing", "sitting", "dangling", "off", "vehicle", "tiptoe", "walking"}
        and isinstance(event.value, float)
    ]
    assert spans[0][0] == 0.0
    assert spans[-1][1] == pytest.approx(seconds(name))
    assert all(end <= start + 1e-9 for (_, end), (start, _) in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("name", "context", "least", "most"),
    [
        ("rest", "sitting", 0.1, 0.45),
        ("hard_sit", "sitting", 0.1, 0.45),
        ("cross_legs", "sitting", 0.08, 0.45),
        ("wheelchair", "sitting", 0.0, 0.45),
        ("dangle", "dangling", -0.01, 0.03),
        ("drive", "vehicle", 0.1, 0.45),
        ("shoes", "off", -0.07, 0.4),
        ("put_away", "off", -0.07, 0.4),
        ("heel_raises", "tiptoe", 0.95, 1.05),
        ("one_leg", "standing", 0.95, 1.05),
        ("shift_weight", "standing", 0.95, 1.05),
    ],
)
def test_the_load_fits_the_context(name: str, context: str, least: float, most: float) -> None:
    recording = acted(name)
    load = load_bw(recording)[during(recording, context, margin_s=1.2 if context != "tiptoe" else 0.1)]
    assert load.size > 100
    assert least <= load.min()
    assert load.max() <= most


def test_what_is_no_fall_is_not_called_one() -> None:
    for name in SCRIPTS:
        falls = [event for event in acted(name).truth if event.kind == "fall"]
        assert len(falls) == (1 if "fall" in name else 0), name


def test_kneeling_is_slow_and_its_forefoot_bears() -> None:
    for seed in range(4):
        recording = record(
            Walker(
                [Stand(3.0), Kneel(30.0, knee=Side.RIGHT)], seed=seed, chunk_s=4, imu=ImuParams(), insole=InsoleParams()
            ),
            30.0,
            RATE_HZ,
            ROLES,
        )
        shin, foot = recording.values[Role.RIGHT_SHIN], recording.values[Role.RIGHT_INSOLE] / (70.0 * G_MPS2)
        down = np.flatnonzero(-shin[:, 0] > 0.85 * G_MPS2)
        assert 50.0 < np.degrees(np.arccos(shin[down, 2].mean() / G_MPS2)) < 92.0
        assert np.linalg.norm(shin[:, :3], axis=1).max() < 1.6 * G_MPS2
        assert foot[down[100:-100], :2].sum(axis=1).max() < 0.01
        assert foot[down[100:-100], 3:].sum(axis=1).min() > 0.02


def test_a_shoe_that_is_off_loses_its_preload() -> None:
    recording = acted("put_away")
    off = during(recording, "off", margin_s=8.0)
    assert recording.values[Role.LEFT_INSOLE][off].sum(axis=1).min() == 0.0
    standing = recording.values[Role.LEFT_INSOLE][:100].sum(axis=1).mean() / (70.0 * G_MPS2)
    assert standing == pytest.approx(0.5 + LACED.preload_bw, abs=0.1)


def test_a_jump_flies_and_lands() -> None:
    recording = acted("jump_down")
    size_g = np.linalg.norm(recording.values[Role.RIGHT_SHIN][:, :3], axis=1) / G_MPS2
    load = load_bw(recording)
    assert load.min() < 0.02
    assert size_g.min() < 0.4
    landed = int(np.argmax(size_g))
    assert size_g[landed] > 2.5
    assert load[landed : landed + 40].max() > 1.8
    assert load[landed + 20 : landed + 200].min() > 0.6


def test_a_drive_shakes_and_the_right_foot_pedals() -> None:
    recording = acted("drive")
    riding = during(recording, "vehicle", margin_s=4.0)
    force = recording.values[Role.RIGHT_SHIN][riding, :3]
    fast = force - np.apply_along_axis(lambda axis: np.convolve(axis, np.full(25, 0.04), mode="same"), 0, force)
    assert 0.02 < fast[50:-50].std(axis=0).mean() / G_MPS2 < 0.09
    front = recording.values[Role.RIGHT_INSOLE][riding, 3:].sum(axis=1) / (70.0 * G_MPS2)
    assert np.ptp(front) > 0.04
    assert np.ptp(recording.values[Role.LEFT_INSOLE][riding].sum(axis=1)) < 0.02 * 70.0 * G_MPS2


def test_repetitions_are_true() -> None:
    recording = acted("exercises")
    done = [event for event in recording.truth if event.kind == "exercise_rep"]
    assert {event.value for event in done} == {exercise.value for exercise in Exercise}
    lift = next(event for event in done if event.value == Exercise.TOE_LIFT.value)
    front = recording.values[Role.LEFT_INSOLE][:, 3:].sum(axis=1)
    at = int(lift.time_s * RATE_HZ) + 5
    assert lift.side is Side.LEFT
    assert front[at] < 0.5 * front[at - 250 : at].max()
