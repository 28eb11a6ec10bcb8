"""Which way is down along a shank: when it lay down, how fast, and how hard it was hit meanwhile.

The mean specific force of a second points away from gravity's pull, whatever the shank does within it; its angle to the
upright shank's own is the inclination. No axis but this one is needed, so a fall is seen from the first second on.
"""

from dataclasses import dataclass
from math import cos, inf, radians
from typing import NamedTuple

import numpy as np

from hub.gait.signals.alignment import Vector
from hub.gait.signals.tail import Tail
from hub.gait.timeline import Mark
from hub.session import Floats
from sensors.layout import Role

TIME, FORCE, RATE = 0, slice(1, 4), slice(4, 7)
"""Rows of a shank's raw samples: time in s, specific force in m/s^2, angular rate in deg/s."""

GRAVITY_MPS2 = 9.81


@dataclass(frozen=True, slots=True)
class PostureParams:
    """When a shank lies, and when it is upright."""

    slot_s: float = 0.5  # the inclination is that of two slots' mean, twice a second (our choice)
    down_deg: float = 55.0  # lying and sitting on the floor: 66-97, standing 0-5 (erciyes, tuning half)
    upright_deg: float = 35.0  # walking: a second's mean stays below (marpino)
    back_deg: float = 40.0  # a shank that lay is upright again (our choice)
    lasting_slots: int = 3  # down for so many looks in a row: tumbling passes through any angle (our choice)
    gravity: tuple[float, float] = (0.6, 1.4)  # mean force in g from which a direction is taken: 0.7-1.2 (erciyes)
    within_s: float = 6.0  # between upright and down; slower is no fall, not even a slide (our choice)
    calm_dps: float = 12.0  # cold, the first calm time is taken for upright: standing or sitting (our choice)
    calm_slots: int = 4  # slots in a row that are calm


class ShankDown(NamedTuple):
    """The shank, upright until ``left_s``, lies.

    ``impact_s``, ``impact_g``: the hardest hit since, in parts of gravity. ``fastest_dps``: the fastest rotation since.
    ``learnt``: upright was seen in walking; False: it is the first calm posture of the recording.
    """

    role: Role
    left_s: float
    known_at_s: float
    impact_s: float
    impact_g: float
    fastest_dps: float
    learnt: bool


class ShankUpright(NamedTuple):
    """A shank that lay is upright again."""

    role: Role
    time_s: float
    known_at_s: float


class PostureWatch:
    """Follows the inclination of one shank.

    Attributes
    ----------
    up : from ankle to knee in the sensor's axes, once walking has shown it.
    """

    def __init__(self, role: Role, rate_hz: float, params: PostureParams) -> None:
        self.up: Vector | None = None
        self._role = role
        self._params = params
        self._slot_n = max(2, round(params.slot_s * rate_hz))
        self._within_n = round(params.within_s / params.slot_s + params.lasting_slots) * self._slot_n
        self._first_calm: Vector | None = None
        self._cosine = {limit: cos(radians(limit)) for limit in (params.down_deg, params.upright_deg, params.back_deg)}
        self.restart(0)

    def restart(self, index: int) -> None:
        """Samples before ``index`` do not belong to what comes; the posture is not known."""
        self._next = index
        self._before: tuple[float, float, float] | None = None
        self._upright_at: int | None = None
        self._lasted_n = 0
        self._down = False
        self._calm_n = 0

    @property
    def needs_from(self) -> int:
        """Samples before this index are not read any more."""
        return self._next - max(self._within_n + 2 * self._slot_n, self._params.calm_slots * self._slot_n) - 1

    def look(self, raw: Tail, end: int) -> list[Mark]:
        """Marks of the slots that end at or before sample index ``end``."""
        count = (end - self._next) // self._slot_n
        if count <= 0:
            return []
        marks: list[Mark] = []
        rows = raw.rows(self._next, self._next + count * self._slot_n)
        means = np.add.reduce(rows[FORCE].reshape(3, count, self._slot_n), axis=2) / self._slot_n
        for x, y, z in means.T.tolist():
            self._next += self._slot_n
            if self.up is None and self._first_calm is None:
                self._look_for_calm(raw)
            up = self.up or self._first_calm
            if self._before is not None and up is not None:
                bx, by, bz = self._before
                self._judge(raw, ((x + bx) / 2, (y + by) / 2, (z + bz) / 2), up, marks)
            self._before = (x, y, z)
        return marks

    def _judge(self, raw: Tail, force: Vector, up: Vector, marks: list[Mark]) -> None:
        (x, y, z), (ux, uy, uz), params = force, up, self._params
        size = (x * x + y * y + z * z) ** 0.5
        along = x * ux + y * uy + z * uz
        if not params.gravity[0] * GRAVITY_MPS2 <= size <= params.gravity[1] * GRAVITY_MPS2:
            return
        if along > self._cosine[params.upright_deg] * size:
            self._upright_at = self._next
        if along > self._cosine[params.back_deg] * size:
            self._lasted_n = 0
            if self._down:
                now_s = raw.value(TIME, self._next - 1)
                marks.append(ShankUpright(self._role, now_s - params.slot_s, now_s))
            self._down = False
        self._lasted_n = self._lasted_n + 1 if along < self._cosine[params.down_deg] * size else 0
        if self._lasted_n == params.lasting_slots and not self._down:
            self._down = True
            if self._upright_at is not None:
                self._tell(raw, self._upright_at, marks)

    def _tell(self, raw: Tail, upright_at: int, marks: list[Mark]) -> None:
        if self._next - upright_at > self._within_n:
            return
        rows = raw.rows(max(upright_at - 2 * self._slot_n, raw.first), self._next)
        left_s, now_s = raw.value(TIME, upright_at - 1), raw.value(TIME, self._next - 1)
        force, rate = _size(rows[FORCE]), _size(rows[RATE])
        hardest = int(force.argmax())
        marks.append(
            ShankDown(
                role=self._role,
                left_s=left_s,
                known_at_s=now_s,
                impact_s=float(rows[TIME, hardest]),
                impact_g=float(force[hardest]) / GRAVITY_MPS2,
                fastest_dps=float(rate.max(initial=-inf)),
                learnt=self.up is not None,
            )
        )

    def _look_for_calm(self, raw: Tail) -> None:
        """The first calm posture: whoever straps a sensor on sits or stands."""
        params = self._params
        slot = raw.rows(self._next - self._slot_n, self._next)
        self._calm_n = self._calm_n + 1 if float(_size(slot[RATE]).max()) < params.calm_dps else 0
        if self._calm_n < params.calm_slots:
            return
        force = raw.rows(self._next - params.calm_slots * self._slot_n, self._next)[FORCE]
        x, y, z = (float(part) for part in np.add.reduce(force, axis=1) / force.shape[1])
        size = (x * x + y * y + z * z) ** 0.5
        if params.gravity[0] * GRAVITY_MPS2 <= size <= params.gravity[1] * GRAVITY_MPS2:
            self._first_calm = (x / size, y / size, z / size)


def _size(vectors: Floats) -> Floats:
    x, y, z = vectors
    size: Floats = np.sqrt(x * x + y * y + z * z)
    return size
