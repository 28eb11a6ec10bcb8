"""Raw recordings: every arrival in an MCAP file, as it came. Replaying them goes through the same intake as live.

The file is a plain MCAP log that other tools open. It is written in chunks of a few seconds, and one that was cut
short, by a crash or a power cut, is read up to its last whole chunk.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

import mcap.records
from mcap.exceptions import McapError
from mcap.stream_reader import CRCValidationError, StreamReader
from mcap.writer import CompressionType, IndexType, Writer
from zstandard import ZstdError

from hub.errors import RecordingError
from hub.gait import KeptCalibration
from hub.packets import Entry
from hub.recording.arrivals import Topic, decode, encode, topic_of
from hub.recording.write_behind import WriteBehind
from hub.session import Wearer
from sensors.catalogue import CATALOGUE
from sensors.layout import Role

PROFILE = "insole-hub"
VERSION = "1"
FLUSH_EVERY_S = 2.0

_HEADER, _END = "insole-hub.recording", "insole-hub.end"
_NANOSECONDS = 1_000_000_000
_LARGEST_RECORD = 1 << 26
_DAMAGE = (McapError, CRCValidationError, ZstdError, struct.error, UnicodeDecodeError, KeyError, MemoryError)


@dataclass(frozen=True, slots=True)
class RawHeader:
    """What a raw recording is of: all that is needed to take its arrivals in again.

    Parameters
    ----------
    name, wearer, expected, kept : as for the ``Pipeline`` that took the arrivals in live.
    repeated_n : arrivals at its start that only repeat how links had begun; the file before it goes on without them.
    events : JSON of the events for which it was kept; empty where it is no clip.
    """

    name: str
    wearer: Wearer
    expected: tuple[Role, ...]
    kept: KeptCalibration = field(default_factory=KeptCalibration)
    repeated_n: int = 0
    events: tuple[str, ...] = ()


class RawRecorder:
    """Writes arrivals to a new file. Never blocks on the disk, and never stops the hub.

    Use as a context manager, or call ``close`` with the last tick's time, so that a replay ends where live ended.

    Raises
    ------
    RecordingError : the file is there already or cannot be made.
    """

    def __init__(self, path: Path, header: RawHeader) -> None:
        try:
            self._file = WriteBehind(path)
        except FileExistsError as error:
            raise RecordingError(path, "is there already; choose another name") from error
        except OSError as error:
            raise RecordingError(path, f"cannot be written: {error.strerror or error}") from error
        # No index: the writer would hold it in memory to the end, and grow by tens of megabytes a day.
        self._writer: Any = Writer(
            cast("IO[Any]", self._file), compression=CompressionType.ZSTD, index_types=IndexType.NONE
        )
        self._channels: dict[Topic, int] = {}
        self._flushed_s: float | None = None
        self._last_s = 0.0
        self._n = 0
        self._writer.start(PROFILE)
        self._writer.add_metadata(_HEADER, _header_to_text(header))

    @property
    def problem(self) -> str | None:
        """Why recording ended early; None while all is well."""
        return self._file.problem

    def write(self, arrival: Entry) -> None:
        """Add an arrival; they must come in the order in which the pipeline got them."""
        topic = topic_of(arrival)
        if topic not in self._channels:
            self._channels[topic] = self._writer.register_channel(topic.name, topic.encoding, 0, dict(topic.common))
        log_ns = max(0, round(arrival.arrival_s * _NANOSECONDS))
        self._writer.add_message(self._channels[topic], log_ns, encode(arrival), log_ns, self._n & 0xFFFFFFFF)
        self._n += 1
        self._last_s = arrival.arrival_s
        if self._flushed_s is None or arrival.arrival_s - self._flushed_s >= FLUSH_EVERY_S:
            self._writer.flush()
            self._flushed_s = arrival.arrival_s

    def close(self, end_s: float | None = None, *, wait: bool = True) -> None:
        """Finish the file, or have it finished without waiting for the disk.

        ``end_s`` is the last time the intake was told; by default that of the last arrival.
        """
        self._writer.flush()
        self._writer.add_metadata(_END, {"end_s": repr(self._last_s if end_s is None else end_s)})
        self._writer.finish()
        if wait:
            self._file.close()
        else:
            self._file.close(patience_s=0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class RawRecording:
    """A raw recording on disk. Iterating gives its arrivals in the order in which they came.

    Raises
    ------
    RecordingError : no such file, not MCAP, or not made by this program.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header = _read_header(path)
        self.end_s: float | None = None
        """Where live ended; known after reading, and None where the file was cut short."""
        self.damage: str | None = None
        """What ended reading early; None where all was read."""

    def __iter__(self) -> Iterator[Entry]:
        self.end_s = self.damage = None
        channels: dict[int, mcap.records.Channel] = {}
        with self.path.open("rb") as file:
            try:
                for record in StreamReader(file, validate_crcs=True, record_size_limit=_LARGEST_RECORD).records:
                    match record:
                        case mcap.records.Channel():
                            channels[record.id] = record
                        case mcap.records.Message():
                            yield self._arrival(channels[record.channel_id], record)
                        case mcap.records.Metadata(name=name, metadata=metadata) if name == _END:
                            self.end_s = float(metadata["end_s"])
            except _DAMAGE as error:
                self.damage = "the file is cut short" if self.end_s is None else f"the file's end is damaged: {error}"

    def _arrival(self, channel: mcap.records.Channel, message: mcap.records.Message) -> Entry:
        try:
            arrival = decode(channel.message_encoding, channel.metadata, message.data)
        except (ValueError, KeyError, TypeError, struct.error) as error:
            raise RecordingError(self.path, f"message {message.sequence} on {channel.topic} is not readable") from error
        device_key = getattr(arrival, "device_key", None)
        if device_key is not None and all(kind.key != device_key for kind in CATALOGUE):
            raise RecordingError(self.path, f"is of a device that this hub does not know: {device_key}")
        return arrival


def _header_to_text(header: RawHeader) -> dict[str, str]:
    wearer = header.wearer
    text = {
        "version": VERSION,
        "name": header.name,
        "wearer": json.dumps(
            {
                "nickname": wearer.nickname,
                "affected_side": wearer.affected_side,
                "mass_kg": wearer.mass_kg,
                "height_m": wearer.height_m,
            }
        ),
        "expected": json.dumps([role.value for role in header.expected]),
        "calibration": json.dumps(header.kept.to_dict()),
    }
    if header.repeated_n:
        text["repeated_n"] = str(header.repeated_n)
    if header.events:
        text["events"] = json.dumps(header.events)
    return text


def _read_header(path: Path) -> RawHeader:
    try:
        with path.open("rb") as file:
            for found in StreamReader(file, record_size_limit=_LARGEST_RECORD).records:
                if isinstance(found, mcap.records.Metadata) and found.name == _HEADER:
                    return _header_from_text(path, found.metadata)
                if isinstance(found, mcap.records.Message):
                    break
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror or error}") from error
    except _DAMAGE as error:
        raise RecordingError(path, "is no MCAP recording, or is cut off at its very start") from error
    raise RecordingError(path, "is an MCAP file, but not of this hub: it has no insole-hub.recording")


def _header_from_text(path: Path, text: dict[str, str]) -> RawHeader:
    if text.get("version") != VERSION:
        raise RecordingError(path, f"version {text.get('version')} is not supported; this hub reads version {VERSION}")
    try:
        expected = tuple(Role(role) for role in json.loads(text["expected"]))
        kept = (
            KeptCalibration.from_dict(json.loads(text["calibration"])) if "calibration" in text else KeptCalibration()
        )
        wearer, events = Wearer(**json.loads(text["wearer"])), tuple(json.loads(text.get("events", "[]")))
        return RawHeader(text["name"], wearer, expected, kept, int(text.get("repeated_n", "0")), events)
    except (KeyError, ValueError, TypeError) as error:
        raise RecordingError(path, "has a header that cannot be read") from error
