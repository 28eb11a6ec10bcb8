"""The open profile: the driver."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from sensors.driver import (
    NEWEST_ONLY,
    Action,
    DriverOptions,
    Facts,
    Fed,
    Floats,
    Read,
    Reading,
    Subscribe,
    Write,
)
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Cell, LoadUnit, Side
from sensors.open_profile.packets import (
    AXES_UNKNOWN,
    CONTROL,
    DESCRIPTION,
    KIND_WORDS,
    SAMPLES,
    Description,
    Kind,
    decode_control,
    decode_description,
    decode_samples,
    encode_control,
)
from sensors.standard_services import ASK_BATTERY, ASK_FIRMWARE, take_in

USUAL_RATE_HZ = 100.0


class OpenProfileDriver:
    """One connection to a device of the open profile.

    The device describes itself: what it is, its cells, scales and axes, and its rates, of which the nearest to the one
    asked for is set. Nothing is started on a device that is of another kind or cannot be understood.
    """

    def __init__(self, kind: Kind, side: Side, options: DriverOptions) -> None:
        self._kind = kind
        self._asked_hz = options.rate_hz
        self._rate_hz = options.rate_hz or USUAL_RATE_HZ
        self._facts = Facts()
        self._description: Description | None = None
        self._columns: list[int] = []
        self._per_count = np.empty(0)

    @property
    def facts(self) -> Facts:
        """Side, rate, battery and firmware, as far as told."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that the device reads back; until then, the one that it is asked for."""
        return self._rate_hz

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the description; empty before it."""
        return self._description.cells if self._description else ()

    @property
    def unit(self) -> LoadUnit:
        """The unit of the description; counts before it."""
        return self._description.unit if self._description else LoadUnit.COUNTS

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Ask what it is, and listen. It is started once it has said that."""
        return (Read(DESCRIPTION), *ASK_FIRMWARE, *ASK_BATTERY, Subscribe(SAMPLES))

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == SAMPLES:
                return Fed((self._reading(data),))
            if characteristic == DESCRIPTION:
                return Fed(actions=self._described(data))
            if characteristic == CONTROL:
                self._controlled(data)
            else:
                self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Stop the stream."""
        return () if self._description is None else (Write(CONTROL, encode_control(self._rate_hz, running=False)),)

    def _described(self, data: bytes) -> tuple[Action, ...]:
        """Take in the description; start the device if it can be used."""
        try:
            told = decode_description(data)
        except DecodeError as error:
            self._note(f"its description cannot be used: {error.detail}")
            raise
        self._facts = replace(self._facts, side=told.side)
        if told.kind is not self._kind:
            self._note(f"says that it is {KIND_WORDS[told.kind]}, not {KIND_WORDS[self._kind]}")
            return ()
        self._description = told
        self._columns, self._per_count = _channels(told)
        wanted_hz = self._asked_hz or USUAL_RATE_HZ
        self._rate_hz = min(told.rates_hz, key=lambda rate_hz: (abs(rate_hz - wanted_hz), -rate_hz))
        if self._asked_hz is not None and self._rate_hz != self._asked_hz:
            self._note(f"has no rate of {wanted_hz:g} Hz; the nearest is {self._rate_hz:g} Hz")
        return (Write(CONTROL, encode_control(self._rate_hz, running=True)), Read(CONTROL))

    def _controlled(self, data: bytes) -> None:
        """Take in what the device says that it does, having been started."""
        running, rate_hz = decode_control(data)
        if not running:
            self._note("was started, but says that it stands still")
        elif rate_hz != self._rate_hz:
            self._note(f"stays at {rate_hz:g} Hz; asked for {self._rate_hz:g} Hz")
        self._rate_hz = rate_hz
        self._facts = replace(self._facts, rate_hz=rate_hz)

    def _note(self, note: str) -> None:
        self._facts = replace(self._facts, note=note)

    def _reading(self, data: bytes) -> Reading:
        samples = decode_samples(data)
        told = self._description
        n, channels = samples.counts.shape
        if told is None or channels != told.channels:
            expected = "before the description" if told is None else f"instead of {told.channels}"
            detail = f"samples of {channels} channels {expected}"
            raise DecodeError(DecodeReason.WRONG_LENGTH, data, detail)
        values = samples.counts[:, self._columns] * self._per_count
        cells_n = len(told.cells)
        return Reading(
            offset_s=NEWEST_ONLY if n == 1 else np.arange(1 - n, 1) / self._rate_hz,
            device_time_s=samples.time_us / 1e6,
            sequence=samples.sequence,
            cells=values[:, :cells_n] if cells_n else None,
            acceleration_mps2=values[:, cells_n : cells_n + 3] if told.motion else None,
            rate_dps=values[:, cells_n + 3 :] if told.motion else None,
        )


def _channels(told: Description) -> tuple[list[int], Floats]:
    """Which column of a packet each value comes from, the IMU's turned into forward, left, up; and its scale."""
    columns = list(range(len(told.cells)))
    scales = [told.load_per_count] * len(columns)
    if told.motion is not None:
        axes = (1, 2, 3) if told.motion.axes == AXES_UNKNOWN else told.motion.axes
        for first, scale in ((0, told.motion.acceleration_mps2), (3, told.motion.rate_dps)):
            columns += [len(told.cells) + first + abs(axis) - 1 for axis in axes]
            scales += [scale if axis > 0 else -scale for axis in axes]
    return columns, np.array(scales)
