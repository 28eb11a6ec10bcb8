"""Requests that want harm: each gets a clear, counted answer, and none does any."""

import asyncio
import json
from pathlib import Path

import pytest

from hub.page import requests
from tests.page.asking import get, post
from tests.page.still import home

FINE = "/api/wearers/anna/commands/fine"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.2", "localhost.evil.example", ""])
async def test_a_host_that_is_not_ours_is_told_nothing(tmp_path: Path, host: str) -> None:
    async with home(tmp_path) as at:
        for path in ("/", "/health", "/api/hub", "/api/wearers/anna/stream"):
            status, told, headers = await get(at.port, path, host=host)
            assert (status, told["error"]) == (421, "host")
            assert "Content-Security-Policy" in headers
        assert at.stats.refused == {"host": 4}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
async def test_another_page_can_ask_for_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    async with home(tmp_path) as at:
        status, told, _ = await post(at.port, FINE, {}, **headers)
        assert (status, told["error"]) == (403, "origin")
        assert at.source.asked == []
        assert at.stats.refused == {"origin": 1}


async def test_another_page_can_read_nothing(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        for path in ("/api/hub", "/api/wearers/anna/now", "/api/wearers/anna/stream"):
            status, _, headers = await get(at.port, path, sec_fetch_site="cross-site", origin="http://evil.example")
            assert status == 403
            assert "Access-Control-Allow-Origin" not in headers
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert (await get(at.port, "/", sec_fetch_site="cross-site"))[0] == 200  # a link to the page is no harm


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fhub/page/server.py",
        "/lang/../../server.py",
        "//etc/passwd",
        "/static/",
        "/health/",
        "/api/",
        "/api/wearers//now",
        "/api/wearers/%00/now",
        "/api/wearers/..%2f..%2fx/now",
        "/api/wearers/nobody/stream",
        "/page.js%00.html",
        "/\\..\\hub.toml",
    ],
)
async def test_paths_lead_nowhere_else(tmp_path: Path, path: str) -> None:
    async with home(tmp_path) as at:
        status, told, _ = await get(at.port, path)
        assert (status, told["error"]) == (404, "not_found")


async def test_methods_and_bodies_that_are_not_meant(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        assert (await post(at.port, "/health"))[1]["error"] == "method"
        assert (await get(at.port, FINE))[1]["error"] == "method"
        for body in (b"{", b"\xff\xfe", b"[]", b"null", b'"x"', b"[" * 4000, b'{"alert": 1}', b'{"unheard": 1}'):
            status, told, _ = await post(at.port, FINE, body)
            assert (status, told["error"]) == (422, "wrong"), body
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            assert (await post(at.port, FINE, {}, content_type=kind))[1]["error"] == "not_json"
        for weeks in ("0", "-1", "x", "9" * 400, "1.5", "%F0%9F%A6%B6", "%C2%B2"):
            assert (await get(at.port, f"/api/wearers/anna/days?weeks={weeks}"))[0] == 422
        assert at.source.asked == []


async def send_raw(port: int, *parts: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def head(port: int, *lines: str) -> bytes:
    own = [f"POST {FINE} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}"]
    return "\r\n".join([*own, "Content-Type: application/json", *lines, "", ""]).encode()


async def test_a_huge_body_is_refused_before_it_has_come(tmp_path: Path) -> None:
    async with asyncio.timeout(30), home(tmp_path) as at:
        announced = await send_raw(at.port, head(at.port, "Content-Length: 100000000"))
        assert announced.startswith(b"HTTP/1.1 413")
        assert json.loads(announced.rpartition(b"\r\n\r\n")[2])["error"] == "too_long"
        chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
        chunked = await send_raw(at.port, head(at.port, "Transfer-Encoding: chunked"), chunk, chunk)
        assert chunked.startswith(b"HTTP/1.1 413")
        assert at.stats.refused == {"too_long": 2}
        smuggled = b"GET /api/hub HTTP/1.1\r\nHost: localhost\r\n\r\n"
        answers = await send_raw(at.port, head(at.port, "Content-Length: 5000"), smuggled)
        assert answers.count(b"HTTP/1.1") == 1


async def test_a_body_that_never_comes_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BODY_S", 0.05)
    async with asyncio.timeout(30), home(tmp_path) as at:
        answer = await send_raw(at.port, head(at.port, "Content-Length: 10"), b"{")
        assert answer.startswith(b"HTTP/1.1 408")
