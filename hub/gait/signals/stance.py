"""One stance of an insole: its load and the path of its centre of pressure."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hub.gait.history import History
from hub.gait.signals.loadscale import MOMENT, TOTAL, LoadScale
from hub.session import Floats


@dataclass(frozen=True, slots=True)
class StanceParams:
    """Which parts of stance are looked at."""

    line_load_pct: float = 10.0  # the centre of pressure is told from this load on
    line_end_s: float = 0.050  # first and last part of the gait line are means over this long
    backward_share: float = 0.3  # of stance, in which backward travel is counted (our choice)
    loading_from: float = 0.2  # of the first hump; its rise is nearly straight from here ...
    loading_to: float = 0.8  # of the first hump: the loading rate is taken up to here
    hump_pct: float = 3.0  # of usual peak load: a shallower valley does not part two humps (our choice)


class Stance(NamedTuple):
    """Path of the centre of pressure, in % of foot length, and load, in % of the wearer's usual peak.

    ``loading_rate``: rise to the first hump, in % of the usual peak per second. ``push_off_ratio``: second hump over
    the first; None where there are not two.
    """

    start_pct: float
    end_pct: float
    backward_pct: float
    peak_load_pct: float
    loading_rate: float | None
    push_off_ratio: float | None


def measure_stance(
    history: History, scale: LoadScale, contact_s: float, lift_s: float, params: StanceParams
) -> Stance | None:
    """Measure the stance from ``contact_s`` to ``lift_s``; None where it bore no load."""
    time_s, columns = history.window(contact_s, lift_s)
    total = columns[TOTAL] - scale.zero[TOTAL]
    bearing = (total > params.line_load_pct / 100 * scale.peak).nonzero()[0]
    if len(bearing) == 0:
        return None
    loaded_s, load, moment = time_s[bearing], total[bearing], columns[MOMENT][bearing]
    path = np.minimum(np.maximum(100 * (moment - scale.zero[MOMENT]) / load, 0.0), 100.0)
    early = path[: max(1, int(loaded_s.searchsorted(contact_s + params.backward_share * (lift_s - contact_s))))]
    first = path[: max(1, int(loaded_s.searchsorted(loaded_s[0] + params.line_end_s)))].tolist()
    last = path[min(len(path) - 1, int(loaded_s.searchsorted(loaded_s[-1] - params.line_end_s))) :].tolist()
    backward = np.maximum.accumulate(early) - early
    humps = _humps(total, params.hump_pct / 100 * scale.peak)
    first_hump = humps[0] if humps else int(total.argmax())
    rise = _rise(time_s, total[: first_hump + 1], params)
    return Stance(
        start_pct=sum(first) / len(first),
        end_pct=sum(last) / len(last),
        backward_pct=backward.item(backward.argmax()),
        peak_load_pct=100 * load.item(load.argmax()) / scale.peak,
        loading_rate=None if rise is None else 100 * rise / scale.peak,
        push_off_ratio=total.item(humps[1]) / total.item(humps[0]) if humps else None,
    )


def _humps(total: Floats, least: float) -> tuple[int, int] | None:
    """Where the highest loads of the first and the second half are, if a valley of ``least`` parts them."""
    middle = len(total) // 2
    if middle == 0:
        return None
    one, two = int(total[:middle].argmax()), middle + int(total[middle:].argmax())
    valley = total[one : two + 1]
    depth = min(total.item(one), total.item(two)) - valley.item(valley.argmin())
    return (one, two) if depth >= least else None


def _rise(time_s: Floats, rise: Floats, params: StanceParams) -> float | None:
    """Load per second between two parts of the load at the end of ``rise``; None where that is within one sample."""
    top = rise.item(-1)
    low, high = params.loading_from * top, params.loading_to * top
    from_s, to_s = _passed(time_s, rise, low), _passed(time_s, rise, high)
    return (high - low) / (to_s - from_s) if from_s is not None and to_s is not None and to_s > from_s else None


def _passed(time_s: Floats, load: Floats, level: float) -> float | None:
    """When the load passed the level, between samples; None where it began above."""
    above = int((load >= level).argmax())
    if above == 0:
        return None
    before, after = load.item(above - 1), load.item(above)
    before_s, after_s = time_s.item(above - 1), time_s.item(above)
    return before_s + (after_s - before_s) * (level - before) / (after - before)
