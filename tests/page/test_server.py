"""The HTTP server as its clients see it, over real sockets."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from hub.cues.settings import CueKind
from hub.cues.sound import wav
from hub.errors import PageError
from hub.page import Door, PageStats, serve
from hub.page import connections as bounds
from hub.page.files import STATIC
from tests.page.asking import get, post
from tests.page.still import Still, home
from tests.services.ports import free_port

MOST_PAGE_BYTES = 300_000


async def test_health_is_told_with_a_status_that_a_container_understands(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        assert (await get(at.port, "/health"))[:2] == (200, {"state": "ok", "reasons": []})
        at.source.lives = False
        assert (await get(at.port, "/health"))[:2] == (503, {"state": "stuck", "reasons": ["packets wait"]})


async def test_the_page_and_all_it_names_are_there_and_light(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        for path in sorted(STATIC.rglob("*.*")):
            status, body, headers = await get(at.port, f"/{path.relative_to(STATIC).as_posix()}")
            assert status == 200, path
            again, nothing, _ = await get(
                at.port, f"/{path.relative_to(STATIC).as_posix()}", if_none_match=headers["ETag"]
            )
            assert (again, nothing) == (304, b"")
        status, body, headers = await get(at.port, "/sounds/good_step.wav")
        assert (status, body, headers["Content-Type"]) == (200, b"RIFF", "audio/wav")
        status, body, headers = await get(at.port, "/")
        assert (status, body) == (200, (STATIC / "index.html").read_bytes())
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    sounds = sum(len(wav(kind)) for kind in CueKind)
    assert sum(path.stat().st_size for path in STATIC.rglob("*.*")) + sounds < MOST_PAGE_BYTES


async def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        with socket.socket() as other:
            assert other.connect_ex(("127.0.0.2", at.port)) != 0


async def test_what_is_asked_for_is_done_or_it_is_said_why_not(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        status, told, _ = await get(at.port, "/api/hub")
        assert (status, told["role"], told["version"]) == (200, "owner", "1.2.3")
        assert [each["nickname"] for each in told["wearers"]] == ["anna", "bo peep"]
        assert (await get(at.port, "/api/wearers/bo%20peep/now"))[0] == 200
        assert (await get(at.port, "/api/wearers/anna/days?weeks=3"))[1]["days"][0]["steps"] == 3
        fine = "/api/wearers/anna/commands/fine"
        assert (await post(at.port, fine))[:2] == (200, {"obeyed": True, "message": "noted"})
        assert [(who, command.name) for who, command in at.source.asked] == [("anna", "fine")]
        status, told, _ = await post(at.port, fine, {"alert": "none"})
        assert (status, told) == (409, {"error": "not_done", "message": "there is no such alert"})
        assert at.stats.refused == {"not_done": 1}


async def test_rubbish_ends_its_own_connection_only(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        for rubbish in (b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b"A" * 200_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
            writer.write(rubbish)
            writer.write_eof()
            with suppress(ConnectionResetError):
                await reader.read()
            writer.close()
        assert (await get(at.port, "/health"))[0] == 200


async def test_who_sends_no_request_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "REQUEST_S", 0.05)
    async with asyncio.timeout(20), home(tmp_path) as at:
        for beginning in (b"", b"GET /health HT"):
            reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
            writer.write(beginning)
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()
        assert at.stats.refused == {"no_request": 2}


async def test_more_sockets_than_there_is_room_for_are_turned_away(tmp_path: Path) -> None:
    async with asyncio.timeout(60), home(tmp_path) as at:
        held = [await asyncio.open_connection("127.0.0.1", at.port) for _ in range(bounds.MOST_PER_ADDRESS)]
        for _ in range(200):
            reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
            assert b"503" in await reader.readline()
            writer.close()
        assert at.stats.refused["connections"] == 200
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        assert (await get(at.port, "/health"))[0] == 200


async def test_a_client_that_hangs_does_not_keep_the_server_from_ending(tmp_path: Path) -> None:
    async with asyncio.timeout(20), home(tmp_path) as at:
        _, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(b"GET /health HTTP/1.1\r\n")
        await writer.drain()
    writer.close()


async def test_signals_stay_the_hubs(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with home(tmp_path) as at:
        await get(at.port, "/health")
        assert signal.getsignal(signal.SIGTERM) is before


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        with pytest.raises(PageError, match=f"port {at.port} of the hub's page is taken"):
            async with serve(Door(at.port), Still(), PageStats()):
                pass


@pytest.mark.parametrize(("lives", "told"), [(True, "ok\n"), (False, "stuck; packets wait\n")])
async def test_the_probe_of_a_container_tells_the_state(lives: bool, told: str, tmp_path: Path) -> None:
    async with home(tmp_path, paired=True) as at:
        at.source.lives = lives
        code, printed = await asyncio.to_thread(probe, at.port)
    assert (code, printed) == (0 if lives else 1, told)


def test_the_probe_tells_that_nobody_answers() -> None:
    port = free_port()
    code, printed = probe(port)
    assert code == 1
    assert "nobody answers" in printed


def probe(port: int) -> tuple[int, str]:
    environment = {**os.environ, "INSOLE_HUB_PAGE_PORT": str(port)}
    done = subprocess.run(
        [sys.executable, "-m", "hub.page.probe"], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout
