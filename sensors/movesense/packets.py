"""Movesense on the air: UUIDs, advertisement, commands, responses, samples. All is little endian."""

import struct
from typing import NamedTuple

import numpy as np

from sensors.driver import Facts, Floats
from sensors.emulation import Advertisement
from sensors.errors import DecodeError, DecodeReason

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMANDS = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFICATIONS = "34800002-7185-4d5d-b431-630e7050e8f0"
ADVERTISED_SERVICE = "fdf3"

HELLO, SUBSCRIBE, UNSUBSCRIBE = 0, 1, 2
RESPONSE, DATA, DATA_PART_2 = 1, 2, 3
HEAD_BYTES = 2

RATES_HZ = (52.0, 104.0)
PACKETS_HZ = 13.0
"""Of the rates that a source tells of, each packet holds this part of them: eight samples at 104 Hz, one at 13 Hz."""

CLOCK_MODULUS_MS = 2**32
CLOCK_WRAPS_AFTER_S = CLOCK_MODULUS_MS / 1000

FIRST_PART_BYTES = 150
MIN_MTU = HEAD_BYTES + FIRST_PART_BYTES + 3

LARGEST_MPS2 = 200.0
LARGEST_DPS = 3000.0
"""More than any range of the device: a value beyond is none."""

FIRST_ERROR_STATUS = 400
_LARGEST_STATUS = 1000

_STAMP = struct.Struct("<I")
_STATUS = struct.Struct("<H")
_SAMPLE_BYTES = 24
_ROUNDING_SAMPLES = 0.75  # of stamps in ms and of a rate that is not quite the nominal one; less than a whole sample


def path(rate_hz: float) -> str:
    """What accelerometer and gyroscope at a rate are called."""
    return f"/Meas/IMU6/{rate_hz:g}"


def subscribe(reference: int, resource: str) -> bytes:
    """The command that starts a stream; what it notifies bears the reference."""
    return bytes((SUBSCRIBE, reference)) + resource.encode()


def unsubscribe(reference: int) -> bytes:
    """The command that ends it."""
    return bytes((UNSUBSCRIBE, reference))


def samples_bytes(samples_n: int) -> int:
    """Length of that many samples with their stamp."""
    return _STAMP.size + samples_n * _SAMPLE_BYTES


class Samples(NamedTuple):
    """One packet: the first sample's stamp, and (n, 3) m/s^2 and (n, 3) deg/s, oldest first."""

    time_ms: int
    acceleration_mps2: Floats
    rate_dps: Floats


def decode_samples(data: bytes) -> Samples:
    """Decode a stamp and samples, joined where they came in two parts.

    Raises
    ------
    DecodeError
        No whole number of samples, or a value that no sensor gives.
    """
    samples_n, rest = divmod(len(data) - _STAMP.size, _SAMPLE_BYTES)
    if samples_n < 1 or rest:
        raise DecodeError(DecodeReason.WRONG_LENGTH, data, f"{len(data)} bytes are no whole number of samples")
    (time_ms,) = _STAMP.unpack_from(data)
    acceleration, rate = np.frombuffer(data, "<f4", offset=_STAMP.size).astype(np.float64).reshape(2, samples_n, 3)
    if not (np.abs(acceleration).max() <= LARGEST_MPS2 and np.abs(rate).max() <= LARGEST_DPS):
        raise DecodeError(DecodeReason.OUT_OF_RANGE, data, "a value beyond what the device measures")
    return Samples(time_ms, acceleration, rate)


def encode_samples(samples: Samples) -> bytes:
    """Inverse of ``decode_samples``."""
    values = np.concatenate((samples.acceleration_mps2, samples.rate_dps)).astype("<f4")
    return _STAMP.pack(samples.time_ms % CLOCK_MODULUS_MS) + values.tobytes()


def decode_status(data: bytes) -> int:
    """The status of a response, after its head, in either order of bytes: firmware of different age sends either.

    Raises
    ------
    DecodeError
        No status.
    """
    if len(data) < _STATUS.size:
        raise DecodeError(DecodeReason.TRUNCATED, data, "response without a status")
    (status,) = _STATUS.unpack_from(data)
    return status if status <= _LARGEST_STATUS else int.from_bytes(data[: _STATUS.size], "big")


class Joiner:
    """Puts the parts of a packet together.

    No length says whether a second part follows a first one. Packets are taken to be as long as sources tell, until two
    in a row have another length that fits their stamps: n samples take n / rate. Those two are given up.

    Parameters
    ----------
    rate_hz : of the samples.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._packet_bytes = samples_bytes(round(rate_hz / PACKETS_HZ))
        self._first = b""
        self._other = b""

    def feed(self, part: int, data: bytes) -> tuple[list[bytes], list[DecodeError]]:
        """Packets that are whole by now, and a fault for each that never will be.

        Parameters
        ----------
        part : ``DATA`` or ``DATA_PART_2``.
        data : what follows its head.
        """
        if part == DATA_PART_2:
            if not self._first:
                return [], [DecodeError(DecodeReason.TRUNCATED, data, "a second part without its first")]
            first, self._first = self._first, b""
            return self._whole(first + data)
        left = self._whole(self._first) if self._first else ([], [])
        self._first = b""
        if len(data) == self._packet_bytes:
            return [*left[0], data], left[1]
        self._first = data
        return left

    def _whole(self, data: bytes) -> tuple[list[bytes], list[DecodeError]]:
        if len(data) == self._packet_bytes:
            self._other = b""
            return [data], []
        reason = DecodeReason.TRUNCATED if len(data) < self._packet_bytes else DecodeReason.WRONG_LENGTH
        fault = DecodeError(reason, data, f"packet of {len(data)} bytes instead of {self._packet_bytes}")
        if self._fits(data):
            self._packet_bytes = len(data)
        self._other = data
        return [], [fault]

    def _fits(self, data: bytes) -> bool:
        """Whether packets of this length come as often as they would."""
        samples_n, rest = divmod(len(data) - _STAMP.size, _SAMPLE_BYTES)
        if samples_n < 1 or rest or len(data) != len(self._other):
            return False
        since_ms, time_ms = (int.from_bytes(packet[: _STAMP.size], "little") for packet in (self._other, data))
        passed_s = (time_ms - since_ms) % CLOCK_MODULUS_MS / 1000
        return abs(passed_s * self._rate_hz - samples_n) < _ROUNDING_SAMPLES


def recognise(advertisement: Advertisement) -> Facts | None:
    """What an advertisement tells if it is a Movesense's, else None. Only the name tells them, and not the firmware."""
    return Facts() if advertisement.name.startswith("Movesense") else None
