"""Toe drag: the forefoot touches the ground in swing without taking over the weight."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from hub.events import Kind
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.facts import FinalContact, InitialContact, ToeDrag
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import FORE, HEEL, LoadScale
from hub.session import Floats, Session
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class DragParams:
    """What is a drag. Loads in % of the wearer's usual peak."""

    fore_pct: float = 1.5  # lightest touch (our choice)
    unrest_margin: float = 1.5  # and above the wearer's own pressure inside the shoe in swing ...
    fore_highest_pct: float = 5.0  # ... which is no more than this: who drags in every swing has no other unrest
    after_lift_s: float = 0.080  # before that the shoe is still letting go (our choice)
    shortest_s: float = 0.060  # briefer is noise (our choice)
    scuff_s: float = 0.100  # briefer, and below this share of the swing, is a scuff (our choice)
    scuff_share: float = 0.15
    bridged_s: float = 0.040  # a dragging toe sticks and slips at 8-30 Hz (our choice)
    heel_share: float = 0.2  # with the heel down for more of it, it is a contact
    swing_longest_s: float = 2.0  # longer is no step
    early_pct: float = 33.0
    late_pct: float = 75.0
    confidence: float = 0.8  # one sensor alone


class Touch(NamedTuple):
    """Part of a swing in which the forefoot bore something: begin, end, and load over time in %·s."""

    start_s: float
    end_s: float
    impulse_pct_s: float


def find_touches(time_s: Floats, columns: Floats, scale: LoadScale, params: DragParams) -> list[Touch]:
    """Touches of the forefoot among the samples of one swing: times (n,), insole columns (columns, n)."""
    unrest = min(params.unrest_margin * scale.unrest[FORE], params.fore_highest_pct / 100 * scale.peak)
    level = scale.zero[FORE] + max(params.fore_pct / 100 * scale.peak, unrest)
    down = (columns[FORE] > level).nonzero()[0].tolist()
    if not down:
        return []
    times_s = time_s.tolist()
    apart = [(one, two) for one, two in pairwise(down) if times_s[two] - times_s[one] > params.bridged_s]
    starts, ends = [down[0], *(two for _, two in apart)], [*(one for one, _ in apart), down[-1]]
    touches = []
    for first, last in zip(starts, ends, strict=True):
        run = slice(first, last + 1)
        heel_down = int(np.count_nonzero(columns[HEEL, run] > scale.zone[HEEL]))
        if heel_down > params.heel_share * (last + 1 - first):
            continue
        loads = (columns[FORE, run] - scale.zero[FORE]).tolist()
        until_s = times_s[min(last + 1, len(times_s) - 1)]
        impulse = 100.0 * sum(loads) / len(loads) * (until_s - times_s[first]) / scale.peak
        touches.append(Touch(times_s[first], until_s, impulse))
    return touches


class DragDetector:
    """Looks back over each swing of an affected foot when it has landed."""

    def __init__(self, session: Session, legs: Legs, make: EventMaker, params: DragParams) -> None:
        self._wearer = session.wearer
        self._legs = legs
        self._make = make
        self._params = params
        self._lifted_s = {Side.LEFT: -inf, Side.RIGHT: -inf}

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts of feet with an insole."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            FinalContact: self._lifted,
            InitialContact: self._landed,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A swing that has not ended is not judged."""
        return []

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        self._lifted_s[contact.side] = contact.time_s
        return []

    def _landed(self, contact: InitialContact, now_s: float) -> list[Output]:
        side, params = contact.side, self._params
        lifted_s = self._lifted_s[side]
        swing_s = contact.time_s - lifted_s
        if not self._wearer.is_affected(side):
            return []
        if not contact.sensor.is_insole or swing_s > params.swing_longest_s:
            return []
        history, scale = self._legs.insoles[contact.sensor]
        if not scale.learnt or not self._legs.complete_since(contact.sensor, lifted_s):
            return []
        from_s = lifted_s + params.after_lift_s
        time_s, columns = history.window(lifted_s, contact.time_s)
        drags = [
            touch
            for touch in find_touches(time_s, columns, scale, params)
            if touch.end_s - max(touch.start_s, from_s) >= params.shortest_s
        ]
        if not drags:
            return []
        drag = max(drags, key=lambda touch: touch.impulse_pct_s)
        return self._report(side, drag, lifted_s, swing_s, now_s)

    def _report(self, side: Side, drag: Touch, lifted_s: float, swing_s: float, now_s: float) -> list[Output]:
        params = self._params
        lasted_s = drag.end_s - drag.start_s
        middle_pct = 100 * ((drag.start_s + drag.end_s) / 2 - lifted_s) / swing_s
        fields = {
            "duration_s": lasted_s,
            "impulse": drag.impulse_pct_s,
            "phase": "early" if middle_pct < params.early_pct else "late" if middle_pct > params.late_pct else "mid",
            "scuff": lasted_s < params.scuff_s and lasted_s < params.scuff_share * swing_s,
        }
        event = self._make(Kind.TOE_DRAG, side, drag.start_s, now_s, fields=fields, confidence=params.confidence)
        return [ToeDrag(side, drag.start_s, lasted_s), event]
