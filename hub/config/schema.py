"""Every key of hub.toml, with its type, bounds, default and meaning. The reference in the docs is made from here."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from hub.config.alerts import AlertsConfig, ContactConfig
from hub.config.cues import CuesConfig, SoundConfig
from hub.config.influxdb import InfluxdbConfig
from hub.config.mistake import Misfit, raise_all
from hub.config.password import password_in_file, password_in_variable
from hub.config.sketch import SketchConfig
from hub.config.table import Table
from hub.config.values import (
    DEVICE_TYPES,
    AdapterName,
    Address,
    DeviceKey,
    PasswordFile,
    PasswordVariable,
    ReadableFile,
    TopicBase,
    TopicLevel,
)
from hub.session import Wearer
from sensors.driver import DriverOptions
from sensors.errors import OptionError
from sensors.layout import Role


def default_state_dir() -> Path:
    """systemd's StateDirectory where there is one, else the user's own state folder."""
    if directory := os.environ.get("STATE_DIRECTORY"):
        return Path(directory.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "insole-hub"


class HubConfig(Table):
    """The hub itself."""

    name: TopicLevel = Field("home", description="Name of this hub; part of the MQTT topics.")
    state_dir: Path = Field(
        default_factory=default_state_dir,
        description="Folder for the journal and recordings. Default: `$STATE_DIRECTORY` under systemd, "
        "else `~/.local/state/insole-hub`.",
    )


class RadioConfig(Table):
    """Bluetooth LE."""

    adapter: AdapterName | None = Field(
        None,
        description="Adapter: its address, as `bluetoothctl list` shows it, or its name, such as hci0, which may move. "
        "Default: the system's first that is on.",
    )
    silence_s: float = Field(
        2.0, strict=True, ge=0.5, le=60, description="A link without valid data for so long is mended or made anew."
    )
    interval_ms: float = Field(
        15.0,
        strict=True,
        ge=7.5,
        le=100,
        description="Longest time between two meetings of hub and sensor that is asked for, in ms, where the kernel "
        "lets the hub ask (docs/radio.md). Shorter carries more packets and costs the sensors' batteries.",
    )
    rest_after_min: float = Field(
        15.0,
        strict=True,
        ge=0,
        le=1440,
        description="Sensors that are not worn for so long are let go, to spare their batteries, and looked at now and "
        "then; 0: never. Needs both insoles.",
    )

    @property
    def rest_after_s(self) -> float | None:
        """The same in seconds; None for never."""
        return self.rest_after_min * 60.0 or None


class DeviceConfig(Table):
    """One sensor of a wearer. It is found by `address`, or else by `name`."""

    role: Role = Field(description="Where it is worn.")
    type: DeviceKey = Field(description="Kind of device; see the device table.")
    address: Address | None = Field(
        None, description="Bluetooth address, as `insole-hub scan` prints it; the surest way."
    )
    name: str | None = Field(None, min_length=1, description="Advertised name, exactly, where no address is given.")
    label: str | None = Field(
        None, min_length=1, max_length=40, description="What it is called at home, for the page's settings."
    )
    rate_hz: float | None = Field(
        None, strict=True, gt=0, le=1000, description="Samples per second; default: the type's own."
    )
    options: dict[str, str] = Field(default_factory=dict, description="Settings that only this type knows.")
    sketch: SketchConfig | None = Field(None, description="What a device sends that only its owner can describe.")

    @property
    def asked(self) -> DriverOptions:
        """What is asked of the device."""
        return DriverOptions(self.rate_hz, self.options, self.sketch.layout() if self.sketch else None)

    @model_validator(mode="after")
    def _can_be_found_and_worn(self) -> Self:
        raise_all("device", self._misfits())
        return self

    def _misfits(self) -> Iterator[Misfit]:
        if self.address is None and self.name is None:
            yield Misfit((), "needs an address or a name to be found by", "`insole-hub scan` prints both")
        device = DEVICE_TYPES[self.type]
        if device.is_insole != self.role.is_insole:
            kind, place = ("an insole", "insole") if device.is_insole else ("a shin IMU", "shin")
            message = f"{self.type} is {kind} and cannot be the {self.role.value}"
            yield Misfit(("role",), message, f"it can be left_{place} or right_{place}")
        if device.example is not None:
            yield from self._misfits_of_a_sketch()
        elif self.sketch is not None:
            described = " and ".join(kind.key for kind in DEVICE_TYPES.values() if kind.example is not None)
            yield Misfit(("sketch",), f"{self.type} needs no description", f"it is for {described}")
        elif self.rate_hz is not None and self.rate_hz not in device.rates_hz:
            known = ", ".join(f"{rate:g}" for rate in device.rates_hz)
            yield Misfit(("rate_hz",), f"{self.type} cannot send at {self.rate_hz:g} Hz", f"it can at {known}")
        try:
            device.check_options(self.options)
        except OptionError as error:
            yield Misfit(("options", error.option), str(error), f"docs/devices.md lists what {self.type} can do")

    def _misfits_of_a_sketch(self) -> Iterator[Misfit]:
        if self.rate_hz is None:
            yield Misfit(("rate_hz",), "is missing", "samples per second that the sketch really sends")
        if self.sketch is None:
            yield Misfit(("sketch",), "is missing", "docs/sketches.md shows how to describe what it sends")
        else:
            yield from self.sketch.misfits_as(self.role)


class WearerConfig(Table):
    """Somebody who wears sensors."""

    nickname: TopicLevel = Field(description="What the wearer is called in topics and pages; no full names.")
    affected_side: Literal["left", "right", "both", "none"] = Field("both", description="Side with foot drop.")
    mass_kg: float | None = Field(None, strict=True, gt=20, lt=300, description="Body mass; only scales measures.")
    height_m: float | None = Field(None, strict=True, gt=0.8, lt=2.5, description="Body height; only scales measures.")
    devices: tuple[DeviceConfig, ...] = Field(min_length=1, description="The wearer's sensors.")
    cues: CuesConfig = Field(default_factory=lambda: CuesConfig.model_validate({}))

    @property
    def trained_insoles(self) -> tuple[DeviceConfig, ...]:
        """Of the feet whose steps get cues: the affected ones, or both where none is."""
        sides = {"left", "right"} if self.affected_side in {"both", "none"} else {self.affected_side}
        return tuple(device for device in self.devices if device.role.is_insole and device.role.side in sides)

    @model_validator(mode="after")
    def _can_vibrate_where_it_is_to(self) -> Self:
        raise_all("wearer", self._misfits())
        return self

    def _misfits(self) -> Iterator[Misfit]:
        if not self.cues.vibrates:
            return
        if not self.trained_insoles:
            message = "no insole is worn on the side with foot drop, so none can vibrate"
            yield Misfit(("cues", "by"), message, "leave vibration out, or add the insole")
        with_motors = " or ".join(kind.key for kind in DEVICE_TYPES.values() if kind.has_motors)
        for number, device in enumerate(self.devices):
            if device in self.trained_insoles and not DEVICE_TYPES[device.type].has_motors:
                message = f"{device.type} has no motor, so the {device.role.value} cannot vibrate as cues.by asks"
                yield Misfit(("devices", number, "type"), message, f"leave vibration out, or wear {with_motors}")

    def wearer(self) -> Wearer:
        """The person, as the gait engine knows them."""
        return Wearer(
            nickname=self.nickname,
            affected_side=self.affected_side,
            mass_kg=self.mass_kg,
            height_m=self.height_m,
        )


class HomeAssistantConfig(Table):
    """Announce each wearer to Home Assistant as a device, through your broker; see docs/home-assistant.md."""

    enabled: bool = Field(True, strict=True, description="Announce. False takes back what was announced before.")
    prefix: TopicBase = Field("homeassistant", min_length=1, description="Home Assistant's own discovery prefix.")


class MqttConfig(Table):
    """Your MQTT broker. Without this table the hub runs a small one of its own; see `[broker]`."""

    host: str = Field(min_length=1, description="Broker's host name or address.")
    port: int | None = Field(None, strict=True, ge=1, le=65535, description="Default: 1883, with TLS 8883.")
    base: TopicBase = Field("", description="First levels of all topics; default: `insole/<hub name>`.")
    username: str | None = Field(None, description="User at the broker.")
    password_file: PasswordFile | None = Field(None, description="File that holds the password and nothing else.")
    password_env: PasswordVariable | None = Field(None, description="Environment variable that holds the password.")
    tls: bool = Field(False, strict=True, description="Encrypt the connection and check the broker's certificate.")
    ca_file: ReadableFile | None = Field(
        None, description="Certificate authority, where the system's do not know the broker."
    )
    client_cert_file: ReadableFile | None = Field(None, description="Client certificate.")
    client_key_file: ReadableFile | None = Field(None, description="Key of the client certificate.")

    commands: bool | None = Field(
        None,
        strict=True,
        description="Obey commands that come over MQTT. Default: only with a user or a client certificate, so that the "
        "broker knows who is who.",
    )
    home_assistant: HomeAssistantConfig = Field(default_factory=lambda: HomeAssistantConfig.model_validate({}))

    @property
    def obeys(self) -> bool:
        """Whether commands are obeyed."""
        knows_who = self.username is not None or self.client_cert_file is not None
        return knows_who if self.commands is None else self.commands

    def password(self) -> SecretStr | None:
        """The password, read from where the file says.

        Raises
        ------
        ValueError
            It is no longer where it was when the configuration was checked.
        """
        if self.password_env is not None:
            return password_in_variable(self.password_env)
        return None if self.password_file is None else password_in_file(self.password_file)


class BrokerConfig(Table):
    """The hub's own broker, used where no `[mqtt]` is given. It listens on this machine only."""

    port: int = Field(
        1883, strict=True, ge=0, le=65535, description="Port on the loopback address; 0 takes a free one."
    )


class JournalConfig(Table):
    """The record of events on disk, from which everything is delivered."""

    power_safe: bool = Field(
        True,
        strict=True,
        description="Sync every commit to the disk: what was told to anybody survives a power cut. "
        "False spares the card and survives crashes of the hub only.",
    )
    batch_s: float = Field(
        1.0,
        strict=True,
        ge=0,
        le=10,
        description="Contacts and steps wait so long to be written together, which spares the card, and are told so "
        "much later; every other event is written and told at once.",
    )
    steps_days: float = Field(
        90.0,
        strict=True,
        ge=2,
        description="Contacts and steps are kept so long, or until everybody was told of them, whichever is later. All "
        "other events, alerts and days are kept for ever.",
    )
    max_mb: float = Field(
        2000.0,
        strict=True,
        ge=50,
        description="Room for the journal in MB (10^6 bytes). Beyond it the oldest contacts and steps go, of the "
        "wearer who takes the most of it and whoever was told of them; never anything else.",
    )


class RecordingConfig(Table):
    """Raw recordings of what the sensors send. A clip of 10 s before and after each trip and fall is always kept."""

    raw: bool = Field(False, strict=True, description="Write every notification to MCAP files under the state folder.")
    raw_max_mb: float = Field(
        2000.0,
        strict=True,
        ge=10,
        description="Room for them in MB; beyond it the oldest go of the wearer who takes the most of it. 2000 MB "
        "hold about 2 days of one wearer.",
    )
    clips_max_mb: float = Field(
        500.0,
        strict=True,
        ge=10,
        description="Room for the clips of trips and falls in MB; beyond it the oldest go of the wearer who takes the "
        "most of it. 500 MB hold about 4000.",
    )


class PageConfig(Table):
    """The hub's own page (docs/page.md), and `/health`, which is told to this machine only."""

    mode: Literal["off", "localhost", "lan", "proxy"] = Field(
        "localhost",
        description="Who reaches it: nobody; this machine; whoever is in the home's network and has paired with a code "
        "that `insole-hub page code` shows; or whoever has paired and comes through a proxy with TLS on this machine "
        "(docs/remote-access.md).",
    )
    port: int = Field(8330, strict=True, ge=0, le=65535, description="Its port; 0 takes a free one.")
    names: tuple[str, ...] = Field(
        (),
        description="Host names under which it is opened, beside this machine's own and `insole.local`; behind a proxy "
        "the name that it is known by outside; in a container with a network of its own the host's address.",
    )


class Config(Table):
    """hub.toml."""

    hub: HubConfig = Field(default_factory=lambda: HubConfig.model_validate({}))
    radio: RadioConfig = Field(default_factory=lambda: RadioConfig.model_validate({}))
    wearers: tuple[WearerConfig, ...] = Field(
        min_length=1, description="Who wears the sensors; `insole-hub scan` prints a block to start from."
    )
    mqtt: MqttConfig | None = None
    broker: BrokerConfig = Field(default_factory=lambda: BrokerConfig.model_validate({}))
    influxdb: InfluxdbConfig | None = None
    journal: JournalConfig = Field(default_factory=lambda: JournalConfig.model_validate({}))
    recording: RecordingConfig = Field(default_factory=lambda: RecordingConfig.model_validate({}))
    sound: SoundConfig = Field(default_factory=lambda: SoundConfig.model_validate({}))
    page: PageConfig = Field(default_factory=lambda: PageConfig.model_validate({}))
    alerts: AlertsConfig = Field(default_factory=lambda: AlertsConfig.model_validate({}))
    contacts: tuple[ContactConfig, ...] = Field((), description="Who is told of alerts.")

    @property
    def topic_base(self) -> str:
        """First levels of every MQTT topic."""
        return (self.mqtt.base if self.mqtt else "") or f"insole/{self.hub.name}"
