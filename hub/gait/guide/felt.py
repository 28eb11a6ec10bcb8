"""What the sensors felt of late, side by side on one grid of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from hub.gait.signals.columns import ColumnSums
from hub.session import Block, Floats, InsoleSpec, Session
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
    """Keeps samples of all sensors of a session for a while."""

    def __init__(self, session: Session) -> None:
        self._sums = {
            role: ColumnSums(spec.cells) for role, spec in session.sensors.items() if isinstance(spec, InsoleSpec)
        }
        self._times: dict[Role, list[Floats]] = {role: [] for role in session.sensors}
        self._rows: dict[Role, list[Floats]] = {role: [] for role in session.sensors}

    def push(self, block: Block) -> None:
        """Take a block of one sensor."""
        role = block.role
        if len(block.time_s):
            self._times[role].append(block.time_s)
            self._rows[role].append(self._sums[role](block.values) if role in self._sums else block.values.T)

    def forget(self, before_s: float) -> None:
        """Drop what is older."""
        for role in self._times:
            if self._times[role]:
                time_s, rows = self._joined(role)
                first = int(time_s.searchsorted(before_s))
                self._times[role], self._rows[role] = [time_s[first:]], [rows[:, first:]]

    def span(self, start_s: float, now_s: float) -> Span:
        """What was felt from ``start_s`` to ``now_s``. Between samples straight lines; over a silence, the last one."""
        time_s = np.arange(ceil(start_s * GRID_HZ), floor(now_s * GRID_HZ) + 1) / GRID_HZ
        told = {role: self._on_grid(role, time_s) for role in self._times if len(self._joined(role)[0])}
        return Span(
            time_s,
            {role.side: values for role, values in told.items() if role.is_insole},
            {role.side: values for role, values in told.items() if not role.is_insole},
            tuple(role for role in self._times if self._silent(role, now_s)),
        )

    def _silent(self, role: Role, now_s: float) -> bool:
        time_s, _ = self._joined(role)
        newest = int(time_s.searchsorted(now_s, side="right")) - 1
        return newest < 0 or now_s - float(time_s[newest]) > SILENT_S

    def _joined(self, role: Role) -> tuple[Floats, Floats]:
        times, rows = self._times[role], self._rows[role]
        if len(times) > 1:
            times[:], rows[:] = [np.concatenate(times)], [np.concatenate(rows, axis=1)]
        return (times[0], rows[0]) if times else (np.empty(0), np.empty((0, 0)))

    def _on_grid(self, role: Role, time_s: Floats) -> Floats:
        own_s, rows = self._joined(role)
        return np.array([np.interp(time_s, own_s, row) for row in rows])
