"""What the driver of a device with motors can do beside ``Driver``. A driver without does not have these names."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from sensors.driver import Write

FULL = 127
STEP_MS = 10
LONGEST_MS = 255 * STEP_MS


class Place(StrEnum):
    """Where under the foot."""

    HEEL = "heel"
    FRONT = "front"


@dataclass(frozen=True, slots=True)
class Pulse:
    """A motor runs at ``strength``, 0 (a pause) to 1, for ``lasts_ms``, 10 to 2550 in steps of 10."""

    strength: float
    lasts_ms: int


@runtime_checkable
class Vibrates(Protocol):
    """A driver whose kind of device has motors.

    What it gives is written or not: nothing that the driver does later rests on it. Answers come through ``feed``.
    """

    @property
    def can_vibrate(self) -> bool | None:
        """Whether this very device has a motor that can be driven; None while it has not told."""

    def ask_motors(self) -> Write | None:
        """The next question about its motors; it makes none of them run. None where nothing is left to ask."""

    def vibrate(self, place: Place, pulses: Sequence[Pulse]) -> Write | None:
        """Run the pulses once on the motors nearest to a place. None where it cannot, or has not told.

        Raises
        ------
        ValueError
            Pulses that it cannot run; says why.
        """


def vibrating(driver: object) -> Vibrates | None:
    """The driver as one that vibrates; None for one that does not, and for none."""
    return driver if isinstance(driver, Vibrates) else None


def encode_pulses(pulses: Sequence[Pulse], most_n: int) -> bytes:
    """Amplitude, of 127, and tens of ms of each pulse, as the motor chip of both insoles takes them.

    Raises
    ------
    ValueError
        No pulses, more than ``most_n``, or one out of range.
    """
    if not 0 < len(pulses) <= most_n:
        raise ValueError(f"{len(pulses)} pulses: it takes 1 to {most_n}")
    for pulse in pulses:
        if not 0.0 <= pulse.strength <= 1.0:
            raise ValueError(f"a strength of {pulse.strength:g}: it takes 0 to 1")
        if pulse.lasts_ms % STEP_MS or not STEP_MS <= pulse.lasts_ms <= LONGEST_MS:
            raise ValueError(
                f"a pulse of {pulse.lasts_ms} ms: it takes {STEP_MS} to {LONGEST_MS} in steps of {STEP_MS}"
            )
    return bytes(part for pulse in pulses for part in (round(pulse.strength * FULL), pulse.lasts_ms // STEP_MS))
