"""Movesense: the driver."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from sensors.driver import Action, DriverOptions, Facts, Fed, Reading, Subscribe, WithoutCells, Write
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Side
from sensors.movesense.packets import (
    CLOCK_WRAPS_AFTER_S,
    COMMANDS,
    DATA,
    DATA_PART_2,
    FIRST_ERROR_STATUS,
    HEAD_BYTES,
    NOTIFICATIONS,
    RATES_HZ,
    RESPONSE,
    Joiner,
    decode_samples,
    decode_status,
    path,
    subscribe,
    unsubscribe,
)
from sensors.standard_services import ASK_BATTERY, ASK_FIRMWARE, take_in

REFERENCE = 99


class MovesenseDriver(WithoutCells):
    """One connection to a Movesense with the GATT SensorData firmware.

    It subscribes to accelerometer and gyroscope in one stream. Whether the device answers to that depends on the
    firmware's age; samples show that it worked. The device takes no notice of which leg it is on.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        wanted_hz = options.rate_hz or 104.0
        self._rate_hz = min(RATES_HZ, key=lambda rate_hz: abs(rate_hz - wanted_hz))
        self._facts = Facts()
        self._joiner = Joiner(self._rate_hz)

    @property
    def facts(self) -> Facts:
        """Battery and firmware, as far as told, and what was refused."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that is asked for."""
        return self._rate_hz

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Ask what it is, listen, start the stream."""
        return (
            *ASK_FIRMWARE,
            *ASK_BATTERY,
            Subscribe(NOTIFICATIONS),
            Write(COMMANDS, subscribe(REFERENCE, path(self._rate_hz))),
        )

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == NOTIFICATIONS:
                return self._notification(data)
            self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """End the stream."""
        return (Write(COMMANDS, unsubscribe(REFERENCE)),)

    def _notification(self, data: bytes) -> Fed:
        if len(data) < HEAD_BYTES:
            raise DecodeError(DecodeReason.TRUNCATED, data, "notification without its head")
        kind, reference, rest = data[0], data[1], data[HEAD_BYTES:]
        if kind not in {RESPONSE, DATA, DATA_PART_2}:
            raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, f"notification of kind {kind}")
        if reference != REFERENCE:
            raise DecodeError(DecodeReason.UNKNOWN_TYPE, data, f"notification with reference {reference}")
        if kind == RESPONSE:
            self._response(decode_status(rest))
            return Fed()
        packets, faults = self._joiner.feed(kind, rest)
        readings = []
        for packet in packets:
            try:
                readings.append(self._reading(packet))
            except DecodeError as error:
                faults.append(error)
        return Fed(tuple(readings), faults=tuple(faults))

    def _response(self, status: int) -> None:
        refused = f"refuses {path(self._rate_hz)} with status {status}"
        self._facts = replace(self._facts, note=refused if status >= FIRST_ERROR_STATUS else None)

    def _reading(self, packet: bytes) -> Reading:
        samples = decode_samples(packet)
        offset_s = np.arange(1 - len(samples.rate_dps), 1) / self._rate_hz
        return Reading(
            offset_s=offset_s,
            device_time_s=(samples.time_ms / 1000 - float(offset_s[0])) % CLOCK_WRAPS_AFTER_S,
            acceleration_mps2=samples.acceleration_mps2,
            rate_dps=samples.rate_dps,
        )
