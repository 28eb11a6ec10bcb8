"""What a driver takes and gives: bytes in, readings and actions out. No radio, no clock, no tasks.

A driver is told every byte that arrives, whether notified or read, through ``feed``. Recording those bytes therefore
suffices to replay it. It answers with readings, with facts about the device, and with actions for whoever owns the
link.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sensors.errors import DecodeError, OptionError
from sensors.layout import Cell, LoadUnit, Side
from sensors.sketch_layout import SketchLayout

Floats = NDArray[np.float64]

G_MPS2 = 9.80665

NEWEST_ONLY: Floats = np.zeros(1)
"""``Reading.offset_s`` of a single sample."""
NEWEST_ONLY.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic and feed what comes back. ``optional``: skipped where the device has no such thing."""

    characteristic: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Write bytes to a characteristic; where it allows only the other kind of response, that kind."""

    characteristic: str
    data: bytes
    response: bool = True


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for notifications and feed each of them. ``optional``: skipped where the device has no such thing."""

    characteristic: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the device settle before the next action."""

    seconds: float


Action = Read | Write | Subscribe | Pause

_SIG_BASE = "-0000-1000-8000-00805f9b34fb"
_MISPRINTED_BASE = "-0000-1000-8000-00805f9a34fb"  # WitMotion's units differ in this digit


def full_uuid(uuid: str) -> str:
    """All 128 bits in lower case. Short ones are of the Bluetooth base; one with the misprinted digit counts as it."""
    uuid = uuid.lower()
    if len(uuid) in {4, 8}:
        uuid = uuid.rjust(8, "0") + _SIG_BASE
    return uuid.replace(_MISPRINTED_BASE, _SIG_BASE)


def resolve_characteristic(wanted: str, present: Iterable[str]) -> str | None:
    """The UUID under which a device has the characteristic that an action names, or None where it has none.

    Whoever owns the link resolves an action's characteristic with this, acts on the answer, and feeds the bytes under
    the name that the action used: a driver knows one name for each characteristic.
    """

    candidates = [uuid for uuid in present if full_uuid(uuid) == full_uuid(wanted)]
    exact = [uuid for uuid in candidates if uuid.lower() == wanted.lower()]
    return next(iter(exact or candidates), None)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one packet measured: n samples, oldest first. Arrays that the packet does not carry are None.

    Parameters
    ----------
    offset_s : (n,) seconds of each sample relative to the newest, so that the last one is 0. Strictly increasing, but
        for samples that the device itself stamps alike.
    device_time_s : the newest sample's time on the device's own clock, before unwrapping; None without such a clock.
    sequence : the packet's counter before unwrapping; None where the device sends none.
    cells : (n, cells) in the driver's ``unit``.
    acceleration_mps2, rate_dps : (n, 3) in the device's own axes.
    quaternion : (n, 4) unit quaternion w, x, y, z of the device's own attitude filter.
    """

    offset_s: Floats
    device_time_s: float | None = None
    sequence: int | None = None
    cells: Floats | None = None
    acceleration_mps2: Floats | None = None
    rate_dps: Floats | None = None
    quaternion: Floats | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a device has said about itself so far; None where it has said nothing."""

    side: Side | None = None
    battery_pct: float | None = None
    firmware: str | None = None
    rate_hz: float | None = None
    note: str | None = None

    def over(self, said_before: "Facts") -> "Facts":
        """These facts, and where they say nothing, those ``said_before``."""
        return Facts(
            **{
                name: getattr(said_before, name) if (said := getattr(self, name)) is None else said
                for name in self.__slots__
            }
        )


@dataclass(frozen=True, slots=True)
class Fed:
    """The answer to one ``feed``. ``faults`` are the parts of the bytes that were skipped, one error each."""

    readings: tuple[Reading, ...] = ()
    actions: tuple[Action, ...] = ()
    faults: tuple[DecodeError, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """The clock in a device's packets: resolution of its stamps, and the time after which they start again."""

    resolution_s: float
    wraps_after_s: float


@dataclass(frozen=True, slots=True)
class DriverOptions:
    """What the hub asks of a device.

    Parameters
    ----------
    rate_hz : samples per second; None asks for the driver's own best rate for gait.
    options : settings that only its kind knows, see ``choose_options``.
    sketch : what a device sends that only its owner can describe; None for every other kind.
    """

    rate_hz: float | None = None
    options: dict[str, str] = field(default_factory=dict)
    sketch: SketchLayout | None = None


def choose_options(given: Mapping[str, str], known: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The value of every known option: the given one, or else the first that is known.

    Raises
    ------
    OptionError
        An option or a value that is not known; the text says which are.
    """
    for name, value in given.items():
        if name not in known:
            raise OptionError(name, f"no option {name!r}; known: {', '.join(known) or 'none'}")
        if value not in known[name]:
            raise OptionError(name, f"{name} cannot be {value!r}; known: {', '.join(known[name])}")
    return {name: given.get(name, values[0]) for name, values in known.items()}


class Driver(Protocol):
    """One connection's conversation with one device. Made anew for every connection."""

    @property
    def facts(self) -> Facts:
        """What the device has said about itself so far."""

    @property
    def rate_hz(self) -> float:
        """Samples per second that the device was set to."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Cell positions in the order of ``Reading.cells``; empty without cells, or before the device has told them."""

    @property
    def unit(self) -> LoadUnit:
        """Unit of ``Reading.cells``."""

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """First actions after connecting. ``wall_time`` is for devices whose clock the host sets."""

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read. Never raises on bad bytes: they come back as ``Fed.faults``."""

    def end(self) -> tuple[Action, ...]:
        """Actions that leave the device quiet before disconnecting."""


class WithoutCells:
    """What the driver of a device without pressure cells says of them."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """None."""
        return ()

    @property
    def unit(self) -> LoadUnit:
        """Without meaning here."""
        return LoadUnit.COUNTS
