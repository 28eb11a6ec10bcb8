"""ORPHE CORE: the emulator."""

import numpy as np

from sensors.driver import Floats
from sensors.emulation import (
    Advertisement,
    Body,
    EmulatorOptions,
    GattCharacteristic,
    GattService,
    Notification,
)
from sensors.layout import Side
from sensors.orphe_core.packets import PACKET_BYTES, RATE_HZ, SET_INFORMATION
from sensors.orphe_insole.packets import (
    ACCELERATION_RANGES_G,
    DATE_TIME,
    DEVICE_INFORMATION,
    FORMATS,
    HEADER_MOTION,
    INFORMATION_SERVICE,
    PACKETS_HZ,
    RATE_RANGES_DPS,
    SENSOR_SERVICE,
    SENSOR_VALUES,
    STEP_ANALYSIS,
    acceleration_per_count,
    encode_packets,
)
from sensors.transducers import Crystal, Integers, Ticks, to_int16

BATTERY_LEVELS = ((10.0, 0), (60.0, 1), (100.0, 2))
"""Highest percentage of each step; which the maker's are is not published."""

QUATERNION_IDENTITY = (16384, 0, 0, 0)

_MOTION = FORMATS[HEADER_MOTION]
_READ_WRITE = frozenset({"read", "write"})
_NOTIFY = frozenset({"notify"})


class OrpheCoreEmulator:
    """An ORPHE CORE 3 on a shank, without step analysis, log and LED, of firmware without device information service.

    Its ranges are narrower at first than what the driver asks for, and a count of its gyroscope is the range's 32768th
    part. Its clock is the time since it was switched on, and its quaternion stays at the identity. A notification that
    the MTU cannot hold is cut short.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._crystal = Crystal.drawn(options, np.random.default_rng(options.seed))
        self._packets = Ticks(self._crystal, PACKETS_HZ)
        self._information = bytearray(20)
        self._information[0] = next(step for highest, step in BATTERY_LEVELS if options.battery_pct <= highest)
        self._information[1] = side is Side.RIGHT
        self._information[8], self._information[9] = 2, 2
        self._mtu = 23
        self._subscribed = False

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                INFORMATION_SERVICE,
                (GattCharacteristic(DEVICE_INFORMATION, _READ_WRITE), GattCharacteristic(DATE_TIME, _READ_WRITE)),
            ),
            GattService(
                SENSOR_SERVICE,
                (GattCharacteristic(SENSOR_VALUES, _NOTIFY), GattCharacteristic(STEP_ANALYSIS, _NOTIFY)),
            ),
        )

    @property
    def advertisement(self) -> Advertisement:
        """A name; no services."""
        return Advertisement(self._options.name or f"CR-3-{self._options.seed % 0x10000:04X}")

    def connected(self, time_s: float, mtu: int) -> None:
        """The MTU bounds what is sent from now on."""
        self._mtu = mtu

    def disconnected(self) -> None:
        """The stream stops; ranges and clock stay."""
        self._subscribed = False
        self._mtu = 23

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Device information; the clock is not read by the hub."""
        return bytes(self._information) if characteristic == DEVICE_INFORMATION else b""

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Set ranges and what else the command holds; anything else is ignored."""
        if characteristic == DEVICE_INFORMATION and len(data) >= 9 and data[0] == SET_INFORMATION:
            _, mount, led, recording, auto_run, first, second, acceleration, rate = data[:9]
            if acceleration < len(ACCELERATION_RANGES_G) and rate < len(RATE_RANGES_DPS):
                self._information[1:5] = bytes((mount, recording, auto_run, led))
                self._information[6:10] = bytes((first, second, acceleration, rate))
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop the stream."""
        if characteristic == SENSOR_VALUES:
            self._subscribed = on
            self._packets.start(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The packets that fall due up to ``until_s``."""
        if not self._subscribed:
            return ()
        serials = self._packets.due(until_s)
        if len(serials) == 0:
            return ()
        uptime_s = self._packets.uptime_s(serials)
        packets = encode_packets(
            HEADER_MOTION, serials, uptime_s, self._words(uptime_s, body), step_ms=round(1000 / RATE_HZ)
        )
        return tuple(
            Notification(at_s, SENSOR_VALUES, packet[: min(PACKET_BYTES, self._mtu - 3)])
            for at_s, packet in zip(self._packets.true_s(serials).tolist(), packets, strict=True)
        )

    def _words(self, uptime_s: Floats, body: Body) -> Integers:
        """(packets, samples, words) of blocks, each packet's oldest first."""
        offset_s = np.arange(1 - _MOTION.samples, 1) / RATE_HZ
        time_s = self._crystal.true_s((uptime_s[:, None] + offset_s).ravel())
        acceleration_mps2, rate_dps = body.shank(self._side, time_s)
        words = np.zeros((len(time_s), _MOTION.stride // 2), np.int64)
        words[:, : len(QUATERNION_IDENTITY)] = QUATERNION_IDENTITY
        range_g, range_dps = ACCELERATION_RANGES_G[self._information[8]], RATE_RANGES_DPS[self._information[9]]
        words[:, _MOTION.rate : _MOTION.rate + 3] = to_int16(rate_dps, range_dps / 32768)
        per_count_mps2 = acceleration_per_count(range_g)
        words[:, _MOTION.acceleration : _MOTION.acceleration + 3] = to_int16(acceleration_mps2, per_count_mps2)
        return words.reshape(len(uptime_s), _MOTION.samples, -1)
