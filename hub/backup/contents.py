"""What of a hub goes into a backup, and what does not.

Left out: secrets, which lie in files that hub.toml only names; pairing codes, which live for ten minutes; raw
recordings, which are large, unless they are asked for; damaged journals that were set aside; the demo's state.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hub.backup.archive import SETTINGS, STATE, Member
from hub.backup.database import save_points
from hub.backup.restoring import OWN, REPLACED
from hub.errors import BackupError
from hub.influx import DatabaseAddress
from hub.journal import copy_journal
from hub.recording.shelf import RAW

JOURNAL = "journal.db"

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
    yield Member(SETTINGS, _bytes_of(settings))
    try:
        # within the state folder there is room for copies, and nobody else may look
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=state_dir) as folder:
            if (state_dir / JOURNAL).exists():
                copy = Path(folder) / JOURNAL
                copy_journal(state_dir / JOURNAL, copy)
                yield Member(STATE + JOURNAL, _bytes_of(copy))
            for name, path in asyncio.run(save_points(reads, Path(folder))).items() if reads is not None else ():
                yield Member(name, _bytes_of(path))
    except OSError as error:
        message = f"{state_dir} cannot be used: {error.strerror or error}; put sudo before the command"
        raise BackupError(message) from error
    for path in sorted(state_dir.rglob("*")):
        below = path.relative_to(state_dir)
        if path.is_file() and not path.is_symlink() and _is_kept(below, raw=raw):
            yield Member(STATE + below.as_posix(), _bytes_of(path))


def _is_kept(name: Path, *, raw: bool) -> bool:
    first = name.parts[0]
    if first.startswith((".", "journal.", REPLACED)) or first in _NOT_STATE or name.suffix == ".new":
        return False
    if first == RAW:
        return raw
    return not (first == "page" and name.name.startswith("code-"))


def _bytes_of(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_READ_BYTES):
                yield piece
    except FileNotFoundError:  # a clip may make way for a newer one meanwhile
        return
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}") from error
