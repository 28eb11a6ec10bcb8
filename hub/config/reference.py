"""The configuration reference, made from the schema: ``python -m hub.config.reference > docs/config.md``."""

import sys
from collections.abc import Iterator
from enum import Enum
from typing import Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hub.config import schema
from hub.config.alerts import AlertsConfig, ContactConfig
from hub.config.cues import CuesConfig, SoundConfig
from hub.config.influxdb import InfluxdbConfig
from hub.config.sketch import SketchCellConfig, SketchConfig, SketchFieldConfig
from hub.config.table import table_in

TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("[hub]", schema.HubConfig),
    ("[radio]", schema.RadioConfig),
    ("[[wearers]]", schema.WearerConfig),
    ("[[wearers.devices]]", schema.DeviceConfig),
    ("[wearers.devices.sketch]", SketchConfig),
    ("[[wearers.devices.sketch.fields]]", SketchFieldConfig),
    ("[[wearers.devices.sketch.cells]]", SketchCellConfig),
    ("[wearers.cues]", CuesConfig),
    ("[mqtt]", schema.MqttConfig),
    ("[mqtt.home_assistant]", schema.HomeAssistantConfig),
    ("[broker]", schema.BrokerConfig),
    ("[influxdb]", InfluxdbConfig),
    ("[journal]", schema.JournalConfig),
    ("[recording]", schema.RecordingConfig),
    ("[sound]", SoundConfig),
    ("[page]", schema.PageConfig),
    ("[alerts]", AlertsConfig),
    ("[[contacts]]", ContactConfig),
)

EXAMPLE = """\
[hub]
name = "home"

[[wearers]]
nickname = "anna"
affected_side = "left"

[[wearers.devices]]
role = "left_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:01"

[[wearers.devices]]
role = "right_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:02"

[[wearers.devices]]
role = "left_shin"
type = "witmotion"
address = "C0:FF:EE:00:00:03"
rate_hz = 100

[mqtt]
host = "broker.lan"
username = "insole"
password_file = "/etc/insole-hub/mqtt-password"
tls = true
"""


def reference() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Configuration reference"
    yield ""
    yield "Made from the schema by `python -m hub.config.reference`; a test keeps it fresh."
    yield "`insole-hub check -c hub.toml` lists every mistake of a file at once. An example:"
    yield ""
    yield "```toml"
    yield EXAMPLE.rstrip()
    yield "```"
    for title, table in TABLES:
        yield ""
        yield f"## `{title}`"
        yield ""
        yield (table.__doc__ or "").strip()
        yield ""
        yield "| key | value | default | meaning |"
        yield "|---|---|---|---|"
        for key, field in table.model_fields.items():
            if table_in(field.annotation) is not None:
                continue
            yield f"| `{key}` | {_type(field)} | {_default(field)} | {field.description} |"


def _type(field: FieldInfo) -> str:
    choices = _choices(field.annotation)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    text = str(field.annotation)
    if text.startswith("tuple[str"):
        return "list of text"
    for name, words in (
        ("Path", "path"),
        ("date", "date"),
        ("bool", "true or false"),
        ("float", "number"),
        ("int", "whole number"),
    ):
        if name in text:
            return words
    return "table of text" if "dict" in text else "text"


def _choices(annotation: object) -> list[str]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(member.value) for member in annotation]
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    return [choice for argument in get_args(annotation) for choice in _choices(argument)]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default_factory is not None or field.default in {None, PydanticUndefined, "", ()}:
        return ""
    value = field.default
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
