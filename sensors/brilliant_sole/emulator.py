"""Brilliant Sole: the emulator."""

import struct
from collections import deque

import numpy as np

from sensors.brilliant_sole.motors import LOCATIONS, ORDER, Trigger
from sensors.brilliant_sole.packets import (
    FROM_DEVICE,
    PERIOD_STEP_MS,
    SERVICE,
    SIDES,
    SMALLEST_MTU,
    TO_DEVICE,
    TYPE_SERVICE_DATA,
    Message,
    Sensor,
    cells_at,
    encode,
    encode_periods,
    encode_scalars,
    encode_sensor_data,
    encode_time,
    pack,
    parse_number,
    parse_periods,
    parse_positions,
    split,
)
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
from sensors.standard_services import BATTERY, INFORMATION, emulated
from sensors.transducers import Crystal, Integers, LoadCell, to_int16

LEFT_POSITIONS = bytes.fromhex("9920 5528 b338 7340 3348 a080 70c0 70e8")
SCALARS = {Sensor.PRESSURE: 2.0**-16, Sensor.ACCELERATION: 2.0**-8, Sensor.GYROSCOPE: 2.0**-9}
"""m/s^2 and rad/s per count, with the fixed point of the motion chip that the maker uses."""

FLUSH_TICKS = 4
"""Samples are collected for 20 ms before they are notified."""

FRONT_AND_REAR = bytes((0, 1))

LONGEST_FILE = 2**18
KEPT_VIBRATIONS = 100

_TICKS_HZ = 1000 / PERIOD_STEP_MS


class BrilliantSoleEmulator:
    """A Brilliant Sole insole with eight cells, acceleration and gyroscope.

    Answers share a notification as far as the MTU allows, and so do the samples of 20 ms; a message that it cannot
    hold is not sent. Of the messages above 14 it knows the motors'; what would run them is kept in ``vibrations``, and
    shakes nothing: what that does to cells is not known. The IMU feels what the body's shank feels, since a body has no
    foot of its own.

    Parameters
    ----------
    motors : locations that it tells; None: firmware of the old order, which cannot tell them.
    """

    def __init__(self, side: Side, options: EmulatorOptions, motors: bytes | None = FRONT_AND_REAR) -> None:
        self._side = side
        self._options = options
        self._rng = np.random.default_rng(options.seed)
        self._crystal = Crystal.drawn(options, self._rng)
        self._cell = LoadCell(noise_counts=options.load_noise_counts)
        self._positions = LEFT_POSITIONS if side is Side.LEFT else _mirrored(LEFT_POSITIONS)
        self._cells = cells_at(parse_positions(self._positions), side, from_toe=True)
        self._device_type = next(number for number, foot in SIDES.items() if foot is side)
        self._clock_offset_ms: int | None = None
        self._periods_ms = dict.fromkeys(SCALARS, 0)
        self._mtu = SMALLEST_MTU
        self._subscribed = False
        self._next_tick = 0
        self._motors = motors
        self.vibrations: deque[bytes] = deque(maxlen=KEPT_VIBRATIONS)
        """Payloads of the newest messages that run motors."""

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                SERVICE,
                (
                    GattCharacteristic(FROM_DEVICE, frozenset({"notify"})),
                    GattCharacteristic(TO_DEVICE, frozenset({"write"})),
                ),
            ),
            BATTERY,
            INFORMATION,
        )

    @property
    def advertisement(self) -> Advertisement:
        """Name, service, and the device type as service data."""
        return Advertisement(
            self._name,
            service_uuids=(SERVICE,),
            service_data={TYPE_SERVICE_DATA: bytes((self._device_type,))},
        )

    def connected(self, time_s: float, mtu: int) -> None:
        """The MTU bounds what is sent from now on."""
        self._mtu = mtu

    def disconnected(self) -> None:
        """All sensors off; the clock runs on."""
        self._subscribed = False
        self._periods_ms = dict.fromkeys(SCALARS, 0)
        self._mtu = SMALLEST_MTU

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Battery level or firmware revision."""
        return emulated(characteristic, self._options)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Answer the messages of a write; those that make no sense are passed over."""
        if characteristic != TO_DEVICE:
            return ()
        answers = []
        for kind, payload in split(data)[0]:
            try:
                answers += self._answer(kind, payload, time_s)
            except DecodeError:
                continue
        if not self._subscribed:
            return ()
        return tuple(Notification(time_s, FROM_DEVICE, packed) for packed in pack(answers, self._mtu))

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop answers and stream."""
        if characteristic == FROM_DEVICE:
            self._subscribed = on
            self._next_tick = self._tick_after(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The samples that fall due up to ``until_s``, in the notifications in which they leave the device."""
        first = self._next_tick
        end = int(self._crystal.uptime_s(until_s) * _TICKS_HZ) // FLUSH_TICKS * FLUSH_TICKS
        if not self._subscribed or end < first or not any(self._periods_ms.values()):
            return ()
        self._next_tick = end + 1
        ticks = np.arange(first, end + 1)
        messages = self._messages(ticks, body)
        flushes = np.arange(-(-first // FLUSH_TICKS) * FLUSH_TICKS, end + 1, FLUSH_TICKS)
        notifications: list[Notification] = []
        for at_s, flush in zip(self._crystal.true_s(flushes / _TICKS_HZ).tolist(), flushes.tolist(), strict=True):
            due = [messages[tick] for tick in range(max(first, flush - FLUSH_TICKS + 1), flush + 1) if tick in messages]
            notifications += (Notification(at_s, FROM_DEVICE, packed) for packed in pack(due, self._mtu))
        return tuple(notifications)

    @property
    def _name(self) -> str:
        return self._options.name or f"Brilliant Sole {self._side.value.title()}"

    def _answer(self, kind: int, payload: bytes, time_s: float) -> list[bytes]:
        answers = {
            Message.IS_CHARGING: b"\0",
            Message.GET_BATTERY_CURRENT: struct.pack("<f", -12.0),
            Message.GET_MTU: struct.pack("<H", self._mtu),
            Message.GET_ID: f"emulated-{self._options.seed}".encode(),
            Message.GET_NAME: self._name.encode(),
            Message.GET_TYPE: bytes((self._device_type,)),
            Message.GET_PRESSURE_POSITIONS: self._positions,
            Message.GET_SENSOR_SCALARS: encode_scalars({int(sensor): scalar for sensor, scalar in SCALARS.items()}),
        }
        if kind == Message.SET_CURRENT_TIME:
            self._clock_offset_ms = parse_number(payload, 8) - round(self._crystal.uptime_s(time_s) * 1000)
        elif kind == Message.SET_SENSOR_CONFIGURATION:
            self._set_periods(parse_periods(payload), time_s)
        if kind in {Message.GET_CURRENT_TIME, Message.SET_CURRENT_TIME}:
            is_set = self._clock_offset_ms is not None
            clock_ms = round(self._crystal.uptime_s(time_s) * 1000) + (self._clock_offset_ms or 0)
            return [encode(Message.GET_CURRENT_TIME, encode_time(clock_ms % 2**64 if is_set else 0))]
        if kind in {Message.GET_SENSOR_CONFIGURATION, Message.SET_SENSOR_CONFIGURATION}:
            return [encode(Message(kind), encode_periods({int(s): period for s, period in self._periods_ms.items()}))]
        return (
            [encode(Message(kind), answers[Message(kind)])]
            if kind in answers
            else self._answer_of_motors(kind, payload)
        )

    def _answer_of_motors(self, kind: int, payload: bytes) -> list[bytes]:
        if kind == (Trigger.OLD if self._motors is None else Trigger.NEW):
            self.vibrations.append(payload)
        elif kind == ORDER:
            return [encode(ORDER, b"\0" if self._motors is None else struct.pack("<I", LONGEST_FILE))]
        elif kind == LOCATIONS and self._motors is not None:
            return [encode(LOCATIONS, self._motors)]
        return []

    def _set_periods(self, periods_ms: dict[int, int], time_s: float) -> None:
        """Take the periods of the sensors that it has; a period is a multiple of 5 ms."""
        for sensor in self._periods_ms:
            if sensor in periods_ms:
                self._periods_ms[sensor] = periods_ms[sensor] // PERIOD_STEP_MS * PERIOD_STEP_MS
        self._next_tick = self._tick_after(time_s)

    def _tick_after(self, time_s: float) -> int:
        return int(self._crystal.uptime_s(time_s) * _TICKS_HZ) + 1

    def _messages(self, ticks: Integers, body: Body) -> dict[int, bytes]:
        """One message for each tick at which a sensor has a sample."""
        samples: dict[int, list[tuple[int, bytes]]] = {}
        for sensor, period_ms in self._periods_ms.items():
            if not period_ms:
                continue
            due = ticks[ticks % (period_ms // PERIOD_STEP_MS) == 0]
            if len(due) == 0:
                continue
            rows = self._sample(sensor, self._crystal.true_s(due / _TICKS_HZ), body)
            for tick, row in zip(due.tolist(), rows, strict=True):
                samples.setdefault(tick, []).append((int(sensor), row.tobytes()))
        offset_ms = self._clock_offset_ms or 0
        return {tick: encode_sensor_data(tick * PERIOD_STEP_MS + offset_ms, samples[tick]) for tick in sorted(samples)}

    def _sample(self, sensor: Sensor, time_s: Floats, body: Body) -> Integers:
        """(n, components) sixteen-bit integers of one sensor."""
        if sensor is Sensor.PRESSURE:
            return self._cell.counts(body.cell_forces_n(self._side, self._cells, time_s), self._rng).astype("<u2")
        acceleration_mps2, rate_dps = body.shank(self._side, time_s)
        physical = acceleration_mps2 if sensor is Sensor.ACCELERATION else np.radians(rate_dps)
        return to_int16(physical, SCALARS[sensor]).astype("<i2")


def _mirrored(positions: bytes) -> bytes:
    """The other foot's positions."""
    return bytes(256 - octet if i % 2 == 0 else octet for i, octet in enumerate(positions))
