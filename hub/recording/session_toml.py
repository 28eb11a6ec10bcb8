"""``session.toml``: what is worn by whom, read strictly and written plainly."""

import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, Literal, cast

from hub.errors import RecordingError
from hub.recording.table import read_text, write_text
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import Cell, LoadUnit, Region, Role

FILE_NAME = "session.toml"
VERSION = 1

_AFFECTED = ("left", "right", "both", "none")
_FRAMES = ("shank", "unknown")
_HIGHEST_RATE_HZ = 2000.0


def read_session(path: Path) -> Session:
    """The session that a ``session.toml`` describes, with every sensor it declares.

    Raises
    ------
    RecordingError : the first mistake, with line and key.
    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecordingError(path, f"is not TOML: {error}") from error
    top = _Table(path, text, "", data)
    version = top.take("version", required=True)
    if version != VERSION or isinstance(version, bool):
        raise top.bad("version", f"version {version!r} is not supported; this hub reads version {VERSION}")
    top.only({"version", "name", "source", "wearer", *Role})
    sensors = {
        role: _insole(top.table(role)) if role.is_insole else _shin(top.table(role)) for role in Role if role in data
    }
    return Session(
        name=top.string("name", path.parent.name),
        source=top.string("source", ""),
        wearer=_wearer(top.table("wearer")),
        sensors=sensors,
    )


def write_session(path: Path, session: Session) -> None:
    """Write a ``session.toml`` from which ``read_session`` gives the same session (nickname and notes excepted)."""
    wearer = session.wearer
    lines = [
        f"version = {VERSION}",
        f"name = {_quoted(session.name)}",
        f"source = {_quoted(session.source)}",
        "",
        "[wearer]",
        f'affected_side = "{wearer.affected_side}"',
    ]
    lines += [f"mass_kg = {float(wearer.mass_kg)}"] if wearer.mass_kg is not None else []
    lines += [f"height_m = {float(wearer.height_m)}"] if wearer.height_m is not None else []
    for role in Role:
        match session.sensors.get(role):
            case InsoleSpec(rate_hz, unit, cells):
                rows = [f'    {{ x = {float(c.x)}, y = {float(c.y)}, region = "{c.region}" }},' for c in cells]
                lines += ["", f"[{role}]", f"rate_hz = {float(rate_hz)}", f'unit = "{unit}"', "cells = [", *rows, "]"]
            case ShinSpec(rate_hz, frame, accelerometer):
                lines += ["", f"[{role}]", f"rate_hz = {float(rate_hz)}", f'frame = "{frame}"']
                lines += [] if accelerometer else ["accelerometer = false"]
    write_text(path, "\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but TOML also forbids a bare DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file, asked for its keys one by one; every mistake is laid to a line."""

    path: Path
    text: str
    name: str
    data: Mapping[str, Any]

    def bad(self, key: str, message: str) -> RecordingError:
        where = f"{self.name}.{key}" if self.name else key
        return RecordingError(self.path, f"{where}: {message}", line=_line_of_key(self.text, self.name, key))

    def only(self, known: Collection[str]) -> None:
        for key in self.data:
            if key not in known:
                near = get_close_matches(key, sorted(known), 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
                raise self.bad(key, f"unknown key; {hint}")

    def take(self, key: str, *, required: bool = False) -> Any:
        if required and key not in self.data:
            raise RecordingError(self.path, f"{self.name + '.' if self.name else ''}{key} is missing; add it")
        return self.data.get(key)

    def table(self, key: str) -> "_Table":
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.bad(key, f"expected a table; write it as [{key}]")
        return _Table(self.path, self.text, key, value)

    def string(self, key: str, default: str) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self.bad(key, f"expected text in quotes, got {value!r}")
        return value

    def number(self, key: str, accepts: Callable[[float], bool], expected: str) -> float:
        value = self.take(key, required=True)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or not accepts(value):
            raise self.bad(key, f"expected {expected}, got {value!r}")
        return float(value)

    def one_of(self, key: str, words: Collection[str], default: str | None = None) -> str:
        value = self.data.get(key, default) if default is not None else self.take(key, required=True)
        if value not in words:
            near = get_close_matches(str(value).lower(), words, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise self.bad(key, f"{value!r} is none of {', '.join(words)}{hint}")
        return str(value)


def _wearer(table: _Table) -> Wearer:
    table.only({"affected_side", "mass_kg", "height_m"})
    side = cast("Literal['left', 'right', 'both', 'none']", table.one_of("affected_side", _AFFECTED, "both"))
    mass_kg = height_m = None
    if "mass_kg" in table.data:
        mass_kg = table.number("mass_kg", lambda kg: 0 < kg < 500, "kilograms above 0")
    if "height_m" in table.data:
        height_m = table.number("height_m", lambda m: 0 < m < 3, "metres between 0 and 3")
    return Wearer(affected_side=side, mass_kg=mass_kg, height_m=height_m)


def _rate_hz(table: _Table) -> float:
    return table.number(
        "rate_hz", lambda hz: 0 < hz <= _HIGHEST_RATE_HZ, f"samples per second up to {_HIGHEST_RATE_HZ:g}"
    )


def _insole(table: _Table) -> InsoleSpec:
    table.only({"rate_hz", "unit", "cells"})
    rate_hz = _rate_hz(table)
    unit = LoadUnit(table.one_of("unit", tuple(LoadUnit)))
    rows = table.take("cells", required=True)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise table.bad("cells", 'expected a list such as [ { x = 0.5, y = 0.08, region = "heel" } ]')
    return InsoleSpec(rate_hz, unit, tuple(_cell(table, number, row) for number, row in enumerate(rows)))


def _cell(insole: _Table, number: int, row: Mapping[str, Any]) -> Cell:
    cell = _Table(insole.path, insole.text, f"{insole.name}.cells[{number}]", row)
    cell.only({"x", "y", "region"})
    x = cell.number("x", lambda x: 0 <= x <= 1, "a fraction 0 (medial) to 1 (lateral)")
    y = cell.number("y", lambda y: 0 <= y <= 1, "a fraction 0 (heel) to 1 (toe)")
    return Cell(x, y, Region(cell.one_of("region", tuple(Region))))


def _shin(table: _Table) -> ShinSpec:
    table.only({"rate_hz", "frame", "accelerometer"})
    accelerometer = table.data.get("accelerometer", True)
    if not isinstance(accelerometer, bool):
        raise table.bad("accelerometer", f"expected true or false, got {accelerometer!r}")
    frame = cast("Literal['shank', 'unknown']", table.one_of("frame", _FRAMES, "unknown"))
    return ShinSpec(_rate_hz(table), frame, accelerometer)


def _line_of_key(text: str, table: str, key: str) -> int | None:
    """Line that sets a key of a table (``left_insole``, or ``left_insole.cells[3]``); None where it cannot be told."""
    name, _, cell = table.partition(".cells[")
    wanted = re.compile(rf"^\s*{'cells' if cell else re.escape(key)}\s*=")
    header, braces_before = "", int(cell.rstrip("]")) if cell else None
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if title := re.match(r"^\s*\[\s*([\w-]+)\s*\]", line):
            header = title.group(1)
            if header == key and not name:
                return number
        inside = inside or (header == name and wanted.match(line) is not None)
        if not inside:
            continue
        if braces_before is None:
            return number
        braces_before -= line.partition("#")[0].count("{")
        if braces_before < 0:
            return number
    return None
