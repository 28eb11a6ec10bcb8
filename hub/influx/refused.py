"""Points that the database will never take, on disk with the reason, so that nothing is lost."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.influx.line import tag_text
from hub.influx.schema import Bucket, Tag

REFUSED = "influxdb_refused.jsonl"
"""Name of the file in the state folder."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was refused, when (Unix time), and why."""

    bucket: Bucket
    line: str
    reason: str
    at_ns: int


class RefusedFile:
    """JSON lines, each a ``Refused``. What was there at the start may be tried again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: set[tuple[Bucket, str]] = set()
        self.before: tuple[Refused, ...] = ()
        """What was in the file when it was opened."""

    @property
    def n(self) -> int:
        """Points in the file."""
        return len(self._known)

    def open(self) -> None:
        """Read what is there.

        Raises
        ------
        OSError
            It cannot be read.
        """
        if self.path.exists() and not self.path.read_bytes().endswith(b"\n"):
            with self.path.open("ab") as file:
                file.write(b"\n")  # what a power cut left half written must not spoil what comes behind it
        kept = {(each.bucket, each.line): each for each in self._read()}
        self.before = tuple(kept.values())
        self._known = set(kept)

    def add(self, refused: Refused) -> None:
        """Put a point on the disk; one that is there already is not put there twice.

        Raises
        ------
        OSError
            The disk does not take it.
        """
        if (refused.bucket, refused.line) in self._known:
            return
        with open(self.path, "ab", opener=_private) as file:
            file.write(json.dumps(asdict(refused), separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._known.add((refused.bucket, refused.line))

    def forget(self, taken: set[tuple[Bucket, str]]) -> None:
        """Take out points that the database has taken after all.

        Raises
        ------
        OSError
            The disk does not take what is left.
        """
        left = [each for each in self._read() if (each.bucket, each.line) not in taken]
        fresh = self.path.with_suffix(".new")
        with open(fresh, "wb", opener=_private) as file:
            for each in left:
                file.write(json.dumps(asdict(each), separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        self._known = {(each.bucket, each.line) for each in left}

    def of_wearer(self, wearer: str) -> set[tuple[Bucket, str]]:
        """Points of a wearer that were in the file when it was opened."""
        tag = f",{Tag.WEARER.value}={tag_text(wearer)}"
        return {(each.bucket, each.line) for each in self.before if f"{tag}," in each.line or f"{tag} " in each.line}

    def _read(self) -> Iterator[Refused]:
        if not self.path.exists():
            return
        for text in self.path.read_text("utf-8").splitlines():
            try:
                each = json.loads(text)
                yield Refused(Bucket(each["bucket"]), str(each["line"]), str(each["reason"]), int(each["at_ns"]))
            except (ValueError, KeyError, TypeError):
                continue  # the end of a line that a power cut left half written: its point is sent again


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
