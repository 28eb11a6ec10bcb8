"""Whether it is the disk itself that keeps a journal from being used: full, read-only, or failing."""

import errno
import os
import sqlite3
import tempfile
from pathlib import Path

ROOM_BYTES = 1_000_000
"""A disk with less room is full."""

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def refusal(folder: Path) -> OSError | None:
    """Try whether the disk takes data; None as well where something else is in the way."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
            os.fsync(file.fileno())
    except OSError as error:
        return error if error.errno in _OF_THE_DISK else None
    return None


def is_cause(error: sqlite3.Error | OSError, folder: Path) -> bool:
    """Whether the disk of the folder is the cause of an error, and not a mistake in how things are set up."""
    if isinstance(error, OSError):
        return error.errno in _OF_THE_DISK
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF in _CODES or refusal(folder) is not None
