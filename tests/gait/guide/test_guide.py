"""The guide: whatever comes in whatever pieces, it says the same, never fails, and ends in a calibration."""

import json
from copy import copy
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.events import Kind
from hub.gait import Calibration, GaitEngine, KeptCalibration
from hub.gait.calibration import Part
from hub.gait.guide import FULL, RE_ZERO, WORDS, Guide, Mark, Outcome, State, Task
from hub.recording.session_folder import SessionFolder, blocks
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import Cell, LoadUnit, Region, Role, Side
from sensors.walker import re_zero_script
from tests.gait.guide.conftest import INSOLES, Told, filmed, guided, in_counts, only

LEFT, RIGHT = INSOLES
SHIN = Role.LEFT_SHIN
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DEVICES = {LEFT: "C0:01", RIGHT: "C0:02", SHIN: "C0:03"}


@cache
def walk_alone(well_done: SessionFolder) -> Told:
    return guided(only(well_done, *INSOLES, SHIN), (Task.WALK,))


def walked_and_timed(well_done: SessionFolder, seconds: list[float], marks_s: list[float]) -> Outcome:
    """What comes of a walk that was timed like this."""
    guide = copy(walk_alone(well_done).guide)
    guide.took(seconds)
    for mark_s in marks_s:
        guide.passed_mark(mark_s)
    return guide.outcome(NOW, DEVICES)


@pytest.fixture(scope="module")
def led(well_done: SessionFolder) -> Told:
    return guided(only(well_done, *INSOLES, SHIN))


def test_it_ends_in_a_calibration_of_every_part_with_date_and_device(led: Told) -> None:
    outcome = led.guide.outcome(NOW, DEVICES)
    found = outcome.calibration
    assert {role: set(fit.made) for role, fit in found.fits.items()} == {
        LEFT: {Part.ZERO, Part.LOAD, Part.SWING},
        RIGHT: {Part.ZERO, Part.LOAD, Part.SWING},
        SHIN: {Part.AXES},
    }
    assert {role: fit.device for role, fit in found.fits.items()} == DEVICES
    assert all(made_at == NOW for fit in found.fits.values() for made_at in fit.made.values())
    for role in INSOLES:
        assert found.insoles[role].peak_load == pytest.approx(730.0, rel=0.05), "70 kg and the humps of walking"
        assert len(found.insoles[role].unrest) == 4
        assert min(found.insoles[role].unrest) >= 0
    assert outcome.said[-1].key == "result_all"
    kept = KeptCalibration().renewed(led.guide._session, found, DEVICES)
    assert KeptCalibration.from_dict(json.loads(json.dumps(kept.to_dict()))) == kept


def test_an_engine_that_begins_with_it_has_nothing_left_to_learn(well_done: SessionFolder, led: Told) -> None:
    folder = only(well_done, *INSOLES, SHIN)
    engine = GaitEngine(folder.session, led.guide.outcome(NOW, DEVICES).calibration)
    events = [event for block in blocks(folder) for event in engine.push(block)]
    issues = {event.fields["issue"] for event in events if event.kind is Kind.QUALITY}
    assert not issues & {"learning", "re_zero", "re_fit"}


def test_a_timed_walk_gives_the_scale_of_stride_length(led: Told) -> None:
    guide = led.guide
    (start_s,) = [event.time_s for event in guide._found.steps if event.kind is Kind.WALK_START]
    assert guide.outcome(NOW, DEVICES).calibration.stride_scales == {}
    guide.took([10.0 / 0.7])  # the walker's pace is 0.7 m/s
    by_watch = guide.outcome(NOW, DEVICES).calibration
    guide.took([])
    guide.passed_mark(start_s + 4.0)
    guide.passed_mark(start_s + 4.0 + 10.0 / 0.7)
    by_marks = guide.outcome(NOW, DEVICES)
    assert set(by_watch.stride_scales) == {SHIN}
    assert by_watch.stride_scales[SHIN] == pytest.approx(by_marks.calibration.stride_scales[SHIN], rel=0.03)
    assert by_marks.calibration.fits[SHIN].made[Part.STRIDE_SCALE] == NOW
    assert "result_stride_scale" in [said.key for said in by_marks.said]


@pytest.mark.parametrize(
    ("seconds", "marks_s", "why"),
    [
        ([0.5], [], "fewer than 4 measured strides"),
        ([60.0], [], "60 s for 10 m, but the whole walk took 2"),
        ([14.0, 14.0], [], "2 times for 1 walk"),
        ([], [140.0], "1 marks were passed; each timed walk has two"),
    ],
)
def test_times_that_fit_no_walk_are_told_and_give_no_scale(
    well_done: SessionFolder, seconds: list[float], marks_s: list[float], why: str
) -> None:
    outcome = walked_and_timed(well_done, seconds, marks_s)
    assert outcome.calibration.stride_scales == {}
    assert why in next(said.text for said in outcome.said if said.key == "result_no_scale")


def test_what_is_said_and_found_does_not_depend_on_how_samples_come(well_done: SessionFolder) -> None:
    folder = only(well_done, *INSOLES, SHIN)
    short = {size: guided(folder, RE_ZERO, size=size) for size in (1, 25, 999)}
    outcomes = [told.guide.outcome(NOW, DEVICES) for told in short.values()]
    for one, other in pairwise(outcomes):
        assert one == other
    at_once = Guide(folder.session)
    for block in blocks(folder):
        at_once.push(block)
    assert at_once.state is State.ENDED
    assert at_once.outcome(NOW, DEVICES) == guided(folder).guide.outcome(NOW, DEVICES)


@pytest.mark.parametrize("noise", [2.0, 20.0, 40.0])
@pytest.mark.parametrize("seed", range(3))
def test_noise_of_the_cells_is_no_lift(noise: float, seed: int) -> None:
    told = guided(in_counts(filmed(re_zero_script(), 30.0, roles=INSOLES), noise, seed), RE_ZERO)
    assert told.guide.state is State.ENDED
    assert not told.refused


def test_a_re_zero_changes_the_zero_and_nothing_else(well_done: SessionFolder, led: Told) -> None:
    session, devices = led.guide._session, DEVICES
    old = led.guide.outcome(NOW.replace(year=2025), devices)
    kept = old.applied_to(KeptCalibration(), session, devices)
    told = guided(only(well_done, *INSOLES, SHIN), RE_ZERO)
    outcome = told.guide.outcome(NOW, devices)
    assert [said.key for said in outcome.said] == ["result_zero", "result_zero", "result_all"]
    new = outcome.applied_to(kept, session, devices).calibration
    for role in INSOLES:
        before, after = kept.calibration.insoles[role], new.insoles[role]
        assert (after.peak_load, after.unrest) == (before.peak_load, before.unrest)
        assert after.zero == new.fits[role].zero == told.guide._found.zero[role.side]
        assert new.fits[role].made == {**kept.calibration.fits[role].made, Part.ZERO: NOW}
    assert new.shanks == kept.calibration.shanks


def test_a_zero_alone_is_worth_something_to_a_hub_that_knows_nothing(well_done: SessionFolder) -> None:
    folder = only(well_done, *INSOLES, SHIN)
    outcome = guided(folder, RE_ZERO).guide.outcome(NOW, DEVICES)
    assert outcome.calibration.insoles == {}
    engine = GaitEngine(folder.session, outcome.calibration)
    for block in blocks(folder):
        engine.push(block)
    assert engine.calibration().fits == outcome.calibration.fits


def test_what_is_left_out_makes_later_exercises_impossible_and_says_so(well_done: SessionFolder) -> None:
    guide = Guide(only(well_done, *INSOLES, SHIN).session)
    guide.skip()
    guide.skip()
    assert guide.view.task is Task.STAND
    guide.skip()
    assert guide.view.task is Task.WALK
    marks = {ended.task: (ended.mark, ended.said.key) for ended in guide.view.ended}
    assert marks[Task.LIFT_LEFT] == (Mark.SKIPPED, "skipped")
    assert marks[Task.LEAN_LEFT] == (Mark.IMPOSSIBLE, "needs_before")
    guide.skip()
    assert guide.state is State.ENDED
    outcome = guide.outcome(NOW, {})
    assert outcome.calibration == Calibration()
    assert outcome.said[-1].key == "result_nothing"


def test_sensors_that_are_not_there_make_exercises_impossible(well_done: SessionFolder) -> None:
    for roles, possible in {(LEFT,): {Task.LIFT_LEFT, Task.STAND, Task.WALK}, (SHIN,): {Task.WALK}}.items():
        guide = Guide(only(well_done, *roles).session)
        while guide.state is State.DOING:
            assert guide.view.task in possible
            guide.skip()
        assert all(ended.said.key == "needs_sensors" for ended in guide.view.ended if ended.task is Task.LIFT_RIGHT)


def test_the_view_tells_loads_in_numbers_and_words(well_done: SessionFolder) -> None:
    told = guided(only(well_done, *INSOLES, SHIN), (Task.LIFT_LEFT, Task.LIFT_RIGHT, Task.STAND))
    view = told.guide.view
    assert view.feet[Side.LEFT].load_pct + view.feet[Side.RIGHT].load_pct == pytest.approx(100.0, abs=5.0)
    assert view.feet[Side.LEFT].said.text == "bears weight"
    assert 50 < view.feet[Side.LEFT].heel_pct < 80
    assert view.legs[Side.LEFT].said.text == "is still"


def test_every_sentence_can_be_said() -> None:
    words = ("foot", "other", "sensor", "why")
    numbers = [
        "held",
        "wanted",
        "share",
        "left",
        "right",
        "steps",
        "swings",
        "best",
        "minutes",
        "moved",
        "times",
        "scale",
        "metres",
    ]
    values = dict.fromkeys(words, "left") | dict.fromkeys(numbers, 1)
    for key, text in WORDS.items():
        assert text.format(**values), key


CELLS = (Cell(0.5, 0.1, Region.HEEL), Cell(0.5, 0.7, Region.FOREFOOT), Cell(0.5, 0.9, Region.TOES))
SPECS = {
    LEFT: InsoleSpec(50.0, LoadUnit.COUNTS, CELLS),
    RIGHT: InsoleSpec(50.0, LoadUnit.COUNTS, CELLS),
    SHIN: ShinSpec(50.0),
}


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_is_felt_and_pressed_it_goes_on_and_can_be_left(data: st.DataObject) -> None:
    """Noise, silence, saturation and keys at any time."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    guide = Guide(Session("x", Wearer(), dict(SPECS)))
    now_s = dict.fromkeys(SPECS, 10.0)
    for _ in range(data.draw(st.integers(1, 30))):
        role = data.draw(st.sampled_from(sorted(SPECS)))
        n = data.draw(st.sampled_from([0, 1, 50, 400]))
        scale = data.draw(st.sampled_from([0.0, 1.0, 100.0, 1e6]))
        time_s = now_s[role] + np.arange(1, n + 1) / 50.0
        until_s = float(time_s[-1]) if n else now_s[role] + data.draw(st.floats(0.0, 20.0))
        width = 3 if role.is_insole else 6
        guide.push(Block(role, time_s, scale * rng.standard_normal((n, width)), until_s))
        now_s[role] = until_s
        data.draw(st.sampled_from([guide.repeat, guide.skip, lambda: None]))()
        assert guide.view.state is guide.state
        guide.outcome(NOW, {})
    while guide.state is not State.ENDED:
        guide.skip()
    assert {ended.task for ended in guide.view.ended} == set(FULL)
