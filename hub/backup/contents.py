"""What of a hub goes into a backup, and what does not.

Left out: secrets, which lie in files that hub.toml only names; pairing codes, which live for ten minutes; raw
recordings, which are large, unless they are asked for; damaged journals that were set aside; the demo's state.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hub.backup.archive import SETTINGS, STATE, Member
from hub.backup.database import save_points
from hub.backup.restoring import OWN, REPLACED
from hub.errors import BackupError
from hub.influx import DatabaseAddress
from hub.journal import JOURNAL, copy_journal
from hub.recording.shelf import RAW

_READ_BYTES = 2**20
_NOT_STATE = {"demo", *OWN}


def members_of(settings: Path, state_dir: Path, *, raw: bool, reads: DatabaseAddress | None) -> Iterator[Member]:
    """The configuration, the journal as it is at one moment, all other files, and with a token that reads, the
    database's points. The hub may go on running.

    Raises
    ------
    JournalError
        The journal cannot be copied.
    BackupError
        A file cannot be read.
    DeliveryError
        The database cannot be read.
    """
    if not state_dir.is_dir():
        raise BackupError(f"there is no folder {state_dir}: no hub has run with it; see hub.state_dir in {settings}")
    yield from _member(SETTINGS, settings)
    try:
        # within the state folder there is room for copies, and nobody else may look
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=state_dir) as folder:
            if (state_dir / JOURNAL).exists():
                copy = Path(folder) / JOURNAL
                copy_journal(state_dir / JOURNAL, copy)
                yield from _member(STATE + JOURNAL, copy)
            for name, path in asyncio.run(save_points(reads, Path(folder))).items() if reads is not None else ():
                yield from _member(name, path)
    except OSError as error:
        message = f"{state_dir} cannot be used: {error.strerror or error}; put sudo before the command"
        raise BackupError(message) from error
    for path in sorted(state_dir.rglob("*")):
        below = path.relative_to(state_dir)
        if path.is_file() and not path.is_symlink() and _is_kept(below, raw=raw):
            yield from _member(STATE + below.as_posix(), path)


def _is_kept(name: Path, *, raw: bool) -> bool:
    first = name.parts[0]
    if first.startswith((".", "journal.", REPLACED)) or first in _NOT_STATE or name.suffix == ".new":
        return False
    if first == RAW:
        return raw
    return not (first == "page" and name.name.startswith("code-"))


def _member(name: str, path: Path) -> Iterator[Member]:
    """The file, or nothing where it has gone meanwhile, as a clip does that makes way for a newer one."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        yield Member(name, _pieces(path, file))


def _pieces(path: Path, file: BinaryIO) -> Iterator[bytes]:
    try:
        while piece := file.read(_READ_BYTES):
            yield piece
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> BackupError:
    return BackupError(f"{path} cannot be read: {error.strerror or error}")
