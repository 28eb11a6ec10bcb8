"""Ukaton Mission: the driver."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sensors.driver import NEWEST_ONLY, Action, DriverOptions, Facts, Fed, Floats, Read, Reading, Subscribe, Write
from sensors.errors import DecodeError, DecodeReason
from sensors.haptics import Place, Pulse
from sensors.layout import Cell, LoadUnit, Side
from sensors.standard_services import ASK_BATTERY, take_in
from sensors.ukaton_mission.motor import VIBRATION, encode_vibration
from sensors.ukaton_mission.packets import (
    CELLS,
    CONFIGURATION,
    SENSOR_DATA,
    SIDES,
    TICK_MS,
    TYPE,
    WANTED,
    decode_delays,
    decode_sensor_data,
    encode_configuration,
)


class UkatonMissionDriver:
    """One connection to a Ukaton Mission insole.

    Every connection finds all sensors off. The driver switches pressure, acceleration and rate on at one period, and
    reads back what came of it. Cells are raw counts of the converter, not a physical quantity.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        self._period_ms = TICK_MS * max(1, round(1000 / (options.rate_hz or 100.0) / TICK_MS))
        self._facts = Facts()

    @property
    def facts(self) -> Facts:
        """Side, battery and rate, as far as told."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that the device reads back; until then, the one it is asked for."""
        return self._facts.rate_hz or 1000 / self._period_ms

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Sixteen cells in the firmware's order; alike on either foot."""
        return CELLS

    @property
    def unit(self) -> LoadUnit:
        """Counts of the converter."""
        return LoadUnit.COUNTS

    @property
    def can_vibrate(self) -> bool | None:
        """Always: it does not tell whether it has the motor that its firmware drives."""
        return True

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Ask what it is, switch the sensors on, listen."""
        return (
            Read(TYPE),
            *ASK_BATTERY,
            Write(CONFIGURATION, encode_configuration(dict.fromkeys(WANTED, self._period_ms))),
            Read(CONFIGURATION),
            Subscribe(SENSOR_DATA),
        )

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == SENSOR_DATA:
                return self._sensor_data(data)
            if characteristic == TYPE:
                self._type(data)
            elif characteristic == CONFIGURATION:
                self._configuration(data)
            else:
                self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Switch the sensors off."""
        return (Write(CONFIGURATION, encode_configuration(dict.fromkeys(WANTED, 0))),)

    def ask_motors(self) -> Write | None:
        """There is nothing that it could answer."""
        return None

    def vibrate(self, place: Place, pulses: Sequence[Pulse]) -> Write | None:
        """Run the pulses once on its one motor, wherever it is wanted."""
        return Write(VIBRATION, encode_vibration(pulses))

    def _type(self, data: bytes) -> None:
        if len(data) != 1:
            raise DecodeError(DecodeReason.WRONG_LENGTH, data, f"device type of {len(data)} bytes")
        side = SIDES.get(data[0])
        note = None if side is not None else f"says that it is no insole (device type {data[0]})"
        self._facts = replace(self._facts, side=side, note=note)

    def _configuration(self, data: bytes) -> None:
        held_ms = {decode_delays(data)[one] for one in WANTED}
        if held_ms == {self._period_ms}:
            self._facts = replace(self._facts, rate_hz=1000 / self._period_ms)
        else:
            told = ", ".join(f"{delay_ms} ms" for delay_ms in sorted(held_ms))
            self._facts = replace(self._facts, note=f"asked for a sample every {self._period_ms} ms, holds {told}")

    @staticmethod
    def _sensor_data(data: bytes) -> Fed:
        told = decode_sensor_data(data)
        if told.cells is None and told.acceleration_mps2 is None and told.rate_dps is None:
            return Fed()
        reading = Reading(
            offset_s=NEWEST_ONLY,
            device_time_s=told.time_ms / 1000,
            cells=_row(told.cells),
            acceleration_mps2=_row(told.acceleration_mps2),
            rate_dps=_row(told.rate_dps),
        )
        return Fed((reading,))


def _row(values: Floats | None) -> Floats | None:
    return None if values is None else values[None]
