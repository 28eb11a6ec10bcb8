"""Pressure insole to marks: touched, loaded, unloaded, with a zero and a scale of the wearer's own."""

from dataclasses import dataclass, field
from enum import StrEnum, auto
from math import inf
from typing import NamedTuple

import numpy as np

from hub.gait.calibration import InsoleCalibration
from hub.gait.history import History
from hub.gait.signals.cells import CellParams, CellWatch
from hub.gait.signals.columns import ColumnSums
from hub.gait.signals.edges import EdgeParams, began_s, ended_s, last_crossing, rose_s
from hub.gait.signals.loadscale import (
    HEEL,
    TOTAL,
    ZERO_IS_ZERO,
    LoadScale,
    LoadScaleParams,
    ScaleLearner,
)
from hub.gait.timeline import Mark
from hub.session import Floats, InsoleSpec
from sensors.layout import Side

CHUNK = 256
"""Samples searched at a time, so that a whole file in one block is not searched to its end for every mark."""


@dataclass(frozen=True, slots=True)
class InsoleParams:
    """Timing of load changes."""

    release_s: float = 0.020  # below the threshold this long is off the ground (our choice)
    release_longest_s: float = 0.500  # from the end of load to light
    touch_s: float = 0.150  # a longer light touch before the load is a drag, not the contact's start (our choice)
    hesitant_s: float = 1.0  # a longer one is no hesitation, by whichever part of the foot (our choice)
    margin_s: float = 0.060  # from final and to initial contact: no part of the swing to learn from (our choice)
    review_s: float = 4.0  # grounded for longer: is zero still right? (our choice)
    review_rises_n: int = 2  # walking comes and goes; who sits, then rises, loads the foot once (walker)
    review_margin_s: float = 0.500  # the load's own rise and fall at the ends of that time do not count
    swing_shortest_s: float = 0.100  # briefer is not learnt from
    swing_longest_s: float = 3.0  # longer is sitting or shoes off: nothing to learn from
    edge: EdgeParams = field(default_factory=EdgeParams)
    cell: CellParams = field(default_factory=CellParams)


class Touched(NamedTuple):
    """The unloaded foot touched something at ``time_s``."""

    side: Side
    time_s: float
    known_at_s: float
    scale: LoadScale


class Untouched(NamedTuple):
    """A touch since ``time_s`` ended without load; ``highest`` is the total's maximum above zero in it."""

    side: Side
    time_s: float
    known_at_s: float
    highest: float
    scale: LoadScale


class Loaded(NamedTuple):
    """The foot took load. ``time_s`` is when the load began, ``touched_s`` the first touch that led to it."""

    side: Side
    time_s: float
    known_at_s: float
    touched_s: float
    unloaded_s: float
    scale: LoadScale


class Unloaded(NamedTuple):
    """The foot left the ground at ``time_s``. ``seen`` False: it was found in the air, when it left is not known."""

    side: Side
    time_s: float
    known_at_s: float
    seen: bool
    scale: LoadScale


class ZeroDoubted(NamedTuple):
    """The zero of a guided calibration holds no longer, for ``reason`` in words. Told once."""

    side: Side
    known_at_s: float
    reason: str


class _State(StrEnum):
    GROUNDED = auto()
    RELEASING = auto()
    AIR = auto()
    TOUCHING = auto()


class InsoleStream:
    """Load state of one foot. All it learns changes at samples that the data choose.

    ``history`` has the columns of ``loadscale``: linear sums of the raw cells, without zero.
    """

    def __init__(
        self,
        side: Side,
        spec: InsoleSpec,
        history: History,
        *,
        calibration: InsoleCalibration | None,
        params: InsoleParams,
        scale_params: LoadScaleParams,
        fitted_zero: tuple[float, ...] = (),
    ) -> None:
        self._side = side
        self._params = params
        self._release_s = params.release_s - 0.25 / spec.rate_hz  # so that rounding of times does not matter
        self._history = history
        self._learner = ScaleLearner(spec, calibration, scale_params, fitted_zero)
        self._doubted = False
        lowest = 0.0 if spec.unit in ZERO_IS_ZERO else inf
        self._cells = CellWatch(side, len(spec.cells), lowest, params.cell)
        self._sum_up = ColumnSums(spec.cells)
        self.restart()

    @property
    def history(self) -> History:
        """The feature columns."""
        return self._history

    @property
    def scale(self) -> LoadScale:
        """The scale that holds for the last sample."""
        return self._learner.scale

    @property
    def calibration(self) -> InsoleCalibration | None:
        """What was learnt so far."""
        return self._learner.calibration()

    def restart(self) -> None:
        """After a silence the foot may be anywhere: it counts as grounded until it is seen in the air."""
        self._state = _State.GROUNDED
        self._begin_s = inf
        self._since_s = inf
        self._review_s = -inf
        self._air_s = inf
        self._highest = -inf
        self._previous = -inf

    def push(self, time_s: Floats, values: Floats) -> list[Mark]:
        """Take n >= 1 samples in a row."""
        columns = self._sum_up(values)
        self._history.append(time_s, columns)
        self._pushed = time_s, values
        if self._begin_s == inf:
            self._begin_s = float(time_s[0])
            self._learner.start(columns[:, 0])
        marks: list[Mark] = []
        index = 0
        while index < len(time_s):
            stop = index + CHUNK
            take = self._look[self._state]
            index += take(self, time_s[index:stop], columns[:, index:stop], marks)
        return marks

    def _grounded(self, time_s: Floats, columns: Floats, marks: list[Mark]) -> int:
        """Go to the sample that is light. Like all of these: return how many samples that took."""
        due = int(time_s.searchsorted(self._review_s))
        total = columns[TOTAL, : due + 1]
        light = total < self._learner.scale.off
        index = int(light.argmax())
        count = index + 1 if light[index] else len(total)
        highest, expected = min(self._previous, float(total[0])), self._learner.highest_expected
        if count > 1:  # of two samples in a row: a single one may be a glitch
            steady = np.minimum(total[1:count], total[: count - 1])
            highest = max(highest, steady.item(steady.argmax()))
        if highest > expected:
            count = 1 if min(self._previous, float(total[0])) > expected else int((steady > expected).argmax()) + 2
            highest = min(self._previous if count == 1 else float(total[count - 2]), float(total[count - 1]))
            self._learner.higher(highest)
        elif light[index]:
            self._state, self._since_s = _State.RELEASING, float(time_s[index])
        self._highest = max(self._highest, highest)
        self._previous = float(total[count - 1])
        if count == due + 1 and self._state is _State.GROUNDED:
            self._review(float(time_s[due]), marks)
        return count

    def _review(self, now_s: float, marks: list[Mark]) -> None:
        """Grounded for long: standing, or walking while unloaded is more than was taken for it."""
        if self._review_s > -inf:
            margin_s = self._params.review_margin_s
            start_s, end_s = self._review_s - self._params.review_s + margin_s, now_s - margin_s
            _, columns = self._history.told(start_s, end_s)
            total = columns[TOTAL]
            if len(total) and _rises_n(total) >= self._params.review_rises_n:
                self._look_at_cells(now_s, marks)
                lightest, highest = int(total.argmin()), total.item(total.argmax())
                self._learner.review(columns[:, lightest], highest, self._cells.stuck_load)
        self._review_s = now_s + self._params.review_s

    def _look_at_cells(self, now_s: float, marks: list[Mark]) -> None:
        """The load has changed since the last time: have all cells?"""
        time_s, values = self._pushed
        marks.extend(self._cells.look(now_s, values[int(time_s.searchsorted(now_s))], self._learner.scale.peak))

    def _releasing(self, time_s: Floats, columns: Floats, marks: list[Mark]) -> int:
        """Light: for long enough?"""
        total = columns[TOTAL]
        due = int(time_s.searchsorted(self._since_s + self._release_s))
        back = total[: due + 1] > self._learner.scale.on
        index = int(back.argmax())
        if back[index]:
            self._state = _State.GROUNDED
            return index + 1
        if due == len(total):
            return due
        self._release(float(time_s[due]), marks)
        return due + 1

    def _airborne(self, time_s: Floats, columns: Floats, marks: list[Mark]) -> int:
        """Go to the sample that touches. While zero is a guess, a fall below it means that it was not in the air."""
        total, scale = columns[TOTAL], self._learner.scale
        leaves = total > scale.on
        if not self._learner.knows_zero:
            leaves |= total < self._learner.lowest_expected
        index = int(leaves.argmax())
        if not leaves[index]:
            return len(total)
        now_s, value = float(time_s[index]), float(total[index])
        if value < scale.on:
            self._state, self._since_s = _State.RELEASING, now_s
            return index + 1
        self._state, self._since_s, self._highest = _State.TOUCHING, now_s, -inf
        marks.append(Touched(self._side, now_s, now_s, scale))
        return index

    def _touching(self, time_s: Floats, columns: Floats, marks: list[Mark]) -> int:
        """Go to the sample that bears weight, or is light again. The heel counts twice: it is not what drags."""
        total, scale = columns[TOTAL], self._learner.scale
        bears = total + columns[HEEL] > scale.load + scale.zero[HEEL]
        changes = bears | (total < scale.off)
        index = int(changes.argmax())
        if not changes[index]:
            self._highest = max(self._highest, total.item(total.argmax()))
            return len(total)
        self._highest = max(self._highest, total.item(total[: index + 1].argmax()))
        now_s = float(time_s[index])
        if bears[index]:
            self._load(now_s, marks)
        else:
            self._state = _State.AIR
            highest = self._highest - scale.zero[TOTAL]
            marks.append(Untouched(self._side, self._since_s, now_s, highest, scale))
        return index + 1

    _look = {  # noqa: RUF012
        _State.GROUNDED: _grounded,
        _State.RELEASING: _releasing,
        _State.AIR: _airborne,
        _State.TOUCHING: _touching,
    }

    def _release(self, now_s: float, marks: list[Mark]) -> None:
        """Light for long enough: in the air, unless it is still falling below what was taken for unloaded."""
        _, columns = self._history.told(self._since_s, now_s)
        loudest = int(columns[TOTAL].argmax())
        if columns[TOTAL, loudest] < self._learner.lowest_expected:
            self._learner.lower(columns[:, loudest])
            self._since_s = now_s
            return
        self._look_at_cells(now_s, marks)
        scale = self._learner.scale
        start_s = max(self._begin_s, self._since_s - self._params.release_longest_s)
        crossed_s = self._last_crossing(scale.on, start_s, now_s, rising=False)
        self._air_s = self._since_s if crossed_s is None else crossed_s
        self._learner.stance(self._highest)
        self._state, self._highest, self._previous = _State.AIR, -inf, -inf
        if self._learner.knows_zero:
            lifted_s = self._ended(start_s, now_s)
            marks.append(Unloaded(self._side, lifted_s, now_s, seen=crossed_s is not None, scale=scale))

    def _load(self, now_s: float, marks: list[Mark]) -> None:
        touched_s = self._since_s
        self._review_s = now_s + self._params.review_s
        self._look_at_cells(now_s, marks)
        guessed = not self._learner.knows_zero
        self._learn_from_swing(touched_s)
        if not self._doubted and (reason := self._learner.doubt()) is not None:
            self._doubted = True
            marks.append(ZeroDoubted(self._side, now_s, reason))
        scale = self._learner.scale
        self._state, self._highest = _State.GROUNDED, -inf
        if guessed:  # only now is it clear whether and when the foot left the ground
            middle_s = (self._air_s + touched_s) / 2
            lifted_s = self._last_crossing(scale.on, -inf, middle_s, rising=False)
            if lifted_s is None or touched_s - middle_s > self._params.swing_longest_s:
                return
            self._air_s = lifted_s
            lifted_s = self._ended(lifted_s - self._params.release_longest_s, (lifted_s + touched_s) / 2)
            marks.append(Unloaded(self._side, lifted_s, now_s, seen=True, scale=scale))
        contact_s = self._contact_s(touched_s, now_s)
        marks.append(Loaded(self._side, contact_s, now_s, min(touched_s, contact_s), self._air_s, scale))

    def _contact_s(self, touched_s: float, now_s: float) -> float:
        """When the load began that is borne now."""
        scale, params = self._learner.scale, self._params
        since_s, crossed_s = self._air_s, None
        lasted_s = now_s - touched_s
        if lasted_s > params.hesitant_s or (lasted_s > params.touch_s and not self._on_heel(touched_s, now_s)):
            time_s, columns = self._history.told(touched_s, now_s)
            since_s = touched_s = rose_s(time_s, columns[TOTAL], scale, params.edge)
        else:
            crossed_s = self._last_crossing(scale.contact, since_s, touched_s, rising=True)
        if crossed_s is None:  # what was learnt from this swing may say that the first touch was none
            crossed_s = self._last_crossing(scale.contact, since_s, now_s, rising=True)
        if crossed_s is None:
            return touched_s
        time_s, columns = self._history.told(crossed_s - params.touch_s, now_s)
        return began_s(time_s, columns[TOTAL], crossed_s, scale, params.edge)

    def _on_heel(self, touched_s: float, now_s: float) -> bool:
        """Whether a long light touch was the heel's, hence a hesitant contact; on the forefoot it is a drag."""
        _, columns = self._history.told(touched_s, now_s)
        heel, level = columns[HEEL], self._learner.scale.zone[HEEL]
        return 2 * int(np.count_nonzero(heel > level)) > len(heel)

    def _learn_from_swing(self, touched_s: float) -> None:
        lasted_s = touched_s - self._air_s
        if not self._params.swing_shortest_s <= lasted_s <= self._params.swing_longest_s:
            return
        time_s, columns = self._history.told(self._air_s, touched_s)
        margin_s = min(self._params.margin_s, lasted_s / 4)
        first = int(time_s.searchsorted(self._air_s + margin_s))
        last = int(time_s.searchsorted(touched_s - margin_s))
        if last > first:
            ordered = columns[:, first:last].copy()
            ordered.sort(axis=1)
            count = last - first - 1
            self._learner.swing(ordered[:, int(0.25 * count)], ordered[:, int(0.9 * count)])

    def _ended(self, start_s: float, end_s: float) -> float:
        """When the load ended that fell between these times, after which the foot was light."""
        time_s, columns = self._history.told(start_s, end_s)
        return ended_s(time_s, columns[TOTAL], self._air_s, self._learner.scale, self._params.edge)

    def _last_crossing(self, level: float, start_s: float, end_s: float, *, rising: bool) -> float | None:
        """When the total last crossed ``level`` from ``start_s`` to ``end_s``, between samples; None if it did not."""
        time_s, columns = self._history.told(max(start_s, end_s - self._params.swing_longest_s), end_s)
        return last_crossing(time_s, columns[TOTAL], level, rising=rising)


def _rises_n(total: Floats) -> int:
    """How often a load goes from the lowest to the highest quarter of its range."""
    lowest, highest = total.item(total.argmin()), total.item(total.argmax())
    quarter = (highest - lowest) / 4
    ends = np.where(total > highest - quarter, 1, np.where(total < lowest + quarter, -1, 0))
    ends = ends[ends != 0]
    return int(np.count_nonzero((ends[1:] > 0) & (ends[:-1] < 0)))
