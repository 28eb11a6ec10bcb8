"""The air in a process of its own, so that the hub's process holds what a real hub's holds and no more."""

import asyncio
import json
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hub.errors import LinkError
from hub.radio.bluetooth import Bluetooth
from hub.radio.virtual.attach import attached_through, bluetooth
from hub.radio.virtual.faults import Fault
from hub.radio.virtual.scenario import Scenario

LAST_WORDS_S = 5.0


@dataclass(slots=True)
class AirProcess:
    """The air, seen from the hub.

    Parameters
    ----------
    bluetooth : to scan and connect with.
    start_s : hub time at which the scenario began; the walker's time 0.
    pid : its process.
    counts : what its faults did, by address; told when it has ended.
    """

    bluetooth: Bluetooth
    start_s: float
    pid: int
    counts: dict[str, Counter[Fault]] = field(default_factory=dict)


@asynccontextmanager
async def air_process(scenario: Scenario) -> AsyncIterator[AirProcess]:
    """Start the air, and end it with the block; should this process die, it ends itself.

    Raises
    ------
    LinkError
        It did not start; says why.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "hub.radio.virtual",
            "--hci-fd",
            str(theirs.fileno()),
            pass_fds=(theirs.fileno(),),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        process.stdin.write(scenario.to_json().encode())
        process.stdin.close()
        first = await process.stdout.readline()
        if not first:
            raise LinkError("virtual radio", (await process.stderr.read()).decode().strip() or "ended at once")
        async with attached_through(ours) as adapter:
            air = AirProcess(bluetooth(adapter), json.loads(first)["start_s"], process.pid)
            yield air
        async with asyncio.timeout(LAST_WORDS_S):
            told = json.loads(await process.stdout.readline() or b'{"counts": {}}')
        air.counts = {
            address: Counter({Fault(name): n for name, n in counts.items()})
            for address, counts in told["counts"].items()
        }
    finally:
        ours.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()
