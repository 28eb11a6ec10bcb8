"""Files of tables: CSV, and Parquet where pyarrow is installed."""

import csv
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from hub.errors import ExportError
from hub.events import BOOLEAN, NUMBER
from hub.export.tables import INTEGER, Row, Table

Format = Literal["csv", "parquet"]

ROWS_N = 5_000
"""Rows of one group of a Parquet file: a file of any length is written in the same memory."""


class TableFile(AbstractContextManager["TableFile"]):
    """A table on its way to a file; the file is made with its first line."""

    n = 0
    """Rows so far."""

    def write(self, row: Row) -> None:
        """Add a row; columns that it has not are empty."""
        raise NotImplementedError


class CsvFile(TableFile):
    """UTF-8, a header line, commas; empty where a value is not known; true and false in words."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = path.open("x", encoding="utf-8", newline="")
        self._columns = tuple(table.columns)
        self._writer = csv.writer(self._file)
        self._writer.writerow(self._columns)

    def write(self, row: Row) -> None:
        """Add a row."""
        self._writer.writerow([_text(row.get(name)) for name in self._columns])
        self.n += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the file."""
        self._file.close()


class ParquetFile(TableFile):
    """Numbers as float64, ns as int64; null where a value is not known; meanings in the metadata of the columns."""

    def __init__(self, path: Path, table: Table) -> None:
        arrow, parquet = _pyarrow()
        types = {NUMBER: arrow.float64(), INTEGER: arrow.int64(), BOOLEAN: arrow.bool_()}
        self._schema = arrow.schema(
            [
                arrow.field(name, types.get(each.type, arrow.string()), metadata={"meaning": each.meaning})
                for name, each in table.columns.items()
            ]
        )
        self._of_rows = arrow.Table.from_pylist
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def write(self, row: Row) -> None:
        """Add a row."""
        self._rows.append(dict(row))
        self.n += 1
        if len(self._rows) >= ROWS_N:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._of_rows(self._rows, schema=self._schema))
        self._rows.clear()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the file."""
        self._flush()
        self._writer.close()


def open_table(folder: Path, table: Table, how: Format) -> TableFile:
    """A new file of the table in a folder.

    Raises
    ------
    ExportError
        The file is there already or cannot be made, or Parquet is asked for where pyarrow is not installed.
    """
    path = folder / f"{table.name}.{how}"
    if path.exists():
        raise ExportError(f"{path} is there already; choose another folder")
    try:
        return CsvFile(path, table) if how == "csv" else ParquetFile(path, table)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from error


def _pyarrow() -> Sequence[Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")  # 100 MB that only Parquet needs
    except ImportError as error:
        message = "Parquet needs pyarrow: pip install 'insole-hub[parquet]'; or use --format csv"
        raise ExportError(message) from error


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
