"""Where recordings lie under the state folder, and how much room they may take: the oldest go first.

Where the disk itself gets full, raw recordings make way first, then clips, and then old steps of the journal.
"""

import shutil
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from hub.errors import RecordingError
from hub.recording.clip_files import ClipName
from hub.recording.clip_labels import label_path
from hub.support.state_file import read_state, write_state

RAW, CLIPS = "recordings", "clips"

RAW_SPARE_BYTES = 256_000_000
"""Raw recordings make way while the disk has less left than this: the journal needs it more."""

CLIPS_SPARE_BYTES = 128_000_000
"""So do clips, which are worth more, below this."""

MADE_WAY = "clips_made_way.json"
"""Tells up to when clips have made way: the oldest go first, so whatever is missing from before did."""

_MB = 1_000_000


class Shelf:
    """The folders for raw recordings and for clips.

    Parameters
    ----------
    state_dir : the hub's state folder.
    raw_max_mb, clips_max_mb : room for each, in 10^6 bytes.
    """

    def __init__(self, state_dir: Path, raw_max_mb: float, clips_max_mb: float) -> None:
        self.state_dir = state_dir
        self.raw = state_dir / RAW
        self.clips = state_dir / CLIPS
        self._raw_max_bytes = raw_max_mb * _MB
        self._clips_max_bytes = clips_max_mb * _MB
        self.removed_n = 0
        """Files that made way since the hub started."""

    def tidy(self, in_use: Collection[Path]) -> None:
        """Remove the oldest recordings beyond the room there is, never one ``in_use``. Reads the disk: not in a hurry.

        Raises
        ------
        RecordingError : a file cannot be removed.
        """
        raw, clips = _by_age(self.raw, in_use), _by_age(self.clips, in_use)
        if not raw and not clips:
            return
        free = shutil.disk_usage(self.state_dir).free
        raw_n, raw_bytes = _remove(raw, max(_size(raw) - self._raw_max_bytes, RAW_SPARE_BYTES - free))
        self.removed_n += raw_n
        lacking = CLIPS_SPARE_BYTES - free - raw_bytes
        clips_n, _ = _remove(clips, max(_size(clips) - self._clips_max_bytes, lacking))
        self.removed_n += clips_n
        self._note_made_way(path for path, _ in clips[:clips_n])
        for folder in {path.parent for path, _ in raw} - {self.raw}:
            if not any(folder.iterdir()):
                folder.rmdir()

    def made_way_until(self) -> datetime | None:
        """When the newest of the trips and falls happened whose clips have made way; None: none has.

        Raises
        ------
        RecordingError : the note of it cannot be read.
        """
        noted = read_state(self.state_dir / MADE_WAY)
        return None if noted is None else datetime.fromisoformat(noted["until"])

    def _note_made_way(self, clips: Iterable[Path]) -> None:
        happened = [name.happened for clip in clips if (name := ClipName.of(clip)) is not None]
        before = self.made_way_until() if happened else None
        if happened and (before is None or max(happened) > before):
            write_state(self.state_dir / MADE_WAY, {"until": max(happened).isoformat()})


def _by_age(folder: Path, in_use: Collection[Path]) -> list[tuple[Path, int]]:
    """The recordings below a folder with their sizes, oldest first."""
    found = [(path, path.stat()) for path in folder.rglob("*.mcap") if path not in in_use]
    return [(path, stat.st_size) for path, stat in sorted(found, key=lambda item: item[1].st_mtime_ns)]


def _size(files: Iterable[tuple[Path, int]]) -> int:
    return sum(size for _, size in files)


def _remove(files: Iterable[tuple[Path, int]], too_much_bytes: float) -> tuple[int, int]:
    """Remove from the beginning until so many bytes are gone; how many files and bytes that were."""
    removed_n = removed_bytes = 0
    for path, size in files:
        if removed_bytes >= too_much_bytes:
            break
        try:
            path.unlink()
            label_path(path).unlink(missing_ok=True)
        except OSError as error:
            raise RecordingError(path, f"is too old to keep, but cannot be removed: {error.strerror}") from error
        removed_n, removed_bytes = removed_n + 1, removed_bytes + size
    return removed_n, removed_bytes
