"""What the radio does to a stream of samples: lost packets in bursts, gaps, a clock that drifts and jitters."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats

_LEAST_STEP = 0.05
"""Jitter never brings two samples closer than this part of their distance."""


@dataclass(frozen=True, slots=True)
class LossParams:
    """Faults of one sensor's link; the defaults are a perfect one, and each can be switched on by itself.

    Parameters
    ----------
    lost : part of the packets that do not arrive, 0..0.5, in bursts of ``burst_packets`` on average (Gilbert 1960).
    packet_n : samples in a packet.
    gaps_per_h, gap_s : silences per hour, and the least and the most each lasts.
    drift_ppm : how much too fast the clock that stamps the samples runs.
    jitter_s : most by which a packet's time is late.
    """

    lost: float = 0.0
    burst_packets: float = 3.0
    packet_n: int = 4
    gaps_per_h: float = 0.0
    gap_s: tuple[float, float] = (0.5, 20.0)
    drift_ppm: float = 0.0
    jitter_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.lost <= 0.5:
            raise ValueError(f"lost {self.lost} is outside 0 .. 0.5")
        if self.packet_n < 1 or self.burst_packets < 1.0:
            raise ValueError("a packet has a sample at least, and a burst a packet")

    @staticmethod
    def drawn(rng: np.random.Generator) -> "LossParams":
        """A usual one: up to 5 % lost, packets of 2-8 samples, a gap in two hours, 50 ppm, 15 ms."""
        return LossParams(
            lost=rng.uniform(0.0, 0.05),
            packet_n=int(rng.integers(2, 9)),
            gaps_per_h=0.5,
            drift_ppm=rng.uniform(-50.0, 50.0),
            jitter_s=rng.uniform(0.0, 0.015),
        )


class LossyLink:
    """A link that is handed samples in order, in portions of any size, and passes on what arrives."""

    def __init__(self, params: LossParams, rng: np.random.Generator) -> None:
        self._params = params
        losses, gaps, times = rng.spawn(3)
        self._losses, self._gaps, self._times = losses, gaps, times
        self._taken_n = 0
        self._packet = -1
        self._arrives, self._late_s = True, 0.0
        self._last_s = -np.inf
        self._gap = self._next_gap(0.0)

    def passed(self, time_s: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Times and values of the samples that arrive, as their stamps say: strictly ascending."""
        params = self._params
        if time_s.size == 0:
            return time_s, values
        packets = (self._taken_n + np.arange(time_s.size)) // params.packet_n
        self._taken_n += time_s.size
        arrives, late_s = self._fates(int(packets[0]), int(packets[-1]))
        kept = arrives[packets - packets[0]] & ~self._silent(time_s)
        stamps = (time_s * (1.0 + 1e-6 * params.drift_ppm) + late_s[packets - packets[0]])[kept]
        if stamps.size and params.jitter_s > 0.0 and time_s.size > 1:
            least_s = _LEAST_STEP * float(time_s[1] - time_s[0])
            ramp = least_s * np.arange(stamps.size)
            stamps = np.maximum.accumulate(np.maximum(stamps - ramp, self._last_s + least_s)) + ramp
        if stamps.size:
            self._last_s = float(stamps[-1])
        return stamps, values[kept]

    def _fates(self, first: int, last: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], Floats]:
        """For packets ``first`` .. ``last``: does it arrive, and how late are its stamps. The first may be known."""
        begun = [(self._arrives, self._late_s)] if first == self._packet else []
        ends = 1.0 / self._params.burst_packets
        begins = self._params.lost / (1.0 - self._params.lost) * ends
        for _ in range(last - self._packet):
            draw = self._losses.random()
            self._arrives = draw >= begins if self._arrives else draw < ends
            self._late_s = self._params.jitter_s * self._times.random()
            begun.append((self._arrives, self._late_s))
        self._packet = last
        arrives, late_s = zip(*begun, strict=True)
        return np.array(arrives, dtype=bool), np.array(late_s)

    def _next_gap(self, from_s: float) -> tuple[float, float]:
        if self._params.gaps_per_h <= 0.0:
            return np.inf, np.inf
        start_s = from_s + self._gaps.exponential(3600.0 / self._params.gaps_per_h)
        return start_s, start_s + self._gaps.uniform(*self._params.gap_s)

    def _silent(self, time_s: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which times fall into a gap."""
        silent = np.zeros(time_s.size, dtype=bool)
        while self._gap[0] <= time_s[-1]:
            silent |= (time_s >= self._gap[0]) & (time_s < self._gap[1])
            if self._gap[1] > time_s[-1]:
                break
            self._gap = self._next_gap(self._gap[1])
        return silent
