"""aiomqtt's client, for messages that must not wait."""

import asyncio
from typing import Any

import aiomqtt
import paho.mqtt.client as paho


class PromptClient(aiomqtt.Client):
    """Writes what is published at once, as far as the socket takes it.

    The library leaves that to the event loop, two rounds later, each behind whatever else is due by then.
    """

    def _on_socket_register_write(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        if asyncio._get_running_loop() is self._loop:  # while it connects, another thread calls  # noqa: SLF001
            client.loop_write()
            if not client.want_write():
                return
        super()._on_socket_register_write(client, userdata, sock)
