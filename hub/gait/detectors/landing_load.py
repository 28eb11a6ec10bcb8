"""How hard a foot usually lands: who catches a stumble lets the whole body drop onto the next step."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from hub.gait.legs import Legs
from hub.gait.signals.loadscale import TOTAL
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class LandingLoadParams:
    """Which landing is a heavy one."""

    taken_s: float = 0.30  # the weight is taken over within this: the first hump of the stance
    heavy_share: float = 0.10  # above the usual load (walker: caught steps 0.14-0.50, others up to 0.05)
    heavy_spreads: float = 4.0  # and by so many of the wearer's own deviations (our choice)
    least_spread: float = 0.02  # of the usual load (our choice)
    remembered: int = 15  # landings whose median is usual
    speaks_after: int = 4  # landings before anything is usual


class LandingLoad:
    """The highest load of one foot's landings, in parts of its usual peak."""

    def __init__(self, side: Side, legs: Legs, params: LandingLoadParams) -> None:
        self._role = side.insole
        self._legs = legs
        self._params = params
        self._loads: list[float] = []

    def learn(self, contact_s: float) -> None:
        """Take an undisturbed landing that is over."""
        load = self._of(contact_s)
        if load is not None:
            self._loads = [*self._loads[-self._params.remembered + 1 :], load]

    def is_heavy(self, contact_s: float) -> bool | None:
        """Whether a landing that is over was a heavy one; None where nobody can tell."""
        load, params = self._of(contact_s), self._params
        if load is None or len(self._loads) < params.speaks_after:
            return None
        usual = median(self._loads)
        spread = max(1.4826 * median(abs(known - usual) for known in self._loads), params.least_spread * usual)
        return load > usual + max(params.heavy_share * usual, params.heavy_spreads * spread)

    def _of(self, contact_s: float) -> float | None:
        insole = self._legs.insoles.get(self._role)
        if insole is None or not insole.scale.learnt or not self._legs.complete_since(self._role, contact_s):
            return None
        _, columns = insole.history.window(contact_s, contact_s + self._params.taken_s)
        total = columns[TOTAL]
        if len(total) < 3:
            return None
        steady = np.minimum(total[1:], total[:-1])  # of two samples in a row: a single one may be a glitch
        return (float(steady.max()) - insole.scale.zero[TOTAL]) / insole.scale.peak
