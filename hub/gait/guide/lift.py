"""A foot held in the air: what its insole shows is zero. The laces still press, and so they should."""

from dataclasses import replace

import numpy as np

from hub.gait.guide.felt import CHUNK_S, Span
from hub.gait.guide.found import Found
from hub.gait.guide.judge import Accepted, Doing, Look, Refused, Runs
from hub.gait.guide.words import say
from hub.gait.signals.loadscale import TOTAL
from hub.session import Block, Floats, InsoleSpec, Session
from sensors.layout import LoadUnit, Side

HOLD_S = 4.0
"""So long is held still; science asks for 5 s in the air, the begin and the end of which are left out."""

TRIM_N = 2
"""Chunks at the begin of a hold that do not count: the foot comes to rest."""

STEADY_N = 4
"""Chunks over which a load must not change to be a foot at rest."""

LEAST_FALL = {LoadUnit.N: 15.0, LoadUnit.KPA: 8.0, LoadUnit.COUNTS: 15.0, LoadUnit.ON_OFF: 1.0}
"""A foot that rests on the floor bears 7-15 % of the body weight, 50-100 N, even in sitting (walker)."""

NOISY_FALL, NOISY_REST = 10.0, 4.5
"""Of a load's noise: a fall is more than the first, a load at rest ranges over less than the second."""

BOTH_PART = 0.4
"""Who sits down takes the load off both feet; a lifted foot leaves the other one at least this much of its fall."""

MOVES_DPS, RESTS_DPS = 12.0, 6.0
"""A shin whose foot is lifted turns faster than the first, one that is left alone more slowly than the second."""


class Lift:
    """Waits for the foot to leave the floor, and for it to stay off."""

    def __init__(self, side: Side, session: Session, found: Found) -> None:
        spec = session.sensors[side.insole]
        assert isinstance(spec, InsoleSpec)
        self._side = side
        self._found = found
        self._least_fall = LEAST_FALL[spec.unit]

    def push(self, block: Block) -> None:
        """All is in the span."""

    def look(self, span: Span) -> Look:
        """Accepted as soon as the foot was held long enough."""
        held = _Held(span, self._side, self._least_fall)
        side = self._side
        if held.best_s >= HOLD_S:  # perhaps seen to be one by what came after it
            found = replace(self._found, zero={**self._found.zero, side: held.zero})
            return Accepted(say("lift_done", foot=side.value), found)
        other = self._other(span)
        if other is not None and other.now_s >= HOLD_S:
            return self._wrong_foot(span, other)
        if held.now_s > 0:
            return Doing(say("lift_hold", foot=side.value, held=held.now_s, wanted=HOLD_S), held.now_s / HOLD_S)
        return Doing(say("lift_wait", foot=side.value))

    def give_up(self, span: Span) -> Refused:
        """Held too briefly, both feet together, or not at all."""
        held, foot = _Held(span, self._side, self._least_fall), self._side.value
        if held.best_s > 0:
            return Refused(say("held_short", foot=foot, held=held.best_s, wanted=HOLD_S))
        if held.both_fell:
            return Refused(say("both_feet", foot=foot))
        return Refused(say("still_pressed", foot=foot))

    def _other(self, span: Span) -> "_Held | None":
        return _Held(span, self._side.other, self._least_fall) if self._side.other in span.feet else None

    def _wrong_foot(self, span: Span, other: "_Held") -> Refused:
        """The other insole felt a lift: the shin sensors tell which leg it was."""
        side, names = self._side, {"foot": self._side.value, "other": self._side.other.value}
        own, others = self._moved(span, side, other.lifted_at), self._moved(span, side.other, other.lifted_at)
        if own or others is False:
            return Refused(say("insoles_swapped", **names))
        if others or own is False:
            return Refused(say("other_foot", **names))
        return Refused(say("other_or_swapped", **names))

    def _moved(self, span: Span, side: Side, at: int) -> bool | None:
        """Whether a shin turned within a second of chunk ``at``; None where no sensor tells, or not clearly."""
        if side not in span.shins:
            return None
        second_n = round(1.0 / CHUNK_S)
        turning = span.chunks(span.turning_dps(side))[max(at - second_n, 0) : at + second_n]
        fastest = float(turning.max(initial=0.0))
        return None if RESTS_DPS <= fastest <= MOVES_DPS else fastest > MOVES_DPS


class _Held:
    """When a foot was off the floor in a span.

    Attributes
    ----------
    now_s, best_s : for how long now, and at most so far.
    zero : mean columns of the longest hold.
    lifted_at : chunk at which the present or last hold began.
    both_fell : both feet became lighter together.
    """

    def __init__(self, span: Span, side: Side, least_fall: float) -> None:
        columns = span.chunks(span.feet[side])
        total = columns[TOTAL]
        other = span.chunks(span.feet[side.other])[TOTAL] if side.other in span.feet else np.zeros(len(total))
        noise = max(_noise(total), _noise(other))
        steady = 0.05 * float(np.ptp(total)) + max(0.2 * least_fall, NOISY_REST * noise) if len(total) else 0.0
        least_fall = max(least_fall, NOISY_FALL * noise)
        self.both_fell = False
        self.lifted_at = 0
        self._holds = Runs()
        best_end = 0
        rest: tuple[float, float] | None = None
        before: tuple[float, float] | None = None  # both feet became lighter
        level: float | None = None
        for at in range(len(total)):
            now, beside = float(total[at]), float(other[at])
            rests = _is_steady(total, at, steady) and _is_steady(other, at, steady)
            if rest is not None and level is None and rest[0] - now >= least_fall:
                level, self.lifted_at = now, at
            if rest is None or level is None:
                if rest is not None and before is not None and rests:  # who sits down does not rise again
                    self.both_fell |= now - rest[0] > 0.6 * (before[0] - rest[0]) > 0
                rest = (now, beside) if rests else rest
                self._holds.see(holds=False)
                continue
            level = min(level, float(total[max(at - STEADY_N, min(self.lifted_at + 1, at)) : at + 1].mean()))
            fall = rest[0] - level
            if rest[1] - beside > BOTH_PART * fall:
                self._holds.see(holds=False)
                if rests:
                    rest, before, level = (now, beside), rest, None
            elif now > level + 0.4 * fall:
                self._holds.see(holds=False)
                rest = level = None
            else:
                self._holds.see(holds=now <= level + max(0.15 * fall, NOISY_REST * noise))
            if self._holds.now == self._holds.best > 0:
                best_end = at + 1
        held = columns[:, best_end - max(self._holds.best - TRIM_N, 0) : best_end]
        self.zero = tuple(held.mean(axis=1).tolist()) if held.shape[1] else ()

    @property
    def now_s(self) -> float:
        return max(self._holds.now - TRIM_N, 0) * CHUNK_S

    @property
    def best_s(self) -> float:
        return max(self._holds.best - TRIM_N, 0) * CHUNK_S


def _noise(total: Floats) -> float:
    """By how much neighbouring chunks differ, where nothing moves: most of the time nothing does."""
    return float(np.median(np.abs(np.diff(total)))) if len(total) > 1 else 0.0


def _is_steady(total: Floats, at: int, within: float) -> bool:
    """Whether a load has not changed over the last chunks."""
    recent = total[max(at - STEADY_N + 1, 0) : at + 1]
    return len(recent) == STEADY_N and float(np.ptp(recent)) <= within
