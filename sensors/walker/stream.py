"""Recordings of any length, some seconds at a time, with what the links of the sensors do to them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats
from sensors.layout import Cell, Region, Role
from sensors.walker.loss import LossParams, LossyLink
from sensors.walker.truth import TruthEvent
from sensors.walker.walker import Walker

EIGHT_CELLS = (
    Cell(0.40, 0.08, Region.HEEL),
    Cell(0.62, 0.14, Region.HEEL),
    Cell(0.68, 0.42, Region.MIDFOOT),
    Cell(0.25, 0.66, Region.FOREFOOT),
    Cell(0.50, 0.71, Region.FOREFOOT),
    Cell(0.78, 0.66, Region.FOREFOOT),
    Cell(0.28, 0.90, Region.TOES),
    Cell(0.60, 0.87, Region.TOES),
)
"""A usual layout: two heel, one midfoot, three forefoot and two toe cells."""

_CHUNK_S = 4
"""Seconds made at once: longer saves little more, and costs memory."""

_PORTION_S = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Portion:
    """Some seconds of a recording.

    Parameters
    ----------
    times_s, values : per role (n,) and (n, cells) or (n, 6), as in ``Recording``; n may differ where samples are lost.
    truth : what began in it. An interval comes when it has been planned to its end, in this portion or a later one.
    """

    times_s: Mapping[Role, Floats]
    values: Mapping[Role, Floats]
    truth: tuple[TruthEvent, ...]


def portions(
    walker: Walker,
    duration_s: float,
    rate_hz: float,
    roles: Iterable[Role],
    cells: tuple[Cell, ...] = EIGHT_CELLS,
    *,
    loss: LossParams | None = None,
    seed: int = 1,
) -> Iterator[Portion]:
    """A recording of any length, 10 s at a time and in bounded memory.

    ``loss`` is what each sensor's link does to the samples, drawn from ``seed``; the truth keeps true time.
    """
    wanted = tuple(roles)
    links = {
        role: LossyLink(loss or LossParams(), np.random.default_rng((seed, 20, number)))
        for number, role in enumerate(wanted)
    }
    samples_n, portion_n = int(duration_s * rate_hz), max(int(_PORTION_S * rate_hz), 1)
    for begin in range(0, samples_n, portion_n):
        end = min(begin + portion_n, samples_n)
        time_s = np.arange(begin, end) / rate_hz
        passed = {role: links[role].passed(time_s, _felt(walker, role, cells, time_s)) for role in wanted}
        truth = walker.truth_before(end / rate_hz, closing=end == samples_n)
        yield Portion(
            {role: times for role, (times, _) in passed.items()},
            {role: values for role, (_, values) in passed.items()},
            tuple(truth),
        )


def _felt(walker: Walker, role: Role, cells: tuple[Cell, ...], time_s: Floats) -> Floats:
    if role.is_insole:
        return walker.cell_forces_n(role.side, cells, time_s)
    return np.hstack(walker.shank(role.side, time_s))
