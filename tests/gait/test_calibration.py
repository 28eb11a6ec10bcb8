"""What is learnt is kept for the sensors that it was learnt with, and for no others."""

import json
from dataclasses import replace

import pytest

from hub.gait import Calibration, GaitEngine, InsoleCalibration, KeptCalibration
from hub.recording.session_folder import blocks
from hub.session import Session
from hub.validation.simulated import SimulationOptions, simulate
from sensors.layout import Role

LEFT, RIGHT, SHIN = Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN


@pytest.fixture(scope="module")
def walked() -> tuple[Session, Calibration]:
    """A minute's walk, and what it has taught."""
    folder = simulate(SimulationOptions("foot_drop", minutes=1.0, seed=4)).folder
    engine = GaitEngine(folder.session)
    for block in blocks(folder):
        engine.push(block)
    return folder.session, engine.calibration()


def kept_of(walked: tuple[Session, Calibration]) -> KeptCalibration:
    return KeptCalibration().renewed(*walked)


def test_the_same_sensors_get_all_that_was_learnt_through_a_round_of_json(walked: tuple[Session, Calibration]) -> None:
    session, learnt = walked
    read = KeptCalibration.from_dict(json.loads(json.dumps(kept_of(walked).to_dict())))
    assert set(learnt.insoles) == {LEFT, RIGHT}
    assert read.fitting(session).to_dict() == learnt.to_dict()


def test_another_insole_learns_anew_and_the_others_keep_theirs(walked: tuple[Session, Calibration]) -> None:
    session, learnt = walked
    spec = session.sensors[LEFT]
    swapped = replace(session, sensors={**session.sensors, LEFT: replace(spec, cells=spec.cells[:-1])})
    fitting = kept_of(walked).fitting(swapped)
    assert set(fitting.insoles) == {RIGHT}
    assert dict(fitting.shanks) == dict(learnt.shanks)


def test_a_day_without_a_sensor_does_not_forget_it(walked: tuple[Session, Calibration]) -> None:
    session, learnt = walked
    fewer = replace(session, sensors={RIGHT: session.sensors[RIGHT]})
    newer = InsoleCalibration((0.0,) * 4, 700.0)
    kept = kept_of(walked).renewed(fewer, Calibration(insoles={RIGHT: newer}))
    assert kept.fitting(session).insoles == {LEFT: learnt.insoles[LEFT], RIGHT: newer}
    assert dict(kept.fitting(session).shanks) == dict(learnt.shanks)


def test_what_an_old_insole_taught_is_gone_once_another_was_worn(walked: tuple[Session, Calibration]) -> None:
    session, _ = walked
    spec = session.sensors[LEFT]
    swapped = replace(session, sensors={LEFT: replace(spec, cells=spec.cells[:-1])})
    kept = kept_of(walked).renewed(swapped, Calibration())
    assert LEFT not in kept.fitting(session).insoles
    assert LEFT not in kept.fitting(swapped).insoles


@pytest.mark.parametrize("spoilt", [{"version": 99}, {"version": 1}, {"version": 1, "learnt_with": {"nose": "x"}}])
def test_what_is_no_calibration_of_this_version_is_refused(spoilt: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"version|calibration|nose"):
        KeptCalibration.from_dict(spoilt)
