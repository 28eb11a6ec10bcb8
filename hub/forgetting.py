"""One wearer's data are deleted wherever the hub put them: one place after the other, each a function of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hub.config import Config
from hub.errors import RecordingError
from hub.influx import REFUSED, Bucket, DatabaseAddress, RefusedFile
from hub.journal import JOURNAL, erase, makeshift_of, rows_of, set_aside
from hub.kept import kept_of
from hub.mqtt import BrokerAddress, Topics, erase_retained, retained_of
from hub.page.pairing import FOLDER, files_of_wearer
from hub.recording.made_way import MADE_WAY, forget_made_way, is_noted
from hub.recording.shelf import RAW


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere data of a wearer may lie.

    Parameters
    ----------
    name : for people.
    holds : what lies there, in words, one line each; nothing is changed.
    forget : deletes it; raises an ``InsoleHubError`` where it cannot.
    """

    name: str
    holds: Callable[[], Awaitable[list[str]]]
    forget: Callable[[], Awaitable[None]]


def places(config: Config, wearer: str, broker: BrokerAddress | None, database: DatabaseAddress | None) -> list[Place]:
    """All places, in the order of deletion: what others can see first. Another destination is one more entry."""
    state_dir = config.hub.state_dir
    found = [
        _files("recordings and calibration", lambda: kept_of(state_dir, wearer)),
        _made_way(state_dir, wearer),
        _files("devices paired for their page alone", lambda: files_of_wearer(state_dir / FOLDER, wearer)),
        _files("damaged journals, of everybody", lambda: _damaged(state_dir / JOURNAL)),
        _journal(state_dir / JOURNAL, wearer),
        _journal(makeshift_of(state_dir / JOURNAL), wearer, "journal in memory, of a disk that could not be used"),
    ]
    if database is not None:
        found = [_database(database, wearer), _refused(state_dir / REFUSED, wearer), *found]
    return [_broker(broker, Topics(config.topic_base), wearer), *found] if broker is not None else found


def _broker(address: BrokerAddress, topics: Topics, wearer: str) -> Place:
    async def holds() -> list[str]:
        return list(await retained_of(address, topics, wearer))

    return Place(f"retained at the {address}", holds, lambda: erase_retained(address, topics, wearer))


def _database(address: DatabaseAddress, wearer: str) -> Place:
    async def holds() -> list[str]:
        return [f"whatever the bucket {name} holds: the hub may not read there" for name in address.buckets.values()]

    async def forget() -> None:
        from hub.influx.database import Database  # noqa: PLC0415 - a second, which only those pay who have one

        async with Database(address) as server:
            for bucket in address.buckets:
                await server.erase(bucket, wearer)

    return Place(str(address), holds, forget)


def _refused(path: Path, wearer: str) -> Place:
    def found() -> tuple[RefusedFile, set[tuple[Bucket, str]]]:
        file = RefusedFile(path)
        file.open()
        return file, file.of_wearer(wearer)

    def holds() -> list[str]:
        points = found()[1]
        return [f"{len(points)} in {path}"] if points else []

    def forget() -> None:
        file, points = found()
        if points:
            file.forget(points)

    return Place("points that it had refused", partial(asyncio.to_thread, holds), partial(asyncio.to_thread, forget))


def _journal(path: Path, wearer: str, name: str = "journal") -> Place:
    def holds() -> list[str]:
        return [f"{n} {table}" for table, n in rows_of(path, wearer).items() if n]

    return Place(name, partial(asyncio.to_thread, holds), partial(asyncio.to_thread, erase, path, wearer))


def _made_way(state_dir: Path, wearer: str) -> Place:
    def holds() -> list[str]:
        return [f"{wearer} in {state_dir / MADE_WAY}"] if is_noted(state_dir, wearer) else []

    forget = partial(asyncio.to_thread, forget_made_way, state_dir, wearer)
    return Place("note of clips that made way", partial(asyncio.to_thread, holds), forget)


def _files(name: str, find: Callable[[], list[Path]]) -> Place:
    def holds() -> list[str]:
        return [f"{path} ({path.stat().st_size} bytes)" for path in find()]

    def forget() -> None:
        for path in find():
            try:
                path.unlink()
                if path.parent.parent.name == RAW and not any(path.parent.iterdir()):
                    path.parent.rmdir()  # a run's folder bears the nickname
            except OSError as error:
                raise RecordingError(path, f"cannot be deleted: {error.strerror or error}") from error

    return Place(name, partial(asyncio.to_thread, holds), partial(asyncio.to_thread, forget))


def _damaged(journal: Path) -> list[Path]:
    return [
        part
        for path in set_aside(journal)
        for suffix in ("", "-wal", "-shm")
        if (part := path.with_name(path.name + suffix)).exists()
    ]
