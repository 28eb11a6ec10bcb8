"""What a foreign sketch sends, as its owner describes it: which numbers, how they are stored, what they are worth.

It stands outside ``sensors.sketch`` because ``DriverOptions`` carries it to there.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sensors.layout import Cell, LoadUnit

NORDIC_UART_NOTIFY = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
NORDIC_UART_WRITE = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"


class Meaning(StrEnum):
    """What a field's numbers are."""

    ACCELERATION = "acceleration"
    RATE = "rate"
    CELLS = "cells"
    TIME = "time"
    COUNTER = "counter"
    SKIP = "skip"


class NumberType(StrEnum):
    """How a number is stored; named as numpy names it."""

    FLOAT32 = "float32"
    FLOAT64 = "float64"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"

    @property
    def is_float(self) -> bool:
        """Whether it has a fraction."""
        return self in {NumberType.FLOAT32, NumberType.FLOAT64}

    @property
    def bits(self) -> int:
        """Its size."""
        return 8 * np.dtype(self.value).itemsize


@dataclass(frozen=True, slots=True)
class SketchField:
    """One or more numbers of the same meaning that follow each other.

    Parameters
    ----------
    what : their meaning.
    count : how many; three (x, y, z) of acceleration and rate.
    scale, offset : number * scale + offset is in m/s^2, deg/s, seconds, or the unit of the cells.
    type, big_endian : how each is stored; of no meaning in text.
    bits : a time or counter begins again after 2^bits; what stands in higher bits is none of it.
    """

    what: Meaning
    count: int = 1
    scale: float = 1.0
    offset: float = 0.0
    type: NumberType = NumberType.FLOAT32
    big_endian: bool = False
    bits: int = 32


@dataclass(frozen=True, slots=True)
class SketchLayout:
    """A sketch's notifications.

    Parameters
    ----------
    characteristic : UUID of the one that notifies.
    fields : the numbers of one sample, in their order.
    cells, unit : of the cells among them.
    is_text : lines of text, else structs: one or more whole ones in each notification.
    separators, prefix : any of these characters, or blanks, stand between the numbers of a line; and how a line begins.
    write_to, start_hex, stop_hex : bytes that make it stream and stop, and the UUID that they are written to.
    """

    characteristic: str
    fields: tuple[SketchField, ...]
    cells: tuple[Cell, ...] = ()
    unit: LoadUnit = LoadUnit.COUNTS
    is_text: bool = False
    separators: str = ",;"
    prefix: str = ""
    write_to: str = NORDIC_UART_WRITE
    start_hex: str = ""
    stop_hex: str = ""

    @property
    def numbers(self) -> int:
        """Numbers in one sample."""
        return sum(field.count for field in self.fields)

    @property
    def meanings(self) -> list[Meaning]:
        """Meaning of each number of a sample."""
        return [field.what for field in self.fields for _ in range(field.count)]

    @property
    def scales(self) -> list[float]:
        """Scale of each number of a sample."""
        return [field.scale for field in self.fields for _ in range(field.count)]

    @property
    def offsets(self) -> list[float]:
        """Offset of each number of a sample."""
        return [field.offset for field in self.fields for _ in range(field.count)]

    def field(self, what: Meaning) -> SketchField | None:
        """The first field of a meaning."""
        return next((field for field in self.fields if field.what is what), None)

    def columns(self, what: Meaning) -> list[int]:
        """Which numbers of a sample have a meaning."""
        return [column for column, meaning in enumerate(self.meanings) if meaning is what]
