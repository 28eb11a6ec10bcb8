"""WitMotion: the driver."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from sensors.driver import (
    NEWEST_ONLY,
    Action,
    DriverOptions,
    Facts,
    Fed,
    Pause,
    Reading,
    Subscribe,
    WithoutCells,
    Write,
)
from sensors.layout import Side
from sensors.witmotion.packets import (
    ACCELERATION_PER_COUNT,
    BANDWIDTH_188_HZ,
    COMMANDS,
    FRAMES,
    RATE_CODES,
    RATE_PER_COUNT,
    REGISTER_BANDWIDTH,
    REGISTER_BATTERY,
    REGISTER_RATE,
    REGISTER_READ,
    REGISTER_UNLOCK,
    REGISTERS,
    UNLOCK_KEY,
    Framer,
    battery_pct,
    command,
    parse_register_reply,
)

SETTLE_S = 0.1
BATTERY_EVERY_S = 60.0
SETUP_TRIES = 3
_PER_COUNT = np.repeat((ACCELERATION_PER_COUNT, RATE_PER_COUNT), 3)
_RATES = {code: rate_hz for rate_hz, code in RATE_CODES.items()}


class WitMotionDriver(WithoutCells):
    """One connection to a WitMotion IMU.

    The device wakes up at 10 Hz behind a 20 Hz low-pass. The driver sets rate and a 188 Hz bandwidth without saving
    them, which would wear the flash, reads the rate back, and sets it again where it did not hold. The device takes no
    notice of which leg it is on, and its frames carry neither time nor count.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        wanted_hz = options.rate_hz or 100.0
        self._asked_hz = min(RATE_CODES, key=lambda rate_hz: abs(rate_hz - wanted_hz))
        self._rate_hz = self._asked_hz
        self._facts = Facts()
        self._framer = Framer()
        self._tries = 1
        self._frames_to_battery = BATTERY_EVERY_S * self._asked_hz

    @property
    def facts(self) -> Facts:
        """Rate and battery, as far as told."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that the device reads back; until then, the one it was asked for."""
        return self._rate_hz

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Set up before the stream starts, so that no frame comes at the rate of before."""
        return (*self._settings(), Subscribe(FRAMES), *_ask(REGISTER_RATE), *_ask(REGISTER_BATTERY))

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified."""
        if characteristic != FRAMES:
            return Fed()
        frames, faults = self._framer.feed(data)
        actions: tuple[Action, ...] = ()
        samples = []
        for frame in frames:
            if frame[1] == REGISTERS:
                actions += self._registers(frame)
            else:
                samples.append(frame)
        readings = (self._reading(samples),) if samples else ()
        self._frames_to_battery -= len(samples)
        if self._frames_to_battery <= 0 and samples:
            self._frames_to_battery += BATTERY_EVERY_S * self._rate_hz
            actions += _ask(REGISTER_BATTERY)
        return Fed(readings, actions, tuple(faults))

    def end(self) -> tuple[Action, ...]:
        """Nothing: the stream ends with the connection."""
        return ()

    def _settings(self) -> tuple[Action, ...]:
        return (
            _write(REGISTER_UNLOCK, UNLOCK_KEY),
            Pause(SETTLE_S),
            _write(REGISTER_RATE, RATE_CODES[self._asked_hz]),
            Pause(SETTLE_S),
            _write(REGISTER_BANDWIDTH, BANDWIDTH_188_HZ),
            Pause(SETTLE_S),
        )

    def _reading(self, frames: list[bytes]) -> Reading:
        words = np.frombuffer(b"".join(frames), "<i2").reshape(len(frames), -1)
        motion = words[:, 1:7] * _PER_COUNT
        return Reading(
            offset_s=NEWEST_ONLY if len(frames) == 1 else np.arange(1 - len(frames), 1) / self._rate_hz,
            acceleration_mps2=motion[:, :3],
            rate_dps=motion[:, 3:],
        )

    def _registers(self, frame: bytes) -> tuple[Action, ...]:
        start, values = parse_register_reply(frame)
        if start == REGISTER_BATTERY:
            self._facts = replace(self._facts, battery_pct=battery_pct(values[0] / 100))
        elif start == REGISTER_RATE:
            return self._check_rate(values[0])
        return ()

    def _check_rate(self, code: int) -> tuple[Action, ...]:
        rate_hz = _RATES.get(code & 0xFF)
        if rate_hz == self._asked_hz:
            self._rate_hz = rate_hz
            self._facts = replace(self._facts, rate_hz=rate_hz, note=None)
            return ()
        if self._tries < SETUP_TRIES:
            self._tries += 1
            return (*self._settings(), *_ask(REGISTER_RATE))
        held = "an unknown rate" if rate_hz is None else f"{rate_hz:g} Hz"
        self._rate_hz = rate_hz or self._rate_hz
        self._facts = replace(self._facts, rate_hz=rate_hz, note=f"stays at {held}; asked for {self._asked_hz:g} Hz")
        return ()


def _write(register: int, value: int) -> Write:
    return Write(COMMANDS, command(register, value), response=False)


def _ask(register: int) -> tuple[Action, ...]:
    return (_write(REGISTER_READ, register), Pause(SETTLE_S))
