"""Answers that a real server gives only when it is ill, or that others give in its place."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from hub.errors import DeliveryError, RejectedError
from hub.influx import Bucket, DatabaseAddress
from hub.influx.database import Database
from hub.influx.errors import BusyError, ClosedError
from hub.influx.probe import database_trouble
from tests.services.certificates import key_and_certificate

PARTLY = '{"error":"partial write of line protocol occurred","data":[{"error_message":"bad","line_number":1}]}'
FULL = '{"error":"partial write of line protocol occurred","data":[{"error_message":"Update to schema would exceed"}]}'
EMPTY = "incoming write was empty"
"""As InfluxDB 3 says it, by influxdb3_server/src/http.rs of its sources: no such server was at hand."""


@dataclass
class Answerer:
    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    with answering() as given:
        yield given


@contextmanager
def answering(encrypted: ssl.SSLContext | None = None) -> Iterator[Answerer]:
    given = Answerer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            given.paths.append(self.path)
            given.tokens.append(self.headers["Authorization"])
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if encrypted is not None:
            server.socket = encrypted.wrap_socket(server.socket, server_side=True)
        given.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield given
        server.shutdown()
        thread.join()


async def write(answerer: Answerer, lines: list[str], bucket: str = "insole/autogen") -> int:
    url = f"http://127.0.0.1:{answerer.port}"
    address = DatabaseAddress(url, "", {Bucket.LASTING: bucket}, SecretStr("ada:secret"))
    async with Database(address) as database:
        return await database.write(Bucket.LASTING, lines)


async def test_1_x_is_asked_as_its_documents_say(answerer: Answerer) -> None:
    assert await write(answerer, ["event x=1 1"]) == 0
    assert answerer.paths == ["/api/v2/write?org=-&bucket=insole/autogen&precision=ns"]
    assert answerer.tokens == ["Token ada:secret"]


@pytest.mark.parametrize(
    ("status", "body", "headers", "error", "said"),
    [
        (429, '{"message":"slow down"}', {"Retry-After": "7"}, BusyError, "slow down"),
        (503, "", {"Retry-After": "soon"}, BusyError, "503"),
        (500, '{"code":"internal error","message":"disk full"}', {}, BusyError, "disk full"),
        (502, "<html>Bad Gateway</html>", {}, BusyError, "502"),
        (400, '{"error":"unable to parse"}', {}, RejectedError, "unable to parse"),
        (400, PARTLY, {}, RejectedError, "line_number"),
        (422, FULL, {}, RejectedError, "would exceed"),
        (400, EMPTY, {}, RejectedError, "empty"),
        (401, "", {}, ClosedError, "token"),
        (422, '{"message":"partial write: field type conflict dropped=1"}', {}, RejectedError, "field type conflict"),
        (413, "", {}, RejectedError, "too long"),
        (400, "<html>Bad Request</html>", {}, ClosedError, "does not answer as an InfluxDB"),
        (301, "", {"Location": "https://elsewhere.example/"}, ClosedError, "does not answer as an InfluxDB"),
        (404, '{"error":"database not found: \\"insole\\""}', {}, ClosedError, "database not found"),
        (401, '{"error":"authorization failed"}', {}, ClosedError, "token"),
        (403, "", {}, ClosedError, "insole-hub influxdb setup"),
    ],
)
async def test_an_answer_says_what_is_done_next(
    answerer: Answerer, status: int, body: str, headers: dict[str, str], error: type[DeliveryError], said: str
) -> None:
    answerer.status, answerer.body, answerer.headers = status, body, headers
    with pytest.raises(error) as caught:
        await write(answerer, ["event x=1 1"])
    assert type(caught.value) is error
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(answerer.paths) == 1, "a redirection would carry the token elsewhere"


@pytest.mark.parametrize(("status", "body"), [(400, EMPTY), (400, '{"error":"writing requires points"}'), (204, "")])
async def test_a_probe_that_writes_nothing_is_content_with_whatever_a_version_says_of_that(
    answerer: Answerer, status: int, body: str
) -> None:
    answerer.status, answerer.body = status, body
    url = f"http://127.0.0.1:{answerer.port}"
    address = DatabaseAddress(url, "", dict.fromkeys(Bucket, "insole"), SecretStr("apiv3_secret"))
    assert await database_trouble(address) is None
    assert answerer.tokens == ["Token apiv3_secret"] * 2


async def test_the_database_says_how_long_it_wants_to_be_left_alone(answerer: Answerer) -> None:
    answerer.status, answerer.headers = 429, {"Retry-After": "7"}
    with pytest.raises(BusyError) as caught:
        await write(answerer, ["event x=1 1"])
    assert caught.value.pause_s == 7.0


async def test_1_x_says_so_when_points_are_too_old(answerer: Answerer) -> None:
    answerer.status, answerer.body = 400, '{"error":"partial write: points beyond retention policy dropped=2"}'
    assert await write(answerer, ["event x=1 1"] * 3) == 2


@pytest.mark.parametrize(
    ("name", "authority", "said"),
    [
        ("server", "authority", None),
        ("server", "stranger", "its certificate is not accepted (unable to get local issuer certificate"),
        ("elsewhere", "authority", "its certificate is not accepted (IP address mismatch"),
        (
            "expired",
            "authority",
            "certificate has expired; renew the database's certificate, or set this machine's clock",
        ),
    ],
)
async def test_a_certificate_that_is_not_accepted_is_told_with_the_reason(
    tmp_path, name: str, authority: str, said: str | None
) -> None:
    issuer = key_and_certificate(tmp_path, "authority")
    key_and_certificate(tmp_path, "stranger")
    key_and_certificate(tmp_path, "server", issuer, hosts=["127.0.0.1"])
    key_and_certificate(tmp_path, "elsewhere", issuer, hosts=["127.0.0.9"])
    key_and_certificate(tmp_path, "expired", issuer, hosts=["127.0.0.1"], ends_h=-1)
    encrypted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    encrypted.load_cert_chain(tmp_path / f"{name}.crt", tmp_path / f"{name}.key")
    with answering(encrypted) as server:
        buckets, ca_file = dict.fromkeys(Bucket, "insole"), tmp_path / f"{authority}.crt"
        url = f"https://127.0.0.1:{server.port}"
        trouble = await database_trouble(DatabaseAddress(url, "", buckets, SecretStr("secret"), ca_file))
    if said is None:
        assert trouble is None
    else:
        assert said in str(trouble)
        assert server.tokens == [], "the token goes to nobody who is not known"
