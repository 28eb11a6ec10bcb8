"""Brilliant Sole on the air: UUIDs, advertisement, messages and their payloads. All is little endian.

Message numbers above 14 and sensor numbers above 12 changed between firmware versions; nothing here relies on them, and
of the messages only ``motors``, which finds out first.
"""

import struct
from collections.abc import Iterable
from enum import IntEnum

from sensors.driver import Facts
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Cell, Side, region_at

SERVICE = "ea6d0000-a725-4f9b-893d-c3913e33b39f"
FROM_DEVICE = "ea6d1000-a725-4f9b-893d-c3913e33b39f"
TO_DEVICE = "ea6d1001-a725-4f9b-893d-c3913e33b39f"
TYPE_SERVICE_DATA = "0000"

SMALLEST_MTU = 23
LARGEST_MTU = 512
ATT_HEADER_BYTES = 3
CLOCK_MODULUS_MS = 65536
CLOCK_WRAPS_AFTER_S = CLOCK_MODULUS_MS / 1000
PERIOD_STEP_MS = 5


class Message(IntEnum):
    """Message types that are the same in every firmware version."""

    IS_CHARGING = 0
    GET_BATTERY_CURRENT = 1
    GET_MTU = 2
    GET_ID = 3
    GET_NAME = 4
    SET_NAME = 5
    GET_TYPE = 6
    SET_TYPE = 7
    GET_CURRENT_TIME = 8
    SET_CURRENT_TIME = 9
    GET_SENSOR_CONFIGURATION = 10
    SET_SENSOR_CONFIGURATION = 11
    GET_PRESSURE_POSITIONS = 12
    GET_SENSOR_SCALARS = 13
    SENSOR_DATA = 14


LAST_PLAUSIBLE_MESSAGE = 127
"""Some versions know more than eighty types; a number above this one is garbage."""


class Sensor(IntEnum):
    """Sensor types that a gait monitor has a use for."""

    PRESSURE = 0
    ACCELERATION = 1
    GYROSCOPE = 4


SIDES = {0: Side.LEFT, 1: Side.RIGHT}
"""Device types that are insoles. Others are gloves, glasses and generic ones."""

_HEAD = struct.Struct("<BH")
_PERIOD = struct.Struct("<BH")
_SCALAR = struct.Struct("<Bf")
_TIME = struct.Struct("<Q")
_U16 = struct.Struct("<H")
VECTOR_BYTES = 6


def encode(message: int, payload: bytes = b"") -> bytes:
    """One message."""
    return _HEAD.pack(message, len(payload)) + payload


def pack(messages: Iterable[bytes], mtu: int) -> list[bytes]:
    """Whole messages, in order, in as few writes or notifications as the MTU allows; a longer one cannot be sent."""
    room = mtu - ATT_HEADER_BYTES
    packed: list[bytes] = []
    for message in messages:
        if len(message) > room:
            continue
        if packed and len(packed[-1]) + len(message) <= room:
            packed[-1] += message
        else:
            packed.append(message)
    return packed


def split(data: bytes) -> tuple[list[tuple[int, bytes]], list[DecodeError]]:
    """Types and payloads of the whole messages in a notification, and a fault for what follows them."""
    messages: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        if len(data) - at < _HEAD.size:
            return messages, [DecodeError(DecodeReason.TRUNCATED, data[at:], "message without its length")]
        kind, length = _HEAD.unpack_from(data, at)
        if kind > LAST_PLAUSIBLE_MESSAGE:
            return messages, [DecodeError(DecodeReason.UNKNOWN_TYPE, data[at:], f"message type {kind}")]
        at += _HEAD.size
        if len(data) - at < length:
            detail = f"message of type {kind} has {len(data) - at} bytes of {length}"
            return messages, [DecodeError(DecodeReason.TRUNCATED, data[at - _HEAD.size :], detail)]
        messages.append((kind, data[at : at + length]))
        at += length
    return messages, []


def parse_number(payload: bytes, size: int) -> int:
    """An unsigned integer of ``size`` bytes.

    Raises
    ------
    DecodeError
        Another number of bytes.
    """
    if len(payload) != size:
        raise DecodeError(DecodeReason.WRONG_LENGTH, payload, f"{len(payload)} bytes instead of {size}")
    return int.from_bytes(payload, "little")


def encode_time(time_ms: int) -> bytes:
    """Milliseconds since 1970."""
    return _TIME.pack(time_ms)


def parse_periods(payload: bytes) -> dict[int, int]:
    """Period in ms of each sensor by its type; 0 where it is off. Lists every sensor that the device has."""
    return dict(_PERIOD.iter_unpack(_whole(payload, _PERIOD.size)))


def encode_periods(periods_ms: dict[int, int]) -> bytes:
    """Inverse of ``parse_periods``."""
    return b"".join(_PERIOD.pack(sensor, period_ms) for sensor, period_ms in periods_ms.items())


def periods_messages(periods_ms: dict[int, int], mtu: int) -> list[bytes]:
    """Messages that set the periods, each short enough for the MTU."""
    n = (mtu - ATT_HEADER_BYTES - _HEAD.size) // _PERIOD.size
    items = list(periods_ms.items())
    chunks = [dict(items[i : i + n]) for i in range(0, len(items), n)]
    return [encode(Message.SET_SENSOR_CONFIGURATION, encode_periods(chunk)) for chunk in chunks]


def parse_scalars(payload: bytes) -> dict[int, float]:
    """Physical quantity per count of each sensor by its type; a sensor that is not listed has 1."""
    return dict(_SCALAR.iter_unpack(_whole(payload, _SCALAR.size)))


def encode_scalars(scalars: dict[int, float]) -> bytes:
    """Inverse of ``parse_scalars``."""
    return b"".join(_SCALAR.pack(sensor, scalar) for sensor, scalar in scalars.items())


def parse_positions(payload: bytes) -> list[tuple[float, float]]:
    """Position of each cell in the device's picture, 0..1 in both directions."""
    payload = _whole(payload, 2)
    return [(x / 256, y / 256) for x, y in zip(payload[::2], payload[1::2], strict=True)]


def cells_at(positions: list[tuple[float, float]], side: Side, *, from_toe: bool) -> tuple[Cell, ...]:
    """Cells at positions of a picture of the foot seen from above, x to the right, y from the toe or from the heel.

    That picture is the predecessor's, whose firmware is open; this device's own is not published.
    """
    cells = []
    for right, down in positions:
        y = 1 - down if from_toe else down
        cells.append(Cell(x=right if side is Side.RIGHT else 1 - right, y=y, region=region_at(y)))
    return tuple(cells)


def parse_sensor_data(payload: bytes) -> tuple[int, dict[int, list[bytes]], list[DecodeError]]:
    """Stamp in ms, each sensor's samples in order, and a fault where the samples end too soon.

    Raises
    ------
    DecodeError
        No stamp.
    """
    if len(payload) < _U16.size:
        raise DecodeError(DecodeReason.TRUNCATED, payload, "sensor data without a stamp")
    (time_ms,) = _U16.unpack_from(payload)
    samples: dict[int, list[bytes]] = {}
    at = _U16.size
    while at < len(payload):
        end = at + 2 + payload[at + 1] if at + 1 < len(payload) else len(payload) + 1
        if end > len(payload):
            detail = f"sample of sensor {payload[at]} is cut short"
            return time_ms, samples, [DecodeError(DecodeReason.TRUNCATED, payload[at:], detail)]
        samples.setdefault(payload[at], []).append(payload[at + 2 : end])
        at = end
    return time_ms, samples, []


def encode_sensor_data(time_ms: int, samples: Iterable[tuple[int, bytes]]) -> bytes:
    """A message of sensor data."""
    body = b"".join(bytes((sensor, len(sample))) + sample for sensor, sample in samples)
    return encode(Message.SENSOR_DATA, _U16.pack(time_ms % CLOCK_MODULUS_MS) + body)


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is a Brilliant Sole insole's, else None. The name is the owner's to choose."""
    if SERVICE not in advertisement.service_uuids:
        return None
    kind = next((data[0] for uuid, data in advertisement.service_data.items() if _is_type(uuid) and data), None)
    if kind is None:
        kind = next((data[0] for data in advertisement.manufacturer_data.values() if data), None)
    if kind is None:
        return Facts()
    return Facts(side=SIDES[kind]) if kind in SIDES else None


def _is_type(uuid: str) -> bool:
    return uuid == TYPE_SERVICE_DATA or uuid.startswith("00000000-")


def _whole(payload: bytes, record_bytes: int) -> bytes:
    if len(payload) % record_bytes:
        detail = f"{len(payload)} bytes in records of {record_bytes}"
        raise DecodeError(DecodeReason.WRONG_LENGTH, payload, detail)
    return payload
