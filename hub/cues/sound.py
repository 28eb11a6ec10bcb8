"""What a sound is made of: soft tones, the same for this machine's loudspeaker and for browsers. Pure."""

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hub.cues.settings import CueKind

RATE_HZ = 24_000
"""Of one channel of 16-bit samples."""

ATTACK_S = 0.005
PEAK = 0.9 * 32767


@dataclass(frozen=True, slots=True)
class Tone:
    """One tone with an overtone that a small loudspeaker carries; it begins softly and dies away."""

    pitch_hz: float
    starts_s: float
    lasts_s: float


SOUNDS: dict[CueKind, Sequence[Tone]] = {
    CueKind.GOOD_STEP: (Tone(659.3, 0.0, 0.20), Tone(987.8, 0.06, 0.20)),  # a fifth upward
    CueKind.TOE_FIRST: (Tone(329.6, 0.0, 0.22),),
}


def gain(volume_pct: float) -> float:
    """Amplitude of a volume, 0..1: its square, so that half sounds like half."""
    return (volume_pct / 100.0) ** 2


def samples(kind: CueKind, volume_pct: float = 100.0) -> bytes:
    """The sound as signed 16-bit little-endian samples of one channel at ``RATE_HZ``."""
    tones = SOUNDS[kind]
    total = np.zeros(round(RATE_HZ * max(tone.starts_s + tone.lasts_s for tone in tones)))
    for tone in tones:
        time_s = np.arange(round(RATE_HZ * tone.lasts_s)) / RATE_HZ
        shape = np.minimum(time_s / ATTACK_S, 1.0) * (1.0 - time_s / tone.lasts_s) ** 2
        phase = 2.0 * np.pi * tone.pitch_hz * time_s
        first = round(RATE_HZ * tone.starts_s)
        total[first : first + len(time_s)] += shape * (np.sin(phase) + 0.3 * np.sin(2.0 * phase))
    loudest = float(np.abs(total).max())
    return (total * (gain(volume_pct) * PEAK / loudest)).round().astype("<i2").tobytes()


def wav(kind: CueKind) -> bytes:
    """The sound at full volume, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(samples(kind))
    return file.getvalue()
