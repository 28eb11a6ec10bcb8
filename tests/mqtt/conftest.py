import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from hub.events import Event, Kind, Value, event_id
from hub.mqtt import BrokerAddress
from hub.mqtt.client import Client
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


@dataclass
class Subscriber:
    """What a reader with a lasting session has received, through restarts of the broker."""

    messages: list[aiomqtt.Message] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    subscriptions_n: int = 0

    def take(self, message: aiomqtt.Message) -> None:
        self.messages.append(message)
        if message.topic.matches("+/+/+/event/#"):
            self.events.append(json.loads(message.payload))

    def of(self, topic: str) -> list[aiomqtt.Message]:
        return [message for message in self.messages if message.topic.matches(topic)]

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]


@pytest.fixture
def subscriber():
    @asynccontextmanager
    async def subscribe(address: BrokerAddress, name: str = "reader", **login: Any) -> AsyncIterator[Subscriber]:
        reader = Subscriber()

        async def read() -> None:
            while True:
                try:
                    client = Client(address.host, address.port, identifier=name, clean_session=False, **login)
                    async with client:
                        await client.subscribe("#", qos=1)
                        reader.subscriptions_n += 1
                        async for message in client.messages:
                            reader.take(message)
                except aiomqtt.MqttError:
                    await asyncio.sleep(0.02)

        task = asyncio.create_task(read())
        await service.until(lambda: reader.subscriptions_n)
        try:
            yield reader
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return subscribe


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
