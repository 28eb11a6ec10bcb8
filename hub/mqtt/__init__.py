"""MQTT: topics, payloads, the publisher that follows the journal, and a small broker for homes without one."""

from hub.mqtt.address import BrokerAddress, Tls
from hub.mqtt.broker import local_broker
from hub.mqtt.payloads import SensorCondition, SensorState, sensor_state, wearer_state
from hub.mqtt.publisher import Publisher, PublisherStats
from hub.mqtt.topics import Topics

__all__ = [
    "BrokerAddress",
    "Publisher",
    "PublisherStats",
    "SensorCondition",
    "SensorState",
    "Tls",
    "Topics",
    "local_broker",
    "sensor_state",
    "wearer_state",
]
