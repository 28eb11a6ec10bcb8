import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.events import Event, Kind, Value, event_id
from sensors.layout import Side
from tests.services import mosquitto as service
from tests.services.mosquitto import Mosquitto


@pytest.fixture
def until():
    return service.until


@pytest.fixture
def event():
    def event(time_s: float, kind: Kind = Kind.INITIAL_CONTACT, side: Side = Side.LEFT, **fields: Value) -> Event:
        return Event(event_id("test", kind, side, time_s), kind, side, time_s, time_s + 0.05, 0.9, fields)

    return event


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Not started yet, so that a test can set it up or leave it down."""
    program = service.program()
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(program, folder)
    yield broker
    await broker.end(signal.SIGKILL)


@pytest.fixture
def subscriber():
    return service.subscribed


@pytest.fixture
def running():
    """Run a publisher beside the test; an error of it is the test's."""

    @asynccontextmanager
    async def running(publisher: Any) -> AsyncIterator[None]:
        task = asyncio.create_task(publisher.run())
        try:
            yield
        finally:
            assert not task.done(), task
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()

    return running
