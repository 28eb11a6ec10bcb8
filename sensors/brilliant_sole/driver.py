"""Brilliant Sole: the driver."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from sensors.brilliant_sole.motors import Motors
from sensors.brilliant_sole.packets import (
    FROM_DEVICE,
    LARGEST_MTU,
    PERIOD_STEP_MS,
    SIDES,
    SMALLEST_MTU,
    TO_DEVICE,
    VECTOR_BYTES,
    Message,
    Sensor,
    cells_at,
    encode,
    encode_time,
    pack,
    parse_number,
    parse_periods,
    parse_positions,
    parse_scalars,
    parse_sensor_data,
    periods_messages,
    split,
)
from sensors.driver import (
    G_MPS2,
    Action,
    DriverOptions,
    Facts,
    Fed,
    Floats,
    Reading,
    Subscribe,
    Write,
    choose_options,
)
from sensors.errors import DecodeError, DecodeReason
from sensors.haptics import Place, Pulse
from sensors.layout import Cell, LoadUnit, Side
from sensors.standard_services import ASK_BATTERY, ASK_FIRMWARE, take_in

_ACCELERATION_UNITS = {"m/s2": 1.0, "g": G_MPS2}
_RATE_UNITS = {"rad/s": math.degrees(1.0), "deg/s": 1.0}

OPTIONS = {
    "acceleration_unit": tuple(_ACCELERATION_UNITS),
    "rate_unit": tuple(_RATE_UNITS),
    "positions_from": ("toe", "heel"),
}
"""What no source states: units of the scaled vectors, and where cell positions count from. The predecessor's first."""

_WANTED = (Sensor.PRESSURE, Sensor.ACCELERATION, Sensor.GYROSCOPE)
_QUESTIONS = (
    Message.GET_MTU,
    Message.GET_TYPE,
    Message.GET_CURRENT_TIME,
    Message.GET_SENSOR_CONFIGURATION,
    Message.GET_SENSOR_SCALARS,
)


class BrilliantSoleDriver:
    """One connection to a Brilliant Sole insole.

    It asks what the device has, waits for the answers, then switches pressure, acceleration and gyroscope on at one
    period and every other sensor off. Cells are raw counts: the scalar that the device announces for them leads to no
    physical unit and is the same for all.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        chosen = choose_options(options.options, OPTIONS)
        self._acceleration_mps2_per_unit = _ACCELERATION_UNITS[chosen["acceleration_unit"]]
        self._dps_per_unit = _RATE_UNITS[chosen["rate_unit"]]
        self._from_toe = chosen["positions_from"] == "toe"
        self._side = side
        steps = round(1000 / (options.rate_hz or 100.0) / PERIOD_STEP_MS)
        self._period_ms = PERIOD_STEP_MS * max(1, steps)
        self._facts = Facts()
        self._now_ms = 0
        self._mtu: int | None = None
        self._periods_ms: dict[int, int] | None = None
        self._scalars: dict[int, float] | None = None
        self._device_time_ms: int | None = None
        self._positions: list[tuple[float, float]] | None = None
        self._asked_positions = False
        self._configured = False
        self._motors = Motors()

    @property
    def facts(self) -> Facts:
        """Side, battery, firmware and rate, as far as told."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that the device answered with; until then, the one that it is asked for."""
        return self._facts.rate_hz or 1000 / self._period_ms

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Cells at the positions that the device told; empty before."""
        side = self._facts.side or self._side
        return cells_at(self._positions or [], side, from_toe=self._from_toe)

    @property
    def unit(self) -> LoadUnit:
        """Counts of the converter."""
        return LoadUnit.COUNTS

    @property
    def can_vibrate(self) -> bool | None:
        """Whether it has motors, as far as told."""
        return self._motors.there

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Listen, and ask what the device is and has."""
        self._now_ms = round(wall_time.timestamp() * 1000)
        return (
            *ASK_FIRMWARE,
            *ASK_BATTERY,
            Subscribe(FROM_DEVICE),
            *self._send(encode(question) for question in _QUESTIONS),
        )

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        if characteristic == FROM_DEVICE:
            return self._messages(data)
        try:
            self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Switch every sensor off."""
        return self._send_periods({sensor: 0 for sensor, period_ms in (self._periods_ms or {}).items() if period_ms})

    def ask_motors(self) -> Write | None:
        """How its firmware numbers messages, then where its motors are."""
        return self._write(self._motors.question())

    def vibrate(self, place: Place, pulses: Sequence[Pulse]) -> Write | None:
        """Run the pulses at a place once."""
        return self._write(self._motors.vibration(place, pulses))

    def _messages(self, data: bytes) -> Fed:
        messages, faults = split(data)
        readings: list[Reading] = []
        for kind, payload in messages:
            try:
                if kind == Message.SENSOR_DATA:
                    readings += self._sensor_data(payload, faults)
                else:
                    self._answer(kind, payload)
            except DecodeError as error:
                faults.append(error)
        return Fed(tuple(readings), () if self._configured else self._proceed(), tuple(faults))

    def _answer(self, kind: int, payload: bytes) -> None:
        """Take in the answer to a question; types that only some firmware versions know are none of ours."""
        if kind == Message.GET_MTU:
            self._mtu = min(max(parse_number(payload, 2), SMALLEST_MTU), LARGEST_MTU)
        elif kind == Message.GET_TYPE:
            device_type = parse_number(payload, 1)
            foreign = f"says that it is no insole (device type {device_type})"
            note = self._facts.note if device_type in SIDES else foreign
            self._facts = replace(self._facts, side=SIDES.get(device_type), note=note)
        elif kind == Message.GET_CURRENT_TIME:
            self._device_time_ms = parse_number(payload, 8)
        elif kind in {Message.GET_SENSOR_CONFIGURATION, Message.SET_SENSOR_CONFIGURATION}:
            self._periods_ms = {**(self._periods_ms or {}), **parse_periods(payload)}
            period_ms = self._periods_ms.get(Sensor.PRESSURE, 0)
            if Sensor.PRESSURE not in self._periods_ms:
                self._facts = replace(self._facts, note="has no pressure cells")
            elif period_ms:
                self._facts = replace(self._facts, rate_hz=1000 / period_ms)
        elif kind == Message.GET_SENSOR_SCALARS:
            self._scalars = parse_scalars(payload)
        elif kind == Message.GET_PRESSURE_POSITIONS:
            self._positions = parse_positions(payload)
        else:
            self._motors.told(kind, payload)

    def _proceed(self) -> tuple[Action, ...]:
        """The next step of the set-up, once the answers that it needs are there."""
        if self._mtu is None or self._periods_ms is None:
            return ()
        if Sensor.PRESSURE in self._periods_ms and self._positions is None:
            if self._asked_positions:
                return ()
            self._asked_positions = True
            return self._send([encode(Message.GET_PRESSURE_POSITIONS)])
        if self._scalars is None or self._device_time_ms is None:
            return ()
        self._configured = True
        set_clock: tuple[Action, ...] = ()
        if self._device_time_ms == 0:
            set_clock = self._send([encode(Message.SET_CURRENT_TIME, encode_time(self._now_ms))])
        wanted_ms = {s: self._period_ms if s in _WANTED else 0 for s in self._periods_ms}
        return set_clock + self._send_periods(
            {s: period_ms for s, period_ms in wanted_ms.items() if period_ms != self._periods_ms[s]}
        )

    def _sensor_data(self, payload: bytes, faults: list[DecodeError]) -> list[Reading]:
        time_ms, samples, cut_short = parse_sensor_data(payload)
        faults += cut_short
        cells = self._samples(samples.get(Sensor.PRESSURE), "<u2", 2 * len(self._positions or ()), faults)
        acceleration = self._samples(samples.get(Sensor.ACCELERATION), "<i2", VECTOR_BYTES, faults)
        rate = self._samples(samples.get(Sensor.GYROSCOPE), "<i2", VECTOR_BYTES, faults)
        present = [array for array in (cells, acceleration, rate) if array is not None]
        if not present:
            return []
        n = len(present[0])
        if any(len(array) != n for array in present):
            detail = "sensors with different numbers of samples under one stamp"
            faults.append(DecodeError(DecodeReason.WRONG_LENGTH, payload, detail))
            return []
        scalars = self._scalars or {}
        if acceleration is not None:
            acceleration *= scalars.get(Sensor.ACCELERATION, 1.0) * self._acceleration_mps2_per_unit
        if rate is not None:
            rate *= scalars.get(Sensor.GYROSCOPE, 1.0) * self._dps_per_unit
        return [
            Reading(
                offset_s=np.arange(1 - n, 1) / self.rate_hz,
                device_time_s=time_ms / 1000,
                cells=cells,
                acceleration_mps2=acceleration,
                rate_dps=rate,
            )
        ]

    @staticmethod
    def _samples(samples: list[bytes] | None, kind: str, size: int, faults: list[DecodeError]) -> Floats | None:
        """(n, components) counts of one sensor; a fault where a sample has another size than it should."""
        if samples is None:
            return None
        data = b"".join(samples)
        if size == 0 or any(len(sample) != size for sample in samples):
            detail = (
                f"sample of {len(samples[0])} bytes instead of {size}" if size else "pressure before cell positions"
            )
            faults.append(DecodeError(DecodeReason.WRONG_LENGTH, data, detail))
            return None
        return np.frombuffer(data, kind).reshape(len(samples), -1).astype(np.float64)

    @staticmethod
    def _write(message: bytes | None) -> Write | None:
        return None if message is None else Write(TO_DEVICE, message)

    def _send(self, messages: Iterable[bytes]) -> tuple[Action, ...]:
        return tuple(Write(TO_DEVICE, data) for data in pack(messages, self._mtu or SMALLEST_MTU))

    def _send_periods(self, periods_ms: dict[int, int]) -> tuple[Action, ...]:
        return self._send(periods_messages(periods_ms, self._mtu or SMALLEST_MTU))
