"""A broker to measure through, and a process that reads everything and notes when it came."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiomqtt

LOOPBACK = "127.0.0.1"
PATIENCE_S = 10.0


@asynccontextmanager
async def mosquitto(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Mosquitto with the settings that ``docs/mqtt.md`` asks for, and its free loopback port."""
    program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        sys.exit("needs Mosquitto (Debian: apt install mosquitto)")
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} {LOOPBACK}\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\n"
    )
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await _listens(port)
        yield process, port
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await process.wait()


def reader(orders: Connection) -> None:
    """Be the process that reads: for each port ordered, tell (id, ns of the monotonic clock) of all events in the end.

    Says "ready" once it has subscribed; any word ends the reading.
    """
    while port := orders.recv():
        orders.send(asyncio.run(_read(port, orders)))


async def _read(port: int, orders: Connection) -> list[tuple[str, int]]:
    notes: list[tuple[int, Any]] = []
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(orders.fileno(), ended.set)
    reading = asyncio.create_task(_note(port, orders, notes))
    await asyncio.wait({reading, asyncio.create_task(ended.wait())}, return_when=asyncio.FIRST_COMPLETED)
    asyncio.get_running_loop().remove_reader(orders.fileno())
    reading.cancel()
    with suppress(asyncio.CancelledError, aiomqtt.MqttError):
        await reading
    orders.recv()
    return [(json.loads(payload)["id"], came_ns) for came_ns, payload in notes]


async def _note(port: int, orders: Connection, notes: list[tuple[int, Any]]) -> None:
    class Noting(asyncio.Queue[aiomqtt.Message]):
        """Takes what the library has read from the socket."""

        def put_nowait(self, item: aiomqtt.Message) -> None:
            notes.append((time.monotonic_ns(), item.payload))

    async with aiomqtt.Client(LOOPBACK, port, keepalive=600, queue_type=Noting) as client:
        await client.subscribe("+/+/+/event/#", qos=1)
        orders.send("ready")
        async for _ in client.messages:  # none: this ends when the connection does
            pass


async def _listens(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with socket.socket() as probe:
                if probe.connect_ex((LOOPBACK, port)) == 0:
                    return
            await asyncio.sleep(0.05)
