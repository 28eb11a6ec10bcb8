"""WitMotion on the air: UUIDs, advertisement, frames, registers, commands. Multi-byte: little endian."""

import struct

from sensors.driver import G_MPS2, Facts
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
FRAMES = "0000ffe4-0000-1000-8000-00805f9a34fb"
COMMANDS = "0000ffe9-0000-1000-8000-00805f9a34fb"
"""The base is not Bluetooth's own but for one digit; a few units have Bluetooth's, see ``resolve_characteristic``."""

FRAME_BYTES = 20
START = 0x55
SAMPLE, REGISTERS = 0x61, 0x71

ACCELERATION_PER_COUNT = 16 * G_MPS2 / 32768
RATE_PER_COUNT = 2000 / 32768
ANGLE_PER_COUNT = 180 / 32768

RATE_CODES: dict[float, int] = {10.0: 0x06, 20.0: 0x07, 50.0: 0x08, 100.0: 0x09, 200.0: 0x0B}
"""Codes of the rate register on whose meaning all sources agree."""

BANDWIDTH_188_HZ = 0x01

REGISTER_SAVE = 0x00
REGISTER_RATE = 0x03
REGISTER_BANDWIDTH = 0x1F
REGISTER_READ = 0x27
REGISTER_BATTERY = 0x64
REGISTER_UNLOCK = 0x69
UNLOCK_KEY = 0xB588
UNLOCKED_FOR_S = 10.0
REGISTERS_PER_REPLY = 8

BATTERY_TABLE: tuple[tuple[float, float], ...] = (
    (3.96, 100),
    (3.93, 90),
    (3.87, 75),
    (3.82, 60),
    (3.79, 50),
    (3.77, 40),
    (3.73, 30),
    (3.70, 20),
    (3.68, 15),
    (3.50, 10),
    (3.40, 5),
)
"""Lowest voltage of each level in percent, as the maker's app shows it; below the last one the battery is empty."""

_COMMAND = struct.Struct("<BBBH")
_REGISTER_REPLY = struct.Struct("<BBH8H")


def command(register: int, value: int) -> bytes:
    """The five bytes that set a register."""
    return _COMMAND.pack(0xFF, 0xAA, register, value)


def parse_command(data: bytes) -> tuple[int, int] | None:
    """Register and value of a command; None for bytes that are none."""
    if len(data) != _COMMAND.size or data[:2] != b"\xff\xaa":
        return None
    _, _, register, value = _COMMAND.unpack(data)
    return register, value


def register_reply(start: int, values: tuple[int, ...]) -> bytes:
    """The frame that answers a request for the eight registers from ``start``."""
    return _REGISTER_REPLY.pack(START, REGISTERS, start, *values)


def parse_register_reply(frame: bytes) -> tuple[int, tuple[int, ...]]:
    """First register's number, and the values of eight registers."""
    _, _, start, *values = _REGISTER_REPLY.unpack(frame)
    return start, tuple(values)


def battery_pct(volts: float) -> float:
    """Level by the maker's table."""
    return next((float(level) for lowest, level in BATTERY_TABLE if round(volts, 2) >= lowest), 0.0)


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is a WitMotion's, else None. Only the name tells them."""
    return Facts() if advertisement.name.startswith("WT") else None


class Framer:
    """Cuts a byte stream into frames of 20 bytes and finds back into step after bytes that are none.

    Frames may come several in a notification or be split between two. A frame has no checksum: it counts as one only
    if another begins where it ends, as far as the bytes go. Bytes outside frames are skipped.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> tuple[list[bytes], list[DecodeError]]:
        """Whole frames, oldest first, and one fault for each run of skipped bytes."""
        data = self._rest + data
        frames: list[bytes] = []
        faults: list[DecodeError] = []
        at = skipped_from = 0
        while at < len(data):
            if _may_start(data, at) and _may_start(data, at + FRAME_BYTES):
                if at > skipped_from:
                    faults.append(_skipped(data[skipped_from:at]))
                if len(data) - at < FRAME_BYTES:
                    break
                frames.append(data[at : at + FRAME_BYTES])
                at = skipped_from = at + FRAME_BYTES
            else:
                at += 1
        else:
            if at > skipped_from:
                faults.append(_skipped(data[skipped_from:at]))
        self._rest = data[at:]
        return frames, faults


def _may_start(data: bytes, at: int) -> bool:
    """Whether a frame may start here, as far as the bytes go."""
    return data[at : at + 1] in {b"", b"\x55"} and data[at + 1 : at + 2] in {b"", b"\x61", b"\x71"}


def _skipped(data: bytes) -> DecodeError:
    return DecodeError(DecodeReason.UNKNOWN_TYPE, data, f"{len(data)} bytes outside frames")
