"""The file of a backup: a zip whose manifest holds each entry's SHA-256. It is used only where all of it is right."""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ValidationError

from hub.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
SETTINGS = "hub.toml"
STATE = "state/"
DATABASE = "influxdb/"

_READ_BYTES = 2**20


class Entry(BaseModel):
    """An entry as the manifest has it."""

    sha256: str
    bytes_n: int


class Manifest(BaseModel):
    """What a backup says of itself."""

    format: int
    made: datetime
    version: str
    hub: str
    entries: dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Member:
    """What is to become an entry: its name there, and its bytes."""

    name: str
    content: Iterable[bytes]


def write_archive(path: Path, hub: str, version: str, members: Iterable[Member]) -> Manifest:
    """Write a backup whole or not at all; only its owner may read it.

    Raises
    ------
    BackupError
        It is there already, or cannot be written.
    """
    if path.exists():
        raise BackupError(f"{path} is there already; name another file")
    beside = path.with_name(path.name + ".part")
    manifest = Manifest(format=FORMAT, made=datetime.now(UTC), version=version, hub=hub, entries={})
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                for member in members:
                    manifest.entries[member.name] = _write(archive, member)
                archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def _write(archive: zipfile.ZipFile, member: Member) -> Entry:
    digest, bytes_n = hashlib.sha256(), 0
    with archive.open(member.name, "w", force_zip64=True) as entry:
        for piece in member.content:
            entry.write(piece)
            digest.update(piece)
            bytes_n += len(piece)
    return Entry(sha256=digest.hexdigest(), bytes_n=bytes_n)


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup of which every byte was found right."""

    path: Path
    manifest: Manifest
    zip: zipfile.ZipFile

    def names(self, folder: str) -> list[str]:
        """The entries below a folder."""
        return [name for name in self.manifest.entries if name.startswith(folder)]

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry, in pieces."""
        with self.zip.open(name) as entry:
            while piece := entry.read(_READ_BYTES):
                yield piece

    def text_lines(self, name: str) -> Iterator[str]:
        """The lines of an entry, each a JSON string."""
        with self.zip.open(name) as entry:
            for line in entry:
                yield json.loads(line)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup, after all of it was checked.

    Raises
    ------
    BackupError
        It cannot be read, is no backup, is of a newer hub, was cut short or changed.
    """
    damaged = f"{path} is damaged or cut short; take another backup"
    try:
        with zipfile.ZipFile(path) as file:
            archive = Archive(path, _manifest(path, file), file)
            if {info.filename for info in file.infolist()} - {MANIFEST} != set(archive.manifest.entries):
                raise BackupError(f"{damaged} (it does not hold what its manifest says)")
            for name, entry in archive.manifest.entries.items():
                _check(archive, name, entry, damaged)
            yield archive
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BackupError(f"{damaged}, or it is no backup ({error})") from error


def _manifest(path: Path, file: zipfile.ZipFile) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(file.read(MANIFEST))
    except (KeyError, ValidationError) as error:
        raise BackupError(f"{path} is no backup of an Insole Hub") from error
    if manifest.format > FORMAT:
        raise BackupError(f"{path} was made by a newer Insole Hub ({manifest.version}); upgrade this one")
    return manifest


def _check(archive: Archive, name: str, entry: Entry, damaged: str) -> None:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ".." in parts:
        raise BackupError(f"{damaged} ({name!r} leads out of the folder)")
    digest, bytes_n = hashlib.sha256(), 0
    for piece in archive.read(name):
        digest.update(piece)
        bytes_n += len(piece)
    if (digest.hexdigest(), bytes_n) != (entry.sha256, entry.bytes_n):
        raise BackupError(f"{damaged} ({name} is not what was backed up)")
