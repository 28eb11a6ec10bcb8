"""Which published schema a topic's payload must satisfy."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def schema_name(base: str, topic: str) -> str:
    levels = topic.removeprefix(f"{base}/").split("/")
    match levels:
        case [("status" | "counts" | "health") as name]:
            return name
        case [_, "counts"]:
            return "wearer-counts"
        case [_, "event" | "command" as what, name]:
            return f"{what}-{name}"
        case [_, ("state" | "day" | "sensor" | "alert" | "answer" | "calibration") as name, *_]:
            return name
    raise AssertionError(topic)


@cache
def validator(name: str) -> Draft202012Validator:
    """The published schema, and no field beside it: one that is sent and not described is a mistake."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema | {"additionalProperties": False})


def assert_as_published(base: str, topic: str, payload: bytes) -> str:
    name = schema_name(base, topic)
    data = json.loads(payload)
    (error,) = [*validator(name).iter_errors(data)][:1] or [None]
    assert error is None, f"{topic}: {error.message} at {error.json_path}"
    return name
