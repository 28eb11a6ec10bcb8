"""Toe drag: the forefoot touches the ground in swing without taking over the weight."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from hub.events import Context, Kind, Value
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.touches import Touch, TouchParams, find_touches
from hub.gait.facts import FinalContact, InitialContact, ToeDrag, Trip
from hub.gait.legs import Legs
from hub.gait.signals.roughness import Roughness, measure_roughness
from hub.gait.signals.shank_marks import RATE, TIME
from hub.session import Session
from sensors.layout import Side

NO_STEPS = frozenset({Context.OFF, Context.DANGLING, Context.SITTING, Context.VEHICLE})
"""Contexts in which a leg that swings does not walk."""


@dataclass(frozen=True, slots=True)
class DragParams:
    """What is a drag."""

    shortest_s: float = 0.050  # briefer is noise, or a blow (our choice)
    scuff_s: float = 0.100  # briefer, and below this share of the swing, is a scuff (our choice)
    scuff_share: float = 0.15
    faint_pct: float = (
        4.0  # a touch so light and below scuff_s may be a toe that moves in its shoe (marpino, gaitpdb): ...
    )
    faint_signs: int = 2  # ... one sign is not enough
    swing_shortest_s: float = 0.150  # (our choice)
    swing_longest_s: float = 2.0  # longer is no step
    early_pct: float = 33.0
    late_pct: float = 75.0
    rough_from_s: float = 0.080  # push-off has died away so long after final contact ...
    rough_until_s: float = 0.040  # ... and the landing has not begun so long before initial contact (our choice)
    remembered: int = 12  # swings of a shank that tell what is usual
    then_every: int = 4  # with so many known, of swings without a touch only so many are taken
    speaks_after: int = 4
    rough: float = 2.5  # times the calmest quarter of the last swings: 97 % of undisturbed ones are below (marpino)
    longer: float = 1.15  # swing time over its median, and at the same time ... (our choice)
    slower: float = 0.9  # ... peak rate over its median (our choice)
    certain_rough: float = 3.0  # a shank alone, without a slowed swing, must be so rough
    unsteady_s: float = 5.0  # after a trip the next 3-5 steps shake a shank too (Forner Cordero 2003)
    sure: float = 0.9  # confidence with two signs
    likely: float = 0.7  # with one
    possible: float = 0.3  # of a shank alone
    touch: TouchParams = field(default_factory=TouchParams)


class _Swing(NamedTuple):
    """From final to initial contact."""

    side: Side
    lifted_s: float
    contact_s: float

    @property
    def lasted_s(self) -> float:
        return self.contact_s - self.lifted_s


class _ShankSigns(NamedTuple):
    """How much rougher than usual the shank was, when it was so, and whether it swung long and slowly."""

    times_usual: float
    time_s: float
    slowed: bool


NO_SIGNS = _ShankSigns(0.0, -inf, slowed=False)


class _UsualSwing:
    """What is usual of one shank."""

    def __init__(self, params: DragParams) -> None:
        self._params = params
        self._swings: deque[tuple[float, float, float]] = deque(maxlen=params.remembered)
        self._clear_n = 0

    @property
    def wanted(self) -> bool:
        """Whether the next swing, without a touch, would teach something."""
        self._clear_n += 1
        return len(self._swings) < self._params.remembered or self._clear_n % self._params.then_every == 0

    def learn(self, roughness: Roughness, lasted_s: float, peak_dps: float) -> None:
        """Take a swing, with or without a drag: the calm ones decide."""
        self._swings.append((roughness.rms_mps2, lasted_s, peak_dps))

    def compare(self, roughness: Roughness, lasted_s: float, peak_dps: float) -> _ShankSigns:
        """A swing against those before."""
        params = self._params
        if len(self._swings) < params.speaks_after:
            return NO_SIGNS
        rough, lasting_s, peaks_dps = (sorted(column) for column in zip(*self._swings, strict=True))
        calm, middle = rough[len(rough) // 4], len(rough) // 2
        slowed = lasted_s > params.longer * lasting_s[middle] and peak_dps < params.slower * peaks_dps[middle]
        return _ShankSigns(roughness.rms_mps2 / calm if calm > 0.0 else 0.0, roughness.start_s, slowed)


class DragDetector:
    """Looks back over each swing of an affected leg when its foot has landed, and reports one drag at most.

    With an insole a touch of the forefoot is needed and a sign that it was the ground; the shank is one of the signs.
    A leg with a shin sensor alone gives possible drags, of low confidence.
    """

    def __init__(
        self, session: Session, legs: Legs, contexts: ContextLog, make: EventMaker, params: DragParams
    ) -> None:
        self._wearer = session.wearer
        self._legs = legs
        self._contexts = contexts
        self._make = make
        self._params = params
        self._lifted_s = {Side.LEFT: -inf, Side.RIGHT: -inf}
        self._tripped_s = {Side.LEFT: -inf, Side.RIGHT: -inf}
        self._usual = {Side.LEFT: _UsualSwing(params), Side.RIGHT: _UsualSwing(params)}

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, and trips."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            FinalContact: self._lifted,
            InitialContact: self._landed,
            Trip: self._tripped,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A swing that has not ended is not judged."""
        return []

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        self._lifted_s[contact.side] = contact.time_s
        return []

    def _tripped(self, trip: Trip, now_s: float) -> list[Output]:
        self._tripped_s[trip.side] = trip.time_s
        return []

    def _landed(self, contact: InitialContact, now_s: float) -> list[Output]:
        side, params = contact.side, self._params
        swing = _Swing(side, self._lifted_s[side], contact.time_s)
        if not self._wearer.is_affected(side) or self._contexts.now in NO_STEPS:
            return []
        if not params.swing_shortest_s <= swing.lasted_s <= params.swing_longest_s:
            return []
        touched = self._touched(swing)
        shank = self._shank(swing) if touched != [] or self._usual[side].wanted else NO_SIGNS
        if touched is None:
            return self._possible(swing, shank, now_s)
        touched = [touch for touch in touched if not self._is_blow(swing.side, touch)]
        found = [(touch, signs) for touch in touched if (signs := self._signs(touch, shank))]
        if not found:
            return []
        drag, signs = max(found, key=lambda each: each[0].impulse_pct_s)
        return self._report(swing, drag, params.sure if signs > 1 else params.likely, now_s)

    def _is_blow(self, side: Side, touch: Touch) -> bool:
        """Whether a brief touch is that of a foot that was arrested: a trip, told as one."""
        around_s = self._params.scuff_s
        brief = touch.end_s - touch.start_s < self._params.scuff_s
        return brief and touch.start_s - around_s < self._tripped_s[side] < touch.end_s + around_s

    def _signs(self, touch: Touch, shank: _ShankSigns) -> int:
        """How many signs say that a touch was the ground's. A shoe that lets go late is told by unsteadiness alone."""
        if touch.from_lift and not touch.unsteady:
            return 0
        params = self._params
        signs = touch.unsteady + touch.sharp + (shank.times_usual >= params.rough)
        lasted_s = touch.end_s - touch.start_s
        faint = lasted_s < params.scuff_s and touch.impulse_pct_s < params.faint_pct * lasted_s
        least = params.faint_signs if faint else 1
        return signs + shank.slowed if signs >= least else 0

    def _touched(self, swing: _Swing) -> list[Touch] | None:
        """Touches of the forefoot in the swing; None where no insole could have felt them."""
        role = swing.side.insole
        if role not in self._legs.insoles:
            return None
        history, scale = self._legs.insoles[role]
        if not scale.learnt or not self._legs.complete_since(role, swing.lifted_s):
            return []
        time_s, columns = history.window(swing.lifted_s, swing.contact_s)
        if len(time_s) < 2:
            return []
        return find_touches(time_s, columns, scale, self._params.touch, self._params.shortest_s)

    def _shank(self, swing: _Swing) -> _ShankSigns:
        """The shank's signs in a swing, which then is one of the usual ones."""
        params, role, usual = self._params, swing.side.shin, self._usual[swing.side]
        worn = self._legs.shanks.get(role)
        if worn is None or not self._legs.complete_since(role, swing.lifted_s):
            return NO_SIGNS
        _, columns = worn.history.window(swing.lifted_s, swing.contact_s)
        time_s = columns[TIME]
        first = int(time_s.searchsorted(swing.lifted_s + params.rough_from_s))
        last = int(time_s.searchsorted(swing.contact_s - params.rough_until_s))
        roughness = measure_roughness(columns[:, first:last]) if last > first else None
        if roughness is None:
            return NO_SIGNS
        peak_dps = columns.item(RATE, int(columns[RATE].argmax()))
        signs = usual.compare(roughness, swing.lasted_s, peak_dps)
        usual.learn(roughness, swing.lasted_s, peak_dps)
        return signs

    def _report(self, swing: _Swing, drag: Touch, confidence: float, now_s: float) -> list[Output]:
        params = self._params
        lasted_s = drag.end_s - drag.start_s
        middle_pct = 100 * ((drag.start_s + drag.end_s) / 2 - swing.lifted_s) / swing.lasted_s
        fields: dict[str, Value] = {
            "duration_s": lasted_s,
            "impulse": drag.impulse_pct_s,
            "phase": "early" if middle_pct < params.early_pct else "late" if middle_pct > params.late_pct else "mid",
            "scuff": lasted_s < params.scuff_s and lasted_s < params.scuff_share * swing.lasted_s,
        }
        event = self._make(Kind.TOE_DRAG, swing.side, drag.start_s, now_s, fields=fields, confidence=confidence)
        return [ToeDrag(swing.side, drag.start_s, lasted_s), event]

    def _possible(self, swing: _Swing, shank: _ShankSigns, now_s: float) -> list[Output]:
        """A shank alone: how long and how hard the toes touched is not told, and no summary counts it."""
        params = self._params
        tripped = self._tripped_s[swing.side] > swing.lifted_s - params.unsteady_s
        if tripped or shank.times_usual < (params.rough if shank.slowed else params.certain_rough):
            return []
        return [self._make(Kind.TOE_DRAG, swing.side, shank.time_s, now_s, fields={}, confidence=params.possible)]
