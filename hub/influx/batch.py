"""What a page of the journal comes to in lines. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from hub.following import Record
from hub.influx.line import line
from hub.influx.points import event_point
from hub.influx.schema import MEASUREMENTS, Bucket


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines by their bucket, and the journal's position up to which they were made."""

    until: int
    lines: Mapping[Bucket, Sequence[str]]

    def to_json(self) -> bytes:
        """For another process."""
        return json.dumps([self.until, self.lines], separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """What ``to_json`` made."""
        until, lines = json.loads(text)
        return cls(until, {Bucket(name): of for name, of in lines.items()})


def lines_of(hub: str, records: Iterable[Record]) -> dict[Bucket, list[str]]:
    """Events as lines; every bucket is there."""
    lines: dict[Bucket, list[str]] = {bucket: [] for bucket in Bucket}
    for record in records:
        point = event_point(hub, record.wearer, record.event, record.wall_time_ns, record.position, aids=record.aids)
        lines[MEASUREMENTS[point.measurement].bucket].append(line(point))
    return lines
