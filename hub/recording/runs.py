"""Raw recordings of whole runs of the hub: a folder of files that follow each other, so that old ones can go.

Each file can be replayed alone, for it begins with how its links had begun. The files of a folder in their order are
the run itself, and replay bit for bit from the first that is left.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

from hub.errors import RecordingError
from hub.gait import KeptCalibration
from hub.packets import Entry
from hub.recording.beginnings import LinkBeginnings
from hub.recording.raw import RawHeader, RawRecorder, RawRecording

FILE_S = 900.0
"""A file holds so much time, some 9 MB of two insoles and a shin sensor at 100 Hz."""

_NUMBERED = "[0-9]" * 6 + ".mcap"


class RunRecorder:
    """Writes arrivals to the files of a folder, which is made. A file that fails is given up until the next is due.

    Parameters
    ----------
    folder : not there yet.
    header : of the run.
    calibration : what is known of the wearer now; each further file begins with that.

    Raises
    ------
    RecordingError : the folder or its first file cannot be made.
    """

    def __init__(self, folder: Path, header: RawHeader, calibration: Callable[[], KeptCalibration]) -> None:
        self.problem: str | None = None
        """Why nothing is written now; None while all is well."""
        self._folder = folder
        self._header = header
        self._calibration = calibration
        self._links = LinkBeginnings()
        self._number = 1
        self._until_s: float | None = None
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise RecordingError(folder, f"cannot be made: {error.strerror or error}") from error
        self._recorder: RawRecorder | None = RawRecorder(self.path, header)

    @property
    def path(self) -> Path:
        """The file that is being written."""
        return self._folder / f"{self._number:06d}.mcap"

    def write(self, arrival: Entry, *, has_samples: bool) -> None:
        """Add an arrival; ``has_samples`` says that usable samples came of it."""
        if self._until_s is None:
            self._until_s = arrival.arrival_s + FILE_S
        if arrival.arrival_s >= self._until_s:
            self._begin_next(arrival.arrival_s)
        self._links.see(arrival, has_samples=has_samples)
        if self._recorder is not None:
            self._recorder.write(arrival)
            self._look_at(self._recorder)

    def close(self, end_s: float | None = None) -> None:
        """Finish the run. ``end_s`` as in ``RawRecorder.close``."""
        if self._recorder is not None:
            self._recorder.close(end_s)
            self._look_at(self._recorder)
            self._recorder = None

    def _begin_next(self, now_s: float) -> None:
        if self._recorder is not None:
            self._recorder.close(wait=False)
        self._number += 1
        self._until_s = now_s + FILE_S
        repeated = self._links.at(now_s)
        header = replace(self._header, kept=self._calibration(), repeated_n=len(repeated))
        self.problem = None
        try:
            self._recorder = RawRecorder(self.path, header)
        except RecordingError as error:
            self._recorder, self.problem = None, str(error)
            return
        for arrival in repeated:
            self._recorder.write(arrival)

    def _look_at(self, recorder: RawRecorder) -> None:
        if recorder.problem is not None:
            self.problem = f"{self.path}: {recorder.problem}"
            recorder.close(wait=False)
            self._recorder = None


class RunRecording:
    """The files of one run as one recording, read like a ``RawRecording``.

    Raises
    ------
    RecordingError : no file of a run in the folder, or its first one is no recording of this hub.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self._paths = run_files(folder)
        if not self._paths:
            raise RecordingError(folder, "holds no recording")
        self.header = RawRecording(self._paths[0]).header
        self.end_s: float | None = None
        self.damage: str | None = None

    def __iter__(self) -> Iterator[Entry]:
        self.end_s = None
        self.damage = self._what_is_missing()
        for place, path in enumerate(self._paths):
            recording = RawRecording(path)
            yield from islice(recording, recording.header.repeated_n if place else 0, None)
            self.end_s = recording.end_s
            if recording.damage is not None:
                self.damage = f"{path.name}: {recording.damage}"

    def _what_is_missing(self) -> str | None:
        gaps = [two.name for one, two in pairwise(self._paths) if int(two.stem) != int(one.stem) + 1]
        return f"what came before {', '.join(gaps)} is missing" if gaps else None


def run_files(folder: Path) -> list[Path]:
    """The files of a run in their order; empty for any other folder."""
    return sorted(folder.glob(_NUMBERED))
