"""Labels and notes of alerts go beside the clips too."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

from hub.alert import Alert
from hub.errors import RecordingError
from hub.mqtt import Command, Label, Note
from hub.mqtt.payloads import iso
from hub.recording.clip_labels import write_beside

logger = logging.getLogger(__name__)


async def tell_clips(clips: Path, alert: Alert, command: Command) -> None:
    """Write what was said of an alert beside its clips, if it has any; what fails is logged: the journal has it."""
    said = {
        "alert": alert.id,
        "rule": alert.rule.value,
        "what": alert.what,
        "happened": iso(alert.happened_ns),
        "real": alert.label,
        "label_note": alert.note,
    }
    note: dict[str, Any] | None = None
    if isinstance(command, Note):
        at = iso(time.time_ns()) if command.at is None else command.at.isoformat()
        note = {"at": at, "text": command.text, "tags": list(command.tags), "pain": command.pain}
    elif not isinstance(command, Label):
        return
    try:
        await asyncio.to_thread(write_beside, clips, (alert.id, *alert.joined), said, note)
    except RecordingError as error:
        logger.warning("%s; the label stands in the journal only", error)
