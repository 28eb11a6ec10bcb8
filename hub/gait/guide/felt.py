"""What the sensors felt of late, side by side on one grid of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from hub.gait.signals.columns import ColumnSums
from hub.gait.signals.loadscale import COLUMNS
from hub.gait.signals.tail import Tail
from hub.session import SHIN_CHANNELS, Block, Floats, InsoleSpec, Session
from sensors.layout import Role, Side

Truths = NDArray[np.bool_]

GRID_HZ = 50.0
"""Of what is judged: movements of seconds, not contacts."""

CHUNK_N = 10
"""Grid points of a chunk, 0.2 s: what a foot or a leg does in it counts as one."""

CHUNK_S = CHUNK_N / GRID_HZ

SILENT_S = 1.0
"""A sensor without samples for longer is silent."""


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """What was felt from a time up to now.

    Parameters
    ----------
    time_s : (n,) of the grid.
    feet : per foot with an insole the columns (4, n) of ``loadscale``, without zero.
    shins : per leg with a shin sensor (6, n): specific force in m/s^2, rate in deg/s, in the sensor's own axes.
    silent : sensors that are silent now.
    """

    time_s: Floats
    feet: Mapping[Side, Floats]
    shins: Mapping[Side, Floats]
    silent: tuple[Role, ...]

    def chunks(self, values: Floats) -> Floats:
        """Means of (..., n) over chunks; what is left at the end is left out."""
        n = values.shape[-1] // CHUNK_N
        whole = values[..., : n * CHUNK_N]
        means: Floats = whole.reshape(*values.shape[:-1], n, CHUNK_N).mean(axis=-1)
        return means

    def turning_dps(self, side: Side) -> Floats:
        """(n,) how fast a shin turns about any axis; zero where no sensor tells."""
        if side not in self.shins:
            return np.zeros(len(self.time_s))
        x, y, z = self.shins[side][3:]
        speed: Floats = np.sqrt(x * x + y * y + z * z)
        return speed


class Felt:
    """Keeps what all sensors of a session felt for a while, on the grid."""

    def __init__(self, session: Session) -> None:
        self._sums = {
            role: ColumnSums(spec.cells) for role, spec in session.sensors.items() if isinstance(spec, InsoleSpec)
        }
        self._last: dict[Role, tuple[float, Floats]] = {}
        self._grid = Tail(1)
        self._rows = {role: Tail(COLUMNS if role.is_insole else len(SHIN_CHANNELS)) for role in session.sensors}
        self._begun = False

    def push(self, blocks: Sequence[Block], now_s: float) -> None:
        """Take one block of each sensor, with all that it told before ``now_s``.

        Between samples straight lines; where a sensor is silent its last sample stands, and nothing before its first.
        """
        if not self._begun:
            self._begun = True
            self._grid.restart(ceil(now_s * GRID_HZ) - 1)
            for rows in self._rows.values():
                rows.restart(self._grid.end)
        grid_s = np.arange(self._grid.end, floor(now_s * GRID_HZ) + 1) / GRID_HZ
        self._grid.append(grid_s[np.newaxis])
        for block in blocks:
            self._rows[block.role].append(self._on_grid(block, grid_s))

    def forget(self, before_s: float) -> None:
        """Drop what is older."""
        for rows in (self._grid, *self._rows.values()):
            rows.forget(floor(before_s * GRID_HZ))

    def span(self, start_s: float, now_s: float) -> Span:
        """What was felt from ``start_s`` to ``now_s``, as views."""
        first = min(max(ceil(start_s * GRID_HZ), self._grid.first), self._grid.end)
        end = min(floor(now_s * GRID_HZ) + 1, self._grid.end)
        told = {role: self._rows[role].rows(first, end) for role in self._last}
        return Span(
            self._grid.column(0, first, end),
            {role.side: values for role, values in told.items() if role.is_insole},
            {role.side: values for role, values in told.items() if not role.is_insole},
            tuple(role for role in self._rows if role not in self._last or now_s - self._last[role][0] > SILENT_S),
        )

    def _on_grid(self, block: Block, grid_s: Floats) -> Floats:
        role, time_s = block.role, block.time_s
        before = self._last.get(role)
        if len(time_s) == 0:
            held = np.zeros(len(self._rows[role].rows(0, 0))) if before is None else before[1]
            return np.repeat(held[:, np.newaxis], len(grid_s), axis=1)
        values = self._sums[role](block.values) if role in self._sums else block.values.T
        self._last[role] = float(time_s[-1]), values[:, -1].copy()
        if before is not None:
            time_s = np.concatenate(([before[0]], time_s))
            values = np.concatenate((before[1][:, np.newaxis], values), axis=1)
        return np.array([np.interp(grid_s, time_s, row) for row in values])
