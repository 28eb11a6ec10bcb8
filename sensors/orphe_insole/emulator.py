"""ORPHE INSOLE: the emulator."""

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
from sensors.orphe_insole.packets import (
    ACCELERATION_RANGES_G,
    CELLS,
    COMPANY_ID,
    DATE_TIME,
    DAY_S,
    DEFAULT_MODE,
    DEVICE_INFORMATION,
    FORMATS,
    INFORMATION_SERVICE,
    MODES,
    PACKETS_HZ,
    QUATERNION_PER_COUNT,
    RATE_RANGES_DPS,
    SENSOR_SERVICE,
    SENSOR_VALUES,
    SET_MODE,
    STEP_ANALYSIS,
    SampleFormat,
    acceleration_per_count,
    encode_packets,
    rate_per_count,
)
from sensors.transducers import Crystal, Integers, LoadCell, Ticks, to_int16

FIRMWARE = (1, 3, 0)
STEP_MS = 5
"""Time between samples that packets of header 50 announce."""

_READ_WRITE = frozenset({"read", "write"})
_NOTIFY = frozenset({"notify"})


class OrpheInsoleEmulator:
    """An ORPHE INSOLE without its FIFO and step analysis, of firmware without a device-information service.

    Its IMU feels what the body's shank feels, since a body has no foot of its own, and its quaternion stays at the
    identity. A notification that the MTU cannot hold is cut short.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._rng = np.random.default_rng(options.seed)
        self._crystal = Crystal.drawn(options, self._rng)
        self._cell = LoadCell(noise_counts=options.load_noise_counts)
        self._clock_offset_s = 0.0
        self._acceleration_range, self._rate_range = 3, 3
        self._mode = DEFAULT_MODE
        self._mtu = 23
        self._subscribed = False
        self._packets = Ticks(self._crystal, PACKETS_HZ)

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                INFORMATION_SERVICE,
                (GattCharacteristic(DEVICE_INFORMATION, _READ_WRITE), GattCharacteristic(DATE_TIME, _READ_WRITE)),
            ),
            GattService(
                SENSOR_SERVICE,
                (GattCharacteristic(SENSOR_VALUES, _NOTIFY), GattCharacteristic(STEP_ANALYSIS, _NOTIFY)),
            ),
        )

    @property
    def advertisement(self) -> Advertisement:
        """Name and maker's data; no services."""
        told = bytearray(18)
        told[6] = self._mount
        told[14] = round(self._options.battery_pct)
        told[15:18] = bytes(FIRMWARE)
        name = self._options.name or f"INS0-{self._options.seed % 0x10000:04X}"
        return Advertisement(name, manufacturer_data={COMPANY_ID: bytes(told)})

    def connected(self, time_s: float, mtu: int) -> None:
        """Streams nothing until subscribed; an MTU change alone changes nothing else."""
        self._mtu = mtu

    def disconnected(self) -> None:
        """The stream stops and the mode is the default one again; the clock runs on."""
        self._subscribed = False
        self._mode = DEFAULT_MODE
        self._mtu = 23

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Device information, or the clock."""
        if characteristic == DEVICE_INFORMATION:
            told = bytearray(20)
            told[0], told[1] = round(self._options.battery_pct), self._mount
            told[8], told[9] = self._acceleration_range, self._rate_range
            told[18] = FIRMWARE[0]
            return bytes(told)
        if characteristic == DATE_TIME:
            day_s = (self._crystal.uptime_s(time_s) + self._clock_offset_s) % DAY_S
            hour, rest_s = divmod(day_s, 3600)
            minute, second = divmod(rest_s, 60)
            return bytes((26, 1, 1, int(hour), int(minute), int(second), int(second % 1 * 100)))
        return b""

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Set mode or clock; anything else is ignored."""
        if characteristic == DEVICE_INFORMATION and len(data) == 2 and data[0] == SET_MODE and 1 <= data[1] <= 4:
            self._mode = data[1]
        elif characteristic == DATE_TIME and len(data) == 7:
            hour, minute, second, hundredths = data[3:7]
            if hour < 24 and minute < 60 and second < 60 and hundredths < 100:
                day_s = hour * 3600 + minute * 60 + second + hundredths / 100
                self._clock_offset_s = day_s - self._crystal.uptime_s(time_s)
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop the stream."""
        if characteristic == SENSOR_VALUES:
            self._subscribed = on
            self._packets.start(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The packets that fall due up to ``until_s``."""
        header = MODES.get(self._mode)
        if not self._subscribed or header is None:
            return ()
        serials = self._packets.due(until_s)
        if len(serials) == 0:
            return ()
        layout = FORMATS[header]
        uptime_s = self._packets.uptime_s(serials)
        packets = encode_packets(
            header, serials, uptime_s + self._clock_offset_s, self._words(layout, uptime_s, body), step_ms=STEP_MS
        )
        return tuple(
            Notification(time_s, SENSOR_VALUES, packet[: self._mtu - 3])
            for time_s, packet in zip(self._packets.true_s(serials).tolist(), packets, strict=True)
        )

    @property
    def _mount(self) -> int:
        return 1 if self._side is Side.RIGHT else 0

    def _words(self, layout: SampleFormat, uptime_s: Floats, body: Body) -> Integers:
        """(packets, samples, words) of blocks, each packet's oldest first."""
        n, step_s = layout.samples, layout.step_s or STEP_MS / 1000
        time_s = self._crystal.true_s((uptime_s[:, None] + np.arange(1 - n, 1) * step_s).ravel())
        acceleration_mps2, rate_dps = body.shank(self._side, time_s)
        words = np.zeros((len(time_s), layout.stride // 2), np.int64)
        if layout.quaternion is not None:
            words[:, layout.quaternion] = round(1 / QUATERNION_PER_COUNT)
        rate_scale = rate_per_count(RATE_RANGES_DPS[self._rate_range])
        words[:, layout.rate : layout.rate + 3] = to_int16(rate_dps, rate_scale)
        acceleration_scale = acceleration_per_count(ACCELERATION_RANGES_G[self._acceleration_range])
        words[:, layout.acceleration : layout.acceleration + 3] = to_int16(acceleration_mps2, acceleration_scale)
        if layout.cells is not None:
            counts = self._cell.counts(body.cell_forces_n(self._side, CELLS, time_s), self._rng)
            words[:, layout.cells : layout.cells + len(CELLS)] = counts
        return words.reshape(len(uptime_s), n, -1)
