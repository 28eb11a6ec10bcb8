"""One sensor's way into the engine: its blocks become unbroken runs of samples, and its silences become marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, nextafter
from typing import Protocol

import numpy as np

from hub.gait.history import History
from hub.gait.timeline import Mark
from hub.session import Block, Floats
from sensors.layout import Role


@dataclass(frozen=True, slots=True)
class GapParams:
    """When missing samples matter."""

    hole_s: float = 0.060  # longer than this is not held over: the step loses confidence (our choice)
    hole_periods: float = 2.5  # slow sensors: at least this many sample periods
    silent_s: float = 0.300  # longer than this the state of the foot is unknown (our choice)


@dataclass(frozen=True, slots=True)
class SensorSilent:
    """No sample since ``time_s`` for longer than a step may be guessed over."""

    role: Role
    time_s: float
    known_at_s: float


@dataclass(frozen=True, slots=True)
class SensorBack:
    """First sample, at ``known_at_s``, ever (``since_s`` None) or after a silence that began at ``since_s``."""

    role: Role
    since_s: float | None
    known_at_s: float


@dataclass(frozen=True, slots=True)
class SampleHole:
    """A few samples are missing between ``time_s`` and ``known_at_s``; too few to lose the foot."""

    role: Role
    time_s: float
    known_at_s: float


@dataclass(frozen=True, slots=True)
class LateSamples:
    """``count`` samples were dropped: they came at or before the sample at ``known_at_s``, or were not finite."""

    role: Role
    count: int
    known_at_s: float


class Stream(Protocol):
    """Features and marks of one sensor. What it answers must not depend on how the samples are cut into pushes."""

    @property
    def history(self) -> History:
        """The feature columns, for detectors."""

    def push(self, time_s: Floats, values: Floats) -> list[Mark]:
        """Take n >= 1 samples without a silence before or among them; return the marks that became known."""

    def restart(self) -> None:
        """Forget filter states: a silence lies between the last and the next sample. What was learnt stays."""


class Feed:
    """Cuts blocks at silences, drops late samples, and knows up to when this sensor has told all."""

    def __init__(self, role: Role, rate_hz: float, width: int, stream: Stream, params: GapParams) -> None:
        self.role = role
        self.stream = stream
        self.complete_before_s = -inf
        self.last_s = -inf
        self._width = width
        self._params = params
        self._hole_s = max(params.hole_s, params.hole_periods / rate_hz)
        self._silent_s = max(params.silent_s, 2 * self._hole_s)
        self._silent = True

    def push(self, block: Block) -> list[Mark]:
        """Marks that became known by ``block``.

        Raises
        ------
        ValueError : the block's shape is not that of this sensor.
        """
        time_s, values = block.time_s, block.values
        marks: list[Mark] = []
        if len(time_s):
            if values.shape != (len(time_s), self._width):
                raise ValueError(f"{self.role}: values are {values.shape}, expected {(len(time_s), self._width)}")
            time_s, values = self._in_order(time_s, values, marks)
        if len(time_s):
            start = 0
            for end in (*self._breaks(time_s), len(time_s)):
                self._push_run(time_s[start:end], values[start:end], marks)
                start = end
            self.complete_before_s = max(self.complete_before_s, nextafter(self.last_s, inf))
        if block.until_s > self.complete_before_s:
            self.complete_before_s = block.until_s
            self._notice_silence(block.until_s, marks)
        return marks

    def _breaks(self, time_s: Floats) -> Iterable[int]:
        """Indices of the samples after a hole; a block shorter than a hole, as they come live, has none."""
        if time_s[-1] - time_s[0] <= self._hole_s:
            return ()
        return (int(index) + 1 for index in np.flatnonzero(np.diff(time_s) > self._hole_s))

    def _in_order(self, time_s: Floats, values: Floats, marks: list[Mark]) -> tuple[Floats, Floats]:
        floor_s = max(self.last_s, nextafter(self.complete_before_s, -inf))
        rising_n = np.count_nonzero(time_s[1:] > time_s[:-1]) + 1 if len(time_s) > 1 else 1
        if time_s[0] > floor_s and rising_n == len(time_s) and np.count_nonzero(np.isfinite(values)) == values.size:
            return time_s, values
        highest_s = np.maximum.accumulate(np.concatenate(([floor_s], np.where(np.isfinite(time_s), time_s, -inf))))
        keep = (time_s > highest_s[:-1]) & np.isfinite(values).all(axis=1) & np.isfinite(time_s)
        known_at_s = float(max(self.complete_before_s, highest_s[-1]))
        marks.append(LateSamples(self.role, int(len(keep) - keep.sum()), known_at_s))
        return time_s[keep], values[keep]

    def _push_run(self, time_s: Floats, values: Floats, marks: list[Mark]) -> None:
        first_s = float(time_s[0])
        self._notice_silence(first_s, marks)
        if self._silent:
            marks.append(SensorBack(self.role, self.last_s if self.last_s > -inf else None, first_s))
            self._silent = False
        elif first_s - self.last_s > self._hole_s:
            marks.append(SampleHole(self.role, self.last_s, first_s))
        self.last_s = float(time_s[-1])
        marks.extend(self.stream.push(time_s, values))

    def _notice_silence(self, until_s: float, marks: list[Mark]) -> None:
        deadline_s = self.last_s + self._silent_s
        if not self._silent and until_s > deadline_s:
            self._silent = True
            marks.append(SensorSilent(self.role, self.last_s, deadline_s))
            self.stream.restart()
