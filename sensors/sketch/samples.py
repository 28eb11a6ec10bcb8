"""A sketch's samples as bytes and as rows of numbers, both ways: structs, and lines of text."""

import math

import numpy as np

from sensors.driver import DeviceClock, Floats
from sensors.errors import DecodeError, DecodeReason
from sensors.sketch_layout import Meaning, SketchLayout

LONGEST_LINE = 1024


def clock_of(layout: SketchLayout) -> DeviceClock | None:
    """The clock in the samples; None where they carry no time."""
    time = layout.field(Meaning.TIME)
    return None if time is None else DeviceClock(time.scale, time.scale * 2**time.bits)


def struct_of(layout: SketchLayout) -> np.dtype[np.void]:
    """One sample, without gaps between its fields."""
    parts = [
        (str(number), np.dtype(field.type.value).newbyteorder(">" if field.big_endian else "<"), (field.count,))
        for number, field in enumerate(layout.fields)
    ]
    return np.dtype(parts)


def decode_structs(struct: np.dtype[np.void], data: bytes) -> Floats:
    """(n, numbers) of the structs in a notification, as they are stored.

    Raises
    ------
    DecodeError
        Not a whole number of structs.
    """
    size = struct.itemsize
    if not data or len(data) % size:
        reason = DecodeReason.TRUNCATED if len(data) < size else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, data, f"{len(data)} bytes in structs of {size}")
    structs = np.frombuffer(data, struct)
    with np.errstate(invalid="ignore"):  # a signalling NaN among garbage
        return np.hstack([structs[name].astype(np.float64) for name in struct.names or ()])


def encode_struct(struct: np.dtype[np.void], row: list[float]) -> bytes:
    """One struct. Whole numbers are rounded, and clipped at the range of their type."""
    sample = np.zeros(1, struct)
    at = 0
    for name in struct.names or ():
        part = np.array(row[at : (at := at + sample[name].size)])
        if sample[name].dtype.kind != "f":
            limits = np.iinfo(sample[name].dtype)
            part = np.clip(np.rint(part), limits.min, limits.max)
        sample[name] = part
    return sample.tobytes()


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
    words = text[len(layout.prefix) :].translate(dict.fromkeys(map(ord, layout.separators), " ")).split()
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
