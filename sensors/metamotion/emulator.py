"""MetaMotion with a BMI160: the emulator."""

import struct

import numpy as np

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
from sensors.metamotion.packets import (
    ACCELEROMETER,
    BATTERY,
    BMI160,
    COMMANDS,
    CONFIGURATION,
    GYROSCOPE,
    INFORMATION,
    NOTIFICATIONS,
    PACKED,
    POWER,
    SAMPLES,
    SAMPLING,
    SENSORS,
    SERVICE,
    SETTINGS,
    Message,
    answer,
    command,
    decode_configuration,
    split,
)
from sensors.standard_services import INFORMATION as DEVICE_INFORMATION
from sensors.standard_services import emulated
from sensors.transducers import Crystal, Ticks, to_int16

NAME = "MetaWear"
BATTERY_MV = 4000
CONFIGURATION_BEFORE = {ACCELEROMETER: bytes((0x28, 0x03)), GYROSCOPE: bytes((0x28, 0x00))}
ON = {SAMPLING: b"\x01\x00", POWER: b"\x01"}


class MetaMotionEmulator:
    """A MetaMotion R on a shank, of which accelerometer, gyroscope and battery can be used.

    Both sensors are read at the same instants, and each three of theirs are notified one after the other. All
    settings are gone with the link: what the device keeps is not published.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._crystal = Crystal.drawn(options, np.random.default_rng(options.seed))
        self._subscribed = False
        self._packets: Ticks | None = None
        self.disconnected()

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                SERVICE,
                (
                    GattCharacteristic(COMMANDS, frozenset({"write", "write-without-response"})),
                    GattCharacteristic(NOTIFICATIONS, frozenset({"notify"})),
                ),
            ),
            DEVICE_INFORMATION,
        )

    @property
    def advertisement(self) -> Advertisement:
        """The service, and a name that its owner may change."""
        return Advertisement(self._options.name or NAME, service_uuids=(SERVICE,))

    def connected(self, time_s: float, mtu: int) -> None:
        """Nothing changes with the MTU: all messages fit the smallest."""

    def disconnected(self) -> None:
        """Back to the settings of before."""
        self._subscribed = False
        self._packets = None
        self._values: dict[tuple[int, int], bytes] = {
            (module, CONFIGURATION): CONFIGURATION_BEFORE[module] for module in SENSORS
        }

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Firmware; all else is asked for by command."""
        return emulated(characteristic, self._options)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Set a register, or answer; what it does not know is ignored."""
        if characteristic != COMMANDS:
            return ()
        try:
            message = split(data)
        except DecodeError:
            return ()
        if message.is_answer:
            told = self._told(message.module, message.register)
            heard = told is not None and self._subscribed
            packet = answer(message.module, message.register, told or b"")
            return (Notification(time_s, NOTIFICATIONS, packet),) if heard else ()
        if message.module in SENSORS:
            self._set(message, time_s)
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop to be heard."""
        if characteristic == NOTIFICATIONS:
            self._subscribed = on
            self._begin(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The packets that fall due up to ``until_s``, each when its newest sample is taken."""
        packets = self._packets
        if packets is None or len(numbers := packets.due(until_s)) == 0:
            return ()
        rate_hz, _ = self._configuration(GYROSCOPE)
        uptime_s = packets.uptime_s(numbers)[:, None] + np.arange(1 - SAMPLES, 1) / rate_hz
        felt = dict(zip(SENSORS, body.shank(self._side, self._crystal.true_s(uptime_s.ravel())), strict=True))
        counts = {
            module: to_int16(values, self._configuration(module)[1]).astype("<i2").reshape(len(numbers), -1)
            for module, values in felt.items()
        }
        return tuple(
            Notification(at_s, NOTIFICATIONS, command(module, PACKED[module]) + counts[module][row].tobytes())
            for row, at_s in enumerate(packets.true_s(numbers).tolist())
            for module in SENSORS
            if self._streams(module)
        )

    def _told(self, module: int, register: int) -> bytes | None:
        if module == SETTINGS and register == BATTERY:
            return struct.pack("<BH", round(self._options.battery_pct), BATTERY_MV)
        if module in SENSORS and register == INFORMATION:
            return bytes((BMI160[module], 1))
        return self._values.get((module, register))

    def _set(self, message: Message, time_s: float) -> None:
        module, register, _, payload = message
        if register == CONFIGURATION:
            try:
                decode_configuration(module, payload)
            except DecodeError:
                return
        self._values[module, register] = payload
        self._begin(time_s)

    def _configuration(self, module: int) -> tuple[float, float]:
        return decode_configuration(module, self._values[module, CONFIGURATION])

    def _streams(self, module: int) -> bool:
        """Whether a sensor is powered, samples, and is to be notified."""
        wanted = {**ON, PACKED[module]: b"\x01"}
        return all(self._values.get((module, register)) == value for register, value in wanted.items())

    def _begin(self, time_s: float) -> None:
        """Count packets from here, if any are to be heard."""
        self._packets = None
        if self._subscribed and any(map(self._streams, SENSORS)):
            self._packets = Ticks(self._crystal, self._configuration(GYROSCOPE)[0] / SAMPLES)
            self._packets.start(time_s)
