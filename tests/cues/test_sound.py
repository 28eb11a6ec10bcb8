"""What a sound is made of."""

import io
import wave

import numpy as np
import pytest

from hub.cues.settings import CueKind
from hub.cues.sound import RATE_HZ, gain, samples, wav


@pytest.mark.parametrize("kind", CueKind)
def test_it_is_short_within_range_and_begins_and_ends_softly(kind: CueKind) -> None:
    sound = np.frombuffer(samples(kind), "<i2").astype(int)
    assert 0.1 < len(sound) / RATE_HZ < 0.3
    assert np.abs(sound).max() == pytest.approx(0.9 * 32767, abs=1)
    assert abs(sound[0]) < 100
    assert abs(sound[-1]) < 100
    assert np.abs(np.diff(sound)).max() < 15_000  # no click


def test_louder_is_louder_and_half_sounds_like_half() -> None:
    peaks = [np.abs(np.frombuffer(samples(CueKind.GOOD_STEP, pct), "<i2").astype(int)).max() for pct in (10, 50, 100)]
    assert peaks == pytest.approx([0.01 * peaks[2], 0.25 * peaks[2], peaks[2]], rel=0.01)
    assert gain(50.0) == 0.25


def test_praise_rises_and_the_other_does_not() -> None:
    def pitch_hz(part: np.ndarray) -> float:
        return float(np.argmax(np.abs(np.fft.rfft(part, RATE_HZ))))

    good, toes = (np.frombuffer(samples(kind), "<i2").astype(float) for kind in (CueKind.GOOD_STEP, CueKind.TOE_FIRST))
    assert pitch_hz(good[:1400]) < 700 < 950 < pitch_hz(good[4000:])
    assert pitch_hz(toes[:1400]) == pytest.approx(pitch_hz(toes[1400:]), abs=25)


def test_browsers_get_the_same_as_a_file() -> None:
    with wave.open(io.BytesIO(wav(CueKind.TOE_FIRST))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        assert file.readframes(file.getnframes()) == samples(CueKind.TOE_FIRST)
