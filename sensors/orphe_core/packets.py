"""ORPHE CORE on the air: what differs from the ORPHE INSOLE, whose UUIDs and packets it shares. All is big endian."""

from sensors.driver import Facts
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason
from sensors.orphe_insole import packets as insole
from sensors.orphe_insole.packets import ACCELERATION_RANGES_G, HEADER_MOTION, RATE_RANGES_DPS, RawPacket

PACKET_BYTES = 92
MIN_MTU = PACKET_BYTES + 3
RATE_HZ = 200.0

HEADER_CORE_2 = 40
BATTERY_LOW = 0  # of 0 low, 1 ordinary, 2 full

RANGE_G = ACCELERATION_RANGES_G[-1]
RANGE_DPS = RATE_RANGES_DPS[-1]

SET_INFORMATION = 0x01
_SETTINGS_BYTES = 20


def decode_packet(data: bytes) -> RawPacket:
    """Decode one notification of ``SENSOR_VALUES``; one that is padded to the insole's length is taken as well.

    Raises
    ------
    DecodeError
        Another header or length, or a stamp that is no time of day.
    """
    if data[:1] == bytes((HEADER_CORE_2,)):
        raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, "a packet of an ORPHE CORE 2, which is too coarse for gait")
    if data and data[0] != HEADER_MOTION:
        raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, f"header {data[0]}")
    if len(data) < PACKET_BYTES:
        detail = f"{len(data)} bytes of {PACKET_BYTES}; the link needs an MTU of {MIN_MTU} or more"
        raise DecodeError(DecodeReason.TRUNCATED, data, detail)
    if len(data) not in {PACKET_BYTES, insole.PACKET_BYTES}:
        raise DecodeError(DecodeReason.WRONG_LENGTH, data, f"{len(data)} bytes instead of {PACKET_BYTES}")
    return insole.decode_packet(data.ljust(insole.PACKET_BYTES, b"\0"))


def encode_ranges(information: bytes, acceleration: int, rate: int) -> bytes:
    """What ``DEVICE_INFORMATION`` takes to set both ranges, by their indices, and leave all else as it was read.

    ``information`` is a read, of ten bytes or more. The command takes its bytes in another order, and always with 0 for
    the recording.
    """
    _, mount, _, auto_run, led, _, first, second = information[:8]
    settings = bytes((SET_INFORMATION, mount, led, 0, auto_run, first, second, acceleration, rate))
    return settings.ljust(_SETTINGS_BYTES, b"\0")


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is an ORPHE CORE's, else None. Only the name tells them."""
    return Facts() if advertisement.name.startswith("CR-") else None
