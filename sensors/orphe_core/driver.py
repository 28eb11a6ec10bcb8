"""ORPHE CORE: the driver."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from sensors.driver import (
    Action,
    DriverOptions,
    Facts,
    Fed,
    Pause,
    Read,
    Reading,
    Subscribe,
    WithoutCells,
    Write,
    choose_options,
)
from sensors.errors import DecodeError
from sensors.layout import Side
from sensors.orphe_core.packets import BATTERY_LOW, RANGE_DPS, RANGE_G, RATE_HZ, decode_packet, encode_ranges
from sensors.orphe_insole.packets import (
    ACCELERATION_RANGES_G,
    DEVICE_INFORMATION,
    FORMATS,
    HEADER_MOTION,
    PACKETS_HZ,
    RATE_RANGES_DPS,
    SENSOR_VALUES,
    acceleration_per_count,
    decode_information,
    rate_per_count,
)
from sensors.standard_services import ASK_BATTERY, ASK_FIRMWARE, take_in

OPTIONS = {"rate_scale": ("range", "sensitivity")}
"""What sources disagree on: a count as the range's 32768th part, or by the chip's sensitivity. This device's first."""

SETTLE_S = 0.5
SETUP_TRIES = 3
BATTERY_EVERY_PACKETS = round(60 * PACKETS_HZ)
_MOTION = FORMATS[HEADER_MOTION]


class OrpheCoreDriver(WithoutCells):
    """One connection to an ORPHE CORE 3.

    It starts to stream when it is listened to, at 200 Hz. The driver first reads the ranges, widens them where they are
    too narrow for a shank, and listens once it knows what a count is worth.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        self._by_sensitivity = choose_options(options.options, OPTIONS)["rate_scale"] == "sensitivity"
        self._facts = Facts()
        self._per_count = np.ones(6)
        self._tries_left = SETUP_TRIES
        self._listening = False
        self._packets_n = 0

    @property
    def facts(self) -> Facts:
        """Firmware, as far as told, and what is wrong with ranges or battery."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """Samples per second; there is one rate."""
        return RATE_HZ

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Ask what it is and how it is set; the answer leads on."""
        return (*ASK_FIRMWARE, *ASK_BATTERY, Read(DEVICE_INFORMATION))

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == SENSOR_VALUES:
                return self._sensor_values(data)
            if characteristic == DEVICE_INFORMATION:
                return Fed(actions=self._device_information(data))
            self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Nothing: the stream ends with the connection."""
        return ()

    def _sensor_values(self, data: bytes) -> Fed:
        packet = decode_packet(data)
        motion = packet.words[:, (*_axes(_MOTION.acceleration), *_axes(_MOTION.rate))] * self._per_count
        reading = Reading(
            offset_s=packet.offset_s,
            device_time_s=packet.newest_time_s,
            sequence=packet.serial,
            acceleration_mps2=motion[:, :3],
            rate_dps=motion[:, 3:],
        )
        self._packets_n += 1
        battery_due = self._packets_n % BATTERY_EVERY_PACKETS == 0
        return Fed((reading,), (Read(DEVICE_INFORMATION),) if battery_due else ())

    def _device_information(self, data: bytes) -> tuple[Action, ...]:
        """Widen the ranges, as often as there are tries; then listen with whatever they are."""
        told = decode_information(data)
        range_g, range_dps = told.acceleration_range_g, told.rate_range_dps
        wide = (range_g, range_dps) == (RANGE_G, RANGE_DPS)
        if not wide and self._tries_left:
            self._tries_left -= 1
            widest = encode_ranges(data, ACCELERATION_RANGES_G.index(RANGE_G), RATE_RANGES_DPS.index(RANGE_DPS))
            return (Write(DEVICE_INFORMATION, widest), Pause(SETTLE_S), Read(DEVICE_INFORMATION))
        per_count_dps = rate_per_count(range_dps) if self._by_sensitivity else range_dps / 32768
        self._per_count = np.repeat((acceleration_per_count(range_g), per_count_dps), 3)
        notes = []
        if not wide:
            notes.append(f"stays at ranges of {range_g} g and {range_dps} deg/s")
        if data[0] == BATTERY_LOW:
            notes.append("says that its battery is low")
        self._facts = replace(self._facts, note="; ".join(notes) or None)
        if self._listening:
            return ()
        self._listening = True
        return (Subscribe(SENSOR_VALUES),)


def _axes(first: int) -> range:
    return range(first, first + 3)
