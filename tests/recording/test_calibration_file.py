"""What was learnt is on disk whole or not at all, and a file that cannot be read is not lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.errors import RecordingError
from hub.gait import Calibration, InsoleCalibration, KeptCalibration
from hub.recording.calibration_file import read_calibration, write_calibration
from sensors.layout import Role

KEPT = KeptCalibration(
    Calibration({Role.LEFT_INSOLE: InsoleCalibration((0.1, 0.2, 1 / 3, 4.0), 640.25)}), {Role.LEFT_INSOLE: "abc"}
)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_what_is_written_is_read_to_the_last_bit(tmp_path: Path) -> None:
    path = tmp_path / "calibration" / "anna.json"
    assert read_calibration(path) == KeptCalibration()
    write_calibration(path, KEPT, NOW)
    assert read_calibration(path) == KEPT
    assert [file.name for file in path.parent.iterdir()] == ["anna.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 3}', '{"version": 1, "learnt_with": 3}'])
def test_a_file_that_cannot_be_read_is_set_aside_and_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "anna.json"
    path.write_text(text)
    with pytest.raises(RecordingError, match=r"learnt anew.*anna\.unreadable"):
        read_calibration(path)
    assert (tmp_path / "anna.unreadable").read_text() == text
    assert read_calibration(path) == KeptCalibration()


def test_a_disk_that_takes_nothing_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "anna.json"
    write_calibration(path, KEPT, NOW)
    (tmp_path / "anna.new").mkdir()  # where the new file would be made
    with pytest.raises(RecordingError, match="cannot be written"):
        write_calibration(path, KeptCalibration(), NOW)
    assert read_calibration(path) == KEPT
