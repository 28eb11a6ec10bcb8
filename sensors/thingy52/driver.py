"""Nordic Thingy:52: the driver."""

from dataclasses import replace
from datetime import datetime

from sensors.driver import (
    NEWEST_ONLY,
    Action,
    DriverOptions,
    Facts,
    Fed,
    Read,
    Reading,
    Subscribe,
    WithoutCells,
    Write,
)
from sensors.errors import DecodeError
from sensors.layout import Side
from sensors.standard_services import ASK_BATTERY, take_in
from sensors.thingy52.packets import (
    FIRMWARE_VERSION,
    MOTION_CONFIGURATION,
    RATES_HZ,
    RAW_MOTION,
    MotionConfiguration,
    decode_firmware_version,
    decode_raw,
)

SETUP_TRIES = 3


class Thingy52Driver(WithoutCells):
    """One connection to a Thingy:52.

    It writes its motion configuration to flash. The driver therefore reads it first and sets the rate only where it
    differs, and listens once it is right. Notifications carry neither time nor count, and the device takes no notice
    of which leg it is on.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        wanted_hz = options.rate_hz or 100.0
        self._asked_hz = min(RATES_HZ, key=lambda rate_hz: abs(rate_hz - wanted_hz))
        self._facts = Facts()
        self._tries_left = SETUP_TRIES
        self._listening = False

    @property
    def facts(self) -> Facts:
        """Battery, firmware and rate, as far as told."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that the device reads back; until then, the one it is asked for."""
        return self._facts.rate_hz or self._asked_hz

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Ask what it is and how it is set; the answer leads on."""
        return (Read(FIRMWARE_VERSION, optional=True), *ASK_BATTERY, Read(MOTION_CONFIGURATION))

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == RAW_MOTION:
                return Fed((_reading(data),))
            if characteristic == MOTION_CONFIGURATION:
                return Fed(actions=self._set_up(MotionConfiguration.decode(data)))
            if characteristic == FIRMWARE_VERSION:
                self._facts = replace(self._facts, firmware=decode_firmware_version(data))
            else:
                self._facts = take_in(self._facts, characteristic, data)
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Nothing: the stream ends with the connection."""
        return ()

    def _set_up(self, held: MotionConfiguration) -> tuple[Action, ...]:
        """Set the rate where it is another, as often as there are tries; then listen at whatever it is."""
        if held.motion_hz != self._asked_hz and self._tries_left:
            self._tries_left -= 1
            wanted = replace(held, motion_hz=round(self._asked_hz))
            return (Write(MOTION_CONFIGURATION, wanted.encode()), Read(MOTION_CONFIGURATION))
        is_held = held.motion_hz == self._asked_hz
        note = None if is_held else f"stays at {held.motion_hz} Hz; asked for {self._asked_hz:g} Hz"
        self._facts = replace(self._facts, rate_hz=held.rate_hz, note=note)
        if self._listening:
            return ()
        self._listening = True
        return (Subscribe(RAW_MOTION),)


def _reading(data: bytes) -> Reading:
    motion = decode_raw(data)[None]
    return Reading(offset_s=NEWEST_ONLY, acceleration_mps2=motion[:, :3], rate_dps=motion[:, 3:])
