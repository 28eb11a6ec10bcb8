"""Small JSON files of the state folder: replaced at once or not at all, moved aside where they cannot be read."""

import json
import os
from pathlib import Path
from typing import Any

from hub.errors import RecordingError


def read_state(path: Path) -> Any:
    """What the file holds; None where there is none.

    Raises
    ------
    RecordingError : it cannot be read. It has been moved aside then: the next one is new.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise set_aside(path, error) from error


def set_aside(path: Path, error: Exception) -> RecordingError:
    """Move a file that cannot be used out of the way; the error that says so."""
    aside = unreadable(path)
    try:
        path.replace(aside)
    except OSError:
        aside = path
    return RecordingError(path, f"{error}; all is learnt anew, and the old file is kept as {aside.name}")


def unreadable(path: Path) -> Path:
    """Where a file is moved that cannot be read."""
    return path.with_suffix(".unreadable")


def write_state(path: Path, state: Any) -> None:
    """Replace the file at once or not at all, whatever happens meanwhile.

    Raises
    ------
    RecordingError : the disk does not take it; the old file is as it was.
    """
    text = json.dumps(state)
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
