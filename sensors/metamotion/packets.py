"""MetaMotion on the air: UUIDs, advertisement, commands and answers of the modules that are used. Little endian.

Every message begins with a module and a register; the register's highest bit asks for its value, and marks the answer.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.driver import G_MPS2, Facts
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason

SERVICE = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMANDS = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFICATIONS = "326a9006-85cb-9195-d9dd-464cfbbae75a"

ACCELEROMETER, SETTINGS, GYROSCOPE = 0x03, 0x11, 0x13
SENSORS = (ACCELEROMETER, GYROSCOPE)

INFORMATION = 0x00
POWER, SAMPLING, CONFIGURATION = 0x01, 0x02, 0x03
BATTERY = 0x0C
PACKED = {ACCELEROMETER: 0x1C, GYROSCOPE: 0x07}
"""Registers that notify three samples at a time."""

BMI160 = {ACCELEROMETER: 1, GYROSCOPE: 0}
"""Number of that chip among the implementations of each module."""

PACKED_SINCE_REVISION = 1

RATE_CODES = {50.0: 0x27, 100.0: 0x28, 200.0: 0x29}
"""First byte of either sensor's configuration: the chip's code of the rate, and its usual filter."""

RANGES = {
    ACCELEROMETER: {0x03: G_MPS2 / 16384, 0x05: G_MPS2 / 8192, 0x08: G_MPS2 / 4096, 0x0C: G_MPS2 / 2048},
    GYROSCOPE: {0x00: 1 / 16.4, 0x01: 1 / 32.8, 0x02: 1 / 65.6, 0x03: 1 / 131.2, 0x04: 1 / 262.4},
}
"""Second byte of each sensor's configuration, and what a count is then worth in m/s^2 and deg/s."""

WIDEST = {ACCELEROMETER: 0x0C, GYROSCOPE: 0x00}
"""16 g and 2000 deg/s."""

SAMPLES = 3
_ANSWER = 0x80
_HEAD_BYTES = 2
_PACKED_BYTES = SAMPLES * 6
_RATES_HZ = {code: rate_hz for rate_hz, code in RATE_CODES.items()}


class Message(NamedTuple):
    """What is behind the head of a command or notification."""

    module: int
    register: int
    is_answer: bool
    payload: bytes


class Configuration(NamedTuple):
    """How a sensor is set: samples per second, and what a count is worth in m/s^2 or deg/s."""

    rate_hz: float
    per_count: float


def command(module: int, register: int, *payload: int) -> bytes:
    """Set a register."""
    return bytes((module, register, *payload))


def ask(module: int, register: int) -> bytes:
    """Ask for the value of a register."""
    return bytes((module, register | _ANSWER))


def answer(module: int, register: int, payload: bytes) -> bytes:
    """The value of a register, as it is notified."""
    return ask(module, register) + payload


def split(data: bytes) -> Message:
    """Head and payload.

    Raises
    ------
    DecodeError
        Too short for a head.
    """
    if len(data) < _HEAD_BYTES:
        raise DecodeError(DecodeReason.TRUNCATED, data, f"message of {len(data)} bytes")
    return Message(data[0], data[1] & ~_ANSWER, bool(data[1] & _ANSWER), data[_HEAD_BYTES:])


def decode_information(payload: bytes) -> tuple[int, int] | None:
    """Implementation and revision of a module; None where the device does not have it.

    Raises
    ------
    DecodeError
        One of the two is missing.
    """
    if len(payload) == 1:
        raise DecodeError(DecodeReason.TRUNCATED, payload, "module without its revision")
    return (payload[0], payload[1]) if payload else None


def decode_configuration(module: int, payload: bytes) -> Configuration:
    """How a sensor says that it is set.

    Raises
    ------
    DecodeError
        Too short, or a rate or range that this driver does not know.
    """
    if len(payload) < 2:
        raise DecodeError(DecodeReason.TRUNCATED, payload, f"configuration of {len(payload)} bytes instead of 2")
    rate_hz, per_count = _RATES_HZ.get(payload[0]), RANGES[module].get(payload[1])
    if rate_hz is None or per_count is None:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, payload, f"unknown rate or range {payload[:2].hex(' ')}")
    return Configuration(rate_hz, per_count)


def decode_packed(payload: bytes) -> NDArray[np.int16]:
    """(3, 3) counts, oldest first.

    Raises
    ------
    DecodeError
        Another length.
    """
    if len(payload) != _PACKED_BYTES:
        reason = DecodeReason.TRUNCATED if len(payload) < _PACKED_BYTES else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, payload, f"samples of {len(payload)} bytes instead of {_PACKED_BYTES}")
    return np.frombuffer(payload, "<i2").reshape(SAMPLES, 3)


def decode_battery(payload: bytes) -> float:
    """Battery level in percent; its voltage follows.

    Raises
    ------
    DecodeError
        Another length, or more than 100.
    """
    if len(payload) != 3:
        reason = DecodeReason.TRUNCATED if len(payload) < 3 else DecodeReason.WRONG_LENGTH
        raise DecodeError(reason, payload, f"battery of {len(payload)} bytes instead of 3")
    if payload[0] > 100:
        raise DecodeError(DecodeReason.OUT_OF_RANGE, payload, f"battery level of {payload[0]} %")
    return float(payload[0])


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is of a board of this maker, else None. It does not tell which chip it has."""
    return Facts() if SERVICE in advertisement.service_uuids else None
