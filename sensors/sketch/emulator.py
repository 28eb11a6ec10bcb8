"""A foreign sketch: the emulator, which sends whatever a description says."""

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
from sensors.sketch.samples import encode_line, encode_struct, structs_of
from sensors.sketch_layout import Meaning, SketchField, SketchLayout
from sensors.standard_services import BATTERY, INFORMATION, emulated
from sensors.transducers import Crystal, Integers, LoadCell, Ticks

SMALLEST_MTU = 23
ATT_HEADER_BYTES = 3
SKIPPED = 7.0
"""Stands where the description says to skip."""


class SketchEmulator:
    """A device that runs such a sketch: one sample at a time, on a crystal of its own.

    It streams from subscribing on, or where the description has something to write for that, from then on. A struct
    that the MTU cannot hold is cut short, as stacks do; a line is sent in pieces. Cells are raw counts of its
    converter. An insole's IMU feels what the body's shank feels, since a body has no foot of its own.
    """

    def __init__(
        self, service: str, layout: SketchLayout, rate_hz: float, side: Side, options: EmulatorOptions
    ) -> None:
        self._service = service
        self._layout = layout
        self._side = side
        self._options = options
        self._structs = structs_of(layout)
        self._rng = np.random.default_rng(options.seed)
        self._crystal = Crystal.drawn(options, self._rng)
        self._cell = LoadCell(noise_counts=options.load_noise_counts)
        self._samples = Ticks(self._crystal, rate_hz)
        self._mtu = SMALLEST_MTU
        self._subscribed = False
        self._started = not layout.start_hex

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        notify = GattCharacteristic(self._layout.characteristic, frozenset({"notify"}))
        write = GattCharacteristic(self._layout.write_to, frozenset({"write", "write-without-response"}))
        return (GattService(self._service, (notify, write)), BATTERY, INFORMATION)

    @property
    def advertisement(self) -> Advertisement:
        """A name that tells nothing."""
        return Advertisement(self._options.name or f"MyESP{self._options.seed % 100:02d}")

    def connected(self, time_s: float, mtu: int) -> None:
        """The MTU bounds what is sent from now on."""
        self._mtu = mtu

    def disconnected(self) -> None:
        """The stream stops; the clock runs on."""
        self._subscribed = False
        self._started = not self._layout.start_hex
        self._mtu = SMALLEST_MTU

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Battery or firmware."""
        return emulated(characteristic, self._options)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Start or stop, where the description has words for that."""
        if characteristic == self._layout.write_to:
            if self._layout.start_hex and data == bytes.fromhex(self._layout.start_hex):
                self._started = True
                self._samples.start(time_s)
            elif self._layout.stop_hex and data == bytes.fromhex(self._layout.stop_hex):
                self._started = False
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop to be heard."""
        if characteristic == self._layout.characteristic:
            self._subscribed = on
            self._samples.start(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The samples that fall due up to ``until_s``."""
        if not (self._subscribed and self._started):
            return ()
        numbers = self._samples.due(until_s)
        if len(numbers) == 0:
            return ()
        time_s = self._samples.true_s(numbers)
        rows = self._rows(numbers, time_s, body)
        return tuple(
            Notification(at_s, self._layout.characteristic, piece)
            for at_s, row in zip(time_s.tolist(), rows.tolist(), strict=True)
            for piece in self._pieces(row)
        )

    def _rows(self, numbers: Integers, time_s: Floats, body: Body) -> Floats:
        """(n, numbers of a sample) as they are sent."""
        layout = self._layout
        measured = dict(zip((Meaning.ACCELERATION, Meaning.RATE), body.shank(self._side, time_s), strict=True))
        if layout.cells:
            force_n = body.cell_forces_n(self._side, layout.cells, time_s)
            measured[Meaning.CELLS] = self._cell.counts(force_n, self._rng).astype(np.float64)
        rows = np.full((len(time_s), layout.numbers), SKIPPED)
        for what, values in measured.items():
            if columns := layout.columns(what):
                rows[:, columns] = (values - np.array(layout.offsets)[columns]) / np.array(layout.scales)[columns]
        if time := layout.field(Meaning.TIME):
            ticks = np.floor(self._samples.uptime_s(numbers) / time.scale)
            rows[:, layout.columns(Meaning.TIME)] = _wrapped(ticks, time)[:, None]
        if counter := layout.field(Meaning.COUNTER):
            rows[:, layout.columns(Meaning.COUNTER)] = _wrapped(numbers.astype(np.float64), counter)[:, None]
        return rows

    def _pieces(self, row: list[float]) -> list[bytes]:
        """The notifications of one sample."""
        room = self._mtu - ATT_HEADER_BYTES
        if not self._layout.is_text:
            return [encode_struct(self._layout, self._structs, row)[:room]]
        line = encode_line(self._layout, row)
        return [line[at : at + room] for at in range(0, len(line), room)]


def _wrapped(counted: Floats, field: SketchField) -> Floats:
    """A time or counter in the field's bits, below zero where its type is signed and its highest bit set."""
    counted = counted % 2**field.bits
    is_signed = field.type.value.startswith("int")
    return np.where(is_signed & (counted >= 2 ** (field.type.bits - 1)), counted - 2**field.type.bits, counted)
