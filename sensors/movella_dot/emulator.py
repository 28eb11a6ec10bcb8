"""Movella DOT: the emulator."""

import numpy as np

from sensors.driver import G_MPS2
from sensors.emulation import (
    Advertisement,
    Body,
    EmulatorOptions,
    GattCharacteristic,
    GattService,
    Notification,
)
from sensors.layout import Side
from sensors.movella_dot.packets import (
    BATTERY,
    BATTERY_SERVICE,
    CONFIGURATION_SERVICE,
    CONTROL,
    CONTROL_BYTES,
    INFORMATION,
    MEASUREMENT,
    MEASUREMENT_SERVICE,
    MEDIUM_PAYLOAD,
    NAMES,
    RECORDING_RATE_HZ,
    REPORT,
    STREAMING_RATES_HZ,
    Report,
    Sample,
    asked_rate,
    encode_sample,
    measure,
    set_rate,
)
from sensors.transducers import Crystal, Ticks

FIRMWARE = (2, 0, 0)
RATE_BEFORE_HZ = 20.0
ACCELERATION_RANGE_MPS2 = 16 * G_MPS2
RATE_RANGE_DPS = 2000.0

_READ = frozenset({"read"})
_READ_WRITE = frozenset({"read", "write"})
_READ_NOTIFY = frozenset({"read", "notify"})


class MovellaDotEmulator:
    """A DOT on a shank that knows one payload, acceleration and rate, and was last used at 20 Hz.

    It keeps its rate from one connection to the next, and measures only while connected. Asked to measure at a rate
    that is for recording alone, it reports an illegal command: what the device does then is not published. A
    notification that the MTU cannot hold is cut short.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._crystal = Crystal.drawn(options, np.random.default_rng(options.seed))
        self._control = set_rate(bytes(CONTROL_BYTES), RATE_BEFORE_HZ)
        self._rate_hz = RATE_BEFORE_HZ
        self._samples: Ticks | None = None
        self._subscribed: set[str] = set()
        self._mtu = 23

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table, as far as it is used."""
        return (
            GattService(
                CONFIGURATION_SERVICE,
                (
                    GattCharacteristic(INFORMATION, _READ),
                    GattCharacteristic(CONTROL, _READ_WRITE),
                    GattCharacteristic(REPORT, frozenset({"notify"})),
                ),
            ),
            GattService(
                MEASUREMENT_SERVICE,
                (
                    GattCharacteristic(MEASUREMENT, _READ_WRITE),
                    GattCharacteristic(MEDIUM_PAYLOAD, frozenset({"notify"})),
                ),
            ),
            GattService(BATTERY_SERVICE, (GattCharacteristic(BATTERY, _READ_NOTIFY),)),
        )

    @property
    def advertisement(self) -> Advertisement:
        """A name, by its age."""
        return Advertisement(self._options.name or NAMES[self._options.seed % 2])

    def connected(self, time_s: float, mtu: int) -> None:
        """The MTU bounds what is sent from now on."""
        self._mtu = mtu

    def disconnected(self) -> None:
        """Measuring stops; clock and rate stay."""
        self._samples = None
        self._subscribed.clear()
        self._mtu = 23

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Information, control, battery, or whether it measures."""
        return {
            INFORMATION: bytes(6) + bytes(FIRMWARE) + bytes(25),
            CONTROL: self._control,
            MEASUREMENT: measure(start=self._samples is not None),
            BATTERY: bytes((round(self._options.battery_pct), 0)),
        }.get(characteristic, b"")

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Set the rate, start or stop; anything else is ignored."""
        if characteristic == CONTROL:
            rate_hz = asked_rate(data)
            if rate_hz in (*STREAMING_RATES_HZ, RECORDING_RATE_HZ):
                self._control, self._rate_hz = data, rate_hz
        elif characteristic == MEASUREMENT and data == measure(start=False):
            self._samples = None
        elif characteristic == MEASUREMENT and data == measure(start=True):
            if self._rate_hz == RECORDING_RATE_HZ:
                refusal = bytes((Report.ILLEGAL_COMMAND,)) + bytes(35)
                return (Notification(time_s, REPORT, refusal),) if REPORT in self._subscribed else ()
            self._samples = Ticks(self._crystal, self._rate_hz)
            self._samples.start(time_s)
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop to be heard."""
        if on:
            self._subscribed.add(characteristic)
        else:
            self._subscribed.discard(characteristic)
        if characteristic == MEDIUM_PAYLOAD and self._samples is not None:
            self._samples.start(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The samples that fall due up to ``until_s``."""
        samples = self._samples
        if samples is None or MEDIUM_PAYLOAD not in self._subscribed or len(numbers := samples.due(until_s)) == 0:
            return ()
        time_s = samples.true_s(numbers)
        stamps_us = (samples.uptime_s(numbers) * 1e6).astype(np.int64) % 2**32
        acceleration_mps2, rate_dps = body.shank(self._side, time_s)
        acceleration_mps2 = acceleration_mps2.clip(-ACCELERATION_RANGE_MPS2, ACCELERATION_RANGE_MPS2)
        rate_dps = rate_dps.clip(-RATE_RANGE_DPS, RATE_RANGE_DPS)
        return tuple(
            Notification(at_s, MEDIUM_PAYLOAD, encode_sample(Sample(stamp_us, *sample))[: self._mtu - 3])
            for at_s, stamp_us, *sample in zip(
                time_s.tolist(), stamps_us.tolist(), acceleration_mps2, rate_dps, strict=True
            )
        )
