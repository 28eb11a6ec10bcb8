"""A small broker inside the hub, for a demo and for homes without one. It listens on this machine only."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType

from hub.errors import DeliveryError
from hub.mqtt.address import BrokerAddress

LOOPBACK = "127.0.0.1"

_LISTENER = "default"
_PLUGINS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


@asynccontextmanager
async def local_broker(port: int = 0) -> AsyncIterator[BrokerAddress]:
    """Run a broker on the loopback address; gives where it is. Port 0 takes a free one.

    It keeps nothing on disk, and anybody on this machine may connect.

    Raises
    ------
    DeliveryError
        The port cannot be had.
    """
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # every packet and every client that leaves is a line
    config = BrokerConfig(listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)}, plugins=dict(_PLUGINS))
    broker = Broker(config)
    await broker.start()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await broker.external_connected(StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER)

    try:
        try:
            server = await asyncio.start_server(connected, LOOPBACK, port)
        except OSError as error:
            message = (
                f"cannot listen on {LOOPBACK}:{port} ({error.strerror}); set another broker.port, 0 takes a free one"
            )
            raise DeliveryError("own MQTT broker", message) from error
        try:
            yield BrokerAddress(LOOPBACK, server.sockets[0].getsockname()[1])
        finally:
            server.close()
    finally:
        await broker.shutdown()
