"""The last stretch of a stream's own rows, by absolute sample index. For streams; detectors read a ``History``."""

import numpy as np

from hub.session import Floats


class Tail:
    """Columns of samples ``first`` .. ``end`` - 1. Indices never change, however the rows were cut into appends."""

    def __init__(self, columns: int) -> None:
        self.first = 0
        self.end = 0
        self._data = np.empty((columns, 1024))
        self._at = 0

    def append(self, rows: Floats) -> None:
        """Add ``rows`` (columns, n)."""
        held, count = self.end - self.first, rows.shape[1]
        if self._at + held + count > self._data.shape[1]:
            room = self._data.shape[1]
            while room < 2 * (held + count):
                room *= 2
            data = np.empty((len(self._data), room))
            data[:, :held] = self._data[:, self._at : self._at + held]
            self._data, self._at = data, 0
        start = self._at + held
        self._data[:, start : start + count] = rows
        self.end += count

    def rows(self, start: int, end: int) -> Floats:
        """All columns of samples ``start`` .. ``end`` - 1 as a view; both inside ``first`` .. ``end``."""
        at = self._at - self.first
        return self._data[:, at + start : at + end]

    def column(self, column: int, start: int, end: int) -> Floats:
        """One column of samples ``start`` .. ``end`` - 1 as a view."""
        at = self._at - self.first
        return self._data[column, at + start : at + end]

    def value(self, column: int, index: int) -> float:
        """One number."""
        return self._data.item(column, self._at - self.first + index)

    def forget(self, before: int) -> None:
        """Let go of samples before index ``before``."""
        drop = min(max(before, self.first), self.end) - self.first
        self._at += drop
        self.first += drop

    def restart(self, index: int) -> None:
        """Hold nothing; the next sample has ``index``."""
        self.first = self.end = index
        self._at = 0
