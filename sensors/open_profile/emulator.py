"""The open profile: the emulator, of an insole and of a shin IMU."""

import numpy as np

from sensors.driver import G_MPS2, Floats
from sensors.emulation import (
    Advertisement,
    Body,
    EmulatorOptions,
    GattCharacteristic,
    GattService,
    Notification,
)
from sensors.errors import DecodeError
from sensors.layout import Cell, Region, Side
from sensors.open_profile.packets import (
    AXES_UNKNOWN,
    CLOCK_MODULUS_US,
    CONTROL,
    DESCRIPTION,
    SAMPLES,
    SEQUENCE_MODULUS,
    SERVICES,
    Description,
    Kind,
    Motion,
    Samples,
    advertisement,
    decode_control,
    encode_control,
    encode_description,
    encode_samples,
    samples_that_fit,
)
from sensors.standard_services import BATTERY, INFORMATION, emulated
from sensors.transducers import Crystal, Integers, LoadCell, Ticks, to_int16

RATES_HZ = (100.0, 50.0, 200.0)
PACKET_S = 0.04
"""Time that a notification covers, if the MTU lets it."""

SMALLEST_MTU = 23

_ACCELERATION_MPS2 = 16 * G_MPS2 / 32768
_RATE_DPS = 2000 / 32768

CELLS = tuple(
    Cell(x / 255, y / 255, region)
    for x, y, region in (
        (92, 26, Region.HEEL),
        (163, 26, Region.HEEL),
        (186, 102, Region.MIDFOOT),
        (56, 178, Region.FOREFOOT),
        (122, 186, Region.FOREFOOT),
        (199, 171, Region.FOREFOOT),
        (66, 237, Region.TOES),
        (148, 227, Region.TOES),
    )
)
"""Eight cells under the loaded places of a sole."""


def described(kind: Kind, side: Side) -> Description:
    """What the emulated devices say about themselves. The shin IMU's chip lies on its side: x points to the left."""
    if kind is Kind.INSOLE:
        return Description(kind, side, RATES_HZ, CELLS, motion=Motion(_ACCELERATION_MPS2, _RATE_DPS))
    return Description(kind, None, RATES_HZ, motion=Motion(_ACCELERATION_MPS2, _RATE_DPS, axes=(-2, 1, 3)))


class OpenProfileEmulator:
    """A device of the open profile with eight cells and an IMU in the shoe, or an IMU alone on the shin.

    It knows no side on the shin, as a maker's one firmware for either leg. Cells are raw counts of its converter. An
    insole's IMU feels what the body's shank feels, since a body has no foot of its own. Where the MTU cannot hold a
    single sample it sends nothing.
    """

    def __init__(self, kind: Kind, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._told = described(kind, side)
        self._rng = np.random.default_rng(options.seed)
        self._crystal = Crystal.drawn(options, self._rng)
        self._cell = LoadCell(noise_counts=options.load_noise_counts)
        self._rate_hz = self._told.rates_hz[0]
        self._running = False
        self._subscribed = False
        self._mtu = SMALLEST_MTU
        self._packets: Ticks | None = None

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                SERVICES[self._told.kind],
                (
                    GattCharacteristic(DESCRIPTION, frozenset({"read"})),
                    GattCharacteristic(CONTROL, frozenset({"read", "write"})),
                    GattCharacteristic(SAMPLES, frozenset({"notify"})),
                ),
            ),
            BATTERY,
            INFORMATION,
        )

    @property
    def advertisement(self) -> Advertisement:
        """The service of its kind, and its side where it knows it."""
        name = self._options.name or f"Open {self._told.kind.name.title()} {self._options.seed % 100:02d}"
        return advertisement(self._told.kind, self._told.side, name)

    def connected(self, time_s: float, mtu: int) -> None:
        """Stands still until started; the MTU bounds how many samples share a notification."""
        self._mtu = mtu
        self._begin(time_s)

    def disconnected(self) -> None:
        """The stream stops; the clock runs on."""
        self._running = self._subscribed = False
        self._rate_hz = self._told.rates_hz[0]
        self._mtu = SMALLEST_MTU
        self._packets = None

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Description, control, battery or firmware."""
        if characteristic == DESCRIPTION:
            return encode_description(self._told)
        if characteristic == CONTROL:
            return encode_control(self._rate_hz, running=self._running)
        return emulated(characteristic, self._options)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Start at a rate, or stop; anything else changes nothing."""
        if characteristic == CONTROL:
            try:
                running, rate_hz = decode_control(data)
            except DecodeError:
                return ()
            if rate_hz in self._told.rates_hz:
                self._running, self._rate_hz = running, rate_hz
                self._begin(time_s)
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop to be heard."""
        if characteristic == SAMPLES:
            self._subscribed = on
            self._begin(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The packets that fall due up to ``until_s``, each when its newest sample is taken."""
        packets, n = self._packets, self._samples_n
        if packets is None or len(numbers := packets.due(until_s)) == 0:
            return ()
        newest_s = packets.uptime_s(numbers)
        uptime_s = newest_s[:, None] + np.arange(1 - n, 1) / self._rate_hz
        counts = self._counts(self._crystal.true_s(uptime_s.ravel()), body).reshape(len(numbers), n, -1)
        stamps_us = (newest_s * 1e6).astype(np.int64) % CLOCK_MODULUS_US
        return tuple(
            Notification(at_s, SAMPLES, encode_samples(Samples(stamp_us, number % SEQUENCE_MODULUS, samples)))
            for at_s, stamp_us, number, samples in zip(
                packets.true_s(numbers).tolist(), stamps_us.tolist(), numbers.tolist(), counts, strict=True
            )
        )

    @property
    def _samples_n(self) -> int:
        """Samples in a notification."""
        return min(round(PACKET_S * self._rate_hz), samples_that_fit(self._mtu, self._told.channels))

    def _begin(self, time_s: float) -> None:
        """Fill packets from here, if anybody is to hear them."""
        self._packets = None
        if self._running and self._subscribed and self._samples_n > 0:
            self._packets = Ticks(self._crystal, self._rate_hz / self._samples_n)
            self._packets.start(time_s)

    def _counts(self, time_s: Floats, body: Body) -> Integers:
        """(n, channels) sixteen-bit integers."""
        parts = []
        if self._told.cells:
            parts.append(self._cell.counts(body.cell_forces_n(self._side, self._told.cells, time_s), self._rng))
        motion = self._told.motion
        if motion is not None:
            acceleration_mps2, rate_dps = body.shank(self._side, time_s)
            parts.append(to_int16(_in_chip(acceleration_mps2, motion.axes), motion.acceleration_mps2))
            parts.append(to_int16(_in_chip(rate_dps, motion.axes), motion.rate_dps))
        return np.hstack(parts)


def _in_chip(values: Floats, axes: tuple[int, int, int]) -> Floats:
    """Forward, left, up as the chip's own x, y, z."""
    if axes == AXES_UNKNOWN:
        return values
    turned = np.empty_like(values)
    for column, axis in enumerate(axes):
        turned[:, abs(axis) - 1] = np.copysign(1, axis) * values[:, column]
    return turned
