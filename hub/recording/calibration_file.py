"""What was learnt of a wearer, kept in a file between runs."""

import json
import os
from datetime import datetime
from pathlib import Path

from hub.errors import RecordingError
from hub.gait import KeptCalibration


def read_calibration(path: Path) -> KeptCalibration:
    """What the file holds; nothing learnt where there is none.

    Raises
    ------
    RecordingError : it cannot be read, or is of another version. It has been moved aside then: the next one is new.
    """
    try:
        return KeptCalibration.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return KeptCalibration()
    except (OSError, ValueError) as error:
        aside = path.with_suffix(".unreadable")
        try:
            path.replace(aside)
        except OSError:
            aside = path
        raise RecordingError(path, f"{error}; all is learnt anew, and the old file is kept as {aside.name}") from error


def write_calibration(path: Path, kept: KeptCalibration, saved_at: datetime) -> None:
    """Replace the file at once or not at all, whatever happens meanwhile.

    Raises
    ------
    RecordingError : the disk does not take it; the old file is as it was.
    """
    text = json.dumps({**kept.to_dict(), "saved_at": saved_at.isoformat(timespec="seconds")})
    beside = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise RecordingError(path, f"cannot be written: {error.strerror or error}") from error
