"""The table in which the owner of a device describes what its sketch sends."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from hub.config.mistake import Misfit, mistake, raise_all
from hub.config.table import Table
from hub.config.values import Uuid
from sensors.driver import G_MPS2
from sensors.layout import Cell, LoadUnit, Region, Role, region_at
from sensors.sketch_layout import (
    NORDIC_UART_NOTIFY,
    NORDIC_UART_WRITE,
    Meaning,
    NumberType,
    SketchField,
    SketchLayout,
)

_UNITS: dict[Meaning, dict[str, float]] = {
    Meaning.ACCELERATION: {"m/s2": 1.0, "g": G_MPS2, "mg": G_MPS2 / 1000},
    Meaning.RATE: {"deg/s": 1.0, "rad/s": math.degrees(1.0), "mdeg/s": 0.001},
    Meaning.TIME: {"s": 1.0, "ms": 1e-3, "us": 1e-6},
    Meaning.CELLS: {unit.value: 1.0 for unit in LoadUnit},
}
"""What one of each unit is worth in the hub's own. A unit must be given: a wrong guess would be a wrong figure."""

_ONCE = (Meaning.ACCELERATION, Meaning.RATE, Meaning.TIME, Meaning.COUNTER)
_VECTORS = (Meaning.ACCELERATION, Meaning.RATE)
_COUNTED = (Meaning.TIME, Meaning.COUNTER)
_INSEPARABLE = frozenset("0123456789+-.eE")
"""Characters that belong to numbers."""


def _sent_hex(value: object) -> str:
    """Text, or a list of bytes, as hex."""
    if isinstance(value, str):
        return value.encode().hex()
    if isinstance(value, list) and value and all(type(octet) is int and 0 <= octet <= 255 for octet in value):
        return bytes(value).hex()
    raise mistake(f"{value!r} cannot be sent", 'expected text such as "start\\n", or bytes such as [0xC2, 0x01]')


SentBytes = Annotated[str, BeforeValidator(_sent_hex)]


class SketchCellConfig(Table):
    """A cell: where it lies, in the order in which the cells are sent."""

    x: float = Field(strict=True, ge=0, le=1, description="0 inner (medial) edge of the foot, 1 outer edge.")
    y: float = Field(strict=True, ge=0, le=1, description="0 heel, 1 tip of the toes.")
    region: Region | None = Field(None, description="Part of the foot; default: by y.")

    def cell(self) -> Cell:
        """The cell, as drivers know it."""
        return Cell(self.x, self.y, self.region or region_at(self.y))


class SketchFieldConfig(Table):
    """A number, or several of the same meaning, in the order in which they are sent."""

    what: Meaning = Field(description="What it is. Acceleration and rate are three numbers: x, y, z.")
    type: NumberType | None = Field(None, description="How each number is stored; not in text.")
    unit: str | None = Field(
        None,
        description="Acceleration: m/s2, g, mg. Rate: deg/s, rad/s, mdeg/s. Time: s, ms, us. "
        "Cells: counts (uncalibrated), n, kpa, on_off.",
    )
    scale: float = Field(
        1.0, strict=True, allow_inf_nan=False, description="What one count is worth in `unit`. Cells: may be negative."
    )
    offset: float = Field(0.0, strict=True, allow_inf_nan=False, description="Added after scaling; cells only.")
    count: int | None = Field(
        None,
        strict=True,
        ge=1,
        le=256,
        description="How many numbers; cells (default: all, if in one field) and skip (1) only.",
    )
    bits: int | None = Field(
        None,
        strict=True,
        ge=4,
        le=32,
        description="A time or counter begins again after 2^bits; default: all bits of its type, in text 32.",
    )
    byte_order: Literal["little", "big"] | None = Field(None, description="Where it differs from the sketch's.")

    @property
    def worth(self) -> float:
        """What one count is worth in the hub's own unit."""
        return self.scale * (_UNITS[self.what][self.unit] if self.unit else 1.0)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        raise_all("field", self._misfits())
        return self

    def _misfits(self) -> Iterator[Misfit]:
        units = _UNITS.get(self.what, {})
        if units and self.unit is None:
            yield Misfit(("unit",), "is missing", f"of {self.what}: {', '.join(units)}")
        elif self.unit is not None and self.unit not in units:
            hint = f"known: {', '.join(units)}" if units else "leave it out"
            yield Misfit(("unit",), f"{self.what} cannot be in {self.unit!r}", hint)
        if self.scale == 0 or (self.scale < 0 and self.what is not Meaning.CELLS):
            yield Misfit(("scale",), f"{self.scale:g} is no scale of {self.what}", "expected a number above 0")
        if self.offset and self.what is not Meaning.CELLS:
            yield Misfit(("offset",), f"{self.what} has no offset", "leave it out")
        if self.count is not None and self.what not in {Meaning.CELLS, Meaning.SKIP}:
            yield Misfit(("count",), f"{self.what} has a fixed number of numbers", "leave it out")
        if self.bits is not None and self.what not in _COUNTED:
            yield Misfit(("bits",), f"{self.what} never begins again", "leave it out")
        if self.type is not None and self.type.is_float and self.what in _COUNTED:
            yield Misfit(("type",), f"a {self.what} in {self.type} loses its last digits", 'use what = "skip" for it')
        if self.type is not None and self.bits is not None and self.bits > self.type.bits:
            yield Misfit(("bits",), f"{self.type} has only {self.type.bits} bits", "leave it out")


class SketchConfig(Table):
    """What a device of type `sketch_insole` or `sketch_shin` sends; [sketches.md](sketches.md) has worked examples."""

    fields: tuple[SketchFieldConfig, ...] = Field(min_length=1, description="The numbers of one sample.")
    characteristic: Uuid = Field(NORDIC_UART_NOTIFY, description="The one that notifies; default: Nordic UART's.")
    format: Literal["struct", "text"] = Field(
        "struct", description="Structs, one or more whole ones in each notification; or lines of text."
    )
    byte_order: Literal["little", "big"] = Field("little", description="Of all numbers in structs.")
    separators: str = Field(
        ",;",
        description="Characters of which any number stands between the numbers of a line; blanks and tabs always may.",
    )
    prefix: str = Field("", description="How each line of numbers begins; other lines count as faults.")
    cells: tuple[SketchCellConfig, ...] = Field((), description="The cells, in the order in which they are sent.")
    write_to: Uuid = Field(NORDIC_UART_WRITE, description="Where `start` and `stop` are written.")
    start: SentBytes = Field("", description="Text or list of bytes that makes it stream, where it waits for that.")
    stop: SentBytes = Field("", description="Text or list of bytes that makes it stop.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        raise_all("sketch", self._misfits())
        return self

    def misfits_as(self, role: Role) -> Iterator[Misfit]:
        """What is missing for what it is to do."""
        sent = {field.what for field in self.fields}
        for what in (Meaning.CELLS,) if role.is_insole else _VECTORS:
            if what not in sent:
                yield Misfit(("sketch", "fields"), f"has no {what}", f"a {role.value} needs it")

    def layout(self) -> SketchLayout:
        """The description, as drivers know it."""
        unit = next((field.unit for field in self.fields if field.what is Meaning.CELLS), None)
        return SketchLayout(
            characteristic=self.characteristic,
            fields=tuple(self._field(field) for field in self.fields),
            cells=tuple(cell.cell() for cell in self.cells),
            unit=LoadUnit(unit) if unit else LoadUnit.COUNTS,
            is_text=self.format == "text",
            separators=self.separators,
            prefix=self.prefix,
            write_to=self.write_to,
            start_hex=self.start,
            stop_hex=self.stop,
        )

    def _field(self, given: SketchFieldConfig) -> SketchField:
        return SketchField(
            what=given.what,
            count=self._count(given),
            scale=given.worth,
            offset=given.offset,
            type=given.type or NumberType.FLOAT32,
            big_endian=(given.byte_order or self.byte_order) == "big",
            bits=given.bits or (given.type.bits if given.type and given.what in _COUNTED else 32),
        )

    def _count(self, given: SketchFieldConfig) -> int:
        if given.what in _VECTORS:
            return 3
        return given.count or (len(self.cells) if given.what is Meaning.CELLS else 1)

    def _misfits(self) -> Iterator[Misfit]:
        yield from self._misfits_of_fields()
        yield from self._misfits_of_cells()
        if bad := sorted(_INSEPARABLE & set(self.separators)):
            yield Misfit(("separators",), f"{bad[0]!r} belongs to numbers", "expected others, such as ,;[]")
        for key in ("separators", "prefix"):
            if not getattr(self, key).isascii():
                yield Misfit((key,), "is not plain ASCII", "the lines are read as ASCII")

    def _misfits_of_fields(self) -> Iterator[Misfit]:
        for index, field in enumerate(self.fields):
            if self.format == "struct" and field.type is None:
                yield Misfit(("fields", index, "type"), "is missing", f"one of {', '.join(NumberType)}")
            for key in ("type", "byte_order"):
                if self.format == "text" and getattr(field, key) is not None:
                    yield Misfit(("fields", index, key), "has no meaning in text", "leave it out")
        times = Counter(field.what for field in self.fields)
        for what in _ONCE:
            if times[what] > 1:
                yield Misfit(("fields",), f"has {what} {times[what]} times", 'use what = "skip" for the others')

    def _misfits_of_cells(self) -> Iterator[Misfit]:
        sent = {index: field for index, field in enumerate(self.fields) if field.what is Meaning.CELLS}
        uncounted = [index for index, field in sent.items() if field.count is None and len(sent) > 1]
        for index in uncounted:
            yield Misfit(("fields", index, "count"), "is missing", "how many of the cells this field holds")
        n = sum(self._count(field) for field in sent.values())
        if n != len(self.cells) and not uncounted:
            yield Misfit(("cells",), f"{len(self.cells)} are described, but {n} are sent", "each needs its place")
        units = sorted({field.unit or "" for field in sent.values()})
        if len(units) > 1:
            yield Misfit(("fields",), f"has cells in {' and '.join(units)}", "one unit for all")
