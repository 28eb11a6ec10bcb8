"""Movella DOT on the air: UUIDs, advertisement, control, measurement. All is little endian."""

import struct
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sensors.driver import Facts, Floats
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason

CONFIGURATION_SERVICE = "15171000-4947-11e9-8646-d663bd873d93"
INFORMATION = "15171001-4947-11e9-8646-d663bd873d93"
CONTROL = "15171002-4947-11e9-8646-d663bd873d93"
REPORT = "15171004-4947-11e9-8646-d663bd873d93"
MEASUREMENT_SERVICE = "15172000-4947-11e9-8646-d663bd873d93"
MEASUREMENT = "15172001-4947-11e9-8646-d663bd873d93"
MEDIUM_PAYLOAD = "15172003-4947-11e9-8646-d663bd873d93"
BATTERY_SERVICE = "15173000-4947-11e9-8646-d663bd873d93"
BATTERY = "15173001-4947-11e9-8646-d663bd873d93"
"""The maker's own, and not Bluetooth's."""

NAMES = ("Xsens DOT", "Movella DOT")

STREAMING_RATES_HZ = (1.0, 4.0, 10.0, 12.0, 15.0, 20.0, 30.0, 60.0)
RECORDING_RATE_HZ = 120.0
"""Possible only for recording on the device."""

RATE_QUANTITIES = 21
"""Payload of acceleration and angular rate, in m/s^2 and deg/s."""

CLOCK_WRAPS_AFTER_S = 2**32 / 1e6
CONTROL_BYTES = 32
SAMPLE_BYTES = 28
MIN_MTU = SAMPLE_BYTES + 3

LARGEST_MPS2 = 200.0
LARGEST_DPS = 2500.0
"""More than its ranges of 16 g and 2000 deg/s: a value beyond is none."""

_CHANGE_RATE = 0x10
_RATE_AT = 24
_RATE = struct.Struct("<H")
_SAMPLE = struct.Struct("<I6f")
_FIRMWARE = slice(6, 9)


class Report(IntEnum):
    """What the device reports of itself."""

    POWER_OFF = 1
    BUSY = 2
    ILLEGAL_COMMAND = 3
    POWER_SAVING = 4


REPORT_WORDS = {
    Report.POWER_OFF: "switches off",
    Report.BUSY: "is busy with something else",
    Report.ILLEGAL_COMMAND: "refused a command",
    Report.POWER_SAVING: "goes to sleep",
}


class Sample(NamedTuple):
    """One measurement: microseconds of the device's clock, (3,) m/s^2, (3,) deg/s."""

    time_us: int
    acceleration_mps2: Floats
    rate_dps: Floats


def decode_sample(data: bytes) -> Sample:
    """Decode a notification of acceleration and rate.

    Raises
    ------
    DecodeError
        Another length, or a value that the device cannot measure.
    """
    if len(data) != SAMPLE_BYTES:
        reason = DecodeReason.TRUNCATED if len(data) < SAMPLE_BYTES else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, data, f"payload of {len(data)} bytes instead of {SAMPLE_BYTES}")
    time_us, *values = _SAMPLE.unpack(data)
    acceleration, rate = np.array(values).reshape(2, 3)
    if not (np.abs(acceleration).max() <= LARGEST_MPS2 and np.abs(rate).max() <= LARGEST_DPS):
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, "a value beyond what the device measures")
    return Sample(time_us, acceleration, rate)


def encode_sample(sample: Sample) -> bytes:
    """Inverse of ``decode_sample``."""
    return _SAMPLE.pack(sample.time_us, *sample.acceleration_mps2, *sample.rate_dps)


def decode_rate(control: bytes) -> float:
    """Output rate in Hz, as the control characteristic reads.

    Raises
    ------
    DecodeError
        Another length.
    """
    if len(control) != CONTROL_BYTES:
        reason = DecodeReason.TRUNCATED if len(control) < CONTROL_BYTES else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, control, f"control of {len(control)} bytes instead of {CONTROL_BYTES}")
    return float(_RATE.unpack_from(control, _RATE_AT)[0])


def set_rate(control: bytes, rate_hz: float) -> bytes:
    """What to write to control for another rate; everything else stays as it was read."""
    rate = _RATE.pack(round(rate_hz))
    return bytes((_CHANGE_RATE,)) + control[1:_RATE_AT] + rate + control[_RATE_AT + _RATE.size :]


def asked_rate(control: bytes) -> float | None:
    """The rate that a write to control asks for; None where it asks for another thing."""
    return decode_rate(control) if len(control) == CONTROL_BYTES and control[0] & _CHANGE_RATE else None


def measure(*, start: bool) -> bytes:
    """What to write to start or stop measuring acceleration and rate."""
    return bytes((1, start, RATE_QUANTITIES))


def decode_battery(data: bytes) -> float:
    """Battery level in percent; the charger's state follows it.

    Raises
    ------
    DecodeError
        Another length, or more than 100.
    """
    if len(data) != 2:
        reason = DecodeReason.TRUNCATED if len(data) < 2 else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, data, f"battery of {len(data)} bytes instead of 2")
    if data[0] > 100:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"battery level of {data[0]} %")
    return float(data[0])


def decode_firmware(information: bytes) -> str:
    """Version of the firmware.

    Raises
    ------
    DecodeError
        Too short for it.
    """
    version = information[_FIRMWARE]
    if len(version) < 3:
        raise DecodeError(DecodeReason.TRUNCATED, information, f"information of {len(information)} bytes")
    return ".".join(map(str, version))


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is a DOT's, else None. Only the name tells them."""
    return Facts() if advertisement.name.startswith(NAMES) else None
