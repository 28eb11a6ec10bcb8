"""Toe drag: the forefoot touches the ground in swing without taking over the weight."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from statistics import median
from typing import NamedTuple

import numpy as np

from hub.events import Context, Kind, Value
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.touches import Touch, TouchParams, find_touches
from hub.gait.facts import FinalContact, InitialContact, ToeDrag, Trip
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import TOTAL
from hub.gait.signals.roughness import Roughness, lasting_roughness, measure_roughness
from hub.gait.signals.shank_marks import RATE, TIME
from hub.session import Session
from sensors.layout import Side

NO_STEPS = frozenset({Context.OFF, Context.DANGLING, Context.SITTING, Context.VEHICLE})
"""Contexts in which a leg that swings does not walk."""


@dataclass(frozen=True, slots=True)
class DragParams:
    """What is a drag."""

    shortest_s: float = 0.030  # briefer is noise, or a blow (our choice)
    scuff_s: float = 0.100  # briefer, and below this share of the swing, is a scuff (our choice)
    scuff_share: float = 0.15  # of the swing: briefer, and below scuff_s, is a scuff
    # a touch needs one sign that it was the ground, and two ...
    faint_pct: float = 4.0  # if so light and below scuff_s: a toe that moves in its shoe (marpino, gaitpdb),
    slight_s: float = 0.050  # or so brief at any load: a blow (our choice),
    slight_pct: float = 2.0  # or so light at any length: pressure inside the shoe (gaitpdb)
    swing_shortest_s: float = 0.150  # (our choice)
    swing_longest_s: float = 2.0  # longer is no step
    early_pct: float = 33.0  # of the swing: a drag with its middle before is early
    late_pct: float = 75.0  # after this it is late
    rough_from_s: float = 0.080  # push-off has died away so long after final contact ...
    rough_until_s: float = 0.040  # the landing has not begun so long before initial contact (our choice)
    remembered: int = 24  # swings of a shank that tell what is usual
    calm_share: float = 0.125  # of them are certainly calm, also of somebody who drags in most swings (our choice)
    speaks_after: int = 4  # swings before anything is usual
    rough: float = 3.0  # times as rough as the calm ones is a sign: 90 % of undisturbed swings are below (marpino)
    very_rough: float = 5.0  # times as rough is two signs: 98 % below (marpino), 99 % of modelled drags above
    longer: float = 1.15  # swing time over its median, and at the same time ... (our choice)
    slower: float = 0.9  # peak rate over its median, beside longer (our choice)
    # a foot that slides has no clear part of the swing, and no clear swings, to stand out from
    scraped_pct: float = 1.8  # its load's roughness in every third of the swing: 1.1 at most in gaitpdb and pin2gpi
    scraped_n: int = 9  # and the median of so many swings (our choice)
    scraped_mps2: float = 1.2  # and the shank's, where one is worn: half of marpino's swings
    unsteady_s: float = 5.0  # after a trip the next 3-5 steps shake a shank too (Forner Cordero 2003)
    sure: float = 0.9  # confidence with two signs
    likely: float = 0.7  # with one sign
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
    """How rough the shank was, how many times as rough as usual, when, and whether it swung long and slowly."""

    rms_mps2: float
    times_usual: float
    time_s: float
    slowed: bool


NO_SIGNS = _ShankSigns(0.0, 0.0, -inf, slowed=False)


class _UsualSwing:
    """What is usual of one shank."""

    def __init__(self, params: DragParams) -> None:
        self._params = params
        self._swings: deque[tuple[float, float, float]] = deque(maxlen=params.remembered)

    def learn(self, roughness: Roughness, lasted_s: float, peak_dps: float) -> None:
        """Take a swing, with or without a drag: the calm ones decide."""
        self._swings.append((roughness.rms_mps2, lasted_s, peak_dps))

    def compare(self, roughness: Roughness, lasted_s: float, peak_dps: float) -> _ShankSigns:
        """A swing against those before."""
        params, times_usual, slowed = self._params, 0.0, False
        if len(self._swings) >= params.speaks_after:
            rough, lasting_s, peaks_dps = (sorted(column) for column in zip(*self._swings, strict=True))
            calm, middle = rough[int(params.calm_share * len(rough))], len(rough) // 2
            times_usual = roughness.rms_mps2 / calm if calm > 0.0 else 0.0
            slowed = lasted_s > params.longer * lasting_s[middle] and peak_dps < params.slower * peaks_dps[middle]
        return _ShankSigns(roughness.rms_mps2, times_usual, roughness.start_s, slowed)


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
        self._rough_pct = {side: deque[float](maxlen=params.scraped_n) for side in (Side.LEFT, Side.RIGHT)}

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
        self._lifted_s[side] = -inf  # one swing, one drag at most
        if not self._wearer.is_affected(side) or self._contexts.now in NO_STEPS:
            return []
        if not params.swing_shortest_s <= swing.lasted_s <= params.swing_longest_s:
            return []
        touched, shank = self._touched(swing), self._shank(swing)
        if touched is None:
            return self._possible(swing, shank, now_s)
        if self._tripped_s[side] > swing.lifted_s:  # the obstacle has shaken the shank
            shank = NO_SIGNS
        touched = [touch for touch in touched if not self._is_blow(side, touch)]
        clear = self._legs.insoles[side.insole].scale.sure
        found = [(touch, more) for touch in touched if (more := self._surplus(touch, shank, clear=clear)) >= 0]
        if not found:
            return self._scraped(swing, shank, now_s)
        drag, more = max(found, key=lambda each: each[0].impulse_pct_s)
        return self._report(swing, drag, params.sure if more else params.likely, now_s)

    def _is_blow(self, side: Side, touch: Touch) -> bool:
        """Whether a brief touch is that of a foot that was arrested: a trip, told as one."""
        around_s = self._params.scuff_s
        brief = touch.end_s - touch.start_s < self._params.scuff_s
        return brief and touch.start_s - around_s < self._tripped_s[side] < touch.end_s + around_s

    def _surplus(self, touch: Touch, shank: _ShankSigns, *, clear: bool) -> int:
        """How many more signs say that a touch was the ground's than are needed.

        ``clear``: the insole knows its zero and lets go at once. One that does not asks for one sign more; a shoe that
        lets go late is told by unsteadiness, or by a shank that could not be rougher.
        """
        params = self._params
        very_rough = shank.times_usual >= params.very_rough
        if touch.from_lift and not (touch.unsteady or very_rough):
            return -1
        signs = touch.unsteady + touch.sharp + (shank.times_usual >= params.rough) + very_rough
        lasted_s = touch.end_s - touch.start_s
        load_pct = touch.impulse_pct_s / lasted_s
        faint = lasted_s < params.scuff_s and load_pct < params.faint_pct
        slight = lasted_s < params.slight_s or load_pct < params.slight_pct
        needed = 1 + (not clear) + (faint or slight)
        return signs - needed + (shank.slowed if signs >= needed else 0)

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

    def _scraped(self, swing: _Swing, shank: _ShankSigns, now_s: float) -> list[Output]:
        """A foot that never left the ground, whose load became its zero: it sticks and slips from lift to landing."""
        role, params = swing.side.insole, self._params
        history, scale = self._legs.insoles[role]
        if not (scale.learnt and scale.sure and self._legs.complete_since(role, swing.lifted_s)):
            return []
        until_s = swing.contact_s - params.rough_until_s
        time_s, columns = history.window(swing.lifted_s + params.rough_from_s, until_s)
        total = columns[TOTAL]
        rough_pct = lasting_roughness(time_s, total) * 100.0 / scale.peak
        last_pct = self._rough_pct[swing.side]
        last_pct.append(rough_pct)
        worn = swing.side.shin in self._legs.shanks
        if min(rough_pct, median(last_pct)) < params.scraped_pct or (worn and shank.rms_mps2 < params.scraped_mps2):
            return []
        if total.item(total.argmax()) > scale.load:
            return []
        load_pct = (float(np.add.reduce(total)) / len(total) - scale.zero[TOTAL]) * 100.0 / scale.peak
        whole = Touch(swing.lifted_s, swing.contact_s, max(load_pct, 0.0) * swing.lasted_s, True, True, False)
        return self._report(swing, whole, params.likely, now_s, slid=True)

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

    def _report(
        self, swing: _Swing, drag: Touch, confidence: float, now_s: float, *, slid: bool = False
    ) -> list[Output]:
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
        return [ToeDrag(swing.side, drag.start_s, lasted_s, slid), event]

    def _possible(self, swing: _Swing, shank: _ShankSigns, now_s: float) -> list[Output]:
        """A shank alone: how long and how hard the toes touched is not told, and no summary counts it."""
        params = self._params
        tripped = self._tripped_s[swing.side] > swing.lifted_s - params.unsteady_s
        if tripped or shank.times_usual < (params.rough if shank.slowed else params.very_rough):
            return []
        return [self._make(Kind.TOE_DRAG, swing.side, shank.time_s, now_s, fields={}, confidence=params.possible)]
