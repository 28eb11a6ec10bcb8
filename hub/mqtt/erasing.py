"""What a broker retains of one wearer is taken back."""

import asyncio
import os
from contextlib import suppress

import aiomqtt

from hub.errors import DeliveryError
from hub.mqtt.address import BrokerAddress, explain
from hub.mqtt.topics import Topics

QUIET_S = 1.0
"""A broker sends what it retains at once: after so long without any more, that was all."""

_ANSWER_S = 5.0


async def retained_of(address: BrokerAddress, topics: Topics, wearer: str) -> tuple[str, ...]:
    """Topics of a wearer that the broker retains something of.

    Raises
    ------
    DeliveryError
        The broker does not let us in.
    """
    try:
        async with _client(address) as client:
            return await _retained(client, topics.of_wearer(wearer))
    except (aiomqtt.MqttError, OSError) as error:
        raise DeliveryError("mqtt", explain(error, address)) from error


async def erase_retained(address: BrokerAddress, topics: Topics, wearer: str) -> None:
    """Have the broker forget them; readers that are connected get the empty payloads.

    Raises
    ------
    DeliveryError
        The broker does not let us in, or keeps some.
    """
    try:
        async with _client(address) as client:
            for topic in await _retained(client, topics.of_wearer(wearer)):
                await client.publish(topic, b"", 1, retain=True)
        async with _client(address) as client:
            left = await _retained(client, topics.of_wearer(wearer))
    except (aiomqtt.MqttError, OSError) as error:
        raise DeliveryError("mqtt", explain(error, address)) from error
    if left:
        raise DeliveryError("mqtt", f"{address} keeps {len(left)} retained topics, such as {left[0]}; check its rights")


async def _retained(client: aiomqtt.Client, pattern: str) -> tuple[str, ...]:
    await client.subscribe(pattern, 1)
    found: list[str] = []
    messages = aiter(client.messages)
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(QUIET_S):
                message = await anext(messages)
            if message.retain and message.payload:
                found.append(str(message.topic))
    return tuple(found)


def _client(address: BrokerAddress) -> aiomqtt.Client:
    return aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password.get_secret_value() if address.password else None,
        tls_context=None if address.tls is None else address.tls.context(),
        identifier=f"insole-hub-forget:{os.getpid()}",
        timeout=_ANSWER_S,
    )
