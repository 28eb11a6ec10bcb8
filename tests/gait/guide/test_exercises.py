"""Each exercise of the guided calibration: done rightly it is accepted, done wrongly it is refused with the reason."""

from dataclasses import replace

import numpy as np
import pytest

from hub.gait.guide import FULL, Mark, State, Task
from hub.recording.session_folder import SessionFolder, Stream
from sensors.layout import Role, Side
from sensors.walker import ImuParams, Mistake, Rest, Seat, Slip, Stand
from tests.gait.guide.conftest import INSOLES, filmed, guided, mistaken, only, swapped

LEFT, RIGHT = INSOLES
LIFTS = (Task.LIFT_LEFT, Task.LIFT_RIGHT)


def test_who_does_as_told_is_refused_nothing(well_done: SessionFolder) -> None:
    for shin in (Role.LEFT_SHIN, Role.RIGHT_SHIN):
        told = guided(only(well_done, *INSOLES, shin))
        assert told.refused == []
        assert told.guide.state is State.ENDED
        assert {task: ended.mark for task, ended in told.ended.items()} == dict.fromkeys(FULL, Mark.DONE)
        assert told.ended[Task.TOE_RAISES].said.values == {"left": 0, "right": 3}, "the weak foot lifts a fifth of it"


def test_each_wrong_exercise_is_refused_with_its_reason_and_accepted_when_it_is_done_again() -> None:
    told = guided(
        filmed(
            mistaken(
                Mistake.FOOT_DOWN,
                Mistake.OTHER_FOOT,
                Mistake.FIDGETS,
                Mistake.LEANS_OTHER_WAY,
                Mistake.HEELS_DOWN,
                Mistake.LEG_STILL,
            ),
            350.0,
        )
    )
    assert told.refused == [
        (Task.LIFT_LEFT, "still_pressed"),
        (Task.LIFT_LEFT, "other_foot"),
        (Task.STAND, "stood_short"),
        (Task.LEAN_LEFT, "leaned_other"),
        (Task.HEEL_RAISES, "heels_few"),
        (Task.SWING_LEFT, "swung_little"),
    ]
    assert told.guide.state is State.ENDED
    assert all(ended.mark is Mark.DONE for ended in told.ended.values())


@pytest.mark.parametrize(
    ("mistake", "reason", "words"),
    [
        (Mistake.HELD_SHORT, "held_short", "You held your left foot up for only 2 of 4 seconds."),
        (Mistake.BOTH_FEET, "both_feet", "Lift only your left foot"),
    ],
)
def test_a_foot_that_is_not_held_up_as_it_should(mistake: Mistake, reason: str, words: str) -> None:
    folder = filmed(mistaken(mistake), 75.0)
    told = guided(folder, LIFTS)
    assert told.refused == [(Task.LIFT_LEFT, reason)]
    assert told.guide.state is State.ENDED
    once = guided(folder, LIFTS, most_refusals=1)
    assert words in once.guide.view.said.text


def test_toes_that_touch_are_found_out_when_the_leg_swings_and_the_foot_is_held_up_again(
    well_done: SessionFolder,
) -> None:
    told = guided(filmed(mistaken(Mistake.TOES_DOWN), 185.0), FULL[:-1])
    assert told.refused == [(Task.SWING_LEFT, "pressed_before")]
    assert told.guide.state is State.ENDED
    good = guided(only(well_done, *INSOLES), LIFTS)
    zeros = [each.guide._found.zero[Side.LEFT][0] for each in (told, good)]
    assert zeros[0] == pytest.approx(zeros[1], abs=2.0)


def test_who_sat_through_the_standing_is_found_out_by_the_walk_and_stands_again() -> None:
    told = guided(filmed(mistaken(Mistake.SITS), 215.0))
    assert told.refused == [(Task.WALK, "sat_before")]
    assert told.guide.state is State.ENDED
    assert told.ended[Task.WALK].mark is Mark.DONE, "the walk itself was good"


def test_a_walk_that_is_too_short_and_a_lean_that_is_too_little() -> None:
    little = guided(filmed(mistaken(Mistake.LEANS_LITTLE), 105.0), FULL[:4])
    assert little.refused == [(Task.LEAN_LEFT, "leaned_little")]
    short = guided(filmed([Stand(245.0)], 245.0), (Task.WALK,), most_refusals=1)
    assert short.refused == [(Task.WALK, "walked_short")]


def test_swapped_insoles_are_named_when_a_foot_is_lifted_and_in_the_walk(well_done: SessionFolder) -> None:
    wrong = swapped(well_done, LEFT, RIGHT)
    for shin in (Role.LEFT_SHIN, Role.RIGHT_SHIN):
        told = guided(only(wrong, *INSOLES, shin), LIFTS, most_refusals=1)
        assert told.refused == [(Task.LIFT_LEFT, "insoles_swapped")]
        walked = guided(only(wrong, *INSOLES, shin), (Task.WALK,), most_refusals=1)
        assert walked.refused == [(Task.WALK, "sides_do_not_fit")]
    blind = guided(only(wrong, *INSOLES), LIFTS, most_refusals=1)
    assert blind.refused == [(Task.LIFT_LEFT, "other_or_swapped")], "the wearer may have lifted the other foot"


def test_an_insole_that_lies_the_wrong_way_round(well_done: SessionFolder) -> None:
    cells = well_done.session.sensors[LEFT].cells
    order = np.argsort([cell.y for cell in cells])
    turned = np.empty(len(cells), dtype=int)
    turned[order] = order[::-1]
    time_s, values = well_done.streams[LEFT]
    folder = replace(well_done, streams={**well_done.streams, LEFT: Stream(time_s, values[:, turned])})
    told = guided(folder, FULL[:6], most_refusals=1)
    assert told.refused == [(Task.HEEL_RAISES, "insole_reversed")]
    assert told.guide.view.said.values == {"foot": "left"}


def test_a_shin_sensor_on_the_other_leg(well_done: SessionFolder) -> None:
    folder = swapped(well_done, Role.LEFT_SHIN, Role.RIGHT_SHIN)
    seen = {}
    for side in (Side.LEFT, Side.RIGHT):
        told = guided(only(folder, *INSOLES, side.shin), FULL[:-1], most_refusals=1)
        seen[side] = told.refused
        walked = guided(only(folder, *INSOLES, side.shin), (Task.WALK,), most_refusals=1)
        assert walked.refused == [(Task.WALK, "sides_do_not_fit")]
    assert seen == {
        Side.LEFT: [(Task.SWING_LEFT, "shin_still")],
        Side.RIGHT: [(Task.SWING_LEFT, "shin_on_other_leg")],
    }


@pytest.mark.parametrize("slip", [Slip(20.0, yaw_deg=20.0), Slip(20.0, pitch_deg=12.0), Slip(20.0, roll_deg=-12.0)])
def test_a_strap_that_slips_in_the_walk(slip: Slip) -> None:
    script = list(mistaken())[-1]
    folder = filmed([Stand(13.0), script], 55.0, imu=ImuParams(slips=(slip,)))
    told = guided(folder, (Task.STAND, Task.WALK), most_refusals=1)
    assert told.refused == [(Task.WALK, "strap_slipped")]


def test_a_sensor_that_falls_silent_is_named(well_done: SessionFolder) -> None:
    streams = dict(well_done.streams)
    time_s, values = streams[RIGHT]
    streams[RIGHT] = Stream(time_s[:600], values[:600])
    told = guided(replace(well_done, streams=streams), LIFTS, most_refusals=1)
    assert told.refused == [(Task.LIFT_LEFT, "silent")]
    assert "The right insole has gone silent" in told.guide.view.said.text


def test_sitting_still_is_no_foot_in_the_air() -> None:
    told = guided(filmed([Stand(2.0), Seat((Rest(40.0),))], 40.0), LIFTS)
    assert told.refused == [(Task.LIFT_LEFT, "still_pressed")]
