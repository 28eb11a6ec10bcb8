"""Errors of the sensors room.

SensorError
├─ DecodeError(reason, data)     bytes that are not what the device sends: count them, skip them, go on
└─ OptionError(option, message)  a setting that the device type does not know: a mistake in the configuration
"""

from enum import StrEnum


class DecodeReason(StrEnum):
    """Why bytes could not be decoded."""

    TRUNCATED = "truncated"
    WRONG_LENGTH = "wrong_length"
    UNKNOWN_TYPE = "unknown_type"
    OUT_OF_RANGE = "out_of_range"


class SensorError(Exception):
    """Base of this room's errors; never raised itself."""


class DecodeError(SensorError):
    """Bytes that the device's format does not allow."""

    def __init__(self, reason: DecodeReason, data: bytes, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail or data[:24].hex(' ')}")
        self.reason = reason
        self.data = data
        self.detail = detail


class OptionError(SensorError):
    """A driver option with an unknown name or value; the text says which are known."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option
