"""aiomqtt's client, for messages that must not wait."""

import asyncio
from types import TracebackType
from typing import Any

import aiomqtt
import paho.mqtt.client as paho


class PromptClient(aiomqtt.Client):
    """Writes what is published at once, as far as the socket takes it.

    The library leaves that to the event loop, two rounds later, each behind whatever else is due by then.
    """

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        await super().__aexit__(kind, error, trace)
        if self._disconnected.done():  # what ends the session first need not be what looks at this
            self._disconnected.exception()

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
