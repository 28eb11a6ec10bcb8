"""What somebody said of a trip or fall, kept beside its clip: whoever is handed the clip has it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hub.support.state_file import read_state, write_state

SUFFIX = ".json"


def label_path(clip: Path) -> Path:
    """The file beside a clip."""
    return clip.with_suffix(SUFFIX)


def write_beside(
    clips: Path, ids: Iterable[str], said: Mapping[str, Any], note: Mapping[str, Any] | None = None
) -> int:
    """Put ``said`` into the files beside the clips of these events, and ``note`` to the notes there; how many clips.

    Raises
    ------
    RecordingError : a file cannot be read or written.
    """
    found = [path for name in ids for path in clips.glob(f"*-{name}.mcap")]
    for clip in found:
        before = read_state(label_path(clip)) or {}
        notes = [*before.get("notes", []), *([] if note is None else [dict(note)])]
        write_state(label_path(clip), {**before, **said, "notes": notes})
    return len(found)
