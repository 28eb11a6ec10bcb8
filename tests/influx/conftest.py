import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.config import InfluxdbConfig
from hub.events import Event, Kind, Value, event_id
from hub.influx import DatabaseAddress, RefusedFile, Writer
from hub.influx.database import Database
from hub.influx.provision import Plan, provision
from hub.journal import Journal
from hub.service.backlog import batches
from hub.service.configured import database_address
from hub.support.backoff import Backoff
from sensors.layout import Side
from tests.services.influxdb import ADMIN_TOKEN, VERSION_1, Influxd, Influxd1, program


async def _until(holds: Callable[[], Any], patience_s: float = 60.0) -> None:
    """Wait for a condition; the patience only turns a hang into a failure."""
    async with asyncio.timeout(patience_s):
        while not holds():  # what is waited for lies in another process
            await asyncio.sleep(0.02)


@pytest.fixture
def until():
    return _until


@pytest.fixture
def event():
    def event(time_s: float, kind: Kind = Kind.STEP, side: Side = Side.LEFT, **fields: Value) -> Event:
        return Event(event_id("test", kind, side, time_s, str(fields)), kind, side, time_s, time_s + 0.5, 0.9, fields)

    return event


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """One for all tests that do it no harm."""
    server = Influxd(program(), tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.end(signal.SIGKILL)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Influxd]:
    """One that a test may kill."""
    folder = tmp_path / "influxd"
    folder.mkdir()
    server = Influxd(program(), folder)
    server.start()
    yield server
    server.end(signal.SIGKILL)


@pytest.fixture(scope="session")
def server_1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd1]:
    """A 1.8, for all tests of it."""
    server = Influxd1(program(VERSION_1), tmp_path_factory.mktemp("influxd-1"))
    server.start()
    yield server
    server.end(signal.SIGKILL)


_numbers = itertools.count()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory):
    """Buckets of the test's own, and the address with the token that the set-up has made."""

    def prepared(server: Influxd) -> DatabaseAddress:
        number = next(_numbers)
        address = server.address(ADMIN_TOKEN, f"lasting{number}", f"steps{number}")
        token_file = tmp_path_factory.mktemp("token") / "token"
        list(provision(Plan(address, {}, token_file)))
        return server.address(token_file.read_text().strip(), f"lasting{number}", f"steps{number}")

    return prepared


@pytest.fixture(scope="session")
def prepared_1(tmp_path_factory: pytest.TempPathFactory):
    """The same of a 1.8, as docs/influxdb.md says it, and as the configuration names it."""

    def prepared(server: Influxd1) -> DatabaseAddress:
        number = next(_numbers)
        password_file = tmp_path_factory.mktemp("password") / "password"
        password_file.write_text("secret\n")
        lasting, steps = f"lasting{number}", f"steps{number}"
        server.say(
            f"CREATE DATABASE {lasting}",
            f"CREATE DATABASE {steps} WITH DURATION 90d",
            f"CREATE USER hub{number} WITH PASSWORD 'secret'",
            f"GRANT WRITE ON {lasting} TO hub{number}",
            f"GRANT WRITE ON {steps} TO hub{number}",
        )
        login = {"username": f"hub{number}", "password_file": password_file}
        return database_address(InfluxdbConfig(url=server.url, bucket=lasting, steps_bucket=steps, **login))

    return prepared


@pytest.fixture
def writing(tmp_path: Path):
    """Run a writer beside the test; an error of it is the test's."""

    @asynccontextmanager
    async def writing(address: DatabaseAddress, journal: Journal, hub: str = "home") -> AsyncIterator[Writer]:
        async with Database(address) as database:
            refused = RefusedFile(tmp_path / "refused.jsonl")
            writer = Writer(
                database,
                hub,
                refused,
                batch_s=0.01,
                backoff=lambda: Backoff(0.01, 0.1),
                backlog=partial(batches, journal.path, hub),
            )
            tasks = [
                asyncio.create_task(writer.follow_events(journal)),
                asyncio.create_task(writer.follow_alerts(journal.alerts)),
                asyncio.create_task(writer.follow_days(journal.days)),
                asyncio.create_task(writer.follow_diary(journal.diary)),
            ]
            try:
                yield writer
            finally:
                assert not any(task.done() for task in tasks), tasks
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    return writing


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for what only spares a memory card."""
    for name, value in (("BREATH_S", 0.0), ("CLOSED_S", 0.05)):
        monkeypatch.setattr(f"hub.influx.writer.{name}", value)
