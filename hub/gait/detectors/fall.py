"""Falls: a person on their feet is suddenly off them, and stays down.

An impact alone is no fall, walking hits the shin harder. A shank that was upright, was turned fast and hit, and lies,
is a candidate; staying down confirms it. Whoever lies down slowly may have slid: a candidate that is never confirmed.
Without any shin sensor both feet must lose their weight at once and stay without it. So they do when somebody sits down
and stretches the legs; only after a trip is that confirmed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import numpy as np

from hub.events import ON_FOOT, Context, Kind
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.facts import Trip, Walking
from hub.gait.feed import SensorBack, SensorSilent
from hub.gait.legs import InsoleView, Legs
from hub.gait.signals.insole import Loaded, Unloaded
from hub.gait.signals.loadscale import TOTAL
from hub.gait.signals.posture import ShankDown, ShankUpright
from hub.gait.timeline import Later
from hub.session import Session, ShinSpec
from sensors.layout import Role, Side

OFF_THEIR_FEET = frozenset({Context.OFF, Context.DANGLING, Context.SITTING, Context.VEHICLE})
"""Contexts in which nobody stands: a shank that lies after them was laid down, unless it was hit hard."""


@dataclass(frozen=True, slots=True)
class FallParams:
    """What a fall is, and how long it takes to be sure."""

    impact_g: float = 1.5  # hardest hit while going down: 1.8-7.3 (erciyes, tuning half), getting up 1.2 (walker)
    fastest_dps: float = 100.0  # fastest rotation meanwhile: 206-510 (erciyes), 115 of a backward fall (walker)
    quick_s: float = 3.0  # from upright to lying: 1.0-2.4 (erciyes), 1.3 +- 0.6 of real falls (Choi 2015)
    seated_impact_g: float = 3.0  # out of a seat only this is a fall (our choice)
    confirmed_after_s: float = 5.0  # down for so long after the impact; 905 of erciyes is up again after 2-4 s
    down_s: float = 2.5  # and in one piece so long: who struggles is not up
    open_s: float = 30.0  # later than this after the impact nothing confirms it
    bears_pct: float = 35.0  # a foot that bears more of its usual peak carries somebody: crouching, one knee down
    bears_over_s: float = 2.0  # the mean load over so long is asked for
    trip_before_s: float = 3.0  # imbalance to impact 1.3 +- 0.6 s (Choi 2015)
    slid_after_s: float = 10.0  # without a blow: down for so long ...
    slid_pct: float = 20.0  # and less than this of the weight is on both feet (our choice)
    lost_within_s: float = 1.0  # insoles alone: both feet lose their weight within this (our choice)
    stood_pct: float = 60.0  # of the weight was on them until then; who sits bears 15-30
    candidate_after_s: float = 5.0  # insoles alone: no weight for so long; 3.1 s happen between walks (miyuzn)
    unloaded_s: float = 10.0  # insoles alone, after a trip: confirmed (our choice)


class Cause(StrEnum):
    """Why."""

    TRIP = "trip"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Fall:
    """A candidate that may be confirmed."""

    time_s: float
    candidate_id: str
    cause: Cause
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _StillDown:
    """Timer: has the shank lain all the time?"""

    fall: _Fall
    since_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _StillLying:
    """Timer: does a shank that lay down without a blow still lie?"""

    mark: ShankDown
    since_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _StillUnloaded:
    """Timer: have both feet been without weight all the time?"""

    since_s: float


class FallDetector:
    """Fall candidates and confirmed falls of the whole person."""

    def __init__(
        self, session: Session, legs: Legs, contexts: ContextLog, make: EventMaker, params: FallParams
    ) -> None:
        self._legs = legs
        self._contexts = contexts
        self._make = make
        self._params = params
        self._trips_are_seen = any(not role.is_insole for role in session.sensors)
        self._watched = {
            role for role, spec in session.sensors.items() if isinstance(spec, ShinSpec) and spec.accelerometer
        }
        self._live: set[Role] = set()
        self._down_s: dict[Role, float] = {}
        self._air_s: dict[Side, float] = {}
        self._trip_s = self._slid_s = -inf
        self._fall: _Fall | None = None

    def handlers(self) -> Mapping[type, Handler]:
        """Shanks that lie and rise, feet that lose and take weight, trips, walks and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            ShankDown: self._lies,
            ShankUpright: self._rises,
            Unloaded: self._unloaded,
            Loaded: self._loaded,
            Trip: self._tripped,
            Walking: self._walks,
            SensorBack: self._back,
            SensorSilent: self._silent,
            _StillDown: self._still_down,
            _StillLying: self._still_lying,
            _StillUnloaded: self._still_unloaded,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """What is still open stays a candidate."""
        return []

    def _lies(self, mark: ShankDown, now_s: float) -> list[Output]:
        params = self._params
        self._down_s[mark.role] = now_s
        fall = self._fall
        if fall is not None and now_s - fall.time_s <= params.open_s:
            return [self._check_later(fall, now_s)]
        context = self._contexts.at(mark.left_s)
        hard = mark.impact_g >= params.impact_g and mark.fastest_dps >= params.fastest_dps
        quick = now_s - mark.left_s <= params.quick_s
        if context in OFF_THEIR_FEET and not (hard and quick and mark.impact_g >= params.seated_impact_g):
            return []
        if not (hard and quick):
            return [Later(now_s + params.slid_after_s, _StillLying(mark, now_s))]
        fall, event = self._propose(mark.impact_s, now_s, 0.7 if mark.learnt else 0.5, context)
        self._fall = fall
        return [event, self._check_later(fall, now_s)]

    def _still_lying(self, timer: _StillLying, now_s: float) -> list[Output]:
        """Down without a blow: possible, where the person had been on their feet and is not now."""
        since_s, insoles = self._down_s.get(timer.mark.role), self._legs.insoles
        if since_s != timer.since_s or self._fall is not None or len(insoles) < 2:
            return []
        context = self._contexts.at(timer.mark.left_s)
        if context not in ON_FOOT | {Context.STANDING}:
            return []
        from_s = now_s - self._params.bears_over_s
        if sum(self._share(view, from_s, now_s) for view in insoles.values()) > self._params.slid_pct / 100:
            return []
        if timer.mark.impact_s - self._slid_s <= self._params.open_s:  # the other shank has told it
            return []
        self._slid_s = timer.mark.impact_s
        return [self._propose(timer.mark.impact_s, now_s, 0.3, context)[1]]

    def _check_later(self, fall: _Fall, now_s: float) -> Later:
        params = self._params
        return Later(max(fall.time_s + params.confirmed_after_s, now_s + params.down_s), _StillDown(fall, now_s))

    def _still_down(self, timer: _StillDown, now_s: float) -> list[Output]:
        lain = any(since_s <= timer.since_s for since_s in self._down_s.values())
        if timer.fall is not self._fall or not lain or self._somebody_stands(now_s) or not self._has_been_worn:
            return []
        return self._confirm(timer.fall, now_s)

    @property
    def _has_been_worn(self) -> bool:
        """Whether somebody has walked in the insoles, if any: before that, sensors are put on and put away."""
        return all(view.scale.learnt for view in self._legs.insoles.values())

    def _somebody_stands(self, now_s: float) -> bool:
        params = self._params
        shares = (self._share(view, now_s - params.bears_over_s, now_s) for view in self._legs.insoles.values())
        return any(share > params.bears_pct / 100 for share in shares)

    def _share(self, insole: InsoleView, start_s: float, end_s: float) -> float:
        """Mean load in parts of the usual peak; 0 where nothing is known."""
        _, columns = insole.history.window(start_s, end_s)
        total = np.ascontiguousarray(columns[TOTAL])
        return (float(total.mean()) - insole.scale.zero[TOTAL]) / insole.scale.peak if len(total) else 0.0

    def _rises(self, mark: ShankUpright, now_s: float) -> list[Output]:
        self._down_s.pop(mark.role, None)
        return []

    def _unloaded(self, mark: Unloaded, now_s: float) -> list[Output]:
        self._air_s[mark.side] = mark.time_s
        if self._live or len(self._air_s) < 2:
            return []
        first_s, last_s = sorted(self._air_s.values())
        if last_s - first_s > self._params.lost_within_s or not self._stood_before(first_s):
            return []
        return [Later(last_s + self._params.candidate_after_s, _StillUnloaded(last_s))]

    def _stood_before(self, time_s: float) -> bool:
        """Whether the feet bore a standing or walking person until shortly before."""
        params = self._params
        if not all(view.scale.learnt for view in self._legs.insoles.values()):
            return False
        start_s = time_s - 2 * params.lost_within_s
        shares = [self._share(view, start_s, start_s + params.lost_within_s) for view in self._legs.insoles.values()]
        return sum(shares) >= params.stood_pct / 100

    def _still_unloaded(self, timer: _StillUnloaded, now_s: float) -> list[Output]:
        if len(self._air_s) < 2 or max(self._air_s.values()) != timer.since_s:
            return []
        if self._fall is not None and self._fall.time_s == timer.since_s:
            return self._confirm(self._fall, now_s) if self._fall.cause is Cause.TRIP else []
        self._fall, event = self._propose(timer.since_s, now_s, 0.3, self._contexts.at(timer.since_s))
        return [event, Later(timer.since_s + self._params.unloaded_s, timer)]

    def _loaded(self, mark: Loaded, now_s: float) -> list[Output]:
        self._air_s.pop(mark.side, None)
        return []

    def _tripped(self, trip: Trip, now_s: float) -> list[Output]:
        self._trip_s = trip.time_s
        return []

    def _walks(self, walking: Walking, now_s: float) -> list[Output]:
        if walking.walking and self._fall is not None and walking.time_s > self._fall.time_s:
            self._fall = None
        return []

    def _back(self, mark: SensorBack, now_s: float) -> list[Output]:
        if mark.role in self._watched:
            self._live.add(mark.role)
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        """A posture that is not seen any more confirms nothing."""
        self._live.discard(mark.role)
        self._down_s.pop(mark.role, None)
        if mark.role.is_insole:
            self._air_s.pop(mark.role.side, None)
        return []

    def _propose(self, time_s: float, now_s: float, confidence: float, context: Context) -> tuple[_Fall, Output]:
        cause = self._cause(time_s, context)
        event = self._make(
            Kind.FALL,
            Side.BOTH,
            time_s,
            now_s,
            confidence=confidence,
            discriminator="candidate",
            fields={"stage": "candidate", "candidate_id": None, "cause": cause.value},
        )
        return _Fall(time_s, event.id, cause, confidence), event

    def _cause(self, time_s: float, context: Context) -> Cause:
        if time_s - self._params.trip_before_s <= self._trip_s <= time_s:
            return Cause.TRIP
        return Cause.OTHER if self._trips_are_seen and context in ON_FOOT else Cause.UNKNOWN

    def _confirm(self, fall: _Fall, now_s: float) -> list[Output]:
        self._fall = None
        event = self._make(
            Kind.FALL,
            Side.BOTH,
            fall.time_s,
            now_s,
            confidence=fall.confidence + 0.2,
            discriminator="confirmed",
            fields={"stage": "confirmed", "candidate_id": fall.candidate_id, "cause": fall.cause.value},
        )
        return [event]
