"""Recordings as a source of events: session folders by block, raw recordings by arrival, at any speed."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol, TypeVar

from hub.errors import RecordingError
from hub.events import Event
from hub.packets import Entry
from hub.pipeline import Pipeline
from hub.recording.raw import RawHeader, RawRecording
from hub.recording.runs import RunRecording, run_files
from hub.recording.session_folder import SessionFolder, blocks, read_session_folder
from hub.session import Block, Session
from hub.validation.runner import engine_events

PACE_S = 0.1
"""Length of a block where a session folder is paced: short enough to look live."""

Item = TypeVar("Item")


class Playback(Protocol):
    """A recording that can be played. What it says of itself is complete once it has been played."""

    @property
    def name(self) -> str:
        """Of the recording."""

    @property
    def session(self) -> Session | None:
        """What was worn; None while not known."""

    @property
    def start_s(self) -> float:
        """Hub time of its beginning."""

    @property
    def end_s(self) -> float:
        """Hub time of its end, as far as played."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about it."""

    def events(self, speed: float | None) -> Iterator[Sequence[Event]]:
        """Events as they are decided; ``speed`` times real time, None as fast as it goes."""


def open_recording(path: Path) -> Playback:
    """A session folder, a raw recording, or the folder of a run.

    Raises
    ------
    RecordingError : neither, or one that cannot be read.
    """
    if not path.exists():
        raise RecordingError(path, "does not exist")
    if not path.is_dir():
        return RawPlayback(RawRecording(path))
    return RawPlayback(RunRecording(path)) if run_files(path) else FolderPlayback(read_session_folder(path))


class FolderPlayback:
    """A session folder."""

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self.name, self.session, self.notes = folder.session.name, folder.session, folder.session.notes
        self.start_s, self.end_s = folder.start_s, folder.end_s

    def events(self, speed: float | None) -> Iterator[Sequence[Event]]:
        """Events as they are decided."""
        folder, source = self._folder, blocks(self._folder)
        if speed is not None:
            slowest_hz = min(spec.rate_hz for spec in folder.session.sensors.values())
            source = _paced(blocks(folder, max(1, round(PACE_S * slowest_hz))), _newest_s, folder.start_s, speed)
        return engine_events(folder.session, source)


class Recorded(Protocol):
    """Arrivals on disk: one file of them, or the files of a run."""

    @property
    def header(self) -> RawHeader:
        """What it is of."""

    @property
    def end_s(self) -> float | None:
        """Where live ended; known after reading."""

    @property
    def damage(self) -> str | None:
        """What is missing; known after reading."""

    def __iter__(self) -> Iterator[Entry]:
        """The arrivals in the order in which they came."""


class RawPlayback:
    """A raw recording: its packets go through drivers, clocks and merging again, as they did live."""

    def __init__(self, recording: Recorded) -> None:
        self._recording = recording
        self.name = recording.header.name
        self.session: Session | None = None
        self.start_s = self.end_s = 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about it."""
        damage = self._recording.damage
        return () if damage is None else (f"{damage}; played as far as it goes",)

    def events(self, speed: float | None) -> Iterator[Sequence[Event]]:
        """Events as they are decided."""
        header = self._recording.header
        pipeline = Pipeline(header.name, header.wearer, header.expected, header.kept)
        arrivals = iter(self._recording)
        first = next(arrivals, None)
        if first is None:
            return
        self.start_s = self.end_s = first.arrival_s
        rest = arrivals if speed is None else _paced(arrivals, lambda a: a.arrival_s, first.arrival_s, speed)
        for arrival in chain((first,), rest):
            self.session = pipeline.feed(arrival).session or self.session
            self.end_s = arrival.arrival_s
            yield pipeline.decide()
        if self._recording.end_s is not None:
            self.end_s = self._recording.end_s
        yield pipeline.tick(self.end_s)
        yield pipeline.finish()


def _newest_s(block: Block) -> float:
    return float(block.time_s[-1]) if len(block.time_s) else float("-inf")


def _paced(items: Iterable[Item], time_of: Callable[[Item], float], start_s: float, speed: float) -> Iterator[Item]:
    """Each item when it would have come."""
    begun_s = time.monotonic()
    for item in items:
        time.sleep(max(0.0, begun_s + (time_of(item) - start_s) / speed - time.monotonic()))
        yield item
