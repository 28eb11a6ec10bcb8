"""Movesense: the emulator."""

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
from sensors.movesense.packets import (
    ADVERTISED_SERVICE,
    COMMANDS,
    DATA,
    DATA_PART_2,
    FIRST_PART_BYTES,
    HEAD_BYTES,
    HELLO,
    NOTIFICATIONS,
    PACKETS_HZ,
    RATES_HZ,
    RESPONSE,
    SERVICE,
    SUBSCRIBE,
    UNSUBSCRIBE,
    Samples,
    encode_samples,
    path,
)
from sensors.standard_services import BATTERY, emulated
from sensors.transducers import Crystal, Ticks

INSUFFICIENT_STORAGE = b"\x01\xfb"
"""Status 507 as early firmware has it."""

_RATES_HZ = {path(rate_hz).encode(): rate_hz for rate_hz in RATES_HZ}


class MovesenseEmulator:
    """A Movesense on a shank that has accelerometer and gyroscope in one stream, at the rates of which sources tell.

    As early firmware it answers a subscription only where there is no room for it, and not where the path is unknown;
    disconnecting ends all. It has room for one stream. A notification that the MTU cannot hold is cut short.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._crystal = Crystal.drawn(options, np.random.default_rng(options.seed))
        self._packets = Ticks(self._crystal, PACKETS_HZ)
        self._reference: int | None = None
        self._rate_hz = 0.0
        self._mtu = 23
        self._subscribed = False

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                SERVICE,
                (
                    GattCharacteristic(COMMANDS, frozenset({"write"})),
                    GattCharacteristic(NOTIFICATIONS, frozenset({"notify"})),
                ),
            ),
            BATTERY,
        )

    @property
    def advertisement(self) -> Advertisement:
        """Name with a serial number, and the maker's service."""
        name = self._options.name or f"Movesense {self._options.seed % 10**12:012d}"
        return Advertisement(name, service_uuids=(ADVERTISED_SERVICE,))

    def connected(self, time_s: float, mtu: int) -> None:
        """The MTU bounds what is sent from now on."""
        self._mtu = mtu

    def disconnected(self) -> None:
        """The stream ends; the clock runs on."""
        self._subscribed = False
        self._reference = None
        self._mtu = 23

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Battery level."""
        return emulated(characteristic, self._options)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Say hello, start or end the stream; anything else is ignored."""
        if characteristic != COMMANDS or len(data) < HEAD_BYTES or not data[1]:
            return ()
        command, reference, resource = data[0], data[1], data[HEAD_BYTES:]
        if command == HELLO:
            return self._respond(reference, b"Hello", time_s)
        if command == SUBSCRIBE and self._reference is not None:
            return self._respond(reference, INSUFFICIENT_STORAGE, time_s)
        if command == SUBSCRIBE and resource in _RATES_HZ:
            self._reference = reference
            self._rate_hz = _RATES_HZ[resource]
            self._packets.start(time_s)
        elif command == UNSUBSCRIBE and reference == self._reference:
            self._reference = None
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop notifying."""
        if characteristic == NOTIFICATIONS:
            self._subscribed = on
            self._packets.start(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The packets that fall due up to ``until_s``, in one or two notifications each."""
        if not self._subscribed or self._reference is None:
            return ()
        numbers = self._packets.due(until_s)
        if len(numbers) == 0:
            return ()
        newest_s = self._packets.uptime_s(numbers)
        first_s, acceleration_mps2, rate_dps = self._samples(newest_s, body)
        notifications: list[Notification] = []
        for i, at_s in enumerate(self._packets.true_s(numbers).tolist()):
            data = encode_samples(Samples(round(float(first_s[i]) * 1000), acceleration_mps2[i], rate_dps[i]))
            notifications.append(self._notification(at_s, DATA, data[:FIRST_PART_BYTES]))
            if len(data) > FIRST_PART_BYTES:
                notifications.append(self._notification(at_s, DATA_PART_2, data[FIRST_PART_BYTES:]))
        return tuple(notifications)

    def _samples(self, newest_s: Floats, body: Body) -> tuple[Floats, Floats, Floats]:
        """(packets,) time of each first sample on the clock; (packets, samples, 3) acceleration and rate."""
        n = round(self._rate_hz / PACKETS_HZ)
        sample_s = newest_s[:, None] + np.arange(1 - n, 1) / self._rate_hz
        acceleration_mps2, rate_dps = body.shank(self._side, self._crystal.true_s(sample_s.ravel()))
        return sample_s[:, 0], acceleration_mps2.reshape(-1, n, 3), rate_dps.reshape(-1, n, 3)

    def _respond(self, reference: int, told: bytes, time_s: float) -> tuple[Notification, ...]:
        return (Notification(time_s, NOTIFICATIONS, bytes((RESPONSE, reference)) + told),) if self._subscribed else ()

    def _notification(self, at_s: float, kind: int, data: bytes) -> Notification:
        head = bytes((kind, self._reference or 0))
        return Notification(at_s, NOTIFICATIONS, (head + data)[: self._mtu - 3])
