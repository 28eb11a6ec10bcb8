"""WitMotion: the emulator."""

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
from sensors.transducers import Crystal, to_int16
from sensors.witmotion.packets import (
    ACCELERATION_PER_COUNT,
    ANGLE_PER_COUNT,
    BATTERY_TABLE,
    COMMANDS,
    FRAME_BYTES,
    FRAMES,
    RATE_CODES,
    RATE_PER_COUNT,
    REGISTER_BANDWIDTH,
    REGISTER_BATTERY,
    REGISTER_RATE,
    REGISTER_READ,
    REGISTER_SAVE,
    REGISTER_UNLOCK,
    REGISTERS_PER_REPLY,
    SAMPLE,
    SERVICE,
    START,
    UNLOCK_KEY,
    UNLOCKED_FOR_S,
    parse_command,
    register_reply,
)

FACTORY_RATE_HZ = 10.0
FACTORY_BANDWIDTH = 0x04
LOCKABLE = {REGISTER_SAVE, REGISTER_RATE, REGISTER_BANDWIDTH}
_RATES = {code: rate_hz for rate_hz, code in RATE_CODES.items()}


class WitMotionEmulator:
    """A WitMotion IMU on a shank, one frame in each notification.

    Every connection finds it at the factory's 10 Hz, as a device that was switched off in between, and a setting that
    is sent without unlocking is ignored: the stricter of what sources say. The low-pass filter is not modelled.
    """

    def __init__(self, side: Side, options: EmulatorOptions) -> None:
        self._side = side
        self._options = options
        self._crystal = Crystal.drawn(options, np.random.default_rng(options.seed))
        self._registers = self._factory_registers()
        self._unlocked_until_s = -np.inf
        self._subscribed = False
        self._started_uptime_s = 0.0
        self._sent_n = 0

    @property
    def services(self) -> tuple[GattService, ...]:
        """The GATT table."""
        return (
            GattService(
                SERVICE,
                (
                    GattCharacteristic(FRAMES, frozenset({"notify"})),
                    GattCharacteristic(COMMANDS, frozenset({"write", "write-without-response"})),
                ),
            ),
        )

    @property
    def advertisement(self) -> Advertisement:
        """A name; no services."""
        return Advertisement(self._options.name or f"WT901BLE{self._options.seed % 100:02d}")

    def connected(self, time_s: float, mtu: int) -> None:
        """Nothing changes with the MTU: a frame fits the smallest."""

    def disconnected(self) -> None:
        """Back to the factory's settings."""
        self._subscribed = False
        self._registers = self._factory_registers()
        self._unlocked_until_s = -np.inf

    def read(self, characteristic: str, time_s: float) -> bytes:
        """Nothing can be read but by command."""
        return b""

    def write(self, characteristic: str, data: bytes, time_s: float) -> tuple[Notification, ...]:
        """Unlock, set a register, or ask for eight of them."""
        told = parse_command(data) if characteristic == COMMANDS else None
        if told is None:
            return ()
        register, value = told
        if register == REGISTER_READ:
            start = value & 0xFF
            values = tuple(self._registers.get(start + i, 0) for i in range(REGISTERS_PER_REPLY))
            return (Notification(time_s, FRAMES, register_reply(start, values)),) if self._subscribed else ()
        if register == REGISTER_UNLOCK:
            self._unlocked_until_s = time_s + UNLOCKED_FOR_S if value == UNLOCK_KEY else -np.inf
        elif register in LOCKABLE and time_s <= self._unlocked_until_s:
            if register != REGISTER_RATE:
                self._registers[register] = value
            elif value in _RATES:
                self._registers[register] = value
                self._restart(time_s)
        return ()

    def subscribed(self, characteristic: str, on: bool, time_s: float) -> None:
        """Start or stop the stream."""
        if characteristic == FRAMES:
            self._subscribed = on
            self._restart(time_s)

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        """The frames that fall due up to ``until_s``."""
        last = int((self._crystal.uptime_s(until_s) - self._started_uptime_s) * self._rate_hz)
        if not self._subscribed or last <= self._sent_n:
            return ()
        uptime_s = self._started_uptime_s + np.arange(self._sent_n + 1, last + 1) / self._rate_hz
        self._sent_n = last
        time_s = self._crystal.true_s(uptime_s)
        frames = self._frames(*body.shank(self._side, time_s))
        return tuple(
            Notification(at_s, FRAMES, frames[i : i + FRAME_BYTES])
            for at_s, i in zip(time_s.tolist(), range(0, len(frames), FRAME_BYTES), strict=True)
        )

    @property
    def _rate_hz(self) -> float:
        return _RATES[self._registers[REGISTER_RATE]]

    def _factory_registers(self) -> dict[int, int]:
        volts = next((lowest for lowest, level in BATTERY_TABLE if level <= self._options.battery_pct), 3.3)
        return {
            REGISTER_RATE: RATE_CODES[FACTORY_RATE_HZ],
            REGISTER_BANDWIDTH: FACTORY_BANDWIDTH,
            REGISTER_BATTERY: round(volts * 100),
        }

    def _restart(self, time_s: float) -> None:
        """Count samples from here: after each change of rate."""
        self._started_uptime_s = self._crystal.uptime_s(time_s)
        self._sent_n = 0

    @staticmethod
    def _frames(acceleration_mps2: Floats, rate_dps: Floats) -> bytes:
        ax, ay, az = acceleration_mps2.T
        angles_deg = np.degrees((np.arctan2(ay, az), np.arctan2(-ax, np.hypot(ay, az)), np.zeros_like(ax)))
        words = np.empty((len(ax), FRAME_BYTES // 2), "<i2")
        words[:, 0] = START | SAMPLE << 8
        words[:, 1:4] = to_int16(acceleration_mps2, ACCELERATION_PER_COUNT)
        words[:, 4:7] = to_int16(rate_dps, RATE_PER_COUNT)
        words[:, 7:10] = to_int16(angles_deg.T, ANGLE_PER_COUNT)
        return words.tobytes()
