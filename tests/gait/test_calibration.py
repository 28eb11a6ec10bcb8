"""What is learnt is kept for the sensors that it was learnt with, and for no others."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.gait import Calibration, GaitEngine, InsoleCalibration, KeptCalibration
from hub.gait.calibration import Fit, Part
from hub.gait.kept_calibration import Remedy
from hub.recording.session_folder import blocks
from hub.session import Session
from hub.validation.simulated import SimulationOptions, simulate
from sensors.layout import Role

LEFT, RIGHT, SHIN = Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN
NOW = datetime(2026, 11, 21, tzinfo=UTC)


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


def fitted(walked: tuple[Session, Calibration], made: dict[Part, datetime], device: str = "C0:01") -> KeptCalibration:
    """A guided calibration of the left insole."""
    session, learnt = walked
    fit = Fit(made, device, zero=learnt.insoles[LEFT].zero)
    return KeptCalibration().renewed(session, replace(learnt, fits={LEFT: fit}))


def test_the_dates_of_a_guided_calibration_come_back_and_walking_does_not_change_them(
    walked: tuple[Session, Calibration],
) -> None:
    session, learnt = walked
    kept = fitted(walked, {Part.ZERO: NOW, Part.LOAD: NOW - timedelta(days=2)})
    read = KeptCalibration.from_dict(json.loads(json.dumps(kept.to_dict())))
    assert read == kept
    engine = GaitEngine(session, read.fitting(session))
    assert engine.calibration().fits == kept.calibration.fits
    assert read.renewed(session, learnt).calibration.fits == kept.calibration.fits


def test_a_re_zero_keeps_the_other_parts_of_the_same_insole_and_none_of_another(
    walked: tuple[Session, Calibration],
) -> None:
    session, learnt = walked
    kept = fitted(walked, {Part.ZERO: NOW - timedelta(days=99), Part.LOAD: NOW - timedelta(days=99)})
    for device, parts in {
        "C0:01": {Part.ZERO: NOW, Part.LOAD: NOW - timedelta(days=99)},
        "C0:02": {Part.ZERO: NOW},
    }.items():
        zeroed = replace(learnt, fits={LEFT: Fit({Part.ZERO: NOW}, device, zero=(1.0,) * 4)})
        fit = kept.renewed(session, zeroed).calibration.fits[LEFT]
        assert (fit.made, fit.zero) == (parts, (1.0,) * 4)


def test_another_insole_of_the_same_make_begins_anew_and_is_told(walked: tuple[Session, Calibration]) -> None:
    session, learnt = walked
    kept = fitted(walked, {Part.ZERO: NOW})
    assert kept.doubts(session, {LEFT: "C0:01"}, NOW) == ()
    ((role, remedy, reason),) = kept.doubts(session, {LEFT: "C0:02"}, NOW)
    assert (role, remedy) == (LEFT, Remedy.RE_FIT)
    assert "not the one that was calibrated" in reason
    assert set(kept.fitting(session, {LEFT: "C0:02"}).insoles) == {RIGHT}
    assert LEFT not in kept.renewed(session, learnt, {LEFT: "C0:02"}).calibration.fits


def test_what_is_too_old_is_asked_for_again(walked: tuple[Session, Calibration]) -> None:
    session, _ = walked
    old, young = NOW - timedelta(days=100), NOW - timedelta(days=1)
    ((_, remedy, reason),) = fitted(walked, {Part.ZERO: old, Part.LOAD: young}).doubts(session, {}, NOW)
    assert remedy is Remedy.RE_ZERO
    assert "100 days old" in reason
    ((_, remedy, _),) = fitted(walked, {Part.STRIDE_SCALE: old - timedelta(days=100)}).doubts(session, {}, NOW)
    assert remedy is Remedy.RE_FIT
    assert fitted(walked, {Part.ZERO: young}).doubts(session, {}, NOW) == ()
    assert kept_of(walked).doubts(session, {LEFT: "C0:02"}, NOW + timedelta(days=9999)) == ()


def test_what_the_first_version_wrote_is_read(walked: tuple[Session, Calibration]) -> None:
    session, learnt = walked
    old = {**kept_of(walked).to_dict(), "version": 1}
    del old["fits"]
    assert KeptCalibration.from_dict(old).fitting(session).to_dict() == learnt.to_dict()


def test_what_a_newer_hub_wrote_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="newer Insole Hub: upgrade"):
        KeptCalibration.from_dict({"version": 99})


@pytest.mark.parametrize(
    "spoilt",
    [
        {"version": "one"},
        {"version": 1},
        {"version": 2, "learnt_with": {"nose": "x"}},
        {"version": 2, "learnt_with": {}, "insoles": {}, "shanks": {}, "fits": {"left_insole": {"made": {"zero": 3}}}},
        {"version": 2, "learnt_with": {}, "insoles": {}, "shanks": {}, "fits": {"left_insole": {"made": "x"}}},
    ],
)
def test_what_is_no_calibration_of_this_version_is_refused(spoilt: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^not a calibration: "):
        KeptCalibration.from_dict(spoilt)
