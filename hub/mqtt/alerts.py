"""Alerts on MQTT: every change of each, retained while it lives, and an empty payload when it is over."""

from collections.abc import Iterable
from contextlib import aclosing

import aiomqtt

from hub.alert import Alert
from hub.following import AlertSource
from hub.mqtt import payloads
from hub.mqtt.topics import Topics
from hub.support.uninterrupted import uninterrupted


class AlertSayer:
    """Says alerts to a broker, from the journal, at least once and in order.

    Parameters
    ----------
    known : alerts as the journal holds them at the start; those that live are said again to a broker that forgot them.
    """

    def __init__(self, source: AlertSource, topics: Topics, known: Iterable[Alert], destination: str = "mqtt") -> None:
        self._source = source
        self._topics = topics
        self._destination = destination
        self._living: dict[str, bytes] = {}
        for alert in known:
            self._note(alert, payloads.alert(alert, alert.opened_ns))

    async def say(self, client: aiomqtt.Client) -> None:
        """Say all that live, and then every change, for as long as the connection lasts."""
        for topic, payload in tuple(self._living.items()):
            await uninterrupted(client.publish(topic, payload, 1, retain=True))
        async with aclosing(self._source.follow(self._destination)) as records:
            async for record in records:
                change = record.change
                topic, payload = self._note(change.alert, payloads.alert(change.alert, change.at_ns))
                await uninterrupted(client.publish(topic, payload, 1, retain=True))
                self._source.advance(self._destination, record.position)

    def _note(self, alert: Alert, payload: bytes) -> tuple[str, bytes]:
        topic = self._topics.alert(alert.wearer, alert.id)
        if alert.state.is_over:
            self._living.pop(topic, None)
            return topic, b""
        self._living[topic] = payload
        return topic, payload
