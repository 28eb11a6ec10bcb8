"""aiomqtt's client, for messages that must not wait."""

import asyncio
from typing import Any

import aiomqtt
import paho.mqtt.client as paho


class PromptClient(aiomqtt.Client):
    """Writes what is published at once, as far as the socket takes it.

    The library leaves that to the event loop, two rounds later, each behind whatever else is due by then.
    """

    def publish_now(self, topic: str, payload: bytes) -> asyncio.Event:
        """Write a message of QoS 1 before this returns; gives what is set when the broker acknowledges it.

        Raises
        ------
        MqttError
            The connection is lost.
        """
        info = self._client.publish(topic, payload, 1)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            cause = self._disconnected.exception() if self._disconnected.done() else None
            raise aiomqtt.MqttCodeError(info.rc, "Could not publish message") from cause
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
