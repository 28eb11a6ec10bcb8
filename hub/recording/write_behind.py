"""A file that is written by a thread of its own, so that a slow disk never holds up whoever writes."""

import os
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

_WAITING_N = 64
_CLOSE_S = 2.0
_TOO_SLOW = "the disk is too slow"


class WriteBehind:
    """Append-only binary file. ``write`` and ``flush`` return at once; ``close`` waits some seconds for the disk.

    ``problem`` says why writing ended, where it did: the disk failed, or was so slow that too much waited. What comes
    after that is discarded, so that the file holds a beginning without holes.
    """

    def __init__(self, path: Path) -> None:
        self.problem: str | None = None
        self._file = path.open("xb")
        self._written = 0
        self._pending = bytearray()
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=f"recording {path.name}", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> int:
        """Take bytes; they go to the disk with the next ``flush``."""
        self._pending += data
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        """Bytes taken so far."""
        return self._written

    def flush(self) -> None:
        """Hand what was taken to the thread."""
        if self._pending and self.problem is None:
            if self._queue.qsize() >= _WAITING_N:
                self.problem = _TOO_SLOW
            else:
                self._queue.put(bytes(self._pending))
        self._pending.clear()

    def close(self, patience_s: float = _CLOSE_S) -> None:
        """Write what is left, sync it to disk and close; with no patience, that goes on behind the caller's back."""
        self.flush()
        self._queue.put(None)
        if patience_s:
            self._thread.join(patience_s)
            if self._thread.is_alive():
                self.problem = _TOO_SLOW

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            if self.problem is None:
                self._try(data)
        if self.problem is None:
            self._try(b"", sync=True)
        with suppress(OSError):  # it tries once more to write what has failed before, which ``problem`` tells of
            self._file.close()

    def _try(self, data: bytes, *, sync: bool = False) -> None:
        try:
            self._file.write(data)
            self._file.flush()
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            self.problem = error.strerror or str(error)
