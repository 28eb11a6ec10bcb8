"""Physical quantities to raw integers, as an emulated device's converters make them: crystal, load cell, IMU."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors.driver import Floats
from sensors.emulation import EmulatorOptions

Integers = NDArray[np.int64]

DRIFT_SD_PPM = 20.0  # tolerance of the 32 kHz crystals that BLE modules use
LONGEST_UPTIME_S = 3600.0


@dataclass(frozen=True, slots=True)
class Crystal:
    """A device's own clock: how long it has run, against true time.

    Parameters
    ----------
    drift_ppm : how much it runs fast.
    phase_s : its reading at true time 0.
    """

    drift_ppm: float
    phase_s: float

    @classmethod
    def drawn(cls, options: EmulatorOptions, rng: np.random.Generator) -> "Crystal":
        """A crystal of ordinary tolerance, switched on some time ago."""
        drift_ppm = rng.normal(0.0, DRIFT_SD_PPM)
        phase_s = rng.uniform(0.0, LONGEST_UPTIME_S)
        return cls(drift_ppm if options.drift_ppm is None else options.drift_ppm, phase_s)

    def uptime_s(self, true_s: float) -> float:
        """The clock's reading at a true time."""
        return self.phase_s + true_s * (1.0 + self.drift_ppm * 1e-6)

    def true_s(self, uptime_s: Floats) -> Floats:
        """Inverse of ``uptime_s``."""
        return (uptime_s - self.phase_s) / (1.0 + self.drift_ppm * 1e-6)


class Ticks:
    """Which samples or packets of a steady rate fall due; number n at n / rate on the device's crystal.

    Parameters
    ----------
    crystal : the device's.
    rate_hz : how many a second, by the crystal.
    """

    def __init__(self, crystal: Crystal, rate_hz: float) -> None:
        self._crystal = crystal
        self._rate_hz = rate_hz
        self._next = 0

    def start(self, time_s: float) -> None:
        """Forget what fell due up to a true time."""
        self._next = self._last(time_s) + 1

    def due(self, until_s: float) -> Integers:
        """(n,) numbers that fall due up to a true time and have not been given out."""
        numbers = np.arange(self._next, self._last(until_s) + 1)
        self._next += len(numbers)
        return numbers

    def uptime_s(self, numbers: Integers) -> Floats:
        """When they fall due, on the crystal."""
        return numbers / self._rate_hz

    def true_s(self, numbers: Integers) -> Floats:
        """When they fall due, in true time."""
        return self._crystal.true_s(numbers / self._rate_hz)

    def _last(self, time_s: float) -> int:
        return int(self._crystal.uptime_s(time_s) * self._rate_hz)


@dataclass(frozen=True, slots=True)
class LoadCell:
    """A resistive cell in a voltage divider, read by a converter: monotone, steep at first, flat when heavily loaded.

    ``counts = unloaded + (full - unloaded) * F / (F + half_load_n)``. No maker publishes such a curve; this one has the
    shape of a divider, twelve bits, and half its span at a load that a heel cell reaches in ordinary walking.

    Parameters
    ----------
    unloaded_counts, full_counts : the converter's reading without load, and the limit for a heavy one.
    half_load_n : the load at half the span.
    noise_counts : SD of the converter's noise.
    """

    unloaded_counts: float = 300.0
    full_counts: float = 4095.0
    half_load_n: float = 200.0
    noise_counts: float = 2.0

    def counts(self, force_n: Floats, rng: np.random.Generator) -> Integers:
        """Readings (n, cells) for forces (n, cells); forces below zero read as none."""
        force_n = np.maximum(force_n, 0.0)
        ideal = self.unloaded_counts + (self.full_counts - self.unloaded_counts) * force_n / (
            force_n + self.half_load_n
        )
        noisy = ideal + self.noise_counts * rng.standard_normal(force_n.shape)
        return np.clip(np.rint(noisy), 0, self.full_counts).astype(np.int64)

    def force_n(self, counts: Floats) -> Floats:
        """Inverse of the curve without noise; for readings below ``full_counts``."""
        share = (counts - self.unloaded_counts) / (self.full_counts - self.unloaded_counts)
        return self.half_load_n * share / (1.0 - share)


def to_int16(values: Floats, per_count: float) -> Integers:
    """Nearest 16-bit signed integers at a scale, clipped at the range's ends."""
    return np.clip(np.rint(values / per_count), -32768, 32767).astype(np.int64)
