"""Ukaton Mission: the emulator."""

from collections import defaultdict, deque

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
from sensors.errors import DecodeError
from sensors.layout import Side
from sensors.standard_services import BATTERY, emulated
from sensors.transducers import Crystal, Integers, LoadCell, Ticks, to_int16
from sensors.ukaton_mission.motor import VIBRATION
from sensors.ukaton_mission.packets import (
    ACCELERATION_PER_COUNT,
    CELLS,
    CONFIGURATION,
    DEFAULT_NAME,
    RATE_PER_COUNT,
    SENSOR_DATA,
    SERVICE,
    SIDES,
    TICK_MS,
    TYPE,
    WANTED,
    Kind,
    Motion,
    encode_delays,
    encode_sensor_data,
    parse_configuration,
)

KEPT_VIBRATIONS = 100

_READ_WRITE = frozenset({"read", "write"})


class UkatonMissionEmulator:
    """A Ukaton Mission insole with pressure of two bytes a cell, acceleration and rate; other data types stay off.

    As in the firmware, what is due is decided by the stamp before. Its IMU feels what the body's shank feels, since a
    body has no foot of its own. A notification that the MTU cannot hold is cut short. What would run its motor is kept
    in ``vibrations``, and shakes nothing: what that does to cells is not known.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._rng = np.random.default_rng(options.seed)
        self._crystal = Crystal.drawn(options, self._rng)
        self._cell = LoadCell(noise_counts=options.load_noise_counts)
        self._type = next(number for number, foot in SIDES.items() if foot is side)
        self._ticks = Ticks(self._crystal, 1000 / TICK_MS)
        self._delays_ms = dict.fromkeys(WANTED, 0)
        self._mtu = 23
        self._subscribed = False
        self.vibrations: deque[bytes] = deque(maxlen=KEPT_VIBRATIONS)
        """The newest writes that run its motor."""

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                SERVICE,
                (
                    GattCharacteristic(TYPE, _READ_WRITE),
                    GattCharacteristic(CONFIGURATION, _READ_WRITE),
                    GattCharacteristic(SENSOR_DATA, frozenset({"notify"})),
                    GattCharacteristic(VIBRATION, frozenset({"write"})),
                ),
            ),
            BATTERY,
        )

    @property
    def advertisement(self) -> Advertisement:
        """Name, service, and as its data the type and that there is no Wi-Fi."""
        name = self._options.name or DEFAULT_NAME
        return Advertisement(name, service_uuids=(SERVICE,), service_data={SERVICE: bytes((self._type, 0))})

    def connected(self, time_s: float, mtu: int) -> None:
        """The MTU bounds what is sent from now on."""
        self._mtu = mtu

    def disconnected(self) -> None:
        """All sensors off; the clock runs on."""
        self._subscribed = False
        self._delays_ms = dict.fromkeys(WANTED, 0)
        self._mtu = 23

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Type, delays or battery level."""
        if characteristic == TYPE:
            return bytes((self._type,))
        if characteristic == CONFIGURATION:
            return encode_delays(self._delays_ms)
        return emulated(characteristic, self._options)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Set delays, or run the motor; what makes no sense is passed over."""
        if characteristic == VIBRATION:
            self.vibrations.append(data)
        if characteristic == CONFIGURATION:
            try:
                delays_ms = parse_configuration(data)
            except DecodeError:
                return ()
            self._delays_ms |= {one: delays_ms[one] for one in WANTED if one in delays_ms}
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop the stream."""
        if characteristic == SENSOR_DATA:
            self._subscribed = on
            self._ticks.start(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The notifications that fall due up to ``until_s``."""
        if not self._subscribed:
            return ()
        ticks = self._ticks.due(until_s)
        items: dict[int, dict[Kind, bytes]] = defaultdict(lambda: dict.fromkeys(Kind, b""))
        for (kind, data_type), delay_ms in self._delays_ms.items():
            due = ticks[(ticks - 1) * TICK_MS % delay_ms == 0] if delay_ms else ticks[:0]
            if len(due) == 0:
                continue
            rows = self._sample(kind, data_type, self._ticks.true_s(due), body)
            for tick, row in zip(due.tolist(), rows, strict=True):
                items[tick][kind] += bytes((data_type,)) + row.tobytes()
        numbers = np.array(sorted(items), np.int64)
        return tuple(
            Notification(
                at_s,
                SENSOR_DATA,
                encode_sensor_data(tick * TICK_MS, items[tick][Kind.MOTION], items[tick][Kind.PRESSURE])[
                    : self._mtu - 3
                ],
            )
            for tick, at_s in zip(numbers.tolist(), self._ticks.true_s(numbers).tolist(), strict=True)
        )

    def _sample(self, kind: Kind, data_type: int, time_s: Floats, body: Body) -> Integers:
        """(n, components) sixteen-bit integers of one data type."""
        if kind is Kind.PRESSURE:
            return self._cell.counts(body.cell_forces_n(self._side, CELLS, time_s), self._rng).astype("<u2")
        acceleration_mps2, rate_dps = body.shank(self._side, time_s)
        if data_type == Motion.ACCELERATION:
            return to_int16(acceleration_mps2, ACCELERATION_PER_COUNT).astype("<i2")
        return to_int16(rate_dps, RATE_PER_COUNT).astype("<i2")
