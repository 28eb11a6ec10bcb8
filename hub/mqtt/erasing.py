"""What a broker retains of one wearer is taken back."""

import aiomqtt

from hub.errors import DeliveryError
from hub.mqtt.address import BrokerAddress, explain
from hub.mqtt.retained import retained, retained_at, visiting
from hub.mqtt.topics import Topics


async def retained_of(address: BrokerAddress, topics: Topics, wearer: str) -> tuple[str, ...]:
    """Topics of a wearer that the broker retains something of.

    Raises
    ------
    DeliveryError
        The broker does not let us in.
    """
    return tuple(await retained(address, topics.of_wearer(wearer)))


async def erase_retained(address: BrokerAddress, topics: Topics, wearer: str) -> None:
    """Have the broker forget them; readers that are connected get the empty payloads.

    Raises
    ------
    DeliveryError
        The broker does not let us in, or keeps some.
    """
    try:
        async with visiting(address) as client:
            for topic in await retained_at(client, topics.of_wearer(wearer)):
                await client.publish(topic, b"", 1, retain=True)
    except (aiomqtt.MqttError, OSError) as error:
        raise DeliveryError("mqtt", explain(error, address)) from error
    if left := await retained_of(address, topics, wearer):
        raise DeliveryError("mqtt", f"{address} keeps {len(left)} retained topics, such as {left[0]}; check its rights")
