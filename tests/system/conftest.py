"""A real Mosquitto for system tests, and a reader that keeps its session while brokers and hubs come and go."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

LOOPBACK = "127.0.0.1"


@pytest.fixture
def broker_port(tmp_path: Path) -> Iterator[int]:
    """Port of a running Mosquitto that knows no password."""
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if program is None:
        message = "Mosquitto is not installed (Debian: apt install mosquitto)"
        if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} {LOOPBACK}\nallow_anonymous true\nmax_queued_messages 0\n")
    with (tmp_path / "mosquitto.log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)
    try:
        while True:
            assert process.poll() is None, (tmp_path / "mosquitto.log").read_text()
            with socket.socket() as probe:
                if probe.connect_ex((LOOPBACK, port)) == 0:
                    break
        yield port
    finally:
        process.kill()
        process.wait()


@dataclass
class Reader:
    """Everything that was published, in the order of arrival; ``wait_for`` looks at it under a lock."""

    port: int
    messages: list[tuple[str, bytes, bool]] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="reader", clean_session=False)
        subscribed = threading.Event()
        client.on_connect = lambda *_: client.subscribe("#", qos=1)
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = self._take
        client.connect(LOOPBACK, self.port)
        client.loop_start()
        assert subscribed.wait(30)
        return client

    def _take(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        with self._news:
            self.messages.append((message.topic, message.payload, message.retain))
            self._news.notify_all()

    def wait_for(self, holds, patience_s: float = 60.0) -> bool:
        """Wait until ``holds(messages)``; the patience only turns a hang into a failure."""
        with self._news:
            return self._news.wait_for(lambda: holds(self.messages), patience_s)


@pytest.fixture
def reader(broker_port: int) -> Iterator[Reader]:
    reader = Reader(broker_port)
    client = reader.start()
    yield reader
    client.loop_stop()
    client.disconnect()
