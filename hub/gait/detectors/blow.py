"""A blow to the toes: the forefoot of a swinging foot is hit for an instant."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hub.gait.legs import InsoleView, Legs
from hub.gait.signals.loadscale import FORE, HEEL, TOTAL
from hub.session import Floats
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class BlowParams:
    """When a rise of the forefoot's load in swing is a blow."""

    least_pct: float = 1.2  # of the usual peak: 1 % of swings of gaitpdb reach 1.4, trips 2-9 (walker)
    alone_pct: float = 2.5  # without a shin sensor: 1 swing in 2,000 of gaitpdb
    unrest_margin: float = 1.5  # and above the wearer's own pressure inside the shoe in swing
    usual_margin: float = 2.0  # and the wearer's own rises: toes are extended before landing (marpino)
    usual_quantile: float = 0.5  # of the last rises; who drags does so in a quarter of swings
    remembered: int = 15  # rises whose median is usual
    speaks_after: int = 8  # swings; some walkers press their toes down in half of them only (gaitpdb)
    highest_pct: float = 25.0  # more is bearing weight
    lower_times: float = 3.0  # the rise counts up to so many times that of the lower of two samples (our choice)
    gone_share: float = 0.75  # of the rise: it is over; landing toes let go by less (walker)
    margin_s: float = 0.02  # from final and initial contact: the load's own fall and rise
    longest_s: float = 0.055  # a longer touch is a drag: obstacles are hit for 20-60 ms (rec)
    before_s: float = 0.12  # toes that touched in this time before ...
    before_share: float = 0.25  # toes that touched for more than this share of before_s were dragging (our choice)


class Blow(NamedTuple):
    """The toes were hit at ``time_s``. ``rise_pct`` of the usual peak; ``over``: the load is gone again."""

    time_s: float
    rise_pct: float
    over: bool


class Rise(NamedTuple):
    """The largest rise of the forefoot's load in a stretch of a swing, with the samples it was found in."""

    pct: float
    time_s: Floats
    columns: Floats
    top: int


def largest_rise(
    insole: InsoleView, start_s: float, end_s: float, params: BlowParams, least_pct: float = 0.0
) -> Rise | None:
    """From ``start_s`` to ``end_s``; None where the foot bears weight by then or surely nothing rose by ``least_pct``.

    A level is the mean of two samples in a row, of which the lower one must have risen too: a glitch is none, and the
    shortest blows last 20 ms, one sample and a bit.
    """
    scale = insole.scale
    time_s, columns = insole.history.window(start_s, end_s)
    count = len(time_s)
    if count < 3 or columns.item(TOTAL, -1) - scale.zero[TOTAL] > params.highest_pct / 100 * scale.peak:
        return None
    fore = columns[FORE]
    if 100.0 * (fore.item(fore.argmax()) - fore.item(fore.argmin())) / scale.peak < least_pct:
        return None
    lower, upper = np.minimum(fore[1:], fore[:-1]), np.maximum(fore[1:], fore[:-1])
    base = np.minimum.accumulate(upper)
    rises = np.minimum((lower + upper) / 2 - base, params.lower_times * (lower - base))
    top = int(rises.argmax())
    return Rise(100.0 * max(rises.item(top), 0.0) / scale.peak, time_s, columns, top)


def blow_of(rise: Rise, insole: InsoleView, lifted_s: float, params: BlowParams) -> Blow | None:
    """The blow that a rise was; None if the toes had been or remained on the ground.

    The foot left the ground at ``lifted_s``.
    """
    scale, fore, top = insole.scale, rise.columns[FORE], rise.top
    load = rise.pct / 100 * scale.peak
    level = (fore.item(top) + fore.item(top + 1)) / 2
    above = fore > level - 0.5 * load
    top += fore.item(top + 1) > fore.item(top)
    began = top - int(above[top::-1].argmin()) + 1
    after = above[top + 1 :]
    ended = len(fore) - 1 if after.all() else top + 1 + int(after.argmin())
    over = fore.item(-1) < level - params.gone_share * load
    began_s, heel = float(rise.time_s[began]), rise.columns[HEEL, began : ended + 1]
    if float(rise.time_s[ended]) - began_s > params.longest_s or heel.item(heel.argmax()) > scale.zone[HEEL]:
        return None
    _, before = insole.history.window(max(began_s - params.before_s, lifted_s), began_s)
    touched = np.count_nonzero(before[FORE] > scale.zero[FORE] + 0.5 * load)
    return None if touched > 1 + params.before_share * before.shape[1] else Blow(began_s, rise.pct, over)


class UsualRises:
    """How far the forefoot's load of one foot rises in undisturbed swings."""

    def __init__(self, params: BlowParams) -> None:
        self._params = params
        self._rises_pct: list[float] = []
        self._usual_pct = 0.0

    def learn(self, rise_pct: float) -> None:
        """Take the rise of a swing."""
        self._rises_pct = rises_pct = [*self._rises_pct[-self._params.remembered + 1 :], rise_pct]
        self._usual_pct = sorted(rises_pct)[int(self._params.usual_quantile * (len(rises_pct) - 1))]

    def least_pct(self, insole: InsoleView) -> float | None:
        """A rise from which on it is a blow; None before enough is known."""
        params, scale = self._params, insole.scale
        if not scale.learnt or len(self._rises_pct) < params.speaks_after:
            return None
        unrest_pct = 100.0 * scale.unrest[FORE] / scale.peak
        return max(params.least_pct, params.unrest_margin * unrest_pct, params.usual_margin * self._usual_pct)


class Toes:
    """What the insole of one foot tells of its toes in swing."""

    def __init__(self, side: Side, legs: Legs, params: BlowParams) -> None:
        self._role = side.insole
        self._legs = legs
        self._params = params
        self._rises = UsualRises(params)

    def blow(self, lifted_s: float | None, start_s: float, end_s: float) -> Blow | None:
        """A blow that is none of this wearer's usual rises."""
        insole = self._legs.insoles.get(self._role)
        if insole is None or lifted_s is None or not self._legs.complete_since(self._role, start_s):
            return None
        start_s = max(start_s, lifted_s + self._params.margin_s)
        least_pct = self._rises.least_pct(insole)
        if least_pct is None:
            return None
        rise = largest_rise(insole, start_s, end_s, self._params, least_pct)
        if rise is None or rise.pct < least_pct:
            return None
        return blow_of(rise, insole, lifted_s, self._params)

    def learn(self, lifted_s: float, start_s: float, contact_s: float) -> None:
        """Take the rise from ``start_s`` on in a swing that is over."""
        insole, margin_s = self._legs.insoles.get(self._role), self._params.margin_s
        if insole is not None and self._legs.complete_since(self._role, start_s):
            rise = largest_rise(insole, max(start_s, lifted_s + margin_s), contact_s - margin_s, self._params)
            if rise is not None:
                self._rises.learn(rise.pct)

    def can_feel(self, since_s: float) -> bool:
        """Whether the insole would have felt a blow since then."""
        insole = self._legs.insoles.get(self._role)
        known = insole is not None and self._rises.least_pct(insole) is not None
        return known and self._legs.complete_since(self._role, since_s)

    def are_down(self, now_s: float) -> bool:
        """Whether the foot touches the ground."""
        insole = self._legs.insoles.get(self._role)
        columns = insole.history.at(now_s) if insole is not None else None
        return insole is not None and columns is not None and columns.item(TOTAL) > insole.scale.on

    def touch(self, now_s: float) -> bool:
        """Whether heel or forefoot takes load: a landing shows here before the foot is down."""
        insole = self._legs.insoles.get(self._role)
        columns = insole.history.at(now_s) if insole is not None else None
        if insole is None or columns is None:
            return False
        return any(columns.item(zone) > insole.scale.zone[zone] for zone in (HEEL, FORE))

    def are_loaded(self, now_s: float, more_pct: float | None = None) -> bool:
        """Whether the heel is down, or the foot bears more than a blow or than ``more_pct`` of the usual peak."""
        insole = self._legs.insoles.get(self._role)
        columns = insole.history.at(now_s) if insole is not None else None
        if insole is None or columns is None:
            return False
        if columns.item(HEEL) > insole.scale.zone[HEEL]:
            return True
        load = columns.item(TOTAL) - insole.scale.zero[TOTAL]
        return load > (self._params.highest_pct if more_pct is None else more_pct) / 100 * insole.scale.peak
