"""A journal whose power may be cut: what SQLite has synced is copied to another folder at once.

``power_child.py JOURNAL SYNCED POWER_SAFE RUN``: events and alerts come in bursts; each line of stdout is an id of
which somebody was told. SYNCED then holds what a disk holds that lost everything it was not made to keep.
"""

import _sqlite3
import asyncio
import ctypes
import random
import sys
import time
from contextlib import aclosing
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_void_p
from pathlib import Path

from hub.alert import Alert, Change, Rule, Severity, Step
from hub.events import Event, Kind, event_id
from hub.journal import Journal
from sensors.layout import Side

Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
Sync = CFUNCTYPE(c_int, c_void_p, c_int)


class Vfs(Structure):
    """``sqlite3_vfs`` as far as it is touched."""

    _fields_ = [("version", c_int), ("file_bytes", c_int), ("longest_path", c_int), ("next", c_void_p)]
    _fields_ += [("name", c_char_p), ("data", c_void_p), ("open", Open)]


class Methods(Structure):
    """``sqlite3_io_methods``."""

    _fields_ = [("version", c_int), ("before", c_void_p * 4), ("sync", Sync), ("after", c_void_p * 13)]


class File(Structure):
    """``sqlite3_file``."""

    _fields_ = [("methods", POINTER(Methods))]


def copy_what_is_synced(folder: Path, synced: Path) -> list[object]:
    """Have every sync of a file in ``folder`` followed by a copy of the file. What is given must be kept alive."""
    find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
    find.restype = POINTER(Vfs)
    vfs = find(None).contents
    plain_open = Open(ctypes.cast(vfs.open, c_void_p).value)
    alive: list[object] = [plain_open]
    paths: dict[int, Path] = {}
    watched: dict[int, tuple[Methods, Sync]] = {}

    def sync(file: int, flags: int) -> int:
        result = plain_sync[file](file, flags)
        if result == 0:
            path = paths[file]
            beside = synced / f"{path.name}.part"
            beside.write_bytes(path.read_bytes())
            beside.replace(synced / path.name)
        return result

    plain_sync: dict[int, Sync] = {}
    own_sync = Sync(sync)

    def open_(vfs_: int, name: int | None, file: int, flags: int, out: int) -> int:
        result = plain_open(vfs_, name, file, flags, out)
        path = Path(ctypes.string_at(name).decode()) if name else Path()
        if result == 0 and path.parent == folder:
            opened = ctypes.cast(file, POINTER(File)).contents
            at = ctypes.cast(opened.methods, c_void_p).value
            if at not in watched:
                plain = opened.methods.contents
                own = Methods()
                ctypes.memmove(ctypes.byref(own), ctypes.byref(plain), ctypes.sizeof(Methods))
                original = Sync(ctypes.cast(plain.sync, c_void_p).value)
                own.sync = own_sync
                watched[at] = (own, original)
            paths[file], plain_sync[file] = path, watched[at][1]
            opened.methods = ctypes.pointer(watched[at][0])
        return result

    own_open = Open(open_)
    vfs.open = own_open
    return [*alive, own_open, own_sync, watched]


async def main(path: Path, *, power_safe: bool, run: str) -> None:
    chance = random.Random(run)
    async with Journal(path, power_safe=power_safe, batch_s=0.02) as journal:
        journal.observe_clock(0.0, time.time_ns())
        async with asyncio.TaskGroup() as group:
            group.create_task(tell_events(journal))
            group.create_task(tell_alerts(journal))
            n = 0
            while True:
                kinds = [
                    chance.choice([Kind.STEP, Kind.INITIAL_CONTACT, Kind.TRIP])
                    for _ in range(chance.choice([1, 3, 30]))
                ]
                journal.append("ada", [event(run, n + k, kind) for k, kind in enumerate(kinds)])
                n += len(kinds)
                alert = Alert(f"alert {run} {n}", "ada", Rule.TRIP, Severity.MEDIUM, "a trip", n, n)
                journal.alerts.append([Change(Step.OPENED, n, alert)])
                await asyncio.sleep(chance.uniform(0.0, 0.01))


async def tell_events(journal: Journal) -> None:
    async with aclosing(journal.follow("told")) as records:
        async for record in records:
            sys.stdout.write(f"{record.event.id}\n")
            sys.stdout.flush()
            journal.advance("told", record.position)


async def tell_alerts(journal: Journal) -> None:
    async with aclosing(journal.alerts.follow("told")) as records:
        async for record in records:
            sys.stdout.write(f"{record.change.alert.id}\n")
            sys.stdout.flush()
            journal.alerts.advance("told", record.position)


def event(run: str, n: int, kind: Kind) -> Event:
    time_s = float(n)
    return Event(event_id(run, kind, Side.LEFT, time_s), kind, Side.LEFT, time_s, time_s, 1.0, {"note": "x" * 200})


if __name__ == "__main__":
    journal_path, synced_folder = Path(sys.argv[1]), Path(sys.argv[2])
    kept_alive = copy_what_is_synced(journal_path.parent, synced_folder)
    asyncio.run(main(journal_path, power_safe=sys.argv[3] == "power_safe", run=sys.argv[4]))
