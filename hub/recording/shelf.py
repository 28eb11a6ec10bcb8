"""Where recordings lie under the state folder, and how much room they may take: beyond it who takes most makes way.

Where the disk itself gets full, raw recordings make way first, then clips, and then old steps of the journal.
"""

import shutil
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from hub.errors import RecordingError
from hub.recording.clip_files import ClipName
from hub.recording.clip_labels import label_path
from hub.recording.fair_share import Kept, making_room
from hub.recording.made_way import made_way_until, note_made_way
from hub.recording.owner import owner_of

RAW, CLIPS = "recordings", "clips"

RAW_SPARE_BYTES = 256_000_000
"""Raw recordings make way while the disk has less left than this: the journal needs it more."""

CLIPS_SPARE_BYTES = 128_000_000
"""So do clips, which are worth more, below this."""

_MB = 1_000_000


class Shelf:
    """The folders for raw recordings and for clips.

    Parameters
    ----------
    state_dir : the hub's state folder.
    raw_max_mb, clips_max_mb : room for each, in 10^6 bytes, for all wearers.
    """

    def __init__(self, state_dir: Path, raw_max_mb: float, clips_max_mb: float) -> None:
        self.state_dir = state_dir
        self.raw = state_dir / RAW
        self.clips = state_dir / CLIPS
        self._raw_max_bytes = raw_max_mb * _MB
        self._clips_max_bytes = clips_max_mb * _MB
        self.raw_removed_n: Counter[str] = Counter()
        """Each wearer's raw recordings that made way since the hub started."""
        self.clips_removed_n: Counter[str] = Counter()
        """And clips."""

    @property
    def removed_n(self) -> int:
        """Files of all wearers that made way since the hub started."""
        return self.raw_removed_n.total() + self.clips_removed_n.total()

    def tidy(self, in_use: Collection[Path]) -> None:
        """Remove recordings beyond the room there is, never one ``in_use``. Reads the disk: not in a hurry.

        Raises
        ------
        RecordingError : a file cannot be removed.
        """
        raw, clips = _by_age(self.raw, in_use), _by_age(self.clips, in_use)
        if not raw and not clips:
            return
        free = shutil.disk_usage(self.state_dir).free
        raw_too_much = max(_size(raw) - self._raw_max_bytes, RAW_SPARE_BYTES - free)
        raw_gone: list[Kept] = []
        for file in making_room(raw, raw_too_much):
            _remove(file.path)
            self.raw_removed_n[file.owner] += 1
            raw_gone.append(file)
        lacking = CLIPS_SPARE_BYTES - free - _size(raw_gone)
        self._tidy_clips(clips, max(_size(clips) - self._clips_max_bytes, lacking))
        for folder in {file.path.parent for file in raw} - {self.raw}:
            if not any(folder.iterdir()):
                folder.rmdir()

    def made_way_until(self, wearer: str) -> datetime | None:
        """When the newest of a wearer's trips and falls happened whose clips have made way; None: none has.

        Raises
        ------
        RecordingError : the note of it cannot be read.
        """
        return made_way_until(self.state_dir, wearer)

    def _tidy_clips(self, clips: Iterable[Kept], too_much_bytes: float) -> None:
        until: dict[str, datetime] = {}
        try:
            for file in making_room(clips, too_much_bytes):
                _remove(file.path)
                self.clips_removed_n[file.owner] += 1
                if (name := ClipName.of(file.path)) is not None:
                    until[name.wearer] = max(name.happened, until.get(name.wearer, name.happened))
        finally:
            if until:
                note_made_way(self.state_dir, until)


def _by_age(folder: Path, in_use: Collection[Path]) -> list[Kept]:
    """The recordings below a folder, oldest first."""
    found = [(path, path.stat()) for path in folder.rglob("*.mcap") if path not in in_use]
    return [
        Kept(path, owner_of(path.relative_to(folder).parts[0]), stat.st_size)
        for path, stat in sorted(found, key=lambda item: item[1].st_mtime_ns)
    ]


def _size(files: Iterable[Kept]) -> int:
    return sum(file.size for file in files)


def _remove(path: Path) -> None:
    try:
        path.unlink()
        label_path(path).unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(path, f"is too old to keep, but cannot be removed: {error.strerror}") from error
