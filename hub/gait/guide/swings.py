"""A leg swung in the air: what moving alone presses in the shoe, and whether the shin sensor is on this leg."""

from dataclasses import replace

import numpy as np

from hub.gait.guide.felt import GRID_HZ, Span, Truths
from hub.gait.guide.found import Found
from hub.gait.guide.judge import Accepted, Doing, Look, Refused
from hub.gait.guide.tasks import Task
from hub.gait.guide.words import say
from hub.gait.signals.loadscale import TOTAL
from hub.session import Block
from sensors.layout import Side

SWINGS = 5
OTHERS_SWINGS = 2
"""So many of the other shin, while this foot is in the air, are not the other leg's, which stands."""

AIR_S = 5.0
"""In the air without a shin sensor on that leg, which would count the swings."""

AIR_PART = 0.05
"""Of the weight: a foot below is in the air; one that rests on the floor in sitting bears 7-15 % (walker)."""

UNMOVED_S = 6.0
"""In the air for longer while its shin sensor is still: the leg is not swung, or the sensor is on the other one."""

EDGE_N = 10
"""Grid points at either end of a time in the air that do not count: the foot leaves and comes back."""

SWUNG_DPS = 60.0
STILL_DPS = 25.0
"""A swinging shin turns faster than the first; a leg that stands, more slowly than the second."""

APART_N = 15
"""Grid points between two turns of the leg."""

LIGHTER_PART = 0.025
"""Of the weight: a swinging foot this much lighter than the one held up was not in the air then."""


class Swings:
    """Waits for a foot off the floor and five swings of its leg."""

    def __init__(self, side: Side, found: Found) -> None:
        self._side = side
        self._found = found

    def push(self, block: Block) -> None:
        """All is in the span."""

    def look(self, span: Span) -> Look:
        """Accepted once the leg has swung enough; refused once it is clear that another leg does."""
        side, foot = self._side, self._side.value
        total = span.feet[side][TOTAL] - self._found.zero[side][TOTAL]
        air = _inner(total < AIR_PART * self._found.weight)
        air_s = float(air.sum()) / GRID_HZ
        if air_s == 0:
            return Doing(say("swing_wait", foot=foot))
        own, other = (self._swings(span, each, air) for each in (side, side.other))
        if other is not None and other >= OTHERS_SWINGS and not own:
            return Refused(say("shin_on_other_leg", foot=foot, other=side.value))
        if own is not None and air_s >= UNMOVED_S and self._is_unmoved(span, air):
            return Refused(say("shin_still", foot=foot))
        wanted = air_s >= AIR_S if own is None else own >= SWINGS
        if wanted:
            return self._done(span, air)
        if own is None:
            return Doing(say("swing_hold", foot=foot, held=air_s, wanted=AIR_S), air_s / AIR_S)
        return Doing(say("swing_count", foot=foot, swings=own), own / SWINGS)

    def give_up(self, span: Span) -> Refused:
        """Not in the air, or hardly swung."""
        side, foot = self._side, self._side.value
        total = span.feet[side][TOTAL] - self._found.zero[side][TOTAL]
        air = _inner(total < AIR_PART * self._found.weight)
        air_s = float(air.sum()) / GRID_HZ
        own = self._swings(span, side, air)
        if air_s < AIR_S / 2 or own is None:
            return Refused(say("air_short", foot=foot, held=air_s, wanted=AIR_S))
        return Refused(say("swung_little", foot=foot, swings=own))

    def _done(self, span: Span, air: Truths) -> Look:
        side, foot = self._side, self._side.value
        columns, zero = span.feet[side][:, air], np.array(self._found.zero[side])[:, np.newaxis]
        ordered = np.sort(columns - zero, axis=1)
        quiet, loud = (ordered[:, int(part * (ordered.shape[1] - 1))] for part in (0.25, 0.9))
        if quiet[TOTAL] < -LIGHTER_PART * self._found.weight:
            redo = Task.LIFT_LEFT if side is Side.LEFT else Task.LIFT_RIGHT
            return Refused(say("pressed_before", foot=foot), redo)
        unrest = tuple(np.maximum(loud - np.maximum(quiet, 0.0), 0.0).tolist())
        return Accepted(say("swing_done", foot=foot), replace(self._found, unrest={**self._found.unrest, side: unrest}))

    def _is_unmoved(self, span: Span, air: Truths) -> bool:
        """Whether the shin was still all the time that its foot was in the air."""
        return float(span.turning_dps(self._side)[air].max(initial=0.0)) < STILL_DPS

    def _swings(self, span: Span, side: Side, air: Truths) -> float | None:
        """How often a leg swung to and fro while this one's foot was in the air; None without a sensor on it."""
        if side not in span.shins:
            return None
        turning = np.where(air, span.turning_dps(side), 0.0)
        fast = np.flatnonzero(turning > SWUNG_DPS)
        turns, last = 0, -APART_N
        for at in fast.tolist():
            if turning[at] >= turning[max(at - APART_N // 2, 0) : at + APART_N // 2 + 1].max() and at - last >= APART_N:
                turns, last = turns + 1, at
        return turns / 2


def _inner(inside: Truths) -> Truths:
    """Without the ends of each run."""
    n = len(inside)
    kept = inside.copy()
    for shift in range(1, EDGE_N + 1):
        kept[shift:] &= inside[: n - shift]
        kept[: n - shift] &= inside[shift:]
    kept[:EDGE_N] = kept[n - EDGE_N :] = False
    return kept
