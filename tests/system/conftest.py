"""A real Mosquitto for system tests, and a reader that keeps its session while brokers and hubs come and go."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.mosquitto import LOOPBACK, Reader, program
from tests.services.ports import free_port


@pytest.fixture(autouse=True)
def goes_first() -> Iterator[None]:
    """What walks in real time goes before what other workers compute, where this user may say so. Children inherit."""
    if os.geteuid() != 0:
        yield
        return
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, usual - 10)
    yield
    os.setpriority(os.PRIO_PROCESS, 0, usual)


@pytest.fixture
def broker_port(tmp_path: Path) -> Iterator[int]:
    """Port of a running Mosquitto that knows no password."""
    broker = program()
    port = free_port()
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} {LOOPBACK}\nallow_anonymous true\nmax_queued_messages 0\n")
    with (tmp_path / "mosquitto.log").open("wb") as log:
        process = subprocess.Popen([broker, "-c", str(config)], stdout=log, stderr=log)
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


@pytest.fixture
def reader(broker_port: int) -> Iterator[Reader]:
    reader = Reader(broker_port)
    client = reader.start()
    yield reader
    client.loop_stop()
    client.disconnect()
