"""Labels and notes of alerts go beside the clips too."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.alert import Alert
from hub.alerts.policy import Patience
from hub.errors import RecordingError
from hub.mqtt import Command, Label, Note
from hub.mqtt.payloads import iso
from hub.recording.clip_labels import ClipLabels, Spoken

logger = logging.getLogger(__name__)


def happened_between(alert: Alert) -> tuple[datetime, datetime]:
    """When the events of an alert happened: those that joined it came later than the first, but not for ever."""
    first = datetime.fromtimestamp(alert.happened_ns / 1e9, UTC)
    opened = datetime.fromtimestamp(alert.opened_ns / 1e9, UTC)
    return first, max(first, opened) + timedelta(seconds=Patience().join_s)


async def tell_clips(labels: ClipLabels, alert: Alert, command: Command) -> None:
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
    spoken = Spoken((alert.id, *alert.joined), *happened_between(alert), said, note)
    try:
        await asyncio.to_thread(labels.say, spoken)
    except RecordingError as error:
        logger.warning("%s; the label stands in the journal only", error)
