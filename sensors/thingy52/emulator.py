"""Nordic Thingy:52: the emulator."""

import numpy as np
from numpy.typing import NDArray

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
from sensors.thingy52.packets import (
    ACCELERATION_PER_COUNT,
    ACCELERATION_RANGE_MPS2,
    CONFIGURATION_SERVICE,
    FIRMWARE_VERSION,
    MOTION_CONFIGURATION,
    MOTION_SERVICE,
    RATE_PER_COUNT,
    RATE_RANGE_DPS,
    RAW_MOTION,
    MotionConfiguration,
)
from sensors.transducers import Crystal, Ticks

FACTORY = MotionConfiguration(pedometer_ms=1000, temperature_ms=500, compass_ms=500, motion_hz=10, wake_on_motion=1)


class Thingy52Emulator:
    """A Thingy:52 on a shank, without its other motion characteristics.

    It keeps its configuration over connections and takes only what the firmware takes. Accelerometer and gyroscope clip
    where the firmware's do, and round down as it does. The compass reads nothing, since a body has none.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._crystal = Crystal.drawn(options, np.random.default_rng(options.seed))
        self._configuration = FACTORY
        self._samples = self._ticks()
        self._subscribed = False

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(CONFIGURATION_SERVICE, (GattCharacteristic(FIRMWARE_VERSION, frozenset({"read"})),)),
            GattService(
                MOTION_SERVICE,
                (
                    GattCharacteristic(MOTION_CONFIGURATION, frozenset({"read", "write"})),
                    GattCharacteristic(RAW_MOTION, frozenset({"notify"})),
                ),
            ),
            BATTERY,
        )

    @property
    def advertisement(self) -> Advertisement:
        """Name and configuration service."""
        return Advertisement(self._options.name or "Thingy", service_uuids=(CONFIGURATION_SERVICE,))

    def connected(self, time_s: float, mtu: int) -> None:
        """Nothing changes with the MTU: a notification fits the smallest that it may be."""

    def disconnected(self) -> None:
        """The stream stops; the configuration stays."""
        self._subscribed = False

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Configuration, firmware version or battery level."""
        if characteristic == MOTION_CONFIGURATION:
            return self._configuration.encode()
        if characteristic == FIRMWARE_VERSION:
            return bytes((0, 0, 0))
        return emulated(characteristic, self._options)

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Take a configuration; one that the firmware would refuse is passed over."""
        if characteristic == MOTION_CONFIGURATION:
            try:
                self._configuration = MotionConfiguration.decode(data)
            except DecodeError:
                return ()
            self._samples = self._ticks()
            self._samples.start(time_s)
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop the stream."""
        if characteristic == RAW_MOTION:
            self._subscribed = on
            self._samples.start(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The samples that fall due up to ``until_s``."""
        if not self._subscribed:
            return ()
        time_s = self._samples.true_s(self._samples.due(until_s))
        if len(time_s) == 0:
            return ()
        packets = _packets(*body.shank(self._side, time_s))
        return tuple(
            Notification(at_s, RAW_MOTION, packet.tobytes())
            for at_s, packet in zip(time_s.tolist(), packets, strict=True)
        )

    def _ticks(self) -> Ticks:
        return Ticks(self._crystal, self._configuration.rate_hz)


def _packets(acceleration_mps2: Floats, rate_dps: Floats) -> NDArray[np.int16]:
    """(n, 9) sixteen-bit words: acceleration, rate, compass."""
    acceleration_mps2 = np.clip(acceleration_mps2, -ACCELERATION_RANGE_MPS2, ACCELERATION_RANGE_MPS2)
    words = np.zeros((len(rate_dps), 9), "<i2")
    words[:, :3] = np.floor(acceleration_mps2 / ACCELERATION_PER_COUNT)
    words[:, 3:6] = np.floor(np.clip(rate_dps, -RATE_RANGE_DPS - 1, RATE_RANGE_DPS) / RATE_PER_COUNT)
    return words
