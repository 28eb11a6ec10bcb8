"""What is kept of the steps of one walk, in bounded memory, until it is summed up."""

from array import array
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from statistics import median
from typing import NamedTuple

import numpy as np

from hub.events import ON_FOOT, Context, Value
from hub.gait.facts import Step, Strike
from hub.session import Floats
from sensors.layout import Side

LEVEL = frozenset({Context.WALKING, Context.AIDED})
"""Kinds of steps whose measures describe somebody's gait; turns and stairs have their own."""

KEPT = (
    "step_time_s",
    "stride_time_s",
    "stance_time_s",
    "swing_time_s",
    "stance_pct",
    "double_support_s",
    "double_support_pct",
    "stride_length_m",
    "shank_range_deg",
    "shank_at_contact_deg",
    "swing_peak_dps",
    "peak_load_pct",
    "loading_rate",
    "push_off_ratio",
    "cop_backward_pct",
)
"""Measures of a step that are kept."""

MOST_ROWS = 4096
"""Strides of one foot: over an hour of walking. Beyond, every second one is kept."""

EDGE_STEPS = 2
"""Steps at either end of a walk whose strike does not count: people start and stop with the foot flat."""


class Rows:
    """Measures of the level strides of one foot. A walk too long for memory is thinned evenly."""

    def __init__(self) -> None:
        self._rows = array("d")
        self._seen = 0
        self._every = 1

    @property
    def seen(self) -> int:
        """Strides that were added, kept or not."""
        return self._seen

    def add(self, fields: Mapping[str, Value]) -> None:
        """Add a stride."""
        self._seen += 1
        if self._seen % self._every:
            return
        self._rows.extend([value if isinstance(value, float) else nan for value in map(fields.get, KEPT)])
        if len(self._rows) >= MOST_ROWS * len(KEPT):
            table = np.array(self._rows).reshape(-1, len(KEPT))[1::2]
            self._rows = array("d", table.tobytes())
            self._every *= 2

    def column(self, name: str) -> Floats:
        """Known values of a measure, in order."""
        values: Floats = np.array(self._rows[KEPT.index(name) :: len(KEPT)])
        return values[~np.isnan(values)]


@dataclass(slots=True)
class Strikes:
    """Contacts that were judged, by what touched first."""

    counts: dict[Strike, int] = field(default_factory=lambda: dict.fromkeys(Strike, 0))

    def add(self, strike: Strike) -> None:
        """Count one; unknown ones are not judged."""
        self.counts[strike] += 1

    @property
    def judged(self) -> int:
        """How many were told."""
        return sum(self.counts.values()) - self.counts[Strike.UNKNOWN]

    def pct(self, strike: Strike, least: int) -> float | None:
        """Share of a strike; None of fewer than ``least``."""
        judged = self.judged
        return 100.0 * self.counts[strike] / judged if judged >= max(1, least) else None


@dataclass(slots=True)
class ContextTally:
    """Steps of one kind."""

    steps: int = 0
    drags: int = 0
    strikes: Strikes = field(default_factory=Strikes)


@dataclass(slots=True)
class Travelled:
    """Way and time of the strides whose length is known, and how many those are of all."""

    length_m: float = 0.0
    time_s: float = 0.0
    measured: int = 0
    strides: int = 0
    estimated: bool = False

    def add(self, fields: Mapping[str, Value]) -> None:
        """Add a stride."""
        self.strides += 1
        length_m, stride_s = fields.get("stride_length_m"), fields.get("stride_time_s")
        if isinstance(length_m, float) and isinstance(stride_s, float):
            self.length_m += abs(length_m)
            self.time_s += stride_s
            self.measured += 1
            self.estimated |= fields.get("length_estimated") is True


class Bin(NamedTuple):
    """Some seconds of the affected side's strides; None where there are too few."""

    toe_first_pct: float | None
    swing_time_s: float | None
    shank_range_deg: float | None


class Bins:
    """The walk in equal parts, each summed up when the next one begins."""

    def __init__(self, start_s: float, bin_s: float, least_n: int) -> None:
        self._start_s = start_s
        self._bin_s = bin_s
        self._least_n = least_n
        self._open: list[Step] = []
        self._done: list[Bin] = []

    def add(self, step: Step) -> None:
        """Add a stride of the affected side."""
        while step.time_s - self._start_s >= (len(self._done) + 1) * self._bin_s:
            self._close()
        self._open.append(step)

    def closed(self) -> list[Bin]:
        """Parts that are complete; the one that the walk ended in is not."""
        return self._done

    def _close(self) -> None:
        steps, self._open = self._open, []
        strikes = Strikes()
        for step in steps:
            strikes.add(step.strike)
        self._done.append(
            Bin(
                strikes.pct(Strike.TOE, self._least_n),
                self._median(steps, "swing_time_s"),
                self._median(steps, "shank_range_deg"),
            )
        )

    def _median(self, steps: list[Step], name: str) -> float | None:
        values = [value for step in steps if isinstance(value := step.fields.get(name), float)]
        return median(values) if len(values) >= self._least_n else None


class WalkTally:
    """All that is kept of one walk."""

    def __init__(self, start_s: float, affected: frozenset[Side], bins: Bins) -> None:
        self.start_s = start_s
        self.affected = affected
        self.rows = {Side.LEFT: Rows(), Side.RIGHT: Rows()}
        self.strikes = {Side.LEFT: Strikes(), Side.RIGHT: Strikes()}
        self.travelled = {Side.LEFT: Travelled(), Side.RIGHT: Travelled()}
        self.level = {Side.LEFT: Travelled(), Side.RIGHT: Travelled()}
        self.contexts = {context: ContextTally() for context in sorted(ON_FOOT)}
        self.bins = bins
        self.steps = 0
        self._last: deque[Step] = deque()
        self._drags_s: dict[Side, list[float]] = {Side.LEFT: [], Side.RIGHT: []}

    def drag(self, side: Side, time_s: float) -> None:
        """A drag belongs to the step that ends its swing."""
        self._drags_s[side].append(time_s)

    def add(self, step: Step) -> None:
        """A step, once its kind is known."""
        side = step.side
        self.steps += 1
        drags_s = self._drags_s[side]
        later_s = [at_s for at_s in drags_s if at_s > step.time_s] if drags_s else drags_s
        drags_n = len(drags_s) - len(later_s)
        self._drags_s[side] = later_s
        tally = self.contexts.get(step.context)
        if tally is not None:
            tally.steps += 1
            tally.drags += drags_n
            if side in self.affected:
                tally.strikes.add(step.strike)
        if step.stride:
            self.travelled[side].add(step.fields)
        if step.context not in LEVEL:
            return
        if step.stride:
            self.rows[side].add(step.fields)
            self.level[side].add(step.fields)
            if side in self.affected:
                self.bins.add(step)
        if self.steps > EDGE_STEPS:
            self._last.append(step)
            if len(self._last) > EDGE_STEPS:
                counted = self._last.popleft()
                self.strikes[counted.side].add(counted.strike)
