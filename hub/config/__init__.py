"""The hub's configuration: one TOML file, checked as a whole before anything starts."""

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
    "BrokerConfig",
    "Config",
    "DeviceConfig",
    "HubConfig",
    "JournalConfig",
    "MqttConfig",
    "RadioConfig",
    "RecordingConfig",
    "WearerConfig",
    "load_config",
    "parse_config",
]
