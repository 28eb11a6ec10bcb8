"""What is usual of a wearer's steps, swings and landings, against which a recovery from a trip shows."""

import numpy as np
import pytest

from hub.gait.detectors.incidents import Incidents
from hub.gait.detectors.landing_load import LandingLoad, LandingLoadParams
from hub.gait.detectors.recovery import RecoveryParams
from hub.gait.detectors.rhythm import Foot, RhythmParams
from hub.gait.feed import SensorBack
from hub.gait.history import History
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import COLUMNS, TOTAL, LoadScale, LoadScaleParams
from hub.gait.timeline import Timeline
from sensors.layout import Role, Side

INSOLE = Role.RIGHT_INSOLE
NOTHING = (0.0,) * COLUMNS


def foot_with(swing_s: float, step_s: float) -> Foot:
    """Has done the same eight times."""
    foot = Foot(RhythmParams())
    for contact_s in range(8):
        foot.lift(contact_s - swing_s)
        foot.land(float(contact_s), contact_s - step_s, learn=True)
    return foot


def test_touches_that_are_no_steps_teach_nothing() -> None:
    foot = foot_with(swing_s=0.1, step_s=0.15)
    assert foot.usual_swing_s is None
    assert foot.in_rhythm(0.15) is None


def test_quick_steps_teach() -> None:
    foot = foot_with(swing_s=0.2, step_s=0.25)
    assert foot.usual_swing_s == pytest.approx(0.2)
    assert foot.in_rhythm(0.25) is True


def landed(loads: list[float], last: float) -> bool | None:
    """Whether the last of several landings, in parts of the usual peak of 1000, was heavy."""
    history = History(timeline := Timeline(1), COLUMNS)
    rows = np.zeros((COLUMNS, 100 * (len(loads) + 1)))
    for step, load in enumerate([*loads, last]):
        rows[TOTAL, 100 * step + 50 : 100 * step + 90] = 1000.0 * load
    history.append(np.arange(rows.shape[1]) / 100.0, rows)
    scale = LoadScale.make(NOTHING, 1000.0, NOTHING, LoadScaleParams(), learnt=True, least_load=100.0)
    legs = Legs({INSOLE: history}, {INSOLE: scale})
    legs.handlers()[SensorBack](SensorBack(INSOLE, None, 0.0), 0.0)
    landing = LandingLoad(Side.RIGHT, legs, LandingLoadParams())
    for step in range(len(loads)):
        timeline.now_s = step + 1.0
        landing.learn(step + 0.5)
    timeline.now_s = len(loads) + 1.0
    return landing.is_heavy(len(loads) + 0.5)


@pytest.mark.parametrize(("load", "heavy"), [(1.25, False), (1.35, True)])
def test_a_landing_is_heavy_beyond_what_the_wearer_s_own_landings_differ_by(load: float, heavy: bool) -> None:
    assert landed([0.95, 1.05] * 4 + [1.0], load) is heavy


@pytest.mark.parametrize(("load", "heavy"), [(1.07, False), (1.13, True)])
def test_where_they_hardly_differ_a_tenth_more_is_heavy(load: float, heavy: bool) -> None:
    assert landed([1.0] * 8, load) is heavy


@pytest.mark.parametrize(("off_s", "late_s"), [(0.002, 0.095), (0.02, 0.05 + 4 * 1.4826 * 0.02)])
def test_a_foot_is_late_after_what_it_usually_takes_and_some_spreads_or_a_least_time(
    off_s: float, late_s: float
) -> None:
    history = History(Timeline(1), COLUMNS)
    scale = LoadScale.make(NOTHING, 1000.0, NOTHING, LoadScaleParams(), learnt=True, least_load=100.0)
    legs = Legs({INSOLE: history}, {INSOLE: scale})
    incidents = Incidents(legs, RecoveryParams(), RhythmParams(), LandingLoadParams())
    assert incidents.late_after_s(Side.RIGHT) is None
    for after_s in (0.05 - off_s, 0.05 + off_s) * 4:
        incidents.feet[Side.RIGHT].learn_landing(after_s)
    assert incidents.late_after_s(Side.RIGHT) == pytest.approx(late_s, abs=0.002)
