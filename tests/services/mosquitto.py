"""A real Mosquitto on a free loopback port, and a reader that keeps its session while brokers and hubs come and go."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.mqtt import BrokerAddress
from tests.services.ports import free_port

LOOPBACK = "127.0.0.1"
RECONNECT_S = 0.05


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
            self.port = free_port()
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
class Reader:
    """Everything that was published, in the order of arrival; ``wait_for`` looks at it under a lock."""

    port: int
    messages: list[tuple[str, bytes, bool]] = field(default_factory=list)
    came_ns: list[int] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="reader", clean_session=False)
        subscribed = threading.Event()
        client.on_connect = lambda *_: client.subscribe("#", qos=1)
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = self._take
        client.reconnect_delay_set(RECONNECT_S, RECONNECT_S)
        client.connect(LOOPBACK, self.port)
        client.loop_start()
        assert subscribed.wait(30)
        return client

    def _take(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        with self._news:
            self.messages.append((message.topic, message.payload, message.retain))
            self.came_ns.append(time.monotonic_ns())
            self._news.notify_all()

    def wait_for(self, holds, patience_s: float = 60.0) -> bool:
        """Wait until ``holds(messages)``; the patience only turns a hang into a failure."""
        with self._news:
            return self._news.wait_for(lambda: holds(self.messages), patience_s)
