"""Heels and toes raised: whether each insole knows its own heel, and how far the toes can be lifted."""

from dataclasses import replace

import numpy as np

from hub.gait.guide.felt import CHUNK_N, CHUNK_S, Span, Truths
from hub.gait.guide.found import Found
from hub.gait.guide.judge import Accepted, Doing, Look, Refused
from hub.gait.guide.tasks import Task
from hub.gait.guide.words import say
from hub.gait.signals.loadscale import FORE, HEEL, MOMENT, TOTAL
from hub.session import Block, Floats
from sensors.layout import Side

TIMES = 3
WAIT_S = 2.0
"""After the third time of one foot, for the other one to come down too."""

OFF_PART, BACK_PART = 0.4, 0.6
"""Of its load in standing: a region below the first is raised, above the second is down again (our choice)."""

WEIGHT_PART = 0.45
"""So much of the standing load is on both feet and on each meanwhile; less is a step or a chair."""

BACK_BY = 0.12
"""Of the foot's length: rising on the toes moves the centre of pressure forward by more; backward, the insole lies the
wrong way round (our choice)."""

REVERSED_TIMES = 2
"""So often must it have gone backward, and the heel never have risen."""


class Raises:
    """Counts how often a region of each foot loses its load while the other regions keep the weight."""

    def __init__(self, task: Task, found: Found) -> None:
        self._task = task
        self._found = found
        self._column = HEEL if task is Task.HEEL_RAISES else FORE

    def push(self, block: Block) -> None:
        """All is in the span."""

    def look(self, span: Span) -> Look:
        """Accepted when one foot has risen three times, and the other one had its time."""
        counts = self._counts(span, self._column)
        wrong = self._reversed(span, counts)
        if wrong is not None:
            return Refused(say("insole_reversed", foot=wrong.value))
        times = {side: len(ends) for side, ends in counts.items()}
        words = {"left": times.get(Side.LEFT, 0), "right": times.get(Side.RIGHT, 0)}
        third_at = min((ends[TIMES - 1] for ends in counts.values() if len(ends) >= TIMES), default=None)
        now_at = len(span.time_s) // CHUNK_N
        all_done = all(n >= TIMES for n in times.values())
        if third_at is not None and (all_done or (now_at - third_at) * CHUNK_S >= WAIT_S):
            heels = self._column == HEEL
            found = replace(self._found, heels_raised=times) if heels else replace(self._found, toes_raised=times)
            return Accepted(say(f"{self._task.value}_done", **words), found)
        return Doing(say("raises", **words), max(times.values(), default=0) / TIMES)

    def give_up(self, span: Span) -> Refused:
        """Too few."""
        best = max((len(ends) for ends in self._counts(span, self._column).values()), default=0)
        return Refused(say("heels_few" if self._column == HEEL else "toes_few", best=best))

    def _reversed(self, span: Span, counts: dict[Side, list[int]]) -> Side | None:
        """A foot whose centre of pressure went backward when its heel should have risen."""
        if self._column != HEEL:
            return None
        for side, ends in counts.items():
            columns = span.chunks(span.feet[side])
            loads = [columns[each] - self._zero(side, each) for each in (TOTAL, MOMENT)]
            place = loads[1] / np.maximum(loads[0], 0.2 * self._found.above_zero(side))
            usual = self._found.above_zero(side, MOMENT) / self._found.above_zero(side)
            back = (usual - place) / BACK_BY  # 0 as in standing, 1 and more far back
            if not ends and len(_ends(1.0 - back, self._stands(span, side), off=0.0, on=0.5)) >= REVERSED_TIMES:
                return side
        return None

    def _counts(self, span: Span, column: int) -> dict[Side, list[int]]:
        """Chunks at which the region came down again, by foot."""
        found, counts = self._found, {}
        for side, columns in span.feet.items():
            usual = found.above_zero(side, column)
            if usual > 0:
                part = (span.chunks(columns[column]) - self._zero(side, column)) / usual
                counts[side] = _ends(part, self._stands(span, side), off=OFF_PART, on=BACK_PART)
        return counts

    def _stands(self, span: Span, side: Side) -> Truths:
        """Whether the weight is on the feet, and some of it on this one, by chunk."""
        loads = {each: span.chunks(columns[TOTAL]) - self._zero(each, TOTAL) for each, columns in span.feet.items()}
        found = self._found
        whole = np.sum(list(loads.values()), axis=0) > WEIGHT_PART * found.weight
        stands: Truths = whole & (loads[side] > WEIGHT_PART * found.above_zero(side))
        return stands

    def _zero(self, side: Side, column: int) -> float:
        return self._found.zero[side][column] if side in self._found.zero else 0.0


def _ends(part: Floats, stands: Truths, *, off: float, on: float) -> list[int]:
    """Chunks at which what was below ``off`` came back above ``on``, with the weight on the feet all the time."""
    ends: list[int] = []
    off_since: int | None = None
    for at, (now, standing) in enumerate(zip(part.tolist(), stands.tolist(), strict=True)):
        if not standing:
            off_since = None
        elif off_since is None:
            off_since = at if now < off else None
        elif now > on:
            ends.append(at)
            off_since = None
    return ends
