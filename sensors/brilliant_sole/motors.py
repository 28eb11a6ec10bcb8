"""Brilliant Sole's motors: which firmware numbers their messages how, where they are, and what makes them run.

By the maker's SDKs, firmware since 2025-05-17 tells where its motors are, in a message put before the one that runs
them: the number that ran them before now asks. Both orders answer question 18 and do nothing else on it: the old one
with a task in one byte, the new one with a length in four. So the order is known before any number is used that could
mean another thing. Orders of a few hours of that day are not told apart.
"""

from collections.abc import Sequence
from enum import IntEnum, IntFlag

from sensors.brilliant_sole.packets import encode
from sensors.haptics import Place, Pulse, encode_pulses

ORDER = 18
"""Old: which task the network on the device has. New: how long a file may be."""

LOCATIONS = 15
"""New order: asks for, and tells, the motors' locations as one byte each."""

WAVEFORM = 1
MOST_PULSES = 20


class Trigger(IntEnum):
    """The message that runs motors, in each order."""

    OLD = 15
    NEW = 16


_ORDER_BYTES = {1: Trigger.OLD, 4: Trigger.NEW}


class Location(IntFlag):
    """Where motors are; a message names any of them."""

    FRONT = 1
    REAR = 2
    LEFT = 4
    RIGHT = 8


_AT = {Place.HEEL: Location.REAR, Place.FRONT: Location.FRONT}


def encode_vibration(trigger: Trigger, locations: Location, pulses: Sequence[Pulse]) -> bytes:
    """The message that runs the motors at these locations once.

    Raises
    ------
    ValueError
        Pulses that it cannot run.
    """
    data = encode_pulses(pulses, MOST_PULSES)
    return encode(trigger, bytes((locations, WAVEFORM, len(data))) + data)


class Motors:
    """What one device has told of its motors."""

    def __init__(self) -> None:
        self._trigger: Trigger | None = None
        self._locations: Location | None = None

    @property
    def there(self) -> bool | None:
        """Whether it has any; None while it has not told."""
        return None if self._locations is None else bool(self._locations)

    def question(self) -> bytes | None:
        """What is to be asked next."""
        if self._trigger is None:
            return encode(ORDER)
        return encode(LOCATIONS) if self._locations is None else None

    def told(self, kind: int, payload: bytes) -> None:
        """Take in a message of a number above those that all firmware has in common."""
        if kind == ORDER and self._trigger is None:
            self._trigger = _ORDER_BYTES.get(len(payload))
            if self._trigger is Trigger.OLD:
                self._locations = Location.FRONT | Location.REAR  # it knows these two, and cannot be asked
        elif kind == LOCATIONS and self._trigger is Trigger.NEW:
            self._locations = Location(0)
            for number in payload:
                if number < len(Location):
                    self._locations |= Location(1 << number)

    def vibration(self, place: Place, pulses: Sequence[Pulse]) -> bytes | None:
        """The message that runs the motor at a place, or all where there is none; None where it cannot be."""
        if self._trigger is None or not self._locations:
            return None
        return encode_vibration(self._trigger, self._locations & _AT[place] or self._locations, pulses)
