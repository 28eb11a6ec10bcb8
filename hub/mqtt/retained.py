"""What a broker retains, as whoever comes now is told it."""

import asyncio
import os
from contextlib import suppress

import aiomqtt

from hub.errors import DeliveryError
from hub.mqtt.address import BrokerAddress, explain
from hub.mqtt.client import Client

QUIET_S = 1.0
"""A broker sends what it retains at once: after so long without any more, that was all."""

_ANSWER_S = 5.0


async def retained(address: BrokerAddress, pattern: str) -> dict[str, bytes]:
    """Payloads by their topics, of all topics that match.

    Raises
    ------
    DeliveryError
        The broker does not let us in.
    """
    try:
        async with visiting(address) as client:
            return await retained_at(client, pattern)
    except (aiomqtt.MqttError, OSError) as error:
        raise DeliveryError("mqtt", explain(error, address)) from error


async def retained_at(client: aiomqtt.Client, pattern: str) -> dict[str, bytes]:
    """The same over a connection that stands and has subscribed to nothing."""
    await client.subscribe(pattern, 1)
    found: dict[str, bytes] = {}
    messages = aiter(client.messages)
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(QUIET_S):
                message = await anext(messages)
            if message.retain and isinstance(message.payload, bytes) and message.payload:
                found[str(message.topic)] = message.payload
    return found


def visiting(address: BrokerAddress) -> Client:
    """A connection of a command, beside that of a running hub."""
    return Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password.get_secret_value() if address.password else None,
        tls_context=None if address.tls is None else address.tls.context(),
        identifier=f"insole-hub-visit:{os.getpid()}",
        timeout=_ANSWER_S,
    )
