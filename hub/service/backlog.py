"""A backlog's lines for the database, made by a process of its own, so that what happens now has this one to itself.

The process reads the journal, as others may, writes each ``hub.influx.Batch`` behind its length to its standard output,
and ends.
"""

import argparse
import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

from hub.errors import InsoleHubError
from hub.influx import Batch
from hub.influx.batch import lines_of
from hub.journal import reading

POLITENESS = 10
"""Niceness: whatever else the machine has to do goes first."""

_LENGTH_BYTES_N = 4


async def batches(path: Path, hub: str, position: int) -> AsyncGenerator[Batch, None]:
    """Lines of all that is in the journal after a position, as long as every record can be understood.

    Raises
    ------
    OSError
        No process can be had, or it ended too early; it has said why in the log.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", __name__, str(path), hub, str(position)),
        stdin=DEVNULL,
        stdout=PIPE,
    )
    assert process.stdout is not None
    try:
        with suppress(asyncio.IncompleteReadError):
            while True:
                length = int.from_bytes(await process.stdout.readexactly(_LENGTH_BYTES_N))
                yield Batch.from_json(await process.stdout.readexactly(length))
        if code := await process.wait():
            raise ChildProcessError(f"its process ended with {code}")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def main() -> None:
    """The process."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("journal", type=Path)
    options.add_argument("hub", help="name of the hub, a tag of each point")
    options.add_argument("position", type=int, help="after which to begin")
    given = options.parse_args()
    _step_back()
    logging.disable()  # what cannot be understood is left to the hub, which says so
    try:
        _write(given.journal, given.hub, given.position)
    except BrokenPipeError:  # the hub has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except InsoleHubError as error:
        raise SystemExit(str(error)) from None


def _step_back() -> None:
    with suppress(OSError):  # a service may be forbidden to say how it is scheduled
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    with suppress(OSError):
        os.nice(POLITENESS)


def _write(path: Path, hub: str, position: int) -> None:
    with reading(path) as reader:
        while (page := reader.after(position)).until > position and not reader.unreadable_n:
            text = Batch(page.until, lines_of(hub, page.records)).to_json()
            sys.stdout.buffer.write(len(text).to_bytes(_LENGTH_BYTES_N) + text)
            sys.stdout.buffer.flush()
            position = page.until


if __name__ == "__main__":
    main()
