"""A sketch's samples as bytes and as rows of numbers, both ways: structs, and lines of text."""

import math
from struct import Struct

import numpy as np

from sensors.driver import DeviceClock
from sensors.errors import DecodeError, DecodeReason
from sensors.sketch_layout import Meaning, NumberType, SketchLayout

LONGEST_LINE = 1024

_CODES = {
    NumberType.FLOAT32: "f",
    NumberType.FLOAT64: "d",
    NumberType.INT8: "b",
    NumberType.UINT8: "B",
    NumberType.INT16: "h",
    NumberType.UINT16: "H",
    NumberType.INT32: "i",
    NumberType.UINT32: "I",
}


def clock_of(layout: SketchLayout) -> DeviceClock | None:
    """The clock in the samples; None where they carry no time."""
    time = layout.field(Meaning.TIME)
    return None if time is None else DeviceClock(time.scale, time.scale * 2**time.bits)


def structs_of(layout: SketchLayout) -> tuple[Struct, ...]:
    """One struct for each field of a sample; they follow each other without gaps."""
    return tuple(
        Struct(f"{'>' if field.big_endian else '<'}{field.count}{_CODES[field.type]}") for field in layout.fields
    )


def decode_structs(parts: tuple[Struct, ...], data: bytes) -> list[list[float]]:
    """The numbers of each sample in a notification, as they are stored.

    Raises
    ------
    DecodeError
        Not a whole number of samples.
    """
    size = sum(part.size for part in parts)
    if not data or len(data) % size:
        reason = DecodeReason.TRUNCATED if len(data) < size else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, data, f"{len(data)} bytes in structs of {size}")
    rows: list[list[float]] = []
    at = 0
    while at < len(data):
        row: list[float] = []
        for part in parts:
            row += part.unpack_from(data, at)
            at += part.size
        rows.append(row)
    return rows


def encode_struct(layout: SketchLayout, parts: tuple[Struct, ...], row: list[float]) -> bytes:
    """One sample. Whole numbers are rounded, and clipped at the range of their type."""
    data, at = b"", 0
    for field, part in zip(layout.fields, parts, strict=True):
        numbers = row[at : (at := at + field.count)]
        if not field.type.is_float:
            limits = np.iinfo(field.type.value)
            numbers = [min(max(round(number), limits.min), limits.max) for number in numbers]
        data += part.pack(*numbers)
    return data


def decode_line(layout: SketchLayout, line: bytes) -> list[float]:
    """The numbers of a line, as they are written.

    Raises
    ------
    DecodeError
        Another beginning, another number of numbers, or something that is none.
    """
    text = line.decode("ascii", "replace")
    if not text.startswith(layout.prefix):
        detail = f"line {text[:40]!r} does not begin with {layout.prefix!r}"
        raise DecodeError(DecodeReason.UNKNOWN_TYPE, line, detail)
    text = text[len(layout.prefix) :]
    for separator in layout.separators:
        text = text.replace(separator, " ")
    words = text.split()
    if len(words) != layout.numbers:
        detail = f"line {text[:40]!r} has {len(words)} numbers instead of {layout.numbers}"
        raise DecodeError(DecodeReason.WRONG_LENGTH, line, detail)
    return [_number(line, word) for word in words]


def encode_line(layout: SketchLayout, row: list[float]) -> bytes:
    """One line with its end."""
    separator = layout.separators[:1] or " "
    return f"{layout.prefix}{separator.join(f'{number:.10g}' for number in row)}\n".encode()


class Lines:
    """Cuts a byte stream into lines. They may share a notification or be split between several.

    What comes before the first line's end is passed over: it may be the rear part of a line, and a number that lost
    its first digits cannot be told from a whole one.
    """

    def __init__(self) -> None:
        self._rest: bytes | None = None

    def feed(self, data: bytes) -> tuple[list[bytes], list[DecodeError]]:
        """Whole lines without their ends, and a fault for one that never ends. Empty lines are none."""
        first, *others = data.split(b"\n")
        if self._rest is None:
            if not others:
                return [], []
            first = b""
        *lines, self._rest = [(self._rest or b"") + first, *others]
        faults = []
        if len(self._rest) > LONGEST_LINE:
            detail = f"{len(self._rest)} bytes without the end of a line"
            faults = [DecodeError(DecodeReason.WRONG_LENGTH, self._rest, detail)]
            self._rest = None
        return [line for line in map(bytes.strip, lines) if line], faults


def _number(line: bytes, word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in word:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, line, f"{word[:40]!r} is no number")
    return number
