"""What the radio hands over: bytes with their arrival time, and the comings and goings of links. Entry as they are.

What is adopted as a wearer's calibration meanwhile is recorded among them.

The arrivals of a role tell everything that a decoder needs: a ``Connected`` starts a new driver, and the ``Packet``s up
to the next ``Connected`` or ``Disconnected`` are its bytes. Replaying them therefore gives the same readings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sensors.driver import DriverOptions
from sensors.layout import Role, Side


@dataclass(frozen=True, slots=True)
class Connected:
    """A link to a device is up; nothing has been read or written yet.

    Parameters
    ----------
    role : what the device does for the wearer.
    device_key : key of the device's kind in ``sensors.catalogue``.
    address : the device's Bluetooth address.
    side : the leg that wears it.
    options : what is asked of the device.
    arrival_s : monotonic hub time.
    wall_time : the same instant on the wall clock, with time zone; for ``Driver.begin`` and for people.
    connection : counts the links of this role since the hub started, from 1.
    wearer : nickname of who wears it; empty where the hub has one wearer.
    """

    role: Role
    device_key: str
    address: str
    side: Side
    options: DriverOptions
    arrival_s: float
    wall_time: datetime
    connection: int = 1
    wearer: str = ""


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes that a device notified, or that were read from it.

    Parameters
    ----------
    role, device_key, connection, wearer : as in ``Connected``.
    characteristic : UUID, written as the driver wrote it in its ``Read`` or ``Subscribe``.
    data : the bytes.
    arrival_s : monotonic hub time at which they arrived.
    """

    role: Role
    device_key: str
    characteristic: str
    data: bytes
    arrival_s: float
    connection: int = 1
    wearer: str = ""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """A link is gone, for ``reason`` in words. Other parameters as in ``Connected``."""

    role: Role
    arrival_s: float
    reason: str
    connection: int = 1
    wearer: str = ""


Arrival = Connected | Packet | Disconnected


@dataclass(frozen=True, slots=True)
class Calibrated:
    """From here on another calibration holds: a guided one has ended.

    Parameters
    ----------
    kept : as ``KeptCalibration.to_dict`` gives it.
    arrival_s : monotonic hub time; not before that of any arrival so far.
    """

    kept: Mapping[str, Any]
    arrival_s: float
    wearer: str = ""


Entry = Arrival | Calibrated
"""What a raw recording holds, in order: all that is needed to get the same events again."""
