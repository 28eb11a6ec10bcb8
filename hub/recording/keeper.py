"""What is recorded of one wearer while the hub runs: clips of trips and falls always, whole runs where asked for."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from hub.errors import RecordingError
from hub.events import Event
from hub.gait import KeptCalibration
from hub.packets import Entry
from hub.recording.clip_files import ClipName
from hub.recording.clip_labels import ClipLabels
from hub.recording.clips import Clip, ClipCutter, deserves_clip
from hub.recording.raw import RawHeader, RawRecorder
from hub.recording.runs import RunRecorder
from hub.recording.shelf import Shelf

logger = logging.getLogger(__name__)

_LAST_CLIP_S = 3.0
"""How long the end waits for a clip that is being written."""


@dataclass(slots=True)
class RecordingCounts:
    """What was recorded since the hub started."""

    clips_n: int = 0
    failures_n: int = 0


class Keeper:
    """Records one wearer. Never blocks on the disk, and never stops the hub: what fails is logged and counted.

    Parameters
    ----------
    shelf : where recordings go.
    header : of the run: its name, the wearer and what was known of them at its start.
    calibration : what is known of the wearer now.
    wall_time_ns_at : Unix time of a hub time, for names of files.
    """

    def __init__(
        self,
        shelf: Shelf,
        header: RawHeader,
        calibration: Callable[[], KeptCalibration],
        wall_time_ns_at: Callable[[float], int],
    ) -> None:
        self.counts = RecordingCounts()
        self.labels = ClipLabels(shelf.clips, header.wearer.nickname)
        """What is said of the clips."""
        self._shelf = shelf
        self._header = header
        self._calibration = calibration
        self._wall_time_ns_at = wall_time_ns_at
        self._clips = ClipCutter()
        self._run: RunRecorder | None = None
        self._trouble: str | None = None
        self._writing: list[Thread] = []

    def start_run(self) -> Path:
        """Record everything from now on; returns the folder.

        Raises
        ------
        RecordingError : it cannot be made.
        """
        nickname = self._header.wearer.nickname
        folder = self._shelf.raw / f"{nickname}-{self._header.name.rsplit('/', 1)[-1]}"
        self._run = RunRecorder(folder, self._header, self._calibration)
        return folder

    @property
    def in_use(self) -> Path | None:
        """The file of a run that is being written."""
        return None if self._run is None else self._run.path

    def see(self, arrival: Entry, *, has_samples: bool) -> None:
        """Take the next arrival; ``has_samples`` says that usable samples came of it."""
        self._clips.see(arrival, has_samples=has_samples)
        if self._run is not None:
            self._run.write(arrival, has_samples=has_samples)
            self._note(self._run.problem)
        self.tick(arrival.arrival_s)

    def see_events(self, events: Iterable[Event]) -> None:
        """Keep a clip of each that deserves one."""
        for event in events:
            if deserves_clip(event):
                self.labels.expect(event.id)
                self._clips.want(event)

    def tick(self, now_s: float) -> None:
        """Write the clips whose time is over."""
        for clip in self._clips.due(now_s):
            self._write_clip(clip)

    def close(self, end_s: float | None) -> None:
        """Finish the run and the clips that are open; a replay of the run then ends at ``end_s``, where live ended."""
        run, self._run = self._run, None
        if run is not None:
            run.close(end_s)
            self._note(run.problem)
        self.tick(float("inf"))
        for thread in self._writing:
            thread.join(_LAST_CLIP_S)

    def _write_clip(self, clip: Clip) -> None:
        first = clip.events[0]
        taken_at = datetime.fromtimestamp(self._wall_time_ns_at(first.time_s) / 1e9, UTC)
        name = ClipName(self._header.wearer.nickname, taken_at, first.kind, first.id)
        events = tuple(event.to_json() for event in clip.events)
        header = replace(self._header, kept=self._calibration(), events=events)
        path = self._shelf.clips / str(name)
        self._writing = [thread for thread in self._writing if thread.is_alive()]
        self._writing.append(Thread(target=self._write, args=(path, header, clip), name=f"clip {path.name}"))
        self._writing[-1].start()

    def _write(self, path: Path, header: RawHeader, clip: Clip) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            recorder = RawRecorder(path, header)
            for arrival in clip.arrivals:
                recorder.write(arrival)
            recorder.close()
        except (RecordingError, OSError) as error:
            problem: str | None = str(error)
        else:
            problem = recorder.problem
        try:
            self.labels.written(path, [event.id for event in clip.events])
        except RecordingError as error:
            logger.warning("%s; the label stands in the journal only", error)
        if problem is None:
            self.counts.clips_n += 1
        else:
            self.counts.failures_n += 1
            logger.error("clip %s was not kept: %s; detection goes on", path.name, problem)

    def _note(self, problem: str | None) -> None:
        if problem is not None and problem != self._trouble:
            self.counts.failures_n += 1
            logger.error("recording has a gap: %s; detection goes on, recording is tried again", problem)
        self._trouble = problem
