"""ORPHE INSOLE: the driver."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from sensors.driver import Action, DriverOptions, Facts, Fed, Floats, Read, Reading, Subscribe, Write
from sensors.errors import DecodeError
from sensors.layout import Cell, LoadUnit, Side
from sensors.orphe_insole.packets import (
    CELLS,
    DATE_TIME,
    DEVICE_INFORMATION,
    FORMATS,
    MODES,
    PACKETS_HZ,
    QUATERNION_PER_COUNT,
    SENSOR_VALUES,
    SET_MODE,
    acceleration_per_count,
    decode_information,
    decode_packet,
    encode_date_time,
    rate_per_count,
)
from sensors.standard_services import ASK_FIRMWARE, take_in

BATTERY_EVERY_PACKETS = round(60 * PACKETS_HZ)
MODE_RETRY_PACKETS = round(2 * PACKETS_HZ)


class OrpheInsoleDriver:
    """One connection to an ORPHE INSOLE.

    Up to 100 Hz it streams quaternion, IMU and cells (mode 4), above that IMU and cells at 200 Hz (mode 3); both make
    50 packets of 104 bytes a second. Cells are raw counts of the converter, not a physical quantity.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        self._mode = 3 if (options.rate_hz or 100.0) > 100.0 else 4
        self._facts = Facts()
        self._per_count = _scales(16, 2000)
        self._packets_n = 0
        self._in_other_mode_n = 0

    @property
    def facts(self) -> Facts:
        """Side, battery and firmware, as far as told."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """Samples per second of the mode asked for."""
        return FORMATS[MODES[self._mode]].samples * PACKETS_HZ

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Six cells in the maker's order; alike on either foot."""
        return CELLS

    @property
    def unit(self) -> LoadUnit:
        """Counts of the converter."""
        return LoadUnit.COUNTS

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Ask who it is, set clock and mode, start the stream."""
        return (
            Read(DEVICE_INFORMATION),
            *ASK_FIRMWARE,
            Write(DATE_TIME, encode_date_time(wall_time)),
            self._set_mode(),
            Subscribe(SENSOR_VALUES),
        )

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == SENSOR_VALUES:
                return self._sensor_values(data)
            if characteristic == DEVICE_INFORMATION:
                self._device_information(data)
            else:
                self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Nothing: the stream ends with the connection."""
        return ()

    def _set_mode(self) -> Write:
        return Write(DEVICE_INFORMATION, bytes((SET_MODE, self._mode)))

    def _sensor_values(self, data: bytes) -> Fed:
        packet = decode_packet(data)
        layout = FORMATS[packet.header]
        values = packet.words * self._per_count[packet.header]
        first = layout.quaternion
        reading = Reading(
            offset_s=packet.offset_s,
            device_time_s=packet.newest_time_s,
            sequence=packet.serial,
            cells=packet.cells,
            acceleration_mps2=values[:, layout.acceleration : layout.acceleration + 3],
            rate_dps=values[:, layout.rate : layout.rate + 3],
            quaternion=None if first is None else values[:, first : first + 4],
        )
        return Fed(readings=(reading,), actions=self._upkeep(packet.header))

    def _upkeep(self, header: int) -> tuple[Action, ...]:
        """Ask for the battery now and then, and for the mode again where the device streams in another one."""
        self._packets_n += 1
        self._in_other_mode_n = 0 if header == MODES[self._mode] else self._in_other_mode_n + 1
        if self._in_other_mode_n == MODE_RETRY_PACKETS:
            self._in_other_mode_n = 0
            return (self._set_mode(),)
        if self._packets_n % BATTERY_EVERY_PACKETS == 0:
            return (Read(DEVICE_INFORMATION),)
        return ()

    def _device_information(self, data: bytes) -> None:
        told = decode_information(data)
        self._per_count = _scales(told.acceleration_range_g, told.rate_range_dps)
        self._facts = replace(
            self._facts,
            side=told.side,
            battery_pct=told.battery_pct,
            note="says that it is worn on the instep, not under the foot" if told.on_instep else None,
        )


def _scales(range_g: int, range_dps: int) -> dict[int, Floats]:
    """What a count of each word of a block is worth, by header; words without a unit stay counts."""
    scales = {}
    for header, layout in FORMATS.items():
        scale = scales[header] = np.ones(layout.stride // 2)
        scale[layout.acceleration : layout.acceleration + 3] = acceleration_per_count(range_g)
        scale[layout.rate : layout.rate + 3] = rate_per_count(range_dps)
        if layout.quaternion is not None:
            scale[layout.quaternion : layout.quaternion + 4] = QUATERNION_PER_COUNT
    return scales
