"""Reads hub.toml. All mistakes come back at once, each with its key path and a hint."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hub.config import mistake
from hub.config.between import problems_between_keys
from hub.config.schema import Config
from hub.config.table import table_in
from hub.errors import ConfigError, ConfigProblem


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises
    ------
    ConfigError
        The file cannot be read, is no TOML, or holds mistakes; all of them are listed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        problem = ConfigProblem("file", f"cannot be read: {error.strerror}", _unreadable_hint(error))
        raise ConfigError(str(path), (problem,)) from error
    except UnicodeDecodeError as error:
        problem = ConfigProblem("file", "is not UTF-8 text", "save it as plain UTF-8 text")
        raise ConfigError(str(path), (problem,)) from error
    return parse_config(text, str(path))


def parse_config(text: str, source: str) -> Config:
    """Check the text of a configuration; ``source`` names it in messages.

    Raises
    ------
    ConfigError
        With every mistake.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "text stands in quotes, and each key and value on a line of its own"
        raise ConfigError(source, (ConfigProblem("file", f"is not valid TOML: {error}", hint),)) from error
    between = tuple(problems_between_keys(data))
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(source, (*_problems(error.errors()), *between)) from error
    if between:
        raise ConfigError(source, between)
    return config


_EXPECTED = {
    "bool_type": "true or false, without quotes",
    "int_type": "a whole number, without quotes",
    "float_type": "a number, without quotes",
    "string_type": "text in quotes",
    "path_type": "a path in quotes",
    "tuple_type": "tables, each under a line of its own such as [[wearers]]",
    "model_type": "a table, under a line such as [mqtt]",
    "dict_type": 'a table such as { name = "value" }',
}
"""What pydantic's kinds of mistake are called in TOML."""

_LIST = "a list in square brackets"
"""A tuple that holds no tables."""


def _unreadable_hint(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "`insole-hub scan` prints a block to start from"
        case IsADirectoryError():
            return "name the file in it, such as hub.toml"
        case _:
            return "check the path, and that this user may read the file"


def _problems(details: list[ErrorDetails]) -> Iterator[ConfigProblem]:
    for detail in details:
        depth = len(detail["loc"])
        is_echo = detail["type"] == "too_short" and any(
            len(other["loc"]) > depth and other["loc"][:depth] == detail["loc"] for other in details
        )
        if not is_echo:  # a list is also called too short when its only entry is wrong
            yield _problem(detail)


def _problem(detail: ErrorDetails) -> ConfigProblem:
    path = _key_path(detail["loc"])
    context: Mapping[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            known = _known_keys(detail["loc"][:-1])
            near = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
            return ConfigProblem(path, "unknown key", hint)
        case "missing":
            return ConfigProblem(path, "is missing", _description(detail["loc"]))
        case "enum" | "literal_error":
            near = difflib.get_close_matches(str(detail["input"]), _choices(context["expected"]), n=1)
            hint = f"did you mean {near[0]}?" if near else _description(detail["loc"])
            return ConfigProblem(path, f"{detail['input']!r} is not one of {context['expected']}", hint)
        case kind if kind in _EXPECTED:
            expected = _EXPECTED[kind] if kind != "tuple_type" or _holds_tables(detail["loc"]) else _LIST
            return ConfigProblem(path, f"expected {expected}, not {detail['input']!r}", _description(detail["loc"]))
        case mistake.MISTAKE:
            return ConfigProblem(path, context["message"], context["hint"])
        case _:
            message = detail["msg"][0].lower() + detail["msg"][1:]
            shown = f", not {detail['input']!r}" if isinstance(detail["input"], str | int | float | bool) else ""
            return ConfigProblem(path, message + shown, _description(detail["loc"]))


def _key_path(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text or "file"


def _choices(expected: str) -> list[str]:
    return [choice.strip(" '") for choice in expected.replace(" or ", ", ").split(",")]


def _table(location: tuple[int | str, ...]) -> type[BaseModel]:
    table: type[BaseModel] = Config
    for part in location:
        if isinstance(part, str) and part in table.model_fields:
            table = table_in(table.model_fields[part].annotation) or table
    return table


def _holds_tables(location: tuple[int | str, ...]) -> bool:
    field = _table(location[:-1]).model_fields.get(str(location[-1]))
    return field is None or table_in(field.annotation) is not None


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    return list(_table(location).model_fields)


def _description(location: tuple[int | str, ...]) -> str:
    field = _table(location[:-1]).model_fields.get(str(location[-1])) if location else None
    return (field.description or "").rstrip(".") if field else ""
