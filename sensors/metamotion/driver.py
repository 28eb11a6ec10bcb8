"""MetaMotion with a BMI160: the driver."""

from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sensors.driver import Action, DriverOptions, Facts, Fed, Reading, Subscribe, WithoutCells, Write
from sensors.errors import DecodeError, DecodeReason
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
    PACKED_SINCE_REVISION,
    POWER,
    RATE_CODES,
    SAMPLES,
    SAMPLING,
    SENSORS,
    SETTINGS,
    WIDEST,
    Configuration,
    Message,
    ask,
    command,
    decode_battery,
    decode_configuration,
    decode_information,
    decode_packed,
    split,
)
from sensors.standard_services import ASK_FIRMWARE, take_in

BATTERY_EVERY_S = 60.0
NAMES = {ACCELEROMETER: "accelerometer", GYROSCOPE: "gyroscope"}

Counts = NDArray[np.int16]


class MetaMotionDriver(WithoutCells):
    """One connection to a MetaMotion board whose IMU is a BMI160.

    It asks for the chip, sets rate and range, reads both back, and only then starts. Acceleration and rate come in
    notifications of their own, three samples each, without time or number: each of acceleration and the next of rate
    are taken to be of the same three instants. The device takes no notice of which leg it is on.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        wanted_hz = options.rate_hz or 100.0
        self._asked_hz = min(RATE_CODES, key=lambda rate_hz: abs(rate_hz - wanted_hz))
        self._facts = Facts()
        self._present: set[int] = set()
        self._set: dict[int, Configuration] = {}
        self._waiting: Counts | None = None
        self._started = self._paired = False
        self._samples_to_battery = BATTERY_EVERY_S * self._asked_hz

    @property
    def facts(self) -> Facts:
        """Rate, battery and firmware, as far as told."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that the device reads back; until then, the one that it is asked for."""
        return self._facts.rate_hz or self._asked_hz

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Listen, and ask what it has."""
        questions = [ask(module, INFORMATION) for module in SENSORS]
        return (*ASK_FIRMWARE, Subscribe(NOTIFICATIONS), *_say(*questions, ask(SETTINGS, BATTERY)))

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == NOTIFICATIONS:
                return self._message(split(data))
            self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Stop both sensors and what they notify."""
        return _say(
            *(command(module, POWER, 0) for module in SENSORS),
            *(command(module, SAMPLING, 0, 1) for module in SENSORS),
            *(command(module, PACKED[module], 0) for module in SENSORS),
        )

    def _message(self, message: Message) -> Fed:
        module, register, is_answer, payload = message
        if module in SENSORS and not is_answer and register == PACKED[module]:
            return self._samples(module, decode_packed(payload))
        if module in SENSORS and is_answer and register == INFORMATION:
            return Fed(actions=self._information(module, decode_information(payload)))
        if module in SENSORS and is_answer and register == CONFIGURATION:
            return Fed(actions=self._configuration(module, decode_configuration(module, payload)))
        if module == SETTINGS and is_answer and register == BATTERY:
            self._facts = replace(self._facts, battery_pct=decode_battery(payload))
            return Fed()
        detail = f"message of module {module:#04x}, register {register:#04x}"
        raise DecodeError(DecodeReason.UNKNOWN_TYPE, bytes((module, register)) + payload, detail)

    def _information(self, module: int, told: tuple[int, int] | None) -> tuple[Action, ...]:
        """Set both sensors, once both are known to be what this driver can read."""
        if told is None:
            return self._refuse(f"has no {NAMES[module]}")
        implementation, revision = told
        if implementation != BMI160[module]:
            return self._refuse(f"its {NAMES[module]} is no BMI160 (number {implementation})")
        if revision < PACKED_SINCE_REVISION:
            return self._refuse(f"its firmware cannot send three samples of the {NAMES[module]} at once; update it")
        self._present.add(module)
        if self._present != set(SENSORS):
            return ()
        code = RATE_CODES[self._asked_hz]
        return (
            *self.end(),
            *_say(*(command(module, CONFIGURATION, code, WIDEST[module]) for module in SENSORS)),
            *_say(*(ask(module, CONFIGURATION) for module in SENSORS)),
        )

    def _configuration(self, module: int, told: Configuration) -> tuple[Action, ...]:
        """Start, once both say how they are set."""
        self._set[module] = told
        if len(self._set) < len(SENSORS):
            return ()
        accelerometer_hz, gyroscope_hz = (self._set[module].rate_hz for module in SENSORS)
        if accelerometer_hz != gyroscope_hz:
            return self._refuse(f"measures acceleration at {accelerometer_hz:g} Hz, but rate at {gyroscope_hz:g} Hz")
        stays = f"stays at {gyroscope_hz:g} Hz; asked for {self._asked_hz:g} Hz"
        self._facts = replace(self._facts, rate_hz=gyroscope_hz, note=None if gyroscope_hz == self._asked_hz else stays)
        self._started = True
        return _say(
            *(command(module, PACKED[module], 1) for module in SENSORS),
            *(command(module, SAMPLING, 1, 0) for module in SENSORS),
            *(command(module, POWER, 1) for module in SENSORS),
        )

    def _refuse(self, why: str) -> tuple[Action, ...]:
        self._facts = replace(self._facts, note=why)
        return ()

    def _samples(self, module: int, counts: Counts) -> Fed:
        """Pair acceleration with the rate that follows it. The order is kept, so that a loss never shifts all pairs."""
        if not self._started:
            detail = f"samples of the {NAMES[module]} before it was started"
            raise DecodeError(DecodeReason.OUT_OF_RANGE, counts.tobytes(), detail)
        waiting, self._waiting = self._waiting, None
        if module == ACCELEROMETER:
            self._waiting = counts
            return self._without_partner(ACCELEROMETER, waiting)
        if waiting is None:
            return self._without_partner(GYROSCOPE, counts)
        self._paired = True
        reading = Reading(
            offset_s=np.arange(1 - SAMPLES, 1) / self.rate_hz,
            acceleration_mps2=waiting.astype(np.float64) * self._set[ACCELEROMETER].per_count,
            rate_dps=counts.astype(np.float64) * self._set[GYROSCOPE].per_count,
        )
        return Fed((reading,), self._ask_battery_now_and_then())

    def _without_partner(self, module: int, counts: Counts | None) -> Fed:
        """A fault for samples that cannot be used, but not while the one sensor runs already and the other not yet."""
        if counts is None or not self._paired:
            return Fed()
        detail = f"{SAMPLES} samples of the {NAMES[module]} without their partners"
        return Fed(faults=(DecodeError(DecodeReason.TRUNCATED, counts.tobytes(), detail),))

    def _ask_battery_now_and_then(self) -> tuple[Action, ...]:
        self._samples_to_battery -= SAMPLES
        if self._samples_to_battery > 0:
            return ()
        self._samples_to_battery += BATTERY_EVERY_S * self.rate_hz
        return _say(ask(SETTINGS, BATTERY))


def _say(*messages: bytes) -> tuple[Action, ...]:
    return tuple(Write(COMMANDS, message, response=False) for message in messages)
