"""The zero: drags in up to three of four swings do not teach it, and what contradicts a fitted one is told."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from hub.events import Event, Kind
from hub.gait import Calibration, GaitEngine, InsoleCalibration
from hub.gait.calibration import Fit, Part
from hub.recording.session_folder import SessionFolder, Stream, blocks
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Region, Role, Side
from sensors.walker import PROFILES, InsoleParams, Profile, Stand, Walk, render_session

ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)
MADE_AT = datetime(2026, 11, 21, tzinfo=UTC)
FITTED = Calibration(
    {role: InsoleCalibration((0.0,) * 4, 700.0, (0.0,) * 4) for role in ROLES[:2]},
    fits={role: Fit({Part.ZERO: MADE_AT}, zero=(0.0,) * 4) for role in ROLES[:2]},
)
LEARNT = replace(FITTED, fits={})


def walked(profile: Profile, roles: tuple[Role, ...] = ROLES) -> SessionFolder:
    """A minute on insoles whose true zero is nought."""
    script = [Stand(4.0), Walk(60.0, profile)]
    told = render_session("foot_drop", 1.2, 5, roles=roles, script=script, insole=InsoleParams())
    insole = InsoleSpec(told.rate_hz, LoadUnit.N, told.cells)
    sensors = {role: insole if role.is_insole else ShinSpec(told.rate_hz) for role in roles}
    session = Session("walk", Wearer(affected_side="right"), sensors)
    return SessionFolder(session, {role: Stream(told.time_s, told.values[role]) for role in roles})


def played(folder: SessionFolder, calibration: Calibration) -> tuple[list[Event], Calibration]:
    engine = GaitEngine(folder.session, calibration)
    events = [event for block in blocks(folder, 100) for event in engine.push(block)]
    return events + engine.finish(), engine.calibration()


def dragging(drag: float, whole: float) -> Profile:
    gait = PROFILES["drag_along"]
    return replace(gait, foot=replace(gait.foot, drag=drag, whole_drag=whole))


def zero_pct(calibration: Calibration) -> float:
    insole = calibration.insoles[Role.RIGHT_INSOLE]
    return max(abs(column) for column in insole.zero) / insole.peak_load * 100


def drags_n(events: list[Event]) -> int:
    return sum(event.kind is Kind.TOE_DRAG for event in events)


def issues(events: list[Event]) -> list[str]:
    return [str(event.fields["issue"]) for event in events if event.kind is Kind.QUALITY]


@pytest.mark.parametrize("name", ["foot_drop", "drag_along"])
def test_drags_in_most_swings_do_not_become_the_zero_without_any_calibration(name: str) -> None:
    events, learnt = played(walked(PROFILES[name]), Calibration())
    assert drags_n(events) > 3
    assert zero_pct(learnt) < 0.1


def test_drags_in_every_swing_move_the_zero_less_than_what_asks_for_a_re_zero_and_are_found_all_the_same() -> None:
    events, learnt = played(walked(dragging(1.0, 1.0)), FITTED)
    assert 1.0 < zero_pct(learnt) < 5.0
    assert drags_n(events) >= 25
    assert "re_zero" not in issues(events)
    assert learnt.fits == FITTED.fits, "what the foot in the air gave stays as it was"


def test_laces_that_press_the_forefoot_become_the_zero_and_are_no_drag() -> None:
    folder = walked(PROFILES["healthy_slow"])
    cells = folder.session.sensors[Role.RIGHT_INSOLE].cells
    fore = [n for n, cell in enumerate(cells) if cell.region in {Region.FOREFOOT, Region.TOES}]
    time_s, values = folder.streams[Role.RIGHT_INSOLE]
    laced = values.copy()
    laced[:, fore] += 30.0 / len(fore)
    tighter = replace(folder, streams={**folder.streams, Role.RIGHT_INSOLE: Stream(time_s, laced)})
    events, learnt = played(tighter, FITTED)
    assert learnt.insoles[Role.RIGHT_INSOLE].zero[0] == pytest.approx(30.0, abs=1.0)
    assert drags_n(events) == 0
    assert not {"re_zero", "re_fit"} & set(issues(events))


def test_a_zero_far_from_the_fitted_one_is_asked_for_again_once_with_the_reason() -> None:
    folder = walked(PROFILES["healthy_slow"])
    time_s, values = folder.streams[Role.RIGHT_INSOLE]
    moved = replace(folder, streams={**folder.streams, Role.RIGHT_INSOLE: Stream(time_s, values + 130.0 / 8)})
    for start, wanted in ((FITTED, 1), (LEARNT, 0)):
        events, _ = played(moved, start)
        told = [event for event in events if event.fields.get("issue") == "re_zero"]
        assert len(told) == wanted
    (event,) = [event for event in played(moved, FITTED)[0] if event.fields.get("issue") == "re_zero"]
    assert event.side is Side.RIGHT
    assert "% of a step's load more than when it was last zeroed; zero it again" in str(event.fields["reason"])


def test_a_shin_sensor_strapped_on_otherwise_than_at_the_calibration_is_told_once() -> None:
    folder = walked(PROFILES["healthy_slow"])
    _, learnt = played(folder, Calibration())
    axis = learnt.shanks[Role.RIGHT_SHIN]["pitch_axis"]
    here = replace(learnt, fits={Role.RIGHT_SHIN: Fit({Part.AXES: MADE_AT}, pitch_axis=tuple(axis))})
    assert "re_fit" not in issues(played(folder, here)[0])
    time_s, values = folder.streams[Role.RIGHT_SHIN]
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # round the leg
    turned = np.hstack((values[:, :3] @ quarter, values[:, 3:] @ quarter))
    elsewhere = replace(folder, streams={**folder.streams, Role.RIGHT_SHIN: Stream(time_s, turned)})
    events, _ = played(elsewhere, here)
    (event,) = [event for event in events if event.fields.get("issue") == "re_fit"]
    turned_deg = float(re.search(r"right shin sensor: it sits (\d+) degrees turned", str(event.fields["reason"]))[1])
    assert turned_deg == pytest.approx(90, abs=5)
    assert "re_fit" not in issues(played(elsewhere, learnt)[0])
