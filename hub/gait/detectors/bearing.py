"""Whether a lifted foot belongs to somebody on their feet: the other foot then carries what both carried before.

Seated, the feet bear themselves. One that is lifted takes its load away with it, and the other's stays as it was: both
together bear half of what they did. On one's feet the load moves over, and the sum stays. This holds before any
scale is known, and whatever the insoles make of newtons. Switches do not show it.
"""

from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from hub.events import Context
from hub.gait.context_log import ContextLog
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import FEWEST_CELLS, TOTAL, ZERO_IS_ZERO
from hub.session import InsoleSpec, Session
from sensors.layout import LoadUnit, Side

NOT_ON_FEET = frozenset({Context.OFF, Context.DANGLING, Context.SITTING, Context.VEHICLE})
"""Contexts in which a foot is lifted without a step, where no load can tell."""

BEFORE_LIFT_S = (0.15, 0.30, 0.50)
AFTER_LIFT_S = 0.02
WITHIN_SWING = (0.25, 0.50, 0.75)


@dataclass(frozen=True, slots=True)
class BearingParams:
    """How much of the load the other foot takes over."""

    taken_over: float = 0.62  # of both feet's load before the lift: walking 0.76-1.1, seated 0.5 (our choice)
    borne: float = 0.40  # of its own usual peak, where both are learnt; crossed legs, pedals and props stay below


class Bearing:
    """One for each detector of contacts. Remembers what both feet bore before each lift."""

    def __init__(self, session: Session, legs: Legs, contexts: ContextLog, params: BearingParams) -> None:
        self._units = {
            role.side: spec.unit
            for role, spec in session.sensors.items()
            if isinstance(spec, InsoleSpec) and len(spec.cells) >= FEWEST_CELLS
        }
        self._legs = legs
        self._contexts = contexts
        self._params = params
        self._before: dict[Side, _Both | None] = {Side.LEFT: None, Side.RIGHT: None}

    def lifted(self, side: Side, time_s: float, now_s: float) -> bool:
        """Whether the foot that was lifted at ``time_s`` left the other one under load."""
        self._before[side] = None
        if not self._can_tell(side, time_s - max(BEFORE_LIFT_S)):
            return self._likely
        self._before[side] = _Both(
            median(self._load(side, time_s - s) for s in BEFORE_LIFT_S),
            median(self._load(side.other, time_s - s) for s in BEFORE_LIFT_S),
        )
        return self._carries(side, self._load(side.other, min(time_s + AFTER_LIFT_S, now_s)))

    def landed(self, side: Side, lifted_s: float, time_s: float) -> bool:
        """Whether the other foot was under load in the swing that ended at ``time_s``, as this foot's insole saw it."""
        if not self._can_tell(side, lifted_s):
            return self._likely
        return self._carries(side, self._highest(side.other, lifted_s, time_s))

    def swung(self, side: Side, from_s: float, to_s: float) -> bool:
        """Whether the other foot was under load in a swing that a shank saw."""
        known = self._units.get(side.other, LoadUnit.ON_OFF) is not LoadUnit.ON_OFF
        if not known or not self._legs.complete_since(side.other.insole, from_s):
            return self._likely
        scale = self._legs.insoles[side.other.insole].scale
        if not scale.learnt:
            return self._likely
        return self._highest(side.other, from_s, to_s) >= self._params.borne * scale.peak

    @property
    def _likely(self) -> bool:
        return self._contexts.now not in NOT_ON_FEET

    def _can_tell(self, side: Side, since_s: float) -> bool:
        units = {self._units.get(each, LoadUnit.ON_OFF) for each in (side, side.other)}
        if LoadUnit.ON_OFF in units or not self._legs.complete_since(side.other.insole, since_s):
            return False
        insoles = self._legs.insoles
        return units <= ZERO_IS_ZERO or (insoles[side.insole].scale.learnt and insoles[side.other.insole].scale.learnt)

    def _carries(self, side: Side, load: float) -> bool:
        """Whether the other foot's load is that of somebody on their feet, as felt or, once learnt, by usual peaks."""
        own, other = self._legs.insoles[side.insole].scale, self._legs.insoles[side.other.insole].scale
        before = self._before[side]
        if before is not None:
            both = before.own + before.other
            if own.learnt and other.learnt:
                both = min(both, before.own * other.peak / own.peak + before.other)
            if load < self._params.taken_over * both:
                return False
        return load >= self._params.borne * other.peak if other.learnt else before is not None or self._likely

    def _highest(self, side: Side, from_s: float, to_s: float) -> float:
        return max(self._load(side, from_s + part * (to_s - from_s)) for part in WITHIN_SWING)

    def _load(self, side: Side, time_s: float) -> float:
        """Load above zero at a time; 0 before the first sample."""
        insole = self._legs.insoles[side.insole]
        columns = insole.history.at(time_s)
        return 0.0 if columns is None else max(columns.item(TOTAL) - insole.scale.zero[TOTAL], 0.0)


class _Both(NamedTuple):
    """What each foot bore before a lift."""

    own: float
    other: float
