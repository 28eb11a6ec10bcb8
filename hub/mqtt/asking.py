"""A command given to a running hub over its broker, and its answer."""

import asyncio
import json
import os

import aiomqtt

from hub.errors import DeliveryError
from hub.mqtt.address import BrokerAddress, explain
from hub.mqtt.client import Client
from hub.mqtt.commands import Command, CommandError
from hub.mqtt.topics import Topics

ANSWER_S = 10.0
"""How long the hub's answer is waited for: it waits for the disk."""


async def ask(address: BrokerAddress, topics: Topics, wearer: str, command: Command) -> str:
    """What the hub has done.

    Raises
    ------
    CommandError
        The hub refuses it, and why.
    DeliveryError
        The broker cannot be reached, or no hub answers.
    """
    answer_topic = topics.answer(wearer, command.name)
    client = Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password.get_secret_value() if address.password else None,
        tls_context=None if address.tls is None else await asyncio.to_thread(address.tls.context),
        identifier=f"insole-hub-ask:{os.getpid()}",
        timeout=ANSWER_S,
    )
    try:
        async with client:
            await client.subscribe(answer_topic, 1)
            await client.publish(topics.command(wearer, command.name), command.model_dump_json(), 1)
            async with asyncio.timeout(ANSWER_S):
                message = await anext(aiter(client.messages))
    except TimeoutError as error:
        why = f"{address}: no hub has answered on {answer_topic}; does it run, and may this user give commands there?"
        raise DeliveryError("mqtt", why) from error
    except (aiomqtt.MqttError, OSError) as error:
        raise DeliveryError("mqtt", explain(error, address)) from error
    assert isinstance(message.payload, bytes)
    told = json.loads(message.payload)
    if not told["obeyed"]:
        raise CommandError(told["message"], wearer, command.name)
    return str(told["message"])
