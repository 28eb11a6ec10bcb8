"""Nordic Thingy:52 on the air: UUIDs, advertisement, motion configuration, raw motion. All is little endian."""

import struct
from dataclasses import astuple, dataclass

import numpy as np

from sensors.driver import G_MPS2, Facts, Floats, full_uuid
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason

CONFIGURATION_SERVICE = "ef680100-9b35-4933-9b10-52ffa9740042"
FIRMWARE_VERSION = "ef680107-9b35-4933-9b10-52ffa9740042"
MOTION_SERVICE = "ef680400-9b35-4933-9b10-52ffa9740042"
MOTION_CONFIGURATION = "ef680401-9b35-4933-9b10-52ffa9740042"
RAW_MOTION = "ef680406-9b35-4933-9b10-52ffa9740042"

RATES_HZ = (50.0, 100.0, 200.0)
"""Rates that divide the motion chip's 1000 Hz, and suffice for gait."""

ACCELERATION_PER_COUNT = G_MPS2 / 1024
RATE_PER_COUNT = 1 / 32
ACCELERATION_RANGE_MPS2 = 2 * G_MPS2  # the motion chip's driver leaves it at its narrowest
RATE_RANGE_DPS = 1023.0  # where the firmware clips, though the chip would measure 2000

_CONFIGURATION = struct.Struct("<4HB")
_RAW = struct.Struct("<9h")
_PER_COUNT = np.repeat((ACCELERATION_PER_COUNT, RATE_PER_COUNT), 3)


@dataclass(frozen=True, slots=True)
class MotionConfiguration:
    """What ``MOTION_CONFIGURATION`` holds: intervals of what the hub has no use for, rate, and whether motion wakes."""

    pedometer_ms: int
    temperature_ms: int
    compass_ms: int
    motion_hz: int
    wake_on_motion: int

    def encode(self) -> bytes:
        """Inverse of ``decode``."""
        return _CONFIGURATION.pack(*astuple(self))

    @classmethod
    def decode(cls, data: bytes) -> "MotionConfiguration":
        """Decode a read of it.

        Raises
        ------
        DecodeError
            Another length, or a rate that the firmware would have refused.
        """
        _check_length(data, _CONFIGURATION.size)
        configuration = cls(*_CONFIGURATION.unpack(data))
        if not configuration.is_valid:
            raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"motion configuration {astuple(configuration)}")
        return configuration

    @property
    def rate_hz(self) -> float:
        """Samples per second that come of it: the chip divides its 1000 Hz by a whole number."""
        return 1000 / (1000 // self.motion_hz)

    @property
    def is_valid(self) -> bool:
        """Whether the firmware would take it."""
        return (
            100 <= self.pedometer_ms <= 5000
            and 100 <= self.temperature_ms <= 5000
            and 100 <= self.compass_ms <= 1000
            and 5 <= self.motion_hz <= 200
            and self.wake_on_motion <= 1
        )


def decode_raw(data: bytes) -> Floats:
    """(6,) acceleration in m/s^2 and rate in deg/s. The compass, which follows them, is passed over.

    Raises
    ------
    DecodeError
        Another length.
    """
    _check_length(data, _RAW.size)
    motion: Floats = np.frombuffer(data, "<i2", 6) * _PER_COUNT
    return motion


def decode_firmware_version(data: bytes) -> str:
    """Major, minor and patch.

    Raises
    ------
    DecodeError
        Another length.
    """
    _check_length(data, 3)
    return ".".join(map(str, data))


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is a Thingy:52's, else None. The name is the owner's to choose."""
    return Facts() if CONFIGURATION_SERVICE in map(full_uuid, advertisement.service_uuids) else None


def _check_length(data: bytes, size: int) -> None:
    if len(data) != size:
        reason = DecodeReason.TRUNCATED if len(data) < size else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, data, f"{len(data)} bytes instead of {size}")
