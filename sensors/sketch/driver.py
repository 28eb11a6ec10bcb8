"""A foreign sketch: the driver, told by its owner's description what the bytes mean."""

from datetime import datetime

import numpy as np

from sensors.driver import G_MPS2, NEWEST_ONLY, Action, DriverOptions, Facts, Fed, Floats, Reading, Subscribe, Write
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Cell, LoadUnit, Side
from sensors.sketch.samples import Lines, decode_line, decode_structs, structs_of
from sensors.sketch_layout import Meaning
from sensors.standard_services import ASK_BATTERY, ASK_FIRMWARE, take_in

SEQUENCE_MODULUS = 65536
MOST_ACCELERATION_MPS2 = 200 * G_MPS2
MOST_RATE_DPS = 10_000.0
"""Beyond what the chips of such devices measure: bytes that mean so much are not what their description says."""

LARGEST = float(np.finfo(np.float64).max)


class SketchDriver:
    """One connection to a sketch, by its description.

    Samples with a time or counter of their own become one reading each; others share one, spread at the rate.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        if options.sketch is None or options.rate_hz is None:
            raise ValueError("a sketch needs its description and its rate")
        self._layout = layout = options.sketch
        self._rate_hz = options.rate_hz
        self._facts = Facts()
        self._structs = structs_of(layout)
        self._lines = Lines()
        self._scales = np.array(layout.scales)
        self._offsets = np.array(layout.offsets)
        self._columns = {what: layout.columns(what) for what in Meaning}
        most = {Meaning.ACCELERATION: MOST_ACCELERATION_MPS2, Meaning.RATE: MOST_RATE_DPS}
        self._measured = [column for column, what in enumerate(layout.meanings) if what is not Meaning.SKIP]
        self._most = np.array([most.get(layout.meanings[column], LARGEST) for column in self._measured])
        self._counted: int | None = None
        self._sequence = 0

    @property
    def facts(self) -> Facts:
        """Battery and firmware, where the device has the standard services."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate of the description."""
        return self._rate_hz

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the description."""
        return self._layout.cells

    @property
    def unit(self) -> LoadUnit:
        """The unit of the description."""
        return self._layout.unit

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Listen, then say what makes it stream."""
        return (*ASK_FIRMWARE, *ASK_BATTERY, Subscribe(self._layout.characteristic), *self._say(self._layout.start_hex))

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == self._layout.characteristic:
                rows, faults = self._rows(data)
                return Fed(tuple(self._readings(rows, data, faults)), faults=tuple(faults))
            self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Say what makes it stop."""
        return self._say(self._layout.stop_hex)

    def _say(self, hexadecimal: str) -> tuple[Action, ...]:
        return (Write(self._layout.write_to, bytes.fromhex(hexadecimal)),) if hexadecimal else ()

    def _rows(self, data: bytes) -> tuple[list[list[float]], list[DecodeError]]:
        """The numbers of the samples that are whole by now, as they were sent."""
        if not self._layout.is_text:
            return decode_structs(self._structs, data), []
        lines, faults = self._lines.feed(data)
        rows = []
        for line in lines:
            try:
                rows.append(decode_line(self._layout, line))
            except DecodeError as error:
                faults.append(error)
        return rows, faults

    def _readings(self, rows: list[list[float]], data: bytes, faults: list[DecodeError]) -> list[Reading]:
        if not rows:
            return []
        raw = np.array(rows, np.float64)
        with np.errstate(all="ignore"):  # among garbage are numbers that no product can hold
            values = raw * self._scales + self._offsets
        usable = (np.abs(values[:, self._measured]) <= self._most).all(axis=1)
        if not usable.all():
            detail = f"{np.count_nonzero(~usable)} of {len(raw)} samples cannot be; is the description right?"
            faults.append(DecodeError(DecodeReason.OUT_OF_RANGE, data, detail))
            raw, values = raw[usable], values[usable]
        if self._columns[Meaning.TIME] or self._columns[Meaning.COUNTER]:
            return [self._reading(raw[row : row + 1], values[row : row + 1]) for row in range(len(raw))]
        return [self._reading(raw, values)] if len(raw) else []

    def _reading(self, raw: Floats, values: Floats) -> Reading:
        n = len(values)

        def of(what: Meaning) -> Floats | None:
            columns = self._columns[what]
            return values[:, columns] if columns else None

        return Reading(
            offset_s=NEWEST_ONLY if n == 1 else np.arange(1 - n, 1) / self._rate_hz,
            device_time_s=self._time_s(raw[-1]),
            sequence=self._count(raw[-1]),
            cells=of(Meaning.CELLS),
            acceleration_mps2=of(Meaning.ACCELERATION),
            rate_dps=of(Meaning.RATE),
        )

    def _time_s(self, raw: Floats) -> float | None:
        field = self._layout.field(Meaning.TIME)
        return None if field is None else float(raw[self._columns[Meaning.TIME][0]] % 2**field.bits) * field.scale

    def _count(self, raw: Floats) -> int | None:
        """The counter, widened or narrowed to the bits that a ``Reading`` has for it."""
        field = self._layout.field(Meaning.COUNTER)
        if field is None:
            return None
        counted = int(raw[self._columns[Meaning.COUNTER][0]])
        step = 0 if self._counted is None else (counted - self._counted) % 2**field.bits
        self._counted = counted
        self._sequence = (self._sequence + step) % SEQUENCE_MODULUS
        return self._sequence
