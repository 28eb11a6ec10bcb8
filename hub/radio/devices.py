"""Which device on the air is whose: by address, or by advertised name and side. Pure but for bleak's value types."""

from dataclasses import dataclass, field

from bleak.backends.scanner import AdvertisementData

from sensors.catalogue import device_type, recognise
from sensors.driver import DriverOptions, Facts
from sensors.emulation import Advertisement
from sensors.layout import Role


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One device that the hub is to connect.

    Parameters
    ----------
    role, wearer : what it does, and for whom (nickname; empty where the hub has one wearer).
    device_key : its kind in ``sensors.catalogue``.
    address : Bluetooth address; None where it is found by name.
    name : advertised name, exactly; not looked at where an address is given.
    options : what is asked of it.
    """

    role: Role
    device_key: str
    address: str | None = None
    name: str | None = None
    options: DriverOptions = field(default_factory=DriverOptions)
    wearer: str = ""

    @property
    def key(self) -> tuple[str, Role]:
        """What tells devices apart: whose it is and where it is worn."""
        return self.wearer, self.role

    def __str__(self) -> str:
        """For logs."""
        return f"{self.wearer} {self.role.value}".strip().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Found:
    """A device that advertises. ``device_key`` is None where the advertisement does not tell it.

    ``facts``: what the advertisement tells of it.
    ``said``: the data in its advertisement, to be compared with another of the same device.
    """

    address: str
    name: str
    rssi_dbm: int
    device_key: str | None
    facts: Facts = field(default_factory=Facts)
    said: bytes = b""

    @property
    def firmware_fault(self) -> str | None:
        """What is wrong with its firmware, as far as is known."""
        return None if self.device_key is None else device_type(self.device_key).firmware_fault(self.facts.firmware)


def identify(address: str, data: AdvertisementData) -> Found:
    """What an advertisement tells; of its name, which goes to logs and terminals, what can be printed."""
    name = "".join(letter for letter in data.local_name or "" if letter.isprintable())
    known = recognise(
        Advertisement(name, tuple(data.service_uuids), dict(data.manufacturer_data), dict(data.service_data))
    )
    kind, facts = known if known is not None else (None, Facts())
    said = repr((sorted(data.manufacturer_data.items()), sorted(data.service_data.items()))).encode()
    return Found(address.upper(), name, data.rssi, None if kind is None else kind.key, facts, said)


def choose(found: Found, wanted: tuple[DeviceSpec, ...], configured: tuple[DeviceSpec, ...]) -> DeviceSpec | None:
    """Which of the ``wanted`` devices was found; None where it is none of them.

    An address that is ``configured`` belongs to that device alone. A name counts only where the advertisement does not
    speak against the kind or the side.
    """
    for spec in wanted:
        if spec.address is not None and spec.address.upper() == found.address:
            return spec
    if any(spec.address is not None and spec.address.upper() == found.address for spec in configured):
        return None
    for spec in wanted:
        if (
            spec.address is None
            and spec.name == found.name
            and found.device_key in {None, spec.device_key}
            and found.facts.side in {None, spec.role.side}
        ):
            return spec
    return None
