"""Movella DOT: the driver."""

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
from sensors.movella_dot.packets import (
    BATTERY,
    CONTROL,
    INFORMATION,
    MEASUREMENT,
    MEDIUM_PAYLOAD,
    REPORT,
    REPORT_WORDS,
    STREAMING_RATES_HZ,
    Report,
    decode_battery,
    decode_firmware,
    decode_rate,
    decode_sample,
    measure,
    set_rate,
)


class MovellaDotDriver(WithoutCells):
    """One connection to a Movella DOT.

    The rate is kept by the device, so it is written only where it differs, and read back before measuring starts. Of
    the payloads with acceleration and rate the shortest is taken. The device takes no notice of which leg it is on.
    """

    def __init__(self, side: Side, options: DriverOptions) -> None:
        wanted_hz = options.rate_hz or STREAMING_RATES_HZ[-1]
        self._asked_hz = min(STREAMING_RATES_HZ, key=lambda rate_hz: abs(rate_hz - wanted_hz))
        self._rate_hz = self._asked_hz
        self._facts = Facts()
        self._was_set = False

    @property
    def facts(self) -> Facts:
        """Rate, battery and firmware, as far as told, and what the device reports."""
        return self._facts

    @property
    def rate_hz(self) -> float:
        """The rate that the device reads back; until then, the one that it is asked for."""
        return self._rate_hz

    def begin(self, wall_time: datetime) -> tuple[Action, ...]:
        """Ask what it is and how it is set."""
        return (
            Read(INFORMATION, optional=True),
            Read(BATTERY, optional=True),
            Subscribe(BATTERY, optional=True),
            Subscribe(REPORT, optional=True),
            Read(CONTROL),
        )

    def feed(self, characteristic: str, data: bytes) -> Fed:
        """Take bytes that were notified or read."""
        try:
            if characteristic == MEDIUM_PAYLOAD:
                return Fed((_reading(data),))
            if characteristic == CONTROL:
                return Fed(actions=self._control(data))
            if characteristic == BATTERY:
                self._facts = replace(self._facts, battery_pct=decode_battery(data))
            elif characteristic == INFORMATION:
                self._facts = replace(self._facts, firmware=decode_firmware(data))
            elif characteristic == REPORT and data[:1] and data[0] in list(Report):
                self._facts = replace(self._facts, note=REPORT_WORDS[Report(data[0])])
        except DecodeError as error:
            return Fed(faults=(error,))
        return Fed()

    def end(self) -> tuple[Action, ...]:
        """Stop measuring."""
        return (Write(MEASUREMENT, measure(start=False)),)

    def _control(self, data: bytes) -> tuple[Action, ...]:
        """Set the rate if it is another, and start."""
        rate_hz = decode_rate(data)
        if rate_hz != self._asked_hz and not self._was_set:
            self._was_set = True
            return (Write(CONTROL, set_rate(data, self._asked_hz)), Read(CONTROL))
        note = self._facts.note
        if rate_hz != self._asked_hz:
            note = f"stays at {rate_hz:g} Hz; asked for {self._asked_hz:g} Hz"
        self._rate_hz = rate_hz or self._asked_hz
        self._facts = replace(self._facts, rate_hz=self._rate_hz, note=note)
        return (Write(MEASUREMENT, measure(start=True)), Subscribe(MEDIUM_PAYLOAD))


def _reading(data: bytes) -> Reading:
    sample = decode_sample(data)
    return Reading(
        offset_s=NEWEST_ONLY,
        device_time_s=sample.time_us / 1e6,
        acceleration_mps2=sample.acceleration_mps2[None],
        rate_dps=sample.rate_dps[None],
    )
