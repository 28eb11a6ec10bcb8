"""The shipped Caddyfile with the real Caddy before the hub's page: what comes through, and what never."""

import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest

from hub.config import parse_config
from hub.errors import ConfigError
from hub.page import Door, PageStats, Role, Visitor, make_code, serve
from tests.deploy.test_deploy import ROOT, program
from tests.page.still import Still
from tests.services.ports import free_port

SHIPPED = ROOT / "deploy/remote-access"


@contextmanager
def caddy(folder: Path, page_port: int) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Caddy with the shipped file, its name and ports changed, and a certificate of its own making."""
    port = free_port()
    shipped = (SHIPPED / "Caddyfile").read_text()
    assert shipped.count("127.0.0.1:8330") == 1
    changed = shipped.replace("127.0.0.1:8330", f"127.0.0.1:{page_port}").replace(
        "\ninsole.example.org {", f"\nhttps://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls internal\n"
    )
    (folder / "Caddyfile").write_text(
        "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n" + changed
    )
    environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    command = [program("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    authority = folder / "caddy/pki/authorities/local/root.crt"
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        while not _answers(port, authority):  # it makes its certificate after it has begun to listen
            assert process.poll() is None, (folder / "caddy.log").read_text()
            time.sleep(0.05)
        yield port, ssl.create_default_context(cafile=str(authority))
    finally:
        process.kill()
        process.wait()


def _answers(port: int, authority: Path) -> bool:
    try:
        trusts = ssl.create_default_context(cafile=str(authority))
        with socket.create_connection(("127.0.0.1", port)) as plain:
            trusts.wrap_socket(plain, server_hostname="localhost").close()
    except OSError:
        return False
    return True


class Outside:
    """Somebody on the internet."""

    def __init__(self, port: int, trusts: ssl.SSLContext) -> None:
        self.origin = f"https://localhost:{port}"
        self._port = port
        self._trusts = trusts

    def _asked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        connection = HTTPSConnection("localhost", self._port, timeout=60, context=self._trusts)
        connection.request(method, path, body, headers)
        return connection.getresponse()

    async def get(self, path: str, **headers: str) -> HTTPResponse:
        return await asyncio.to_thread(self._asked, "GET", path, None, headers)

    async def post(self, path: str, told: object, **headers: str) -> HTTPResponse:
        headers = {"Origin": self.origin, "Content-Type": "application/json"} | headers
        return await asyncio.to_thread(self._asked, "POST", path, json.dumps(told).encode(), headers)


async def test_outside_only_a_paired_device_sees_anything_and_then_live(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    async with serve(Door(0, ("localhost",), folder, here_only=True), Still(), PageStats()) as page_port:
        with caddy(tmp_path, page_port) as (port, trusts):
            outside = Outside(port, trusts)
            assert (await outside.get("/")).status == 200  # the form for the code
            for path in ("/api/hub", "/api/wearers/anna/now", "/api/wearers/anna/stream", "/api/devices"):
                assert (await outside.get(path)).status == 401, path
            assert (await outside.post("/api/wearers/anna/commands/fine", {})).status == 401
            assert (await outside.post("/api/pair", {"code": "00000000", "name": "x"})).status == 403

            code = make_code(folder, Visitor(Role.CAREGIVER), datetime.now(UTC))
            paired = await outside.post("/api/pair", {"code": code, "name": "phone"})
            assert paired.status == 200
            cookie = paired.headers["Set-Cookie"]
            assert "; Secure" in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
            assert paired.headers["Strict-Transport-Security"]
            own = {"Cookie": cookie.partition(";")[0]}
            assert (await outside.get("/api/wearers/anna/now", **own)).status == 200
            stream = await outside.get("/api/wearers/anna/stream", **own)
            told = [await asyncio.to_thread(stream.readline) for _ in range(60)]
            assert sum(line.startswith(b"event: frame") for line in told) > 5  # live, not when the answer ends
            stream.close()

            assert (await outside.get("/health", **own)).status == 404
            elsewhere = {"Origin": "https://evil.example.org"}
            assert (await outside.post("/api/wearers/anna/commands/fine", {}, **own, **elsewhere)).status == 403
            rebound = await outside.get("/api/hub", Host="evil.example.org", **own)
            assert b"anna" not in rebound.read()


async def test_a_page_that_asks_for_no_code_answers_nobody_through_a_proxy(tmp_path: Path) -> None:
    async with serve(Door(0, ("localhost",)), Still(), PageStats()) as page_port:
        with caddy(tmp_path, page_port) as (port, trusts):
            outside = Outside(port, trusts)
            for path in ("/", "/api/hub", "/api/wearers/anna/now", "/api/wearers/anna/stream"):
                answer = await outside.get(path)
                assert answer.status == 403
                assert b'page.mode = \\"proxy\\"' in answer.read()


def test_behind_a_proxy_the_name_outside_is_needed() -> None:
    wearer = '[[wearers]]\nnickname = "a"\ndevices = [{ role = "left_shin", type = "witmotion", name = "A" }]\n'
    with pytest.raises(ConfigError) as caught:
        parse_config(f'{wearer}[page]\nmode = "proxy"\n', "hub.toml")
    assert [problem.key_path for problem in caught.value.problems] == ["page.names"]
    parse_config(f'{wearer}[page]\nmode = "proxy"\nnames = ["insole.example.org"]\n', "hub.toml")


def test_both_ends_of_the_tunnel_fit_together() -> None:
    hub, phone = (settings(SHIPPED / f"wireguard-{end}.conf") for end in ("hub", "phone"))
    assert hub["Interface.Address"].partition("/")[0] + "/32" == phone["Peer.AllowedIPs"]
    assert phone["Interface.Address"] == hub["Peer.AllowedIPs"]
    assert phone["Peer.Endpoint"].rpartition(":")[2] == hub["Interface.ListenPort"]
    assert f"udp {hub['Interface.ListenPort']}" in (ROOT / "docs/remote-access.md").read_text()
    for end in (hub, phone):  # keys are made on the machines that use them
        assert not any(re.fullmatch(r"[A-Za-z0-9+/]{43}=", value) for value in end.values())


def settings(path: Path) -> dict[str, str]:
    found, section = {}, ""
    for line in path.read_text().splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        elif pair := re.fullmatch(r"(\w+) = (.+)", line):
            found[f"{section}.{pair[1]}"] = pair[2]
        else:
            assert not line or line.startswith("#"), line
    return found
