"""Ukaton Mission on the air: UUIDs, advertisement, sensor configuration, sensor data. All is little endian."""

import math
import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sensors.driver import Facts, Floats, full_uuid
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Cell, Region, Side

SERVICE = "0000"
TYPE = "5691eddf-3001-4420-b7a5-bb8751ab5181"
CONFIGURATION = "5691eddf-6001-4420-b7a5-bb8751ab5181"
SENSOR_DATA = "5691eddf-6002-4420-b7a5-bb8751ab5181"

DEFAULT_NAME = "Ukaton Mission"
SIDES = {1: Side.LEFT, 2: Side.RIGHT}
"""Device types that are insoles; 0 is a motion module."""

TICK_MS = 10
"""Delays are rounded down to whole ones of these, and stamps are."""

CLOCK_MODULUS_MS = 65536
CLOCK_WRAPS_AFTER_S = CLOCK_MODULUS_MS / 1000

ACCELERATION_PER_COUNT = 2.0**-8  # m/s^2
RATE_PER_COUNT = math.degrees(2.0**-9)  # the device counts rad/s
FULL_COUNTS = 4095

_FOOT_WIDTH_MM, _FOOT_LENGTH_MM = 93.257, 265.069
CELLS = tuple(
    # the firmware's picture of the left foot has the toes at y 0 and lateral at x 0, and the right foot's is its mirror
    # image, so that counted from medial to lateral both feet are alike
    Cell(x=round(1 - x_mm / _FOOT_WIDTH_MM, 4), y=round(1 - y_mm / _FOOT_LENGTH_MM, 4), region=region)
    for region, positions_mm in (
        (Region.TOES, ((59.55, 32.3), (33.1, 42.15))),
        (Region.FOREFOOT, ((69.5, 55.5), (44.11, 64.8), (20.3, 71.9), (63.8, 81.1), (41.44, 90.8), (19.2, 102.8))),
        (Region.MIDFOOT, ((48.3, 119.7), (17.8, 130.5), (43.3, 177.7), (18.0, 177.0))),
        (Region.HEEL, ((43.3, 200.6), (18.0, 200.0), (43.5, 242.0), (18.55, 242.1))),
    )
    for x_mm, y_mm in positions_mm
)


class Kind(IntEnum):
    """Sections of configuration and data."""

    MOTION = 0
    PRESSURE = 1


class Motion(IntEnum):
    """Data types of the motion section that a gait monitor has a use for."""

    ACCELERATION = 0
    ROTATION_RATE = 3


class Pressure(IntEnum):
    """Data types of the pressure section that a gait monitor has a use for."""

    DOUBLE_BYTE = 1


SIZES = {Kind.MOTION: (6, 6, 6, 6, 6, 8), Kind.PRESSURE: (16, 2 * len(CELLS), 8, 4, 8)}
"""Bytes of every data type, by its number."""

Delays = dict[tuple[Kind, int], int]
"""Milliseconds between samples by section and data type; 0 where it is off."""

_U16 = struct.Struct("<H")
_DELAY = struct.Struct("<BH")
_DELAYS = struct.Struct(f"<{sum(map(len, SIZES.values()))}H")
DATA_TYPES = tuple((kind, data_type) for kind, sizes in SIZES.items() for data_type in range(len(sizes)))

WANTED: tuple[tuple[Kind, int], ...] = (
    (Kind.MOTION, Motion.ACCELERATION),
    (Kind.MOTION, Motion.ROTATION_RATE),
    (Kind.PRESSURE, Pressure.DOUBLE_BYTE),
)
MIN_MTU = 3 + _U16.size + 2 * len(SIZES) + sum(1 + SIZES[kind][data_type] for kind, data_type in WANTED)


def encode_configuration(delays_ms: Mapping[tuple[Kind, int], int]) -> bytes:
    """What ``CONFIGURATION`` takes; types that are not named stay as they are."""
    data = b""
    for kind in Kind:
        records = b"".join(_DELAY.pack(one, delay_ms) for (of, one), delay_ms in delays_ms.items() if of is kind)
        data += bytes((kind, len(records))) + records if records else b""
    return data


def parse_configuration(data: bytes) -> Delays:
    """Inverse of ``encode_configuration``, with delays as the firmware rounds them.

    Raises
    ------
    DecodeError
        Cut short, or a section or a type that there is not.
    """
    delays_ms: Delays = {}
    for kind, records in _sections(data):
        if len(records) % _DELAY.size:
            raise DecodeError(DecodeReason.WRONG_LENGTH, data, f"{len(records)} bytes of delays")
        for data_type, delay_ms in _DELAY.iter_unpack(records):
            if data_type >= len(SIZES[kind]):
                raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, f"{kind.name.lower()} type {data_type}")
            delays_ms[kind, data_type] = delay_ms // TICK_MS * TICK_MS
    return delays_ms


def encode_delays(delays_ms: Mapping[tuple[Kind, int], int]) -> bytes:
    """What a read of ``CONFIGURATION`` gives: the delay of every data type."""
    return _DELAYS.pack(*(delays_ms.get(one, 0) for one in DATA_TYPES))


def decode_delays(data: bytes) -> Delays:
    """Inverse of ``encode_delays``.

    Raises
    ------
    DecodeError
        Another length.
    """
    if len(data) != _DELAYS.size:
        reason = DecodeReason.TRUNCATED if len(data) < _DELAYS.size else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, data, f"{len(data)} bytes of delays instead of {_DELAYS.size}")
    return dict(zip(DATA_TYPES, _DELAYS.unpack(data), strict=True))


class SensorData(NamedTuple):
    """One notification: stamp, and (cells,) counts, (3,) m/s^2 and (3,) deg/s; None for what it does not carry."""

    time_ms: int
    cells: Floats | None
    acceleration_mps2: Floats | None
    rate_dps: Floats | None


def decode_sensor_data(data: bytes) -> SensorData:
    """Decode one notification of ``SENSOR_DATA``.

    Raises
    ------
    DecodeError
        Cut short, a section or a type that there is not, or a cell above what the converter can give.
    """
    if len(data) < _U16.size:
        raise DecodeError(DecodeReason.TRUNCATED, data, "sensor data without a stamp")
    (time_ms,) = _U16.unpack_from(data)
    sections = _sections(data[_U16.size :])
    if [kind for kind, _ in sections] != list(Kind):
        raise DecodeError(DecodeReason.TRUNCATED, data, f"sections missing; the link needs an MTU of {MIN_MTU} or more")
    items = {(kind, data_type): item for kind, section in sections for data_type, item in _items(kind, section)}
    cells = _counts(items.get((Kind.PRESSURE, Pressure.DOUBLE_BYTE)), "<u2")
    if cells is not None and cells.max() > FULL_COUNTS:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"a cell of {cells.max():g} counts")
    acceleration = _counts(items.get((Kind.MOTION, Motion.ACCELERATION)), "<i2")
    rate = _counts(items.get((Kind.MOTION, Motion.ROTATION_RATE)), "<i2")
    return SensorData(
        time_ms,
        cells,
        None if acceleration is None else acceleration * ACCELERATION_PER_COUNT,
        None if rate is None else rate * RATE_PER_COUNT,
    )


def encode_sensor_data(time_ms: int, motion: bytes, pressure: bytes) -> bytes:
    """One notification of ``SENSOR_DATA``; ``motion`` and ``pressure`` are items, each after its data type."""
    head = _U16.pack(time_ms % CLOCK_MODULUS_MS)
    return head + bytes((Kind.MOTION, len(motion))) + motion + bytes((Kind.PRESSURE, len(pressure))) + pressure


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is a Ukaton Mission insole's, else None. The name is the owner's to choose.

    Anybody may use the service's number, so the type that is advertised with it must be an insole's, and its length
    that of a device without or with a network address.
    """
    if full_uuid(SERVICE) not in map(full_uuid, advertisement.service_uuids):
        return None
    told = {full_uuid(uuid): data for uuid, data in advertisement.service_data.items()}.get(full_uuid(SERVICE), b"")
    if (told[1:2], len(told)) not in {(b"\0", 2), (b"\1", 6)}:
        return None
    side = SIDES.get(told[0])
    return None if side is None else Facts(side=side)


def _sections(data: bytes) -> list[tuple[Kind, bytes]]:
    sections: list[tuple[Kind, bytes]] = []
    while data:
        if data[0] not in set(Kind):
            raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, f"section {data[0]}")
        end = 2 + data[1] if len(data) > 1 else 2
        if end > len(data):
            detail = f"a section is cut short; the link needs an MTU of {MIN_MTU} or more"
            raise DecodeError(DecodeReason.TRUNCATED, data, detail)
        sections.append((Kind(data[0]), data[2:end]))
        data = data[end:]
    return sections


def _items(kind: Kind, section: bytes) -> list[tuple[int, bytes]]:
    items: list[tuple[int, bytes]] = []
    while section:
        if section[0] >= len(SIZES[kind]):
            raise DecodeError(DecodeReason.UNKNOWN_TYPE, section, f"{kind.name.lower()} type {section[0]}")
        end = 1 + SIZES[kind][section[0]]
        if end > len(section):
            raise DecodeError(DecodeReason.WRONG_LENGTH, section, f"{kind.name.lower()} type {section[0]} is cut short")
        items.append((section[0], section[1:end]))
        section = section[end:]
    return items


def _counts(item: bytes | None, kind: str) -> Floats | None:
    return None if item is None else np.frombuffer(item, kind).astype(np.float64)
