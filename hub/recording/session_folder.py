"""Session folders: recordings as plain tables that people can read, version 1.

A folder holds ``session.toml``, one table per sensor (``left_insole.csv.gz`` ... or ``.csv``) and ``truth.csv``. Only
``session.toml`` and one sensor must be there. All files share one clock; missing samples are missing rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hub.errors import RecordingError
from hub.recording.session_toml import FILE_NAME, read_session, write_session
from hub.recording.table import Floats, read_table, write_table
from hub.recording.truth import Truth, read_truth, write_truth
from hub.session import SHIN_CHANNELS, Block, InsoleSpec, Session, ShinSpec
from sensors.layout import LoadUnit, Role

TRUTH_FILE = "truth.csv"
_SUFFIXES = (".csv.gz", ".csv")
_RATE_TOLERANCE = 0.2


class Stream(NamedTuple):
    """All samples of one sensor: (n,) seconds, strictly increasing, and (n, channels) values as in ``Block``."""

    time_s: Floats
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SessionFolder:
    """A recording: what was worn, what it measured, and what really happened where that is known.

    ``session.sensors`` holds the sensors with data, and ``session.notes`` what was odd about the folder.
    """

    session: Session
    streams: Mapping[Role, Stream]
    truth: tuple[Truth, ...] = ()

    @property
    def start_s(self) -> float:
        """Time of the first sample of any sensor."""
        return min(float(stream.time_s[0]) for stream in self.streams.values())

    @property
    def end_s(self) -> float:
        """One sample period after the last sample of any sensor."""
        return max(
            float(stream.time_s[-1]) + 1.0 / self.session.sensors[role].rate_hz for role, stream in self.streams.items()
        )


def read_session_folder(path: Path) -> SessionFolder:
    """Read a session folder.

    Raises
    ------
    RecordingError : the first mistake, with file, line and column.
    """
    if not path.is_dir():
        raise RecordingError(path, "is no session folder" if path.exists() else "does not exist")
    if not (path / FILE_NAME).is_file():
        raise RecordingError(path, f"has no {FILE_NAME}; a session folder needs one")
    session = read_session(path / FILE_NAME)
    notes = [*_strange_files(path)]
    streams: dict[Role, Stream] = {}
    for role in Role:
        file, spec = _sensor_file(path, role), session.sensors.get(role)
        if file is None:
            notes += [f"{role}: declared in {FILE_NAME}, but there is no {role}.csv"] if spec is not None else []
            continue
        if spec is None:
            raise RecordingError(file, f"has no [{role}] in {FILE_NAME}; describe the sensor there")
        streams[role] = _read_stream(file, spec)
        notes += _odd_rate(role, spec, streams[role])
    if not streams:
        raise RecordingError(path, f"has no sensor at all; expected {', '.join(f'{role}.csv.gz' for role in Role)}")
    truth = read_truth(path / TRUTH_FILE) if (path / TRUTH_FILE).exists() else ()
    sensors = {role: session.sensors[role] for role in streams}
    return SessionFolder(replace(session, sensors=sensors, notes=tuple(notes)), streams, truth)


def write_session_folder(path: Path, folder: SessionFolder, *, packed: bool = True) -> None:
    """Write a session folder from which ``read_session_folder`` gives back every bit.

    Raises
    ------
    RecordingError : the folder is there already and not empty, or cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RecordingError(path, "is not empty; choose another folder or delete it first")
        for role, (time_s, values) in folder.streams.items():
            columns = _columns(folder.session.sensors[role])
            write_table(path / f"{role}{'.csv.gz' if packed else '.csv'}", columns, time_s, values)
        if folder.truth:
            write_truth(path / TRUTH_FILE, folder.truth)
        # Written last: without it a half-written folder is not taken for a recording.
        write_session(path / FILE_NAME, folder.session)
    except OSError as error:
        raise RecordingError(path, f"cannot be written: {error.strerror or error}") from error


def blocks(folder: SessionFolder, block_size: int | None = None) -> Iterator[Block]:
    """The recording as a source of blocks, in the order in which live sensors would have completed them.

    Parameters
    ----------
    block_size : samples per block; None hands over each sensor's whole stream at once.

    Each block's ``until_s`` is the time of the sensor's next sample, and after its last one the end of the recording.
    A sensor that begins later than the others announces itself by an empty block.
    """
    start_s, end_s = folder.start_s, folder.end_s
    pieces: list[tuple[float, int, Block]] = []
    for order, (role, (time_s, values)) in enumerate(folder.streams.items()):
        size = block_size or len(time_s)
        if time_s[0] > start_s:
            empty = Block(role, time_s[:0], values[:0], float(time_s[0]))
            pieces.append((start_s, order, empty))
        for first in range(0, len(time_s), size):
            last = min(first + size, len(time_s))
            until_s = float(time_s[last]) if last < len(time_s) else end_s
            block = Block(role, time_s[first:last], values[first:last], until_s)
            pieces.append((float(time_s[last - 1]), order, block))
    pieces.sort(key=lambda piece: piece[:2])
    for _, _, block in pieces:
        yield block


def _columns(spec: InsoleSpec | ShinSpec) -> tuple[str, ...]:
    channels = tuple(f"c{n}" for n in range(len(spec.cells))) if isinstance(spec, InsoleSpec) else SHIN_CHANNELS
    return ("time_s", *channels)


def _sensor_file(path: Path, role: Role) -> Path | None:
    found = [file for file in (path / f"{role}{suffix}" for suffix in _SUFFIXES) if file.exists()]
    if len(found) > 1:
        raise RecordingError(found[0], f"is there twice, also as {found[1].name}; keep one of them")
    return found[0] if found else None


def _read_stream(file: Path, spec: InsoleSpec | ShinSpec) -> Stream:
    time_s, values = read_table(file, _columns(spec))
    if isinstance(spec, InsoleSpec) and spec.unit is LoadUnit.ON_OFF:
        row, column = next(iter(np.argwhere((values != 0) & (values != 1)).tolist()), (None, None))
        if row is not None:
            message = f"{values[row, column]:g} where the unit is on_off: write 0 or 1, or give the unit the cells have"
            raise RecordingError(file, message, line=row + 2, column=f"c{column}")
    return Stream(time_s, values)


def _strange_files(path: Path) -> list[str]:
    known = [f"{role}{suffix}" for role in Role for suffix in _SUFFIXES] + [TRUTH_FILE]
    strange = [file.name for file in sorted(path.iterdir()) if file.name.endswith(_SUFFIXES) and file.name not in known]
    near = {name: get_close_matches(name, known, 1) for name in strange}
    return [f"{name}: ignored" + (f"; did you mean {near[name][0]}?" if near[name] else "") for name in strange]


def _odd_rate(role: Role, spec: InsoleSpec | ShinSpec, stream: Stream) -> list[str]:
    if len(stream.time_s) < 3:
        return []
    rate_hz = 1.0 / float(np.median(np.diff(stream.time_s)))
    if abs(rate_hz / spec.rate_hz - 1.0) <= _RATE_TOLERANCE:
        return []
    return [f"{role}: declared at {spec.rate_hz:g} Hz, but its samples come at {rate_hz:.3g} Hz"]
