"""Whether a lifted foot belongs to somebody on their feet: the other foot then carries what both carried before.

Seated, the feet bear themselves. One that is lifted takes its load away with it, and the other's stays as it was: both
together bear half of what they did. On one's feet the load moves over, and the sum stays. This holds before any
scale is known, and whatever the insoles make of newtons. Switches do not show it.
"""

from dataclasses import dataclass
from statistics import median

from hub.events import ON_FOOT, Context
from hub.gait.context_log import ContextLog
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import FEWEST_CELLS, TOTAL, ZERO_IS_ZERO
from hub.session import InsoleSpec, Session
from sensors.layout import LoadUnit, Side

NOT_ON_FEET = frozenset({Context.OFF, Context.DANGLING, Context.SITTING, Context.VEHICLE})
"""Contexts in which a foot is lifted without a step, where no load can tell."""

BEFORE_LIFT_S = (0.15, 0.30, 0.50)
AFTER_LIFT_S = 0.02
WITHIN_SWING = (0.50, 0.25, 0.75)
LOOKED_BACK_S = 10.0
"""What a foot that was up for longer had borne before is not known any more: the other one's usual load decides."""


@dataclass(frozen=True, slots=True)
class BearingParams:
    """How much of the load the other foot takes over."""

    taken_over: float = 0.62  # of both feet's load before the lift: walking 0.76-1.1, seated 0.5 (our choice)
    surely: float = 0.60  # of its own usual peak, in walking: no need to look further
    borne: float = 0.40  # of its own usual peak, where both are learnt; crossed legs, pedals and props stay below


class Bearing:
    """Asked by the detectors of contacts."""

    def __init__(self, session: Session, legs: Legs, contexts: ContextLog, params: BearingParams) -> None:
        self._units = {
            role.side: spec.unit
            for role, spec in session.sensors.items()
            if isinstance(spec, InsoleSpec) and len(spec.cells) >= FEWEST_CELLS and spec.unit is not LoadUnit.ON_OFF
        }
        self._legs = legs
        self._contexts = contexts
        self._params = params

    def lifted(self, side: Side, time_s: float, now_s: float) -> bool:
        """Whether the foot that was lifted at ``time_s`` left the other one under load."""
        return self._carries(side, time_s, (min(time_s + AFTER_LIFT_S, now_s),), felt=True)

    def landed(self, side: Side, lifted_s: float, time_s: float) -> bool:
        """Whether the other foot was under load in the swing that ended at ``time_s``, as this foot's insole saw it."""
        if time_s - lifted_s <= LOOKED_BACK_S:
            return self._carries(side, lifted_s, _within(lifted_s, time_s), felt=True)
        other, from_s = side.other, time_s - LOOKED_BACK_S
        if other in self._units and not self._legs.insoles[other.insole].scale.learnt:
            return False
        return self._carries(side, from_s, _within(from_s, time_s), felt=False)

    def swung(self, side: Side, from_s: float, to_s: float) -> bool:
        """Whether the other foot was under load in a swing that a shank saw."""
        return self._carries(side, from_s, _within(from_s, to_s), felt=False)

    def _carries(self, side: Side, lifted_s: float, at_s: tuple[float, ...], *, felt: bool) -> bool:
        """Whether the other foot's load at any of these times is that of somebody on their feet.

        ``felt``: this foot's own insole tells what it had borne before.
        """
        other, params = side.other, self._params
        if other not in self._units or not self._legs.complete_since(other.insole, lifted_s):
            return self._likely
        scale = self._legs.insoles[other.insole].scale
        load = self._load(other, at_s[0])
        if self._contexts.now in ON_FOOT and load >= params.surely * scale.peak:
            return True
        load = max(load, *(self._load(other, s) for s in at_s[1:])) if len(at_s) > 1 else load
        before = self._before(side, lifted_s) if felt else None
        if before is not None and load < params.taken_over * before:
            return False
        if scale.learnt:
            return load >= params.borne * scale.peak
        somebody = self._units[other] is not LoadUnit.N or load >= scale.load - scale.zero[TOTAL]
        return somebody and (before is not None or self._likely)

    def _before(self, side: Side, lifted_s: float) -> float | None:
        """What both feet bore before the lift, as felt or, once learnt, by usual peaks; None where not known."""
        insoles, other = self._legs.insoles, side.other
        if side not in self._units or not self._legs.complete_since(other.insole, lifted_s - max(BEFORE_LIFT_S)):
            return None
        own_scale, other_scale = insoles[side.insole].scale, insoles[other.insole].scale
        learnt = own_scale.learnt and other_scale.learnt
        if not learnt and not {self._units[side], self._units[other]} <= ZERO_IS_ZERO:
            return None
        own_n, other_n = (median(self._load(foot, lifted_s - s) for s in BEFORE_LIFT_S) for foot in (side, other))
        as_felt = own_n + other_n
        return min(as_felt, own_n * other_scale.peak / own_scale.peak + other_n) if learnt else as_felt

    @property
    def _likely(self) -> bool:
        return self._contexts.now not in NOT_ON_FEET

    def _load(self, side: Side, time_s: float) -> float:
        """Load above zero at a time; 0 before the first sample."""
        insole = self._legs.insoles[side.insole]
        columns = insole.history.at(time_s)
        return 0.0 if columns is None else max(columns.item(TOTAL) - insole.scale.zero[TOTAL], 0.0)


def _within(from_s: float, to_s: float) -> tuple[float, ...]:
    """Middle and quarters."""
    return tuple(from_s + part * (to_s - from_s) for part in WITHIN_SWING)
