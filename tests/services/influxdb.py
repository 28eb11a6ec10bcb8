"""A real InfluxDB 2 or 1.8 on a free loopback port, which can be stopped, killed, suspended and started again."""

import json
import os
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import SecretStr

from hub.influx import Bucket, DatabaseAddress
from tests.services.built import built
from tests.services.ports import free_port

LOOPBACK = "127.0.0.1"
ORG = "insole"
ADMIN_TOKEN = "administrator"
VERSION_1 = "1.8.10"
PATIENCE_S = 120.0
"""Only turns a hang into a failure."""


def program(*version: str) -> str:
    """Where the server is."""
    return built("influxd", *version)


@dataclass
class Influxd:
    """The server, and what a test asks it. ``certificates``: folder of those it speaks TLS with."""

    administrator: ClassVar[str] = ADMIN_TOKEN
    program: str
    folder: Path
    port: int = 0
    certificates: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.certificates else 'http'}://{LOOPBACK}:{self.port}"

    def address(self, token: str, lasting: str = "insole", steps: str = "insole_steps") -> DatabaseAddress:
        return DatabaseAddress(self.url, ORG, {Bucket.LASTING: lasting, Bucket.STEPS: steps}, SecretStr(token))

    def start(self) -> None:
        """Start it; the first time, make the organization and the administrator."""
        is_new = not self.port
        if is_new:
            self.port = free_port()
        with (self.folder / "influxd.log").open("ab") as log:
            self.process = subprocess.Popen(self._command(), env=os.environ | self._settings(), stdout=log, stderr=log)
        end_s = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "influxd.log").read_text()
            assert time.monotonic() < end_s, "it does not answer"
            time.sleep(0.02)
        if is_new:
            self._make_administrator()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def suspend(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def query(self, database: str, query: str, token: str | None = None) -> list[dict[str, Any]]:
        """Ask by InfluxQL; each row with its tags, as a dict."""
        asked = urllib.parse.urlencode({"db": database, "q": query, "epoch": "ns"})
        answer = self._open(f"/query?{asked}", token=self.administrator if token is None else token)
        (result,) = json.loads(answer)["results"]
        assert "error" not in result, result
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], row, strict=True))}
            for series in result.get("series", [])
            for row in series["values"]
        ]

    def clear(self, bucket: str, measurement: str) -> None:
        """Delete all points of a measurement."""
        what = {"start": "1970-01-01T00:00:00Z", "stop": "2100-01-01T00:00:00Z"}
        what["predicate"] = f'_measurement="{measurement}"'
        self.post(f"/api/v2/delete?org={ORG}&bucket={bucket}", json.dumps(what), ADMIN_TOKEN)

    def count(self, database: str, measurement: str, field: str) -> int:
        rows = self.query(database, f'SELECT count("{field}") AS n FROM "{measurement}"')
        return rows[0]["n"] if rows else 0

    def get(self, path: str, token: str = ADMIN_TOKEN) -> bytes:
        return self._open(path, token=token)

    def post(self, path: str, body: str, token: str = "") -> bytes:
        return self._open(path, body.encode(), token)

    def _command(self) -> list[str]:
        command = [self.program, "run", "--http-bind-address", f"{LOOPBACK}:{self.port}", "--reporting-disabled"]
        command += ["--log-level", "error"]
        for what in ("bolt", "sqlite", "engine"):
            command += [f"--{what}-path", str(self.folder / what)]
        if self.certificates is not None:
            for what, name in (("cert", "server.crt"), ("key", "server.key")):
                command += [f"--tls-{what}", str(self.certificates / name)]
        return command

    def _settings(self) -> dict[str, str]:
        return {}

    def _make_administrator(self) -> None:
        first = {"username": "admin", "password": "of no account", "org": ORG, "bucket": "first"}
        self.post("/api/v2/setup", json.dumps(first | {"token": ADMIN_TOKEN}))

    def _answers(self) -> bool:
        try:
            self._open("/health")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    def _open(self, path: str, body: bytes | None = None, token: str = "") -> bytes:
        headers = {"Authorization": f"Token {token}"} if token else {}
        request = urllib.request.Request(self.url + path, body, headers)
        trusted = self.certificates and ssl.create_default_context(cafile=self.certificates / "authority.crt")
        with urllib.request.urlopen(request, timeout=60, context=trusted) as answer:
            return answer.read()


class Influxd1(Influxd):
    """The same of 1.8: users in place of tokens, databases in place of buckets."""

    administrator: ClassVar[str] = "administrator:of_no_account"

    def say(self, *statements: str, database: str = "", by: str | None = None) -> None:
        """Have the administrator, or somebody else, say something in InfluxQL."""
        for statement in statements:
            asked = urllib.parse.urlencode({"db": database, "q": statement})
            (result,) = json.loads(self.post(f"/query?{asked}", "", self.administrator if by is None else by))[
                "results"
            ]
            assert "error" not in result, result

    def _command(self) -> list[str]:
        return [self.program, "run", "-config", os.devnull]

    def _settings(self) -> dict[str, str]:
        return {
            "INFLUXDB_HTTP_BIND_ADDRESS": f"{LOOPBACK}:{self.port}",
            "INFLUXDB_BIND_ADDRESS": f"{LOOPBACK}:0",
            "INFLUXDB_META_DIR": str(self.folder / "meta"),
            "INFLUXDB_DATA_DIR": str(self.folder / "data"),
            "INFLUXDB_DATA_WAL_DIR": str(self.folder / "wal"),
            "INFLUXDB_HTTP_AUTH_ENABLED": "true",
            "INFLUXDB_HTTP_LOG_ENABLED": "false",
            "INFLUXDB_MONITOR_STORE_ENABLED": "false",
            "INFLUXDB_REPORTING_DISABLED": "true",
            "INFLUXDB_LOGGING_LEVEL": "error",
        }

    def _make_administrator(self) -> None:
        name, password = self.administrator.split(":")
        self.say(f"CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES", by="")
