"""Recordings through the gait engine, and its events against their truth."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from hub.errors import RecordingError
from hub.events import Event
from hub.gait import Calibration, GaitEngine
from hub.recording.session_folder import SessionFolder, blocks, read_session_folder
from hub.recording.session_toml import FILE_NAME
from hub.session import Block, Session
from hub.validation.reference import doubts_of
from hub.validation.score import Score
from hub.validation.scoring import Doubt, ScoringParams, score_session
from sensors.layout import Side

SIMULATED_SOURCE = "insole-hub simulate"
"""How the source of a simulated recording begins; its truth lists everything that happened."""


class Sensors(StrEnum):
    """A family of sensors, to be judged without."""

    INSOLE = "insole"
    SHIN = "shin"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How recordings are run.

    Parameters
    ----------
    hide : families of sensors that the engine is not given.
    warm : the engine starts with what it has learnt in a first pass over the same recording, as on a wearer's second
        day; otherwise it learns on the way.
    block_size : samples per block; None hands over whole streams. The events are the same.
    within_s : a contact pairs with a true one within this.
    both_weak : signs of foot drop are looked for on both feet, whatever the recording says of the wearer.
    """

    hide: frozenset[Sensors] = frozenset()
    warm: bool = False
    block_size: int | None = None
    within_s: float = ScoringParams().contact_s
    both_weak: bool = False


def find_sessions(paths: Iterable[Path]) -> list[Path]:
    """Session folders among the paths and anywhere below them, each once, in order.

    Raises
    ------
    RecordingError : a path does not exist, or has no session folder at or below it.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise RecordingError(path, "does not exist")
        below = sorted(file.parent for file in path.rglob(FILE_NAME)) if path.is_dir() else []
        if not below:
            raise RecordingError(path, f"is no session folder and has none below it; each needs a {FILE_NAME}")
        found.update(dict.fromkeys(below))
    return list(found)


def engine_events(
    session: Session, source: Iterable[Block], calibration: Calibration | None = None
) -> Iterator[list[Event]]:
    """Events of each block in turn, then those of the end."""
    engine = GaitEngine(session, calibration)
    for block in source:
        yield engine.push(block)
    yield engine.finish()


def learn(folder: SessionFolder) -> Calibration:
    """What an engine has learnt by the end of a recording."""
    engine = GaitEngine(folder.session)
    for block in blocks(folder):
        engine.push(block)
    engine.finish()
    return engine.calibration()


def events_of(folder: SessionFolder, options: RunOptions) -> list[Event]:
    """All events of a recording. ``hide`` has been applied already."""
    calibration = learn(folder) if options.warm else None
    source = blocks(folder, options.block_size)
    return [event for events in engine_events(folder.session, source, calibration) for event in events]


def without(folder: SessionFolder, hide: frozenset[Sensors]) -> SessionFolder | None:
    """The recording as if some sensors had not been worn; None where none is left."""
    hidden = {role for role in folder.streams if (Sensors.INSOLE if role.is_insole else Sensors.SHIN) in hide}
    streams = {role: stream for role, stream in folder.streams.items() if role not in hidden}
    sensors = {role: spec for role, spec in folder.session.sensors.items() if role not in hidden}
    return replace(folder, session=replace(folder.session, sensors=sensors), streams=streams) if streams else None


def prepared(folder: SessionFolder, options: RunOptions) -> SessionFolder | None:
    """A recording as the options want it run; None where no sensor is left after hiding."""
    worn = without(folder, options.hide)
    if worn is None or not options.both_weak:
        return worn
    return replace(worn, session=replace(worn.session, wearer=replace(worn.session.wearer, affected_side="both")))


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A recording as it was given to the engine, what that said, and how good it is."""

    folder: SessionFolder
    events: list[Event]
    score: Score
    doubts: list[Doubt]


def run(path: Path, options: RunOptions) -> Run | None:
    """Replay one session folder and compare; None where no sensor is left after hiding.

    Raises
    ------
    RecordingError : the folder cannot be read.
    """
    whole = read_session_folder(path)
    folder = prepared(whole, options)
    if folder is None:
        return None
    events, doubts = events_of(folder, options), doubts_of(path, whole)
    return Run(folder, events, compare(folder, events, options.within_s, doubts), doubts)


def compare(
    folder: SessionFolder,
    events: list[Event],
    within_s: float = ScoringParams().contact_s,
    doubts: Sequence[Doubt] = (),
    legs: Collection[Side] = (Side.LEFT, Side.RIGHT),
) -> Score:
    """A recording's events against its truth, of ``legs`` that wear a sensor; contacts pair within ``within_s``."""
    return score_session(
        folder.session.name,
        folder.truth,
        events,
        folder.end_s - folder.start_s,
        legs={role.side for role in folder.streams if role.side in legs},
        affected=[side for side in (Side.LEFT, Side.RIGHT) if folder.session.wearer.is_affected(side)],
        complete=folder.session.source.startswith(SIMULATED_SOURCE),
        doubts=doubts,
        params=ScoringParams(contact_s=within_s),
    )
