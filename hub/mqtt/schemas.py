"""JSON Schema of every payload, made from the code: ``python -m hub.mqtt.schemas docs/schemas`` writes them."""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.count_fields import COUNTS_FIELDS, WEARER_COUNTS_FIELDS
from hub.day_fields import DAY_FIELDS
from hub.events import FIELDS, LIST, Field, Kind
from hub.mqtt.commands import COMMANDS
from hub.mqtt.fields import (
    ALERT_FIELDS,
    ANSWER_FIELDS,
    CALIBRATION_FIELDS,
    EVENT_FIELDS,
    HEALTH_FIELDS,
    SENSOR_FIELDS,
    STATE_FIELDS,
    STATUS_FIELDS,
    TIME_FIELDS,
)

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def payload_schemas() -> dict[str, Schema]:
    """A schema for each kind of payload, by the name of its file without ``.json``.

    Fields that came in later are not required, since an event may have waited in the journal of an older hub.
    """
    state, version = ({name: STATUS_FIELDS[name]} for name in ("state", "version"))
    schemas = {
        "status": _schema("Whether the hub is there", state, sometimes=version | TIME_FIELDS),
        "state": _schema("A wearer's day so far", STATE_FIELDS | TIME_FIELDS),
        "day": _schema("A wearer's day that is over", DAY_FIELDS | TIME_FIELDS),
        "sensor": _schema("How a sensor is doing", SENSOR_FIELDS | TIME_FIELDS),
        "alert": _schema("An alert while it lives; the payload is empty once it is over", ALERT_FIELDS | TIME_FIELDS),
        "calibration": _schema(
            "A guided calibration; the payload is empty while there is none", CALIBRATION_FIELDS | TIME_FIELDS
        ),
        "counts": _schema("What the hub has counted", COUNTS_FIELDS | TIME_FIELDS),
        "wearer-counts": _schema("What the hub has counted of a wearer", WEARER_COUNTS_FIELDS | TIME_FIELDS),
        "health": _schema("How the hub is", HEALTH_FIELDS | TIME_FIELDS),
        "answer": _schema("What became of a command", ANSWER_FIELDS | TIME_FIELDS),
    }
    for kind in Kind:
        common = EVENT_FIELDS | {"kind": replace(EVENT_FIELDS["kind"], one_of=(kind,))} | TIME_FIELDS
        schemas[f"event-{kind.value}"] = _schema(f"Event {kind.value}", common, sometimes=FIELDS[kind])
    for command in COMMANDS:
        schemas[f"command-{command.name}"] = {"$schema": DRAFT} | command.model_json_schema()
    return schemas


def write(folder: Path) -> None:
    """Replace what is in the folder by today's schemas."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")


def files() -> dict[str, str]:
    """Names of the files and what stands in them."""
    schemas = payload_schemas().items()
    return {f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas}


def _schema(title: str, fields: Mapping[str, Field], sometimes: Mapping[str, Field] | None = None) -> Schema:
    """An object that has all of ``fields``, and of ``sometimes`` what is known."""
    told = {name: _property(each, nullable=each.nullable) for name, each in fields.items()}
    told |= {name: _property(each, nullable=True) for name, each in (sometimes or {}).items()}
    return {"$schema": DRAFT, "title": title, "type": "object", "properties": told, "required": list(fields)}


def _property(field: Field, *, nullable: bool) -> Schema:
    kind = "array" if field.type == LIST else field.type
    schema: Schema = {"description": field.meaning, "type": [kind, "null"] if nullable else kind}
    if field.type == LIST:
        schema["items"] = {"type": "string"}
    if field.one_of:
        schema["enum"] = [*map(str, field.one_of), *([None] if nullable else [])]
    return schema


if __name__ == "__main__":
    write(Path(sys.argv[1]))
