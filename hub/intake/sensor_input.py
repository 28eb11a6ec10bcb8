"""One sensor's way in: its link's driver, its clock, and what was counted on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hub.clock import ClockStatus, SensorClock
from hub.packets import Connected, Packet
from hub.session import SHIN_CHANNELS, Floats, InsoleSpec, ShinSpec
from sensors.catalogue import device_type
from sensors.driver import Action, Driver, Facts, Fed, Reading
from sensors.errors import DecodeReason
from sensors.layout import Role

_RATE_OVER_S = 5.0
_DOUBLED_WITHIN_S = 0.002

_NEW_CLOCK = ClockStatus(0.0, 0.0, 0.0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class IntakeStatus:
    """What comes in from one sensor.

    Parameters
    ----------
    connected : a link is up.
    rate_hz, loss_pct : samples per second, and those that never came in % of all, over the last 5 s with data; 0 when
        nothing has come for as long.
    last_data_s : arrival of the last samples; None before the first.
    packets, samples, faults, duplicates, lost, late : counted since the hub started. Late samples came, but after the
        sensor had been given up for their time; lost ones never came.
    faults_by_reason : bytes that could not be decoded, by reason.
    clock : how its clock does.
    facts : what the device said about itself.
    """

    role: Role
    connected: bool
    rate_hz: float
    loss_pct: float
    last_data_s: float | None
    packets: int
    samples: int
    duplicates: int
    lost: int
    late: int
    faults_by_reason: dict[DecodeReason, int]
    clock: ClockStatus
    facts: Facts

    @property
    def faults(self) -> int:
        """All bytes that could not be decoded, whatever the reason."""
        return sum(self.faults_by_reason.values())


@dataclass(slots=True)
class _Span:
    """Samples since an arrival, for the rate of late."""

    from_s: float
    samples: int = 0
    lost_before: int = 0


@dataclass(slots=True)
class SensorInput:
    """Decodes and stamps what one sensor sends, over all of its links."""

    role: Role
    driver: Driver | None = None
    spec: InsoleSpec | ShinSpec | None = None
    _connection: int = 0
    _address: str = ""
    _rate_set_hz: float = 0.0
    _clock: SensorClock | None = None
    _clocked: bool = True
    _last: tuple[bytes, float] = (b"", 0.0)
    _spec_is_fresh: bool = False
    _packets: int = 0
    _samples: int = 0
    _doubled: int = 0
    _faults: Counter[DecodeReason] = field(default_factory=Counter)
    _facts: Facts = field(default_factory=Facts)
    _last_data_s: float | None = None
    _span: _Span | None = None
    _rate_hz: float = 0.0
    _loss_pct: float = 0.0

    @property
    def channels(self) -> int:
        """Columns of this sensor's values."""
        return len(self.spec.cells) if isinstance(self.spec, InsoleSpec) else len(SHIN_CHANNELS)

    def connect(self, link: Connected) -> tuple[Action, ...]:
        """Begin a new link's conversation.

        Raises
        ------
        KeyError : no such kind of device.
        """
        kind = device_type(link.device_key)
        self.driver = kind.driver(link.side, link.options)
        self._connection = link.connection
        device_clock = kind.clock_for(link.options)
        self._clocked = device_clock is not None
        self._rate_set_hz = self.driver.rate_hz
        if self._clock is None:
            self._clock = SensorClock(self._rate_set_hz, device_clock)
        elif link.address == self._address:
            self._clock.connected()
            self._clock.set_rate(self._rate_set_hz)
        else:
            self._clock.connected_to_other(self._rate_set_hz, device_clock)
        self._address = link.address
        self._last = (b"", 0.0)
        self._span = None
        self._spec_is_fresh = False
        return self.driver.begin(link.wall_time)

    def disconnect(self, connection: int) -> None:
        """The link is gone."""
        if connection == self._connection:
            self.driver = None

    def feed(self, packet: Packet) -> Fed:
        """Decode bytes. What belongs to no link, or was delivered twice, gives nothing."""
        if self.driver is None or packet.connection != self._connection:
            return Fed()
        self._packets += 1
        if not self._clocked and self._is_doubled(packet):
            self._doubled += 1
            return Fed()
        fed = self.driver.feed(packet.characteristic, packet.data)
        for fault in fed.faults:
            self._faults[fault.reason] += 1
        return fed

    def changed_facts(self) -> Facts | None:
        """What the device has said about itself, where that has changed since this was last asked."""
        facts = self._facts if self.driver is None else self.driver.facts
        if facts is self._facts or facts == self._facts:
            return None
        self._facts = facts
        return facts

    def samples(self, readings: tuple[Reading, ...], arrival_s: float) -> Iterator[tuple[Floats, Floats]]:
        """Hub times and values of the readings that hold what this sensor's role needs. Keeps ``spec`` up to date."""
        driver, clock = self.driver, self._clock
        if driver is None or clock is None:
            return
        if driver.rate_hz != self._rate_set_hz:
            self._rate_set_hz = driver.rate_hz
            clock.set_rate(driver.rate_hz)
            self._spec_is_fresh = False
        for reading in readings:
            values = self._values(reading)
            if values is None:
                continue
            if not self._spec_is_fresh or values.shape[1] != self.channels:
                self._update_spec(driver)
            if values.shape[1] != self.channels or not np.isfinite(values).all():
                self._faults[DecodeReason.OUT_OF_RANGE] += 1
                continue
            time_s = clock.stamp(reading, arrival_s)
            if len(time_s):
                self._count(len(time_s), arrival_s, clock.lost)
                yield time_s, values

    def status(self, now_s: float, late: int) -> IntakeStatus:
        """What comes in, as of now; ``late`` samples were dropped after they were stamped."""
        live = self._last_data_s is not None and now_s - self._last_data_s < _RATE_OVER_S
        clock = self._clock.status if self._clock else _NEW_CLOCK
        return IntakeStatus(
            role=self.role,
            connected=self.driver is not None,
            rate_hz=self._rate_hz if live else 0.0,
            loss_pct=self._loss_pct if live else 0.0,
            last_data_s=self._last_data_s,
            packets=self._packets,
            samples=self._samples,
            duplicates=clock.duplicates + self._doubled,
            lost=clock.lost,
            late=late + clock.dropped,
            faults_by_reason=dict(self._faults),
            clock=clock,
            facts=self._facts,
        )

    def _is_doubled(self, packet: Packet) -> bool:
        """Whether the link delivered the very same bytes twice, which a device that counts nothing cannot tell."""
        data, arrival_s = self._last
        self._last = (packet.data, packet.arrival_s)
        return packet.data == data and packet.arrival_s - arrival_s < _DOUBLED_WITHIN_S

    def _values(self, reading: Reading) -> Floats | None:
        if self.role.is_insole:
            return reading.cells
        if reading.acceleration_mps2 is None or reading.rate_dps is None:
            return None
        values = np.empty((len(reading.rate_dps), len(SHIN_CHANNELS)))
        values[:, :3] = reading.acceleration_mps2
        values[:, 3:] = reading.rate_dps
        return values

    def _update_spec(self, driver: Driver) -> None:
        spec = self.spec
        self._spec_is_fresh = True
        if self.role.is_insole:
            if spec is None or spec.rate_hz != driver.rate_hz or not _has_cells(spec, driver):
                self.spec = InsoleSpec(driver.rate_hz, driver.unit, driver.cells)
        elif spec is None or spec.rate_hz != driver.rate_hz:
            self.spec = ShinSpec(driver.rate_hz)

    def _count(self, samples: int, arrival_s: float, lost: int) -> None:
        self._samples += samples
        self._last_data_s = arrival_s
        if self._span is None:
            self._span = _Span(arrival_s, 0, lost)
            return
        span = self._span
        span.samples += samples
        passed_s = arrival_s - span.from_s
        if passed_s >= _RATE_OVER_S or (not self._rate_hz and passed_s >= 1.0):
            self._rate_hz = span.samples / passed_s
            missing = lost - span.lost_before
            self._loss_pct = 100.0 * missing / (missing + span.samples)
            self._span = _Span(arrival_s, 0, lost)


def _has_cells(spec: InsoleSpec | ShinSpec, driver: Driver) -> bool:
    return isinstance(spec, InsoleSpec) and spec.cells == driver.cells and spec.unit == driver.unit
