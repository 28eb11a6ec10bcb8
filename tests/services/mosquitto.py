"""A real Mosquitto on a free loopback port, and a reader with a lasting session."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from hub.mqtt import BrokerAddress

LOOPBACK = "127.0.0.1"


def program() -> str:
    """Where the broker is; where there is none the test is skipped, or fails where nothing may be skipped."""
    found = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is not None:
        return found
    message = "Mosquitto is not installed (Debian: apt install mosquitto)"
    if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
        pytest.fail(message)
    pytest.skip(message)


async def until(holds: Callable[[], Any], patience_s: float = 30.0) -> None:
    """Wait for a condition; the patience only turns a hang into a failure."""
    async with asyncio.timeout(patience_s):
        while not holds():  # what is waited for lies in other processes
            await asyncio.sleep(0.005)


@dataclass
class Mosquitto:
    """A real broker on a free loopback port, which can be stopped, killed, suspended and started again."""

    program: str
    folder: Path
    settings: str = "allow_anonymous true"
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> BrokerAddress:
        return BrokerAddress(LOOPBACK, self.port)

    async def start(self) -> None:
        if not self.port:
            with socket.socket() as free:
                free.bind((LOOPBACK, 0))
                self.port = free.getsockname()[1]
        config = self.folder / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        config.write_text(
            f"{user}listener {self.port} {LOOPBACK}\n{self.settings}\nmax_queued_messages 0\n"
            f"persistence true\npersistence_location {self.folder}/\n"
        )
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = await asyncio.to_thread(
                subprocess.Popen, [self.program, "-c", str(config)], stdout=log, stderr=log
            )
        await until(self._listens)

    def _listens(self) -> bool:
        assert self.process.poll() is None, (self.folder / "mosquitto.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex((LOOPBACK, self.port)) == 0

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            await asyncio.to_thread(self.process.wait)
            self.process = None

    def suspend(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@dataclass
class Subscriber:
    """What a reader with a lasting session has received, through restarts of the broker."""

    messages: list[aiomqtt.Message] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    events_came_ns: list[int] = field(default_factory=list)
    subscriptions_n: int = 0

    def take(self, message: aiomqtt.Message) -> None:
        self.messages.append(message)
        if message.topic.matches("+/+/+/event/#"):
            self.events.append(json.loads(message.payload))
            self.events_came_ns.append(time.monotonic_ns())

    def of(self, topic: str) -> list[aiomqtt.Message]:
        return [message for message in self.messages if message.topic.matches(topic)]

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]


@asynccontextmanager
async def subscribed(address: BrokerAddress, name: str = "reader", **login: Any) -> AsyncIterator[Subscriber]:
    """A reader of everything, through restarts of the broker."""
    reader = Subscriber()

    async def read() -> None:
        while True:
            try:
                client = aiomqtt.Client(address.host, address.port, identifier=name, clean_session=False, **login)
                async with client:
                    await client.subscribe("#", qos=1)
                    reader.subscriptions_n += 1
                    async for message in client.messages:
                        reader.take(message)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.02)

    task = asyncio.create_task(read())
    await until(lambda: reader.subscriptions_n)
    try:
        yield reader
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
