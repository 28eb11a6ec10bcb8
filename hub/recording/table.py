"""Numeric CSV tables, plain or gzipped: a fast reader, and a slow look for the mistake when there is one."""

import gzip
import io
import zlib
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.errors import RecordingError

Floats = NDArray[np.float64]


def read_text(path: Path) -> str:
    """Text of a UTF-8 file, unpacked where the name ends in .gz. A byte-order mark is dropped.

    Raises
    ------
    RecordingError : unreadable, empty, broken gzip, or not UTF-8.
    """
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise RecordingError(path, "is not a gzip file; pack it again with gzip, or drop the .gz") from error
        raise RecordingError(path, f"cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise RecordingError(path, "the gzip data is cut short or damaged; copy the file again") from error
    if not data.strip():
        raise RecordingError(path, "is empty; delete it if the sensor was not there")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordingError(path, "is not UTF-8 text; save it as UTF-8", line=line) from error


def read_table(path: Path, columns: Sequence[str]) -> tuple[Floats, Floats]:
    """Time and values of a table whose first column is ``time_s``.

    Returns
    -------
    (n,) seconds, strictly increasing, and (n, len(columns) - 1) values, all finite; n >= 1.

    Raises
    ------
    RecordingError : the first mistake, with line and column.
    """
    text = read_text(path)
    header, _, body = text.partition("\n")
    check_header(path, header, columns)
    if not body.strip():
        raise RecordingError(path, "has a header but no samples; delete it if the sensor was not there", line=1)
    try:
        table = np.loadtxt(io.StringIO(body, newline=None), delimiter=",", comments=None, ndmin=2)
    except ValueError:
        table = None
    if table is None or table.shape[1] != len(columns) or not np.isfinite(table).all():
        raise _first_bad_cell(path, body, columns)
    time_s = np.ascontiguousarray(table[:, 0])
    back = np.flatnonzero(np.diff(time_s) <= 0)
    if len(back):
        row = int(back[0]) + 1
        message = f"time goes from {time_s[row - 1]:g} to {time_s[row]:g} s; it must increase from row to row"
        raise RecordingError(path, message, line=line_of_row(body, row), column=columns[0])
    return time_s, np.ascontiguousarray(table[:, 1:])


def check_header(path: Path, header: str, columns: Sequence[str]) -> None:
    """Compare a header line with the columns the format asks for.

    Raises
    ------
    RecordingError : naming the first missing or surplus column.
    """
    found = [name.strip() for name in header.split(",")]
    if found == list(columns):
        return
    expected = ",".join(columns)
    hint = f"expected {expected if len(columns) <= 8 else f'{columns[0]},{columns[1]},...,{columns[-1]}'}"
    for name in columns:
        if name not in found:
            extra = " (separate columns by commas)" if len(found) == 1 and ";" in header else ""
            raise RecordingError(path, f"column is missing; {hint}{extra}", line=1, column=name)
    for name in found:
        if name not in columns or found.count(name) > 1:
            raise RecordingError(path, f"unexpected column; {hint}", line=1, column=name or "(no name)")
    raise RecordingError(path, f"columns are in another order; {hint}", line=1)


def line_of_row(body: str, row: int) -> int:
    """Line in the file (header is line 1) of a data row counted from 0; blank lines hold no row."""
    filled = (number for number, line in enumerate(body.splitlines(), start=2) if line.strip())
    return next(number for index, number in enumerate(filled) if index == row)


def _first_bad_cell(path: Path, body: str, columns: Sequence[str]) -> RecordingError:
    for number, line in enumerate(body.splitlines(), start=2):
        if not line.strip():
            continue
        cells = line.split(",")
        if len(cells) != len(columns):
            message = (
                f"{len(cells)} cells where the header has {len(columns)}; the row is cut short or has a stray comma"
            )
            return RecordingError(path, message, line=number, column=columns[min(len(cells), len(columns) - 1)])
        for name, cell in zip(columns, cells, strict=True):
            try:
                finite = isfinite(float(cell)) and "_" not in cell
            except ValueError:
                finite = False
            if not finite:
                message = f"{cell.strip()!r} is not a finite number; leave the row out where a sample is missing"
                return RecordingError(path, message, line=number, column=name)
    return RecordingError(path, "is no table of numbers")


def write_table(path: Path, columns: Sequence[str], time_s: Floats, values: Floats) -> None:
    """Write a table so that ``read_table`` gives back every bit; gzipped where the name ends in .gz."""
    rows = np.column_stack([time_s, values]).tolist()
    body = "\n".join(",".join(map(repr, row)) for row in rows) + "\n"
    body = body.replace(".0,", ",").replace(".0\n", "\n")
    write_text(path, ",".join(columns) + "\n" + body)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, gzipped where the name ends in .gz; the same text gives the same bytes."""
    data = text.encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
