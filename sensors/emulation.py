"""What an emulator is: a device's GATT table and behaviour as bytes, driven by a body and a time it is given. Pure."""

from dataclasses import dataclass, field
from typing import Protocol

from sensors.driver import Floats
from sensors.layout import Cell, Side


class Body(Protocol):
    """Something that wears sensors: asked for what a cell or an IMU would feel at given times."""

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: Floats) -> Floats:
        """(n, cells) newtons under each cell at the n times."""

    def shank(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        """(n, 3) specific force in m/s^2 and (n, 3) angular rate in deg/s, in the mounted sensor's axes."""


@dataclass(frozen=True, slots=True)
class GattCharacteristic:
    """One characteristic: UUID (128-bit lower case, or four hex digits) and its properties.

    Properties are spelt ``read``, ``write``, ``write-without-response`` and ``notify``.
    """

    uuid: str
    properties: frozenset[str]


@dataclass(frozen=True, slots=True)
class GattService:
    """One service and its characteristics."""

    uuid: str
    characteristics: tuple[GattCharacteristic, ...]


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What the device says while it waits for a connection."""

    name: str
    service_uuids: tuple[str, ...] = ()
    manufacturer_data: dict[int, bytes] = field(default_factory=dict)
    service_data: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    """Bytes that the device notifies at ``time_s`` (true time, the same axis as the body's)."""

    time_s: float
    characteristic: str
    data: bytes


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """How one emulated device differs from its kind.

    Parameters
    ----------
    seed : of its noise, its clock's phase and, where not given, its drift and name.
    name : advertised name.
    drift_ppm : how much the device's clock runs fast; None draws from a normal distribution with an SD of 20 ppm, as
        crystals have.
    battery_pct : battery level when switched on.
    load_noise_counts : SD of a cell's noise, in steps of the converter.
    """

    seed: int = 0
    name: str | None = None
    drift_ppm: float | None = None
    battery_pct: float = 80.0
    load_noise_counts: float = 2.0


class Emulator(Protocol):
    """A device that speaks its own bytes. Time and body come from outside, so any speed and any replay is exact."""

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""

    @property
    def advertisement(self) -> Advertisement:
        """What is advertised."""

    def connected(self, time_s: float, mtu: int) -> None:
        """A central connected, or the MTU changed: start from the power-on state of a connection."""

    def disconnected(self) -> None:
        """The central left."""

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Answer a read."""

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Take a write; replies that the device notifies at once come back."""

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """The central switched notifications of a characteristic on or off."""

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """Notifications that fall due up to ``until_s``, in order of time."""
