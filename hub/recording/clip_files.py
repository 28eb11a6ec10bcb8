"""The clips on the disk: what their names say, and which of them holds an event."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from hub.errors import RecordingError
from hub.events import Kind
from hub.recording.clips import LONGEST_S
from hub.recording.raw import RawRecording

STAMP = "%Y%m%dT%H%M%SZ"
STAMP_S = 1.0
"""A stamp is cut to whole seconds."""


_NAME = re.compile(r"(.+)-(\d{8}T\d{6}Z)-(trip|fall)-(.+)\.mcap")


@dataclass(frozen=True, slots=True)
class ClipName:
    """What a clip's name says: whose it is, and its first event with the second in which it happened."""

    wearer: str
    happened: datetime
    kind: Kind
    event_id: str

    def __str__(self) -> str:
        return f"{self.wearer}-{self.happened:{STAMP}}-{self.kind.value}-{self.event_id}.mcap"

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """The name of a file; None where it is not a clip's."""
        parts = _NAME.fullmatch(path.name)
        if parts is None:
            return None
        wearer, stamp, kind, event_id = parts.groups()
        return cls(wearer, datetime.strptime(stamp, STAMP).replace(tzinfo=UTC), Kind(kind), event_id)


def clips_of(
    folder: Path, wearer: str, event_ids: Collection[str], since: datetime, until: datetime
) -> dict[str, Path]:
    """The clip of each of these events that has one; they happened between ``since`` and ``until``.

    Events near each other share a clip, which bears the name of the first.
    """
    found: dict[str, Path] = {}
    near: list[Path] = []
    for path in folder.glob("*.mcap"):
        name = ClipName.of(path)
        if name is None or name.wearer != wearer:
            continue
        if name.event_id in event_ids:
            found[name.event_id] = path
        if since - timedelta(seconds=LONGEST_S + STAMP_S) <= name.happened <= until:
            near.append(path)
    for path in near if len(found) < len(event_ids) else ():
        held = _events_in(path)
        found = {**{event_id: path for event_id in event_ids if event_id in held}, **found}
    return found


def _events_in(path: Path) -> set[str]:
    try:
        return {str(json.loads(event)["id"]) for event in RawRecording(path).header.events}
    except RecordingError:  # gone meanwhile, or spoilt: it holds nothing that can be shown
        return set()
