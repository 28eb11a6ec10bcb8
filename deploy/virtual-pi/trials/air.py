"""The emulated sensors, as a test drives them: what is to go wrong with them, and what they have sent."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Self

SOCKET = "/run/virtual-pi/air"


@dataclass
class Air:
    """A conversation with the process that holds the emulators."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def reach(cls) -> Self:
        """Talk to the air, as soon as it is there."""
        while True:
            try:
                return cls(*await asyncio.open_unix_connection(SOCKET))
            except OSError:
                await asyncio.sleep(0.5)

    async def now_s(self) -> float:
        """Scenario time, in which the times of faults are given."""
        return float((await self._say({}))["now_s"])

    async def counts(self) -> dict[str, dict[str, int]]:
        """What each device has sent and what went wrong with it, by address."""
        counts: dict[str, dict[str, int]] = (await self._say({}))["counts"]
        return counts

    async def fail(self, address: str, **faults: Any) -> None:
        """From now on only these go wrong with a device; fields of ``hub.radio.virtual.faults.Faults``."""
        await self._say({"address": address, "faults": faults})

    async def _say(self, what: dict[str, Any]) -> dict[str, Any]:
        self.writer.write(json.dumps(what).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self.reader.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer
