"""The hub's configuration: one TOML file, checked as a whole before anything starts."""

from hub.config.alerts import AlertsConfig, ContactConfig
from hub.config.influxdb import InfluxdbConfig
from hub.config.load import load_config, parse_config
from hub.config.schema import (
    BrokerConfig,
    Config,
    DeviceConfig,
    HubConfig,
    JournalConfig,
    MqttConfig,
    RadioConfig,
    RecordingConfig,
    WearerConfig,
)

__all__ = [
    "AlertsConfig",
    "BrokerConfig",
    "Config",
    "ContactConfig",
    "DeviceConfig",
    "HubConfig",
    "InfluxdbConfig",
    "JournalConfig",
    "MqttConfig",
    "RadioConfig",
    "RecordingConfig",
    "WearerConfig",
    "load_config",
    "parse_config",
]
