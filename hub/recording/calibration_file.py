"""What was learnt of a wearer, kept in a file between runs."""

from datetime import datetime
from pathlib import Path

from hub.gait import KeptCalibration
from hub.support.state_file import read_state, set_aside, write_state


def read_calibration(path: Path) -> KeptCalibration:
    """What the file holds; nothing learnt where there is none.

    Raises
    ------
    RecordingError : it cannot be read, or is of another version. It has been moved aside then: the next one is new.
    """
    state = read_state(path)
    try:
        return KeptCalibration() if state is None else KeptCalibration.from_dict(state)
    except ValueError as error:
        raise set_aside(path, error) from error


def write_calibration(path: Path, kept: KeptCalibration, saved_at: datetime) -> None:
    """Replace the file at once or not at all, whatever happens meanwhile.

    Raises
    ------
    RecordingError : the disk does not take it; the old file is as it was.
    """
    write_state(path, {**kept.to_dict(), "saved_at": saved_at.isoformat(timespec="seconds")})
