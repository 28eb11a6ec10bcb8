"""The HTTP server as its clients see it, over real sockets."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest

from hub.errors import PageError
from hub.page import serve


def ask(port: int, path: str = "/health", method: str = "GET") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, json.loads(body) if answer.headers.get_content_type() == "application/json" else body


async def test_health_is_told_with_a_status_that_a_container_understands() -> None:
    lives = True
    async with serve(0, lambda: (lives, {"state": "ok" if lives else "stuck"})) as port:
        assert await asyncio.to_thread(ask, port) == (200, {"state": "ok"})
        lives = False
        assert await asyncio.to_thread(ask, port) == (503, {"state": "stuck"})


async def test_nothing_else_is_served_and_nothing_is_taken() -> None:
    async with serve(0, lambda: (True, {})) as port:
        for path in ("/", "/health/", "/../etc/passwd", "/%2e%2e/x"):
            status, _ = await asyncio.to_thread(ask, port, path)
            assert status in {307, 404}, path
        assert (await asyncio.to_thread(ask, port, "/health", "POST"))[0] == 405


async def test_it_listens_on_this_machine_only() -> None:
    async with serve(0, lambda: (True, {})) as port:
        with socket.socket() as other:
            assert other.connect_ex(("127.0.0.2", port)) != 0


async def test_rubbish_ends_its_own_connection_only() -> None:
    async with serve(0, lambda: (True, {"state": "ok"})) as port:
        for rubbish in (b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b"A" * 200_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(rubbish)
            writer.write_eof()
            with suppress(ConnectionResetError):
                await reader.read()
            writer.close()
        assert await asyncio.to_thread(ask, port) == (200, {"state": "ok"})


async def test_a_client_that_hangs_does_not_keep_the_server_from_ending() -> None:
    async with asyncio.timeout(20), serve(0, lambda: (True, {})) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /health HTTP/1.1\r\n")
        await writer.drain()
    writer.close()


async def test_signals_stay_the_hubs() -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with serve(0, lambda: (True, {})) as port:
        await asyncio.to_thread(ask, port)
        assert signal.getsignal(signal.SIGTERM) is before


async def test_a_port_that_is_taken_is_told() -> None:
    async with serve(0, lambda: (True, {})) as port:
        with pytest.raises(PageError, match=f"port {port} of the hub's page is taken"):
            async with serve(port, lambda: (True, {})):
                pass


@pytest.mark.parametrize(("lives", "told"), [(True, "ok\n"), (False, "stuck; packets wait\n")])
async def test_the_probe_of_a_container_tells_the_state(lives: bool, told: str) -> None:
    reasons = [] if lives else ["packets wait"]
    async with serve(0, lambda: (lives, {"state": "ok" if lives else "stuck", "reasons": reasons})) as port:
        code, printed = await asyncio.to_thread(probe, port)
    assert (code, printed) == (0 if lives else 1, told)


def test_the_probe_tells_that_nobody_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, printed = probe(port)
    assert code == 1
    assert "nobody answers" in printed


def probe(port: int) -> tuple[int, str]:
    environment = {**os.environ, "INSOLE_HUB_PAGE_PORT": str(port)}
    done = subprocess.run(
        [sys.executable, "-m", "hub.page.probe"], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout
