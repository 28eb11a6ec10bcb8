"""What the configuration names, as the hub's parts take it."""

from hub.config import DeviceConfig, InfluxdbConfig, MqttConfig, WearerConfig
from hub.influx import Bucket, DatabaseAddress
from hub.mqtt import BrokerAddress, Tls
from hub.radio import DeviceSpec


def device_spec(wearer: WearerConfig, device: DeviceConfig) -> DeviceSpec:
    """What the radio is to keep connected."""
    return DeviceSpec(
        role=device.role,
        device_key=device.type,
        address=device.address,
        name=device.name,
        options=device.asked,
        wearer=wearer.nickname,
    )


def broker_address(config: MqttConfig) -> BrokerAddress:
    """The configured broker. Reads the password from where the configuration says."""
    tls = Tls(config.ca_file, config.client_cert_file, config.client_key_file) if config.tls else None
    port = config.port or (8883 if config.tls else 1883)
    return BrokerAddress(config.host, port, config.username, config.password(), tls)


def database_address(config: InfluxdbConfig) -> DatabaseAddress:
    """The configured database. Reads the token from where the configuration says."""
    buckets = {Bucket.LASTING: config.bucket, Bucket.STEPS: config.steps_bucket}
    return DatabaseAddress(config.url, config.org, buckets, config.token(), config.ca_file)
