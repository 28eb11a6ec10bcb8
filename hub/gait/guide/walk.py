"""The walk: the engine learns from it, and what the exercises before gave is held against it."""

from dataclasses import replace

import numpy as np

from hub.events import Event, Kind
from hub.gait.calibration import Calibration, Fit, InsoleCalibration
from hub.gait.engine import GaitEngine
from hub.gait.guide.felt import CHUNK_N, GRID_HZ, Span, Truths
from hub.gait.guide.found import Found
from hub.gait.guide.judge import Accepted, Doing, Look, Refused
from hub.gait.guide.stand import direction
from hub.gait.guide.tasks import Task
from hub.gait.guide.words import say
from hub.gait.signals.alignment import AlignmentParams, angle_between_deg, estimate_axes
from hub.gait.signals.loadscale import TOTAL
from hub.session import Block, Floats, Session
from sensors.layout import Side

STRIDES = 10
"""Of each foot, some 12 m: enough for axes, swings and a median of stance peaks."""

PEAK_OVER_WEIGHT = 1.1
"""Highest load of one foot in walking over the body weight (walker 1.02-1.2)."""

SAT_TIMES = 1.8
"""Highest load of one foot in walking over both feet's load in what was to be standing: nobody's gait."""

LIGHTER_PART = 0.025
"""Of the weight: swings this much lighter than the foot held up say that it was not in the air."""

FITS_BY = 0.1
"""How much better a shin's turning must go with the other foot's being light than with its own (our choice)."""

MOVED_DEG = 10.0
"""How far the sensor's upright in standing, or the axis about which it swings, is elsewhere after a walk: a posture or
a stride changes them by some degrees."""

STILL_DPS = 15.0


class Walk:
    """Waits for enough steps of each foot, and for the wearer to stand again."""

    def __init__(self, session: Session, found: Found) -> None:
        self._found = found
        self._session = session
        self._engine = GaitEngine(session, _start(found, session))
        self._events: list[Event] = []
        self._feet = {role.side for role in session.sensors}

    def push(self, block: Block) -> None:
        """To the engine, which learns."""
        self._events += self._engine.push(block)

    def look(self, span: Span) -> Look:
        """Accepted when the walk is over."""
        steps = self._steps_n()
        if not self._enough():
            return Doing(say("walk_count", steps=steps), min(self._fewest() / STRIDES, 1.0))
        if not self._stands(span):
            return Doing(say("walk_enough", steps=steps), 1.0)
        found = replace(self._found, learnt=self._engine.calibration(), steps=tuple(self._events))
        return self._refusal(span) or self._contradiction(found) or Accepted(say("walk_done", steps=steps), found)

    def give_up(self, span: Span) -> Refused:
        """Too few steps."""
        return Refused(say("walked_short", steps=self._steps_n(), wanted=2 * STRIDES))

    def _steps_n(self) -> int:
        return sum(event.kind is Kind.INITIAL_CONTACT for event in self._events)

    def _fewest(self) -> int:
        contacts = [event.side for event in self._events if event.kind is Kind.INITIAL_CONTACT]
        return min(contacts.count(side) for side in self._feet)

    def _enough(self) -> bool:
        return self._fewest() >= STRIDES

    def _stands(self, span: Span) -> bool:
        """Whether the last walk has ended and the shins have been still for a second."""
        over = [event.kind for event in self._events if event.kind in {Kind.WALK_START, Kind.WALK_END}]
        return bool(over) and over[-1] is Kind.WALK_END and bool(_still(span)[-round(GRID_HZ) :].all())

    def _refusal(self, span: Span) -> Refused | None:
        """What makes the walk useless; the gravest first."""
        for side in span.shins:
            if self._swings_with_the_other(span, side):
                return Refused(say("sides_do_not_fit", foot=side.value, other=side.other.value))
        for side in span.shins:
            moved_deg = self._moved_deg(span, side)
            if moved_deg is not None:
                return Refused(say("strap_slipped", foot=side.value, moved=moved_deg))
        return None

    def _contradiction(self, found: Found) -> Refused | None:
        """What the walk shows to have gone wrong before; the walk itself is good."""
        assert found.learnt is not None
        for role, insole in found.learnt.insoles.items():
            if not found.weight:
                continue
            if insole.peak_load > SAT_TIMES * found.weight:
                return Refused(say("sat_before", times=insole.peak_load / found.weight), Task.STAND, found)
            side, zero = role.side, found.zero.get(role.side)
            if zero is not None and insole.zero[TOTAL] < zero[TOTAL] - LIGHTER_PART * found.weight:
                redo = Task.LIFT_LEFT if side is Side.LEFT else Task.LIFT_RIGHT
                return Refused(say("pressed_before", foot=side.value), redo, found)
        return None

    def _swings_with_the_other(self, span: Span, side: Side) -> bool:
        """Whether a shin turns fast while the other foot is light, rather than its own."""
        if len(span.feet) < 2:
            return False
        moving = ~_still(span)
        turning = span.turning_dps(side)[moving]
        if len(turning) < GRID_HZ or not float(np.ptp(turning)):
            return False
        own, other = (_correlation(turning, -span.feet[each][TOTAL][moving]) for each in (side, side.other))
        return other > own + FITS_BY

    def _moved_deg(self, span: Span, side: Side) -> float | None:
        """How far a sensor has turned on the leg during the walk; None while that is little."""
        slips = [event for event in self._events if event.fields.get("issue") == "strap_slipped" and event.side is side]
        before = self._found.up.get(side)
        after = direction(span.shins[side][:3, -round(GRID_HZ) :].mean(axis=1))
        leant_deg = angle_between_deg(before, after) if before and after else 0.0
        turned_deg = _turned_deg(span, side)
        moved_deg = max(leant_deg, turned_deg)
        return moved_deg if moved_deg > MOVED_DEG or slips else None


def _start(found: Found, session: Session) -> Calibration:
    """What the walk's engine begins with: the zero from the air, and a load guessed from standing."""
    insoles = {
        side.insole: InsoleCalibration(
            found.zero[side], PEAK_OVER_WEIGHT * found.full_load(side), found.unrest.get(side, ())
        )
        for side in found.zero
        if found.weight and side.insole in session.sensors
    }
    fits = {role: Fit({}, zero=insole.zero) for role, insole in insoles.items()}
    return Calibration(insoles, fits=fits)


def _still(span: Span) -> Truths:
    """(n,) whether no shin turned for half a second around; without a shin sensor, whether no load changed."""
    n = len(span.time_s)
    if span.shins:
        restless = np.max([span.turning_dps(side) for side in span.shins], axis=0) > STILL_DPS
    else:
        loads = np.array([columns[TOTAL] for columns in span.feet.values()])
        restless = np.abs(np.diff(loads, axis=1, prepend=loads[:, :1])).max(axis=0) > 0.01 * np.ptp(loads)
    around = np.convolve(restless.astype(float), np.ones(2 * CHUNK_N + 1), mode="same")
    still: Truths = around[:n] == 0
    return still


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size > 0 else 0.0


def _turned_deg(span: Span, side: Side) -> float:
    """Angle between the axes about which a shin swung in the first and in the last third of the walk."""
    moving = np.flatnonzero(~_still(span))
    first, _, last = np.array_split(moving, 3)
    axes = []
    for part in (first, last):
        if len(part) < 2 * GRID_HZ:
            return 0.0
        values = span.shins[side][:, part]
        force = values[:3] if values[:3].any() else None
        found = estimate_axes(force, values[3:], AlignmentParams())
        if found is None:
            return 0.0
        axes.append(found.pitch)
    angle_deg = angle_between_deg(axes[0], axes[1])
    return min(angle_deg, 180.0 - angle_deg)
