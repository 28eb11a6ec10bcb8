"""The guided calibration over the virtual radio, as a person makes it at the command line."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.calibrating.guided import CalibrateOptions, calibrate
from hub.demo import DemoOptions, demo_config
from hub.errors import CalibrationError
from hub.gait import Calibration, InsoleCalibration, KeptCalibration
from hub.gait.calibration import Part
from hub.gait.kept_calibration import VERSION
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario
from hub.recording.calibration_file import read_calibration, write_calibration
from sensors.layout import Role, Side
from tests.system.test_hub import DEVICES

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.long
async def test_stopping_changes_nothing_and_a_re_zero_is_kept_with_its_devices(tmp_path: Path, capsys) -> None:
    config = demo_config(DemoOptions(state_dir=tmp_path))
    path = tmp_path / "calibration" / "demo.json"
    old = KeptCalibration(Calibration({Role.LEFT_INSOLE: InsoleCalibration((1.0,) * 4, 9000.0)}), {})
    write_calibration(path, old, NOW)
    before = path.read_bytes()
    options = CalibrateOptions(re_zero=True, plain=True)
    async with asyncio.timeout(150), air_process(Scenario(DEVICES, affected_side=Side.LEFT, plays="re_zero")) as air:
        stopped = asyncio.create_task(calibrate(config, config.wearers[0], air.bluetooth, options))
        while "lift your left foot" not in capsys.readouterr().out:
            assert not stopped.done(), stopped
            await asyncio.sleep(0.1)
        stopped.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopped
        assert path.read_bytes() == before
    async with asyncio.timeout(150), air_process(Scenario(DEVICES, affected_side=Side.LEFT, plays="re_zero")) as air:
        outcome = await calibrate(config, config.wearers[0], air.bluetooth, options)
    assert outcome.said[-1].key == "result_all"
    fits = read_calibration(path).calibration.fits
    assert {role: (fit.device, set(fit.made)) for role, fit in fits.items()} == {
        Role.LEFT_INSOLE: ("C0:FF:EE:00:00:01", {Part.ZERO}),
        Role.RIGHT_INSOLE: ("C0:FF:EE:00:00:02", {Part.ZERO}),
    }
    assert json.loads(path.read_text())["version"] == VERSION
    assert "✓ right foot in the air: Good: your right insole is zeroed." in capsys.readouterr().out


async def test_sensors_that_do_not_send_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("hub.calibrating.guided.SENSORS_S", 4.0)
    config = demo_config(DemoOptions(state_dir=tmp_path))
    async with asyncio.timeout(60), air_process(Scenario(DEVICES[:2])) as air:
        with pytest.raises(CalibrationError, match=r"left shin sensor.*insole-hub scan"):
            await calibrate(config, config.wearers[0], air.bluetooth, CalibrateOptions(plain=True))
    assert not (tmp_path / "calibration").exists()
    assert "left shin sensor: searching" in capsys.readouterr().out
