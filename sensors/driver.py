"""What a driver takes and gives: bytes in, readings and actions out. No radio, no clock, no tasks.

A driver is told every byte that arrives, whether notified or read, through ``feed``. Recording those bytes therefore
suffices to replay it. It answers with readings, with facts about the device, and with actions for whoever owns the
link.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sensors.errors import DecodeError
from sensors.layout import Cell, LoadUnit, Side

Floats = NDArray[np.float64]

G_MPS2 = 9.80665


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic and feed what comes back."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write bytes to a characteristic."""

    characteristic: str
    data: bytes
    response: bool = True


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for notifications and feed each of them."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the device settle before the next action."""

    seconds: float


Action = Read | Write | Subscribe | Pause


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one packet measured: n samples, oldest first. Arrays that the packet does not carry are None.

    Parameters
    ----------
    offset_s : (n,) seconds of each sample relative to the packet's device time (or, without a device clock, relative to
        the newest sample, so that the last one is 0).
    device_time_s : the packet's stamp on the device's own clock, before unwrapping; None for a device without a clock.
    sequence : the packet's counter before unwrapping; None where the device sends none.
    cells : (n, cells) in the driver's ``unit``.
    acceleration_mps2, rate_dps : (n, 3) in the device's own axes.
    """

    offset_s: Floats
    device_time_s: float | None = None
    sequence: int | None = None
    cells: Floats | None = None
    acceleration_mps2: Floats | None = None
    rate_dps: Floats | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a device has said about itself so far; None where it has said nothing."""

    side: Side | None = None
    battery_pct: float | None = None
    firmware: str | None = None
    rate_hz: float | None = None
    note: str | None = None


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
    """What the hub asks of a device. ``rate_hz`` None asks for the driver's own best rate for gait."""

    rate_hz: float | None = None
    options: dict[str, str] = field(default_factory=dict)


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
