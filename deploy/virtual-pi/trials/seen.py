"""The hub under test, seen from outside: its MQTT messages and its log."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiomqtt
from machine import UNIT

ROLES = {"left_insole": "C0:FF:EE:00:00:01", "right_insole": "C0:FF:EE:00:00:02", "left_shin": "C0:FF:EE:00:00:03"}
"""Where each sensor is worn and its address, as hub.toml and scenario.json have them."""


@dataclass
class Hub:
    """What the hub has told so far."""

    sensors: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Its newest word on each sensor, by role."""
    streaming_s: dict[str, list[float]] = field(default_factory=lambda: {role: [] for role in ROLES})
    """Wall times at which its log says that a sensor began to stream."""
    warnings: list[tuple[float, str]] = field(default_factory=list)
    """What its log complains of: wall time and words."""

    def is_streaming(self) -> bool:
        """Whether the hub says that all sensors stream."""
        return all(self.sensors.get(role, {}).get("state") == "streaming" for role in ROLES)

    def streams_since(self, roles: tuple[str, ...], since_s: float) -> bool:
        """Whether the log says that all these began to stream after that time, and they still do."""
        return self.is_streaming() and all(any(at_s > since_s for at_s in self.streaming_s[role]) for role in roles)

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for something to become true; whether it did within that time."""
        deadline_s = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline_s:
                return False
            await asyncio.sleep(0.2)
        return True

    async def hear(self) -> None:
        """Listen to the hub's messages for ever; its broker may come later, or come again."""
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1") as client:
                    await client.subscribe("insole/+/+/sensor/+")
                    async for message in client.messages:
                        self.sensors[message.topic.value.rsplit("/", 1)[-1]] = json.loads(bytes(message.payload))
            await asyncio.sleep(1.0)

    async def read_log(self) -> None:
        """Read the hub's log from its start, for ever."""
        async for line in _lines("journalctl", "-u", UNIT, "-f", "-n", "all", "-o", "short-unix"):
            stamp, _, text = line.partition(" ")
            for role, at_s in self.streaming_s.items():
                if text.endswith(f"{role.replace('_', ' ')}: streaming"):
                    at_s.append(float(stamp))
            if "WARNING" in text or "ERROR" in text:
                self.warnings.append((float(stamp), text.partition(": ")[2]))


async def _lines(*words: str) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        while line := await process.stdout.readline():
            yield line.decode(errors="replace").rstrip()
    finally:
        process.kill()
