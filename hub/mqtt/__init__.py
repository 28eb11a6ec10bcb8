"""MQTT: topics, payloads, the publisher that follows the journal, and a small broker for homes without one."""

from hub.mqtt.address import BrokerAddress, Tls
from hub.mqtt.alerts import AlertSayer
from hub.mqtt.asking import ask
from hub.mqtt.broker import local_broker
from hub.mqtt.commands import (
    COMMANDS,
    Acknowledge,
    Calibrate,
    Command,
    CommandError,
    DoExercise,
    Fine,
    Label,
    Note,
    PauseRadio,
    ResumeRadio,
    SetAid,
)
from hub.mqtt.erasing import erase_retained, retained_of
from hub.mqtt.fields import SensorCondition
from hub.mqtt.kept_topics import KeptTopics
from hub.mqtt.payloads import (
    CalibrationState,
    HubCounts,
    SensorCounts,
    SensorState,
    WearerCounts,
    calibration,
    day_over,
    health,
    hub_counts,
    iso,
    sensor_state,
    wearer_counts,
    wearer_state,
)
from hub.mqtt.probe import broker_trouble
from hub.mqtt.publisher import Publisher, PublisherStats
from hub.mqtt.retained import retained
from hub.mqtt.topics import Topics

__all__ = [
    "COMMANDS",
    "Acknowledge",
    "AlertSayer",
    "BrokerAddress",
    "Calibrate",
    "CalibrationState",
    "Command",
    "CommandError",
    "DoExercise",
    "Fine",
    "HubCounts",
    "KeptTopics",
    "Label",
    "Note",
    "PauseRadio",
    "Publisher",
    "PublisherStats",
    "ResumeRadio",
    "SensorCondition",
    "SensorCounts",
    "SensorState",
    "SetAid",
    "Tls",
    "Topics",
    "WearerCounts",
    "ask",
    "broker_trouble",
    "calibration",
    "day_over",
    "erase_retained",
    "health",
    "hub_counts",
    "iso",
    "local_broker",
    "retained",
    "retained_of",
    "sensor_state",
    "wearer_counts",
    "wearer_state",
]
