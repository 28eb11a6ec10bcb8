"""What a vibration is made of: short pulses at the part of the foot that it speaks of. Pure."""

from collections.abc import Sequence

from hub.cues.settings import CueKind
from sensors.haptics import Place, Pulse

PATTERNS: dict[CueKind, tuple[Place, Sequence[int]]] = {
    CueKind.GOOD_STEP: (Place.HEEL, (60, 50, 60)),
    CueKind.TOE_FIRST: (Place.FRONT, (120,)),
}
"""Where, and how long the motor runs, rests, runs, in ms. It is where the foot touched first and what bears load when
the vibration comes; so short that it is over while the foot still stands (our choice)."""


def pattern(kind: CueKind, strength_pct: float) -> tuple[Place, Sequence[Pulse]]:
    """Where the insole vibrates, and how."""
    place, lasts_ms = PATTERNS[kind]
    return place, [Pulse(strength_pct / 100.0 if n % 2 == 0 else 0.0, each) for n, each in enumerate(lasts_ms)]
