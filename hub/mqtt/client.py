"""aiomqtt's client, as the hub wants it."""

import asyncio
from typing import Any

import aiomqtt
import paho.mqtt.client as paho


class Client(aiomqtt.Client):
    """For one connection: a lost one is told by whatever fails then, and not once more by asyncio.

    What goes through ``publish_now`` is written at once, as far as the socket takes it. The library leaves that to the
    event loop, two rounds later, each behind whatever else is due by then.
    """

    def __init__(self, *where: Any, **how: Any) -> None:
        super().__init__(*where, **how)
        self._disconnected.add_done_callback(_look_at)

    def publish_now(self, topic: str, payload: bytes) -> asyncio.Event:
        """Write a message of QoS 1 before this returns; gives what is set when the broker acknowledges it.

        Raises
        ------
        MqttError
            The connection is lost.
        """
        info = self._client.publish(topic, payload, 1)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise aiomqtt.MqttCodeError(info.rc, "Could not publish message")
        acknowledged = self._pending_publishes[info.mid] = asyncio.Event()
        return acknowledged

    async def answer(self, acknowledged: asyncio.Event) -> None:
        """Wait until it is set.

        Raises
        ------
        MqttError
            The broker does not answer in time.
        """
        try:
            async with asyncio.timeout(self.timeout):
                await acknowledged.wait()
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None

    def _on_socket_register_write(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        if asyncio._get_running_loop() is self._loop:  # while it connects, another thread calls  # noqa: SLF001
            client.loop_write()
            if not client.want_write():
                return
        super()._on_socket_register_write(client, userdata, sock)


def _look_at(disconnected: asyncio.Future[None]) -> None:
    """Asyncio complains of an error that nobody has looked at."""
    if not disconnected.cancelled():
        disconnected.exception()
