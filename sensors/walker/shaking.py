"""Shocks and vibration of a shank that no joint angle tells of: blows of a fall, a running engine, struggling."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import G_MPS2, Floats

_RINGING = 5.0
"""A shock has died away after this many of its durations."""


@dataclass(frozen=True, slots=True)
class Shock:
    """A blow: a half sine of acceleration, and a wobble of the sensor that dies away.

    Parameters
    ----------
    peak_g, duration_s : of the half sine (falls 4-10 g, 10-40 ms; peaks seen at 25 Hz on the ankle of acted falls are
        1.7-7.3 g).
    direction : (forward, left, up) in which the ground pushes.
    ring_dps : first swing of the wobble about the leg's side axis.
    """

    start_s: float
    peak_g: float
    duration_s: float
    direction: tuple[float, float, float] = (0.0, 0.0, 1.0)
    ring_dps: float = 0.0

    @property
    def end_s(self) -> float:
        """When it has died away."""
        return self.start_s + _RINGING * self.duration_s

    def felt(self, time_s: Floats) -> tuple[Floats, Floats]:
        """(n, 3) acceleration forward, left and up in m/s^2; (n, 3) rate about the shank's axes in deg/s.

        The wobble integrates to no turn.
        """
        since = np.clip((time_s - self.start_s) / self.duration_s, 0.0, _RINGING)
        pulse = np.where(since < 1.0, np.sin(np.pi * since), 0.0)
        wobble = np.exp(-since) * (np.sin(2.0 * np.pi * since) - np.sin(np.pi * since) ** 2 / np.pi)
        return (
            self.peak_g * G_MPS2 * pulse[:, None] * np.array(self.direction),
            self.ring_dps * wobble[:, None] * np.array([0.4, 1.0, 0.3]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Vibration:
    """Shaking in a band of frequencies, the same for the same phases.

    Parameters
    ----------
    rms_mps2, rms_dps : per axis, root mean square.
    frequencies_hz, phases_rad : (k,) and (k, 3).
    """

    start_s: float
    end_s: float
    rms_mps2: float
    rms_dps: float
    frequencies_hz: Floats
    phases_rad: Floats

    @staticmethod
    def drawn(
        span_s: tuple[float, float],
        band_hz: tuple[float, float],
        rng: np.random.Generator,
        *,
        rms_mps2: float,
        rms_dps: float,
    ) -> "Vibration":
        """Eight sines spread over a band."""
        edges = np.linspace(*band_hz, 9)
        frequencies = rng.uniform(edges[:-1], edges[1:])
        return Vibration(*span_s, rms_mps2, rms_dps, frequencies, rng.uniform(0.0, 2.0 * np.pi, (8, 3)))

    def felt(self, time_s: Floats) -> tuple[Floats, Floats]:
        """(n, 3) acceleration forward, left and up in m/s^2; (n, 3) rate about the shank's axes in deg/s."""
        fade = np.clip(np.minimum(time_s - self.start_s, self.end_s - time_s) / 0.2, 0.0, 1.0)
        size = fade[:, None] / np.sqrt(0.5 * self.frequencies_hz.size)
        angle = 2.0 * np.pi * self.frequencies_hz * time_s[:, None]
        sines, cosines = np.sin(angle), np.cos(angle)

        def waves(phases_rad: Floats) -> Floats:
            mixed: Floats = sines @ np.cos(phases_rad) + cosines @ np.sin(phases_rad)
            return mixed

        return self.rms_mps2 * size * waves(self.phases_rad), self.rms_dps * size * waves(self.phases_rad + 1.0)


Shaking = Shock | Vibration
