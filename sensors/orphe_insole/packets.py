"""ORPHE INSOLE on the air: UUIDs, advertisement, packets, device information, commands. All is big endian."""

import struct
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.driver import G_MPS2, Facts, Floats
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Cell, Region, Side

INFORMATION_SERVICE = "01a9d6b5-ff6e-444a-b266-0be75e85c064"
DEVICE_INFORMATION = "24354f22-1c46-430e-a4ab-a1eeabbcdfc0"
DATE_TIME = "f53eeeb1-b2e8-492a-9673-10e0f1c29026"
SENSOR_SERVICE = "db1b7aca-cda5-4453-a49b-33a53d3f0833"
SENSOR_VALUES = "f3f9c7ce-46ee-4205-89ac-abe64e626c0f"
STEP_ANALYSIS = "4eb776dc-cf99-4af7-b2d3-ad0f791a79dd"

PACKET_BYTES = 104
MIN_MTU = PACKET_BYTES + 3
PACKETS_HZ = 50.0
DAY_S = 86400.0
SERIAL_MODULUS = 65536

IMU_RATE_HZ = 208.0  # the maker measured this where the packet says 200
COMPANY_ID = 0

CELLS = tuple(
    # the maker's picture of the right foot has the toes at y 0 and medial at x 1, and the left foot's is its mirror
    # image, so that counted from medial to lateral both feet are alike
    Cell(x=round(1 - x, 4), y=round(1 - y, 4), region=region)
    for x, y, region in (
        (0.7596, 0.1680, Region.TOES),
        (0.7513, 0.3320, Region.FOREFOOT),
        (0.4024, 0.2210, Region.TOES),
        (0.5245, 0.3483, Region.FOREFOOT),
        (0.2884, 0.3681, Region.FOREFOOT),  # called midfoot by the maker, but it lies level with the ball
        (0.5552, 0.8206, Region.HEEL),
    )
)


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """How a packet's samples lie in it: blocks of ``stride`` bytes from byte 8, newest first.

    ``quaternion``, ``rate``, ``acceleration`` and ``cells`` are positions in 16-bit words within a block; None: absent.
    ``step_s`` is the time between samples; None: each block but the oldest says how many ms after its elder it is.
    """

    samples: int
    stride: int
    rate: int
    acceleration: int
    quaternion: int | None = None
    cells: int | None = None
    step_s: float | None = None


HEADER_MOTION, HEADER_FIFO, HEADER_200_HZ, HEADER_100_HZ = 50, 54, 55, 56

FORMATS: dict[int, SampleFormat] = {
    HEADER_MOTION: SampleFormat(samples=4, stride=21, quaternion=0, rate=4, acceleration=7),
    HEADER_FIFO: SampleFormat(samples=4, stride=24, rate=0, acceleration=3, cells=6, step_s=1 / IMU_RATE_HZ),
    HEADER_200_HZ: SampleFormat(samples=4, stride=24, rate=0, acceleration=3, cells=6, step_s=1 / IMU_RATE_HZ),
    HEADER_100_HZ: SampleFormat(
        samples=2, stride=32, quaternion=0, rate=4, acceleration=7, cells=10, step_s=2 / IMU_RATE_HZ
    ),
}

SET_MODE = 0x0D
MODES = {1: HEADER_MOTION, 3: HEADER_200_HZ, 4: HEADER_100_HZ}
"""Streaming modes by the code that ``SET_MODE`` takes, and the header of the packets that follow. 2 is the FIFO."""

QUATERNION_PER_COUNT = 1 / 16384
DEFAULT_MODE = 4
ACCELERATION_RANGES_G = (2, 4, 8, 16)
RATE_RANGES_DPS = (250, 500, 1000, 2000)


def acceleration_per_count(range_g: int) -> float:
    """m/s^2 per count."""
    return range_g * G_MPS2 / 32768


def rate_per_count(range_dps: int) -> float:
    """deg/s per count: the IMU's sensitivity (70 mdps at 2000 dps), not the range's 32768th part."""
    return range_dps * 0.035e-3


class RawPacket(NamedTuple):
    """A packet's samples in the device's integers, oldest first.

    Parameters
    ----------
    header : what ``FORMATS`` knows its layout by.
    serial : counts packets.
    newest_time_s : the newest sample's time of day.
    offset_s : (samples,) as in ``Reading``.
    words : (samples, words of a block) signed, as laid out in the block.
    cells : (samples, cells) unsigned; None without.
    """

    header: int
    serial: int
    newest_time_s: float
    offset_s: Floats
    words: Floats
    cells: Floats | None


def _spread(layout: SampleFormat) -> Floats:
    offset_s = np.zeros(layout.samples)
    if layout.step_s is not None:
        offset_s += np.arange(1 - layout.samples, 1) * layout.step_s
    offset_s.flags.writeable = False  # shared by all readings
    return offset_s


_OFFSETS_S = {header: _spread(layout) for header, layout in FORMATS.items()}

_HEAD = struct.Struct(">BHBBBH")


def decode_packet(data: bytes) -> RawPacket:
    """Decode one notification of ``SENSOR_VALUES``.

    The packet's stamp is taken as the newest sample's time, but with header 50, whose blocks carry steps, as the oldest
    one's. Which sample the others' stamp belongs to is not published; the hub's clock fit absorbs the difference.

    Raises
    ------
    DecodeError
        Wrong length, unknown header, or a stamp that is no time of day.
    """
    if len(data) != PACKET_BYTES:
        if len(data) < PACKET_BYTES:
            detail = f"{len(data)} bytes of {PACKET_BYTES}; the link needs an MTU of {MIN_MTU} or more"
            raise DecodeError(DecodeReason.TRUNCATED, data, detail)
        raise DecodeError(DecodeReason.WRONG_LENGTH, data, f"{len(data)} bytes instead of {PACKET_BYTES}")
    header, serial, hour, minute, second, millisecond = _HEAD.unpack_from(data)
    layout = FORMATS.get(header)
    if layout is None:
        raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, f"header {header}")
    if hour > 23 or minute > 59 or second > 59 or millisecond > 999:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"time {hour}:{minute}:{second}.{millisecond}")
    time_s = hour * 3600 + minute * 60 + second + millisecond / 1000

    if layout.step_s is not None:
        per_block = layout.stride // 2
        words = np.frombuffer(data, ">i2", layout.samples * per_block, _HEAD.size)
        words = words.reshape(layout.samples, per_block)[::-1]
        offset_s = _OFFSETS_S[header]
    else:
        octets = np.frombuffer(data, np.uint8, layout.samples * layout.stride, _HEAD.size).reshape(
            layout.samples, layout.stride
        )
        words = np.ascontiguousarray(octets[::-1, :20]).view(">i2")
        steps_s = octets[:-1, 20] / 1000.0
        offset_s = np.zeros(layout.samples)
        offset_s[:-1] = -np.cumsum(steps_s)[::-1]
        time_s = (time_s + float(steps_s.sum())) % DAY_S

    cells = None
    if layout.cells is not None:
        cells = words[:, layout.cells : layout.cells + len(CELLS)].view(">u2").astype(np.float64)
    return RawPacket(header, serial, time_s, offset_s, words.astype(np.float64), cells)


def encode_packets(
    header: int, serials: NDArray[np.int64], newest_s: Floats, words: NDArray[np.int64], *, step_ms: int
) -> list[bytes]:
    """Inverse of ``decode_packet``, for many packets.

    Parameters
    ----------
    serials : (packets,) counted on without end.
    newest_s : (packets,) each newest sample's time of day, run on without end.
    words : (packets, samples, words of a block), oldest first.
    step_ms : between samples, for the header whose blocks say so.
    """
    layout = FORMATS[header]
    stamp_s = newest_s if layout.step_s is not None else newest_s - (layout.samples - 1) * step_ms / 1000
    stamp_ms = np.rint(stamp_s * 1000).astype(np.int64) % round(DAY_S * 1000)
    blocks = np.full((*words.shape[:2], layout.stride), step_ms, np.uint8)
    blocks[:, ::-1, : 2 * words.shape[2]] = _big_endian(words).reshape(*words.shape[:2], -1)
    packets = np.zeros((len(serials), PACKET_BYTES), np.uint8)
    packets[:, 0] = header
    packets[:, 1:3] = _big_endian(serials % SERIAL_MODULUS)
    packets[:, 3] = stamp_ms // 3_600_000
    packets[:, 4] = stamp_ms // 60_000 % 60
    packets[:, 5] = stamp_ms // 1000 % 60
    packets[:, 6:8] = _big_endian(stamp_ms % 1000)
    packets[:, _HEAD.size : _HEAD.size + layout.samples * layout.stride] = blocks.reshape(len(serials), -1)
    return [packet.tobytes() for packet in packets]


@dataclass(frozen=True, slots=True)
class DeviceInformation:
    """What the device-information characteristic tells. ``on_instep``: worn on the shoe, not under the foot."""

    side: Side
    on_instep: bool
    acceleration_range_g: int
    rate_range_dps: int
    battery_pct: float | None


def decode_information(data: bytes) -> DeviceInformation:
    """Decode a read of ``DEVICE_INFORMATION``.

    Raises
    ------
    DecodeError
        Too short, or a range index that does not exist.
    """
    if len(data) < 10:
        raise DecodeError(DecodeReason.TRUNCATED, data, f"device information of {len(data)} bytes")
    battery, mount, acceleration, rate = data[0], data[1], data[8], data[9]
    if acceleration >= len(ACCELERATION_RANGES_G) or rate >= len(RATE_RANGES_DPS):
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"range indices {acceleration} and {rate}")
    return DeviceInformation(
        side=_side(mount),
        on_instep=bool(mount & 2),
        acceleration_range_g=ACCELERATION_RANGES_G[acceleration],
        rate_range_dps=RATE_RANGES_DPS[rate],
        battery_pct=_percent(battery),
    )


def encode_date_time(moment: datetime) -> bytes:
    """What ``DATE_TIME`` takes: year since 2000, month, day, hour, minute, second, hundredths."""
    return bytes(
        (
            moment.year % 100,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond // 10_000,
        )
    )


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is an ORPHE INSOLE's, else None. Its services are often not advertised."""
    if not advertisement.name.startswith("INS"):
        return None
    told = advertisement.manufacturer_data.get(COMPANY_ID, b"")
    if len(told) < 18:
        return Facts()
    return Facts(side=_side(told[6]), battery_pct=_percent(told[14]), firmware=".".join(map(str, told[15:18])))


def _side(mount: int) -> Side:
    return Side.RIGHT if mount & 1 else Side.LEFT


def _percent(value: int) -> float | None:
    return float(value) if value <= 100 else None


def _big_endian(values: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The last axis' integers as pairs of bytes, modulo 65536."""
    return values.astype(">u2")[..., None].view(np.uint8)
