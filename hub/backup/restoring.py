"""A state folder from a backup: whole or not at all, whenever it is cut short.

First everything is written into a folder of its own within the state folder, which is renamed when it is complete. From
then on it only goes forward: what was there moves aside, what was restored moves in its place. A run that finds this
begun, of the hub or of another restore, ends it.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hub.backup.archive import STATE, Archive
from hub.errors import BackupError
from hub.journal import JOURNAL, check_copy, locked
from hub.support.private_files import hub_user

_INCOMING, _COMPLETE, _MOVING = "restoring", "restored", "replacing"
REPLACED = "replaced-"
"""How the folder with the state from before a restore is called."""

OWN = frozenset({_INCOMING, _COMPLETE, _MOVING})
_LOCK = f"{JOURNAL}.lock"


def restore_state(archive: Archive, state_dir: Path, *, force: bool) -> Path | None:
    """Restore the state folder; where something was replaced, the folder in which it is kept.

    Raises
    ------
    BackupError
        There is a state already and ``force`` is not given, or the disk does not take it; all is then as it was.
    JournalError
        A hub is running, or the backup's journal is of a newer one.
    """
    _make(state_dir)
    with locked(state_dir / JOURNAL):
        _give_to_owner(state_dir, state_dir / _LOCK)
        kept = _finish(state_dir)
        if not force and list(_state_in(state_dir)):
            message = f"{state_dir} holds a hub's state already; --force replaces it, and keeps the old one beside"
            raise BackupError(message)
        try:
            _write(archive, state_dir)
        except OSError as error:
            shutil.rmtree(state_dir / _INCOMING, ignore_errors=True)
            raise BackupError(f"{state_dir} cannot be written: {error.strerror or error}; all is as it was") from error
        return _finish(state_dir) or kept


def finish_restore(state_dir: Path) -> Path | None:
    """End a restore that was cut short, before a hub starts on half of it.

    Raises
    ------
    BackupError
        The disk does not let it.
    JournalError
        A hub is running there.
    """
    if not (state_dir / _COMPLETE).exists():
        return None
    with locked(state_dir / JOURNAL):
        return _finish(state_dir)


def _write(archive: Archive, state_dir: Path) -> None:
    incoming = state_dir / _INCOMING
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir(mode=0o700)
    for name in archive.names(STATE):
        path = incoming / name.removeprefix(STATE)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in archive.read(name):
                file.write(piece)
            file.flush()
            os.fsync(descriptor)
    if (journal := incoming / JOURNAL).exists():
        try:
            check_copy(journal)
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise
    _give_to_owner(state_dir, incoming, *incoming.rglob("*"))
    incoming.rename(state_dir / _COMPLETE)
    _sync(state_dir)


def _finish(state_dir: Path) -> Path | None:
    """Put a complete restore in its place; each step may be done again."""
    complete, moving = state_dir / _COMPLETE, state_dir / _MOVING
    if not complete.exists():
        return None
    try:
        kept = max(state_dir.glob(f"{REPLACED}*"), default=None)
        if not (complete / ".begun").exists():  # what is there now was there before
            old = list(_state_in(state_dir))
            if old or moving.exists():
                moving.mkdir(mode=0o700, exist_ok=True)
                for path in old:
                    path.rename(moving / path.name)
                kept = state_dir / f"{REPLACED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
                moving.rename(kept)
            (complete / ".begun").touch()
            _sync(state_dir)
        for path in list(complete.iterdir()):
            if path.name != ".begun":
                path.rename(state_dir / path.name)
        _sync(state_dir)
        shutil.rmtree(complete)
    except OSError as error:
        message = f"{state_dir} cannot be written: {error.strerror or error}; start the restore or the hub once more"
        raise BackupError(message) from error
    return kept


def _state_in(state_dir: Path) -> Iterator[Path]:
    """What makes up the state, but for what a restore itself puts there."""
    for path in sorted(state_dir.iterdir()):
        if path.name not in {*OWN, _LOCK, "demo"} and not path.name.startswith((".", REPLACED)):
            yield path


def _make(state_dir: Path) -> None:
    """Have the folder; one that root makes is the hub's own user's, where there is one."""
    if state_dir.exists():
        return
    try:
        state_dir.mkdir(mode=0o700, parents=True)
        if (user := hub_user()) is not None:
            os.chown(state_dir, user.pw_uid, user.pw_gid)
    except OSError as error:
        raise BackupError(f"{state_dir} cannot be made: {error.strerror or error}") from error


def _give_to_owner(state_dir: Path, *paths: Path) -> None:
    """What root restores is the hub's all the same."""
    if os.geteuid() == 0:
        owner = state_dir.stat()
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
