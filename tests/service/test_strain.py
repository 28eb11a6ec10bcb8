"""How hard the hub works, as it is told."""

import time
from pathlib import Path

import pytest

from hub.service import strain
from hub.service.strain import StrainMeter


def test_the_latest_wake_since_the_last_reading_is_told(tmp_path: Path) -> None:
    meter = StrainMeter(tmp_path)
    assert meter.read(0.0).loop_lag_ms is None
    for due_s, now_s in ((1.0, 1.004), (2.0, 2.25), (3.0, 3.001)):
        meter.see_wake(due_s, now_s)
    assert meter.read(4.0).loop_lag_ms == pytest.approx(250.0)
    assert meter.read(5.0).loop_lag_ms is None


def test_processor_time_is_that_between_two_readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used_s = iter([10.0, 10.5, 10.5])
    monkeypatch.setattr(time, "process_time", lambda: next(used_s))
    meter = StrainMeter(tmp_path)
    assert meter.read(100.0).processor_pct is None
    assert meter.read(102.0).processor_pct == pytest.approx(25.0)
    assert meter.read(103.0).processor_pct == 0.0


def test_memory_that_is_held_shows(tmp_path: Path) -> None:
    meter = StrainMeter(tmp_path)
    before_mb = meter.read(0.0).memory_mb
    held = bytes(range(256)) * 400_000  # 102 MB, each page touched
    after_mb = meter.read(1.0).memory_mb
    assert len(held) > 0
    assert after_mb is not None
    assert before_mb is not None
    assert after_mb - before_mb == pytest.approx(102.4, abs=15.0)


def test_what_the_system_does_not_say_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_STATM", "_TEMPERATURE"):
        monkeypatch.setattr(strain, name, tmp_path / "nowhere")
    read = StrainMeter(tmp_path / "gone").read(0.0)
    assert (read.memory_mb, read.temperature_c, read.disk_free_mb) == (None, None, None)


def test_a_temperature_is_told_in_degrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temp").write_text("61234\n")
    monkeypatch.setattr(strain, "_TEMPERATURE", tmp_path / "temp")
    assert StrainMeter(tmp_path).read(0.0).temperature_c == pytest.approx(61.234)
