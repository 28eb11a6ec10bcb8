"""The journal's log is laid out before it is needed: where it only writes over itself, a commit is one write."""

import os
from contextlib import suppress
from pathlib import Path

LOG_BYTES = 8 * 2**20
"""About what 256 commits of 36 kB come to (docs/storage.md), which lie between two checkpoints."""


def lay_out(journal: Path) -> None:
    """Make the log of a journal that nobody has open, full of zeros: SQLite takes such a log as empty and fills it.

    A file that grows makes the file system write down its new length with every sync (measured in docs/performance.md).
    A disk that does not take it is no mistake here: the log grows as it did.
    """
    log = journal.with_name(journal.name + "-wal")
    try:
        log.touch(journal.stat().st_mode & 0o777, exist_ok=False)
    except OSError:
        return
    try:
        with log.open("wb") as file:
            file.write(bytes(LOG_BYTES))
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            log.unlink()
