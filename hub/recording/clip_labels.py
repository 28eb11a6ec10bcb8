"""What somebody said of a trip or fall, kept beside its clip: whoever is handed the clip has it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from hub.recording.clip_files import clips_of
from hub.support.state_file import read_state, write_state

SUFFIX = ".json"


def label_path(clip: Path) -> Path:
    """The file beside a clip."""
    return clip.with_suffix(SUFFIX)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said of some events of a wearer.

    Parameters
    ----------
    event_ids : of the trips and falls; they happened between ``since`` and ``until``.
    said : as it is now.
    note : one more note.
    """

    event_ids: Collection[str]
    since: datetime
    until: datetime
    said: Mapping[str, Any]
    note: Mapping[str, Any] | None = None


class ClipLabels:
    """Writes what is said of one wearer's clips beside them; of a clip that is still being made, once it is there.

    Safe to be used from several threads: clips are written in some of their own.
    """

    def __init__(self, clips: Path, wearer: str) -> None:
        self._clips = clips
        self._wearer = wearer
        self._lock = Lock()
        self._coming: dict[str, list[Spoken]] = {}

    def expect(self, event_id: str) -> None:
        """A clip of this event will be written."""
        with self._lock:
            self._coming.setdefault(event_id, [])

    def say(self, spoken: Spoken) -> None:
        """Put it beside the clips of these events.

        Raises
        ------
        RecordingError : a file cannot be read or written.
        """
        with self._lock:
            for event_id in spoken.event_ids:
                if event_id in self._coming:
                    self._coming[event_id].append(spoken)
            there = [event_id for event_id in spoken.event_ids if event_id not in self._coming]
            found = clips_of(self._clips, self._wearer, there, spoken.since, spoken.until)
            for clip in dict.fromkeys(found.values()):
                _write(clip, spoken)

    def written(self, clip: Path, event_ids: Collection[str]) -> None:
        """The clip of these events is there now, or never will be.

        Raises
        ------
        RecordingError : a file cannot be read or written.
        """
        with self._lock:
            waiting = [spoken for event_id in event_ids for spoken in self._coming.pop(event_id, ())]
            said_of_two = {id(spoken): spoken for spoken in waiting}
            for spoken in said_of_two.values() if clip.exists() else ():
                _write(clip, spoken)


def _write(clip: Path, spoken: Spoken) -> None:
    before = read_state(label_path(clip)) or {}
    notes = [*before.get("notes", []), *([] if spoken.note is None else [dict(spoken.note)])]
    write_state(label_path(clip), {**before, **spoken.said, "notes": notes})
