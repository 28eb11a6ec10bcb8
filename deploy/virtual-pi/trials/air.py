"""The emulated sensors, as a test drives them: what is to go wrong with them, and what they have sent."""

import asyncio
import json
from typing import Any

SOCKET = "/run/virtual-pi/air"


async def reach() -> None:
    """Return as soon as the air can be talked to."""
    while True:
        try:
            await now_s()
        except OSError:
            await asyncio.sleep(0.5)
        else:
            return


async def now_s() -> float:
    """Scenario time, in which the times of faults are given."""
    return float((await _say({}))["now_s"])


async def counts() -> dict[str, dict[str, int]]:
    """What each device has sent and what went wrong with it, by address."""
    counts: dict[str, dict[str, int]] = (await _say({}))["counts"]
    return counts


async def fail(address: str, **faults: Any) -> None:
    """From now on only these go wrong with a device; fields of ``hub.radio.virtual.faults.Faults``."""
    await _say({"address": address, "faults": faults})


async def _say(what: dict[str, Any]) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(SOCKET)
    try:
        writer.write(json.dumps(what).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await reader.readline())
    finally:
        writer.close()
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer
