"""Ukaton Mission's one motor, by its open firmware: written pulses run at once, in place of those that run."""

from collections.abc import Sequence

from sensors.haptics import Pulse, encode_pulses

VIBRATION = "5691eddf-d000-4420-b7a5-bb8751ab5181"

SEQUENCE = 1
MOST_PULSES = 10


def encode_vibration(pulses: Sequence[Pulse]) -> bytes:
    """What ``VIBRATION`` takes.

    Raises
    ------
    ValueError
        Pulses that it cannot run.
    """
    return bytes((SEQUENCE,)) + encode_pulses(pulses, MOST_PULSES)
