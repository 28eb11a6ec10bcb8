"""Whether a broker lets the hub in, without disturbing a hub that is in already."""

import os

import aiomqtt

from hub.mqtt.address import BrokerAddress, explain
from hub.mqtt.client import Client

_ANSWER_S = 5.0


async def broker_trouble(address: BrokerAddress) -> str | None:
    """What keeps the hub away from the broker, with what to do about it; None where it gets in."""
    tls = address.tls
    try:
        async with Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password.get_secret_value() if address.password else None,
            tls_context=None if tls is None else tls.context(),
            identifier=f"insole-hub-probe:{os.getpid()}",  # a name of its own: the hub's would end its connection
            timeout=_ANSWER_S,
        ):
            return None
    except (aiomqtt.MqttError, OSError) as error:
        return explain(error, address)
