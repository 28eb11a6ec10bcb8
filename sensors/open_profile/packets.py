"""The open profile on the air: UUIDs, advertisement, description, control, samples. All is little endian.

``docs/open-profile.md`` is the specification; a test decodes its examples with this file.
"""

import math
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.driver import Facts
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Cell, LoadUnit, Region, Side, region_at

INSOLE_SERVICE = "3fbe0001-d08d-48cc-a76b-732fe0a89106"
SHIN_SERVICE = "3fbe0002-d08d-48cc-a76b-732fe0a89106"
DESCRIPTION = "3fbe0010-d08d-48cc-a76b-732fe0a89106"
CONTROL = "3fbe0011-d08d-48cc-a76b-732fe0a89106"
SAMPLES = "3fbe0012-d08d-48cc-a76b-732fe0a89106"

VERSION = (1, 0)
"""Major and minor. Another major is another profile; a later minor appends bytes to the description."""

ATT_HEADER_BYTES = 3
MOTION_CHANNELS = 6
MOST_CELLS = 64
MOST_RATES = 16
CLOCK_MODULUS_US = 2**32
CLOCK_WRAPS_AFTER_S = CLOCK_MODULUS_US / 1e6
SEQUENCE_MODULUS = 65536

AXES_UNKNOWN = (0, 0, 0)

_DESCRIPTION = struct.Struct("<BBBBBBBBfff3bx")
_RATE = struct.Struct("<H")
_CELL = struct.Struct("<BBB")
_CONTROL = struct.Struct("<BH")
_SAMPLES = struct.Struct("<IHBB")
SAMPLES_HEAD_BYTES = _SAMPLES.size

_SIDES = (None, Side.LEFT, Side.RIGHT)
_UNITS = (LoadUnit.COUNTS, LoadUnit.N, LoadUnit.KPA, LoadUnit.ON_OFF)
_REGIONS = (None, Region.HEEL, Region.MIDFOOT, Region.FOREFOOT, Region.TOES)


class Kind(IntEnum):
    """What a device is."""

    INSOLE = 1
    SHIN = 2


KIND_WORDS = {Kind.INSOLE: "an insole", Kind.SHIN: "a shin IMU"}
SERVICES = {Kind.INSOLE: INSOLE_SERVICE, Kind.SHIN: SHIN_SERVICE}


@dataclass(frozen=True, slots=True)
class Motion:
    """The IMU's channels: acceleration x y z, then angular rate x y z.

    Parameters
    ----------
    acceleration_mps2, rate_dps : what one count is worth.
    axes : where forward, left and up are found: 1, 2, 3 for x, y, z, negative for the opposite; zeros: not known.
    """

    acceleration_mps2: float
    rate_dps: float
    axes: tuple[int, int, int] = AXES_UNKNOWN


@dataclass(frozen=True, slots=True)
class Description:
    """What a device says about itself.

    Parameters
    ----------
    kind, side : what it is, and the leg that it was built for; None where it fits either.
    rates_hz : samples per second that it can be set to.
    cells, unit, load_per_count : its cells in the order of their channels; empty without.
    motion : its IMU; None without.
    minor : minor version of the profile that it speaks.
    """

    kind: Kind
    side: Side | None
    rates_hz: tuple[float, ...]
    cells: tuple[Cell, ...] = ()
    unit: LoadUnit = LoadUnit.COUNTS
    load_per_count: float = 1.0
    motion: Motion | None = None
    minor: int = VERSION[1]

    @property
    def channels(self) -> int:
        """Numbers in one sample: the cells, then the IMU's six."""
        return len(self.cells) + (MOTION_CHANNELS if self.motion else 0)


class Samples(NamedTuple):
    """One notification: time of the newest sample on the device's clock, the packet's number, (n, channels) counts."""

    time_us: int
    sequence: int
    counts: NDArray[np.integer]


def decode_description(data: bytes) -> Description:
    """Take a description apart. Bytes behind its end belong to a later minor version and are passed over.

    Raises
    ------
    DecodeError
        Too short, of another major version, or with a value that cannot be.
    """
    if data and data[0] != VERSION[0]:
        detail = f"profile version {data[0]}; this hub speaks {VERSION[0]}"
        raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, detail)
    if len(data) < _DESCRIPTION.size:
        detail = f"description of {len(data)} bytes; its head alone has {_DESCRIPTION.size}"
        raise DecodeError(DecodeReason.TRUNCATED, data, detail)
    _, minor, kind, side, unit, cells_n, rates_n, has_motion, *numbers = _DESCRIPTION.unpack_from(data)
    load_per_count, acceleration_mps2, rate_dps, *axes = numbers
    _within(data, "kind", kind, min(Kind), max(Kind))
    _within(data, "side", side, 0, len(_SIDES) - 1)
    _within(data, "load unit", unit, 0, len(_UNITS) - 1)
    _within(data, "number of cells", cells_n, 1 if kind == Kind.INSOLE else 0, MOST_CELLS)
    _within(data, "number of rates", rates_n, 1, MOST_RATES)
    _within(data, "motion", has_motion, 1 if kind == Kind.SHIN else 0, 1)
    length = _DESCRIPTION.size + rates_n * _RATE.size + cells_n * _CELL.size
    if len(data) < length:
        detail = f"description of {len(data)} bytes; {rates_n} rates and {cells_n} cells take {length}"
        raise DecodeError(DecodeReason.TRUNCATED, data, detail)
    rates = struct.unpack_from(f"<{rates_n}H", data, _DESCRIPTION.size)
    _within(data, "lowest rate", min(rates), 1, 65535)
    if cells_n:
        _worth_something(data, "load per count", load_per_count)
    motion = None
    if has_motion:
        _worth_something(data, "acceleration per count", acceleration_mps2)
        _worth_something(data, "rate per count", rate_dps)
        motion = Motion(acceleration_mps2, rate_dps, _checked_axes(data, (axes[0], axes[1], axes[2])))
    return Description(
        kind=Kind(kind),
        side=_SIDES[side],
        rates_hz=tuple(rate / 10 for rate in rates),
        cells=tuple(_cell(data, *cell) for cell in _CELL.iter_unpack(data[length - cells_n * _CELL.size : length])),
        unit=_UNITS[unit],
        load_per_count=load_per_count if cells_n else 1.0,
        motion=motion,
        minor=minor,
    )


def encode_description(description: Description) -> bytes:
    """Inverse of ``decode_description``; cells are rounded to 1/255 of the foot."""
    motion = description.motion
    head = _DESCRIPTION.pack(
        VERSION[0],
        description.minor,
        description.kind,
        _SIDES.index(description.side),
        _UNITS.index(description.unit),
        len(description.cells),
        len(description.rates_hz),
        motion is not None,
        description.load_per_count if description.cells else 0.0,
        motion.acceleration_mps2 if motion else 0.0,
        motion.rate_dps if motion else 0.0,
        *(motion.axes if motion else AXES_UNKNOWN),
    )
    rates = b"".join(_RATE.pack(round(rate_hz * 10)) for rate_hz in description.rates_hz)
    cells = b"".join(
        _CELL.pack(round(cell.x * 255), round(cell.y * 255), _REGIONS.index(cell.region)) for cell in description.cells
    )
    return head + rates + cells


def decode_control(data: bytes) -> tuple[bool, float]:
    """Whether the device streams, and its rate in Hz.

    Raises
    ------
    DecodeError
        Another length, or a value that cannot be.
    """
    if len(data) != _CONTROL.size:
        reason = DecodeReason.TRUNCATED if len(data) < _CONTROL.size else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, data, f"control of {len(data)} bytes instead of {_CONTROL.size}")
    running, rate = _CONTROL.unpack(data)
    _within(data, "running", running, 0, 1)
    _within(data, "rate", rate, 1, 65535)
    return running == 1, rate / 10


def encode_control(rate_hz: float, *, running: bool) -> bytes:
    """Inverse of ``decode_control``."""
    return _CONTROL.pack(running, round(rate_hz * 10))


def decode_samples(data: bytes) -> Samples:
    """Take a notification of samples apart.

    Raises
    ------
    DecodeError
        Another length than its head says, or nothing in it.
    """
    if len(data) < _SAMPLES.size:
        detail = f"packet of {len(data)} bytes; its head alone has {_SAMPLES.size}"
        raise DecodeError(DecodeReason.TRUNCATED, data, detail)
    time_us, sequence, samples_n, channels_n = _SAMPLES.unpack_from(data)
    if samples_n == 0 or channels_n == 0:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"{samples_n} samples of {channels_n} channels")
    length = _SAMPLES.size + 2 * samples_n * channels_n
    if len(data) != length:
        reason = DecodeReason.TRUNCATED if len(data) < length else DecodeReason.WRONG_LENGTH
        detail = f"packet of {len(data)} bytes; {samples_n} samples of {channels_n} channels take {length}"
        raise DecodeError(reason, data, detail)
    counts = np.frombuffer(data, "<i2", offset=_SAMPLES.size).reshape(samples_n, channels_n)
    return Samples(time_us, sequence, counts)


def encode_samples(samples: Samples) -> bytes:
    """Inverse of ``decode_samples``."""
    time_us, sequence, counts = samples
    return _SAMPLES.pack(time_us, sequence, *counts.shape) + counts.astype("<i2").tobytes()


def samples_that_fit(mtu: int, channels: int) -> int:
    """Samples that one notification can carry."""
    return (mtu - ATT_HEADER_BYTES - _SAMPLES.size) // (2 * channels)


def smallest_mtu(channels: int) -> int:
    """The MTU that one sample needs."""
    return ATT_HEADER_BYTES + _SAMPLES.size + 2 * channels


def advertisement(kind: Kind, side: Side | None, name: str) -> Advertisement:
    """What a device of this kind says while it waits; the side as service data, where it knows it."""
    service = SERVICES[kind]
    side_data = {} if side is None else {service: bytes((_SIDES.index(side),))}
    return Advertisement(name, service_uuids=(service,), service_data=side_data)


def recognise(kind: Kind, advertised: Advertisement) -> Facts | None:
    """What an advertisement tells if it is of a device of this kind, else None."""
    service = SERVICES[kind]
    if service not in advertised.service_uuids:
        return None
    side = advertised.service_data.get(service, b"\0")[:1]
    return Facts(side={b"\x01": Side.LEFT, b"\x02": Side.RIGHT}.get(side))


def _within(data: bytes, what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"{what} is {value}, not {least} to {most}")


def _worth_something(data: bytes, what: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"{what} is {value:g}, not a number above 0")


def _checked_axes(data: bytes, axes: tuple[int, int, int]) -> tuple[int, int, int]:
    if axes == AXES_UNKNOWN:
        return axes
    if sorted(map(abs, axes)) != [1, 2, 3]:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"axes {axes} are not x, y and z, each once")
    turn = np.zeros((3, 3))
    for row, axis in enumerate(axes):
        turn[row, abs(axis) - 1] = math.copysign(1, axis)
    if np.linalg.det(turn) < 0:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"axes {axes} are a mirror image, not a turn")
    return axes


def _cell(data: bytes, x: int, y: int, region: int) -> Cell:
    _within(data, "region of a cell", region, 0, len(_REGIONS) - 1)
    return Cell(x / 255, y / 255, _REGIONS[region] or region_at(y / 255))
