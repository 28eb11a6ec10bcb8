"""Changes a text of hub.toml as its owner would: what they wrote, and their comments, stay as they are.

A table is named by the keys and numbers that lead to it, such as ``("wearers", 0, "devices", 2)``. A comment after an
empty line is taken for the next table's, and stays before it.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Table, Whitespace

from hub.errors import ConfigError, ConfigProblem

Path = tuple[str | int, ...]
Values = Mapping[str, str | int | float | bool | date | list[str] | None]

Tail = list[Comment | Whitespace]

_MARK = "# insole-hub: to be removed"


def put(text: str, path: Path, values: Values) -> str:
    """Give keys of a table other values; None takes a key away. The table is made where it is not there."""
    document = _parsed(text)
    *above, name = path
    parent = _at(document, tuple(above))
    if isinstance(name, str) and name not in parent:
        tail = _take_tail(parent) if isinstance(parent, Table) else []
        parent[name] = _table(values)
        _give_tail(parent[name], tail)
        return _text_of(document)
    table = parent[name]
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        elif key in table:
            table[key] = value
        else:
            tail = _take_tail(table) if isinstance(table, Table) else []
            table[key] = value
            _give_tail(table, tail)
    return _text_of(document)


def add(text: str, path: Path, values: Values) -> str:
    """Put a table behind the others of a list."""
    document = _parsed(text)
    *above, name = path
    parent = _at(document, tuple(above))
    if name not in parent:
        if text and not text.endswith("\n"):
            return add(text + "\n", path, values)
        tail = _take_tail(parent) if isinstance(parent, Table) else []
        parent[name] = tomlkit.aot()
        parent[name].append(_table(values))
        _give_tail(parent[name][-1], tail)
    elif isinstance(tables := parent[name], AoT):
        tail = _take_tail(tables[-1])
        tables.append(_table(values))
        _give_tail(tables[-1], tail)
    else:
        tables.append({key: value for key, value in values.items() if value is not None})
    return _text_of(document)


def remove(text: str, path: Path, number: int) -> str:
    """Take a table of a list away, with the comments in it."""
    document = _parsed(text)
    tables = _at(document, path)
    if not isinstance(tables, AoT):
        del tables[number]
        return _text_of(document)
    table = tables[number]
    tail = _take_tail(table)
    for key in list(table):
        del table[key]
    while table.value.body:
        table.value.body.pop()
    table.add(tomlkit.comment(_MARK.removeprefix("# ")))
    for item in tail:
        table.add(item)
    marked = _text_of(document).splitlines(keepends=True)
    at = next(n for n, line in enumerate(marked) if line.strip() == _MARK)
    before = marked[: at - 1]
    while before and not before[-1].strip() and at + 1 < len(marked) and not marked[at + 1].strip():
        before.pop()  # of two empty lines one goes with it
    left = "".join([*before, *marked[at + 1 :]])
    del tables[number]
    return _checked(left, document.unwrap())


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise _beyond() from error


def _at(document: Any, path: Path) -> Any:
    for part in path:
        document = document[part]
    return document


def _table(values: Values) -> Table:
    table = tomlkit.table()
    table.trivia.indent = "\n"  # an empty line before it
    for key, value in values.items():
        if value is not None:
            table[key] = value
    return table


def _last(table: Any) -> Table:
    """The table whose end is the end of this one."""
    items = [item for key, item in table.value.body if key is not None]
    if items and isinstance(items[-1], Table):
        return _last(items[-1])
    if items and isinstance(items[-1], AoT):
        return _last(items[-1][-1])
    assert isinstance(table, Table)
    return table


def _take_tail(table: Any) -> Tail:
    """What stands behind the last key from an empty line on; it is taken out."""
    body = _last(table).value.body
    first = len(body)
    while first and body[first - 1][0] is None:
        first -= 1
    while first < len(body) and not isinstance(body[first][1], Whitespace):
        first += 1
    tail = [item for _, item in body[first:] if isinstance(item, Comment | Whitespace)]
    del body[first:]
    return tail


def _give_tail(table: Any, tail: Tail) -> None:
    for item in tail:
        _last(table).add(item)


def _text_of(document: Container) -> str:
    return _checked(document.as_string(), document.unwrap())


def _checked(text: str, meant: Mapping[str, Any]) -> str:
    """The text, if it says what is meant.

    Raises
    ------
    ConfigError
        It does not: the file is laid out in a way that this cannot change.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _beyond() from error
    if _without_empty(said) != _without_empty(meant):
        raise _beyond()
    return text


def _without_empty(value: Any) -> Any:
    """A list of tables whose last one was taken away stands nowhere."""
    if isinstance(value, dict):
        return {key: _without_empty(each) for key, each in value.items() if each != []}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _beyond() -> ConfigError:
    problem = ConfigProblem("file", "it is laid out in a way that only its owner can change", "change it by hand")
    return ConfigError("hub.toml", (problem,))
