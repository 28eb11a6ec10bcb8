"""Standing still on both feet, and leaning onto one: the wearer's weight, and what each insole makes of it."""

from dataclasses import replace

import numpy as np

from hub.gait.guide.felt import CHUNK_S, Span, Truths
from hub.gait.guide.found import Found
from hub.gait.guide.judge import Accepted, Doing, Look, Refused, Runs
from hub.gait.guide.words import say
from hub.gait.signals.alignment import Vector
from hub.gait.signals.loadscale import TOTAL
from hub.session import Block, Floats
from sensors.layout import Side

STAND_S = 10.0
LEAN_S = 3.0

STILL_DPS = 15.0
"""Sway turns a shin more slowly; two of them are the gyro's zero error (walker)."""

STEADY_PART = 0.08
"""The whole load varies by less in quiet standing."""

RECENT_N = 10
"""Chunks whose median the whole load is held against."""

STEADY_PCT = 8.0
"""And so does the share of either foot; sway moves the weight between heel and toes rather (walker)."""

LEAST_SHARE_PCT = 10.0
"""A foot that bears less does not stand; hemiparetic feet bear 35-42 % (walker)."""

LEANT_PCT = 55.0
LEANT_MORE_PCT = 12.0
"""The share that counts as leant over, and how much more than in standing it must be (our choice)."""

WEIGHT_PART = 0.65
"""So much of the standing weight must be on the feet meanwhile; cells that saturate show less of it on one foot."""


class Stand:
    """Waits for ten still seconds in a row."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def push(self, block: Block) -> None:
        """All is in the span."""

    def look(self, span: Span) -> Look:
        """Accepted as soon as the wearer stood still for long enough."""
        runs, _ = self._still(span)
        held_s = runs.now * CHUNK_S
        if held_s < STAND_S:
            return Doing(say("stand_hold", held=held_s, wanted=STAND_S), held_s / STAND_S)
        n = round(STAND_S / CHUNK_S)
        stood = {side: tuple(span.chunks(columns)[:, -n:].mean(axis=1).tolist()) for side, columns in span.feet.items()}
        forces = {side: span.chunks(values[:3])[:, -n:].mean(axis=1) for side, values in span.shins.items()}
        up = {side: vector for side, force in forces.items() if (vector := direction(force)) is not None}
        found = replace(self._found, stood=stood, up=up)
        if len(stood) < 2:
            return Accepted(say("stand_done_one"), found)
        share_pct = float(found.share_pct(Side.LEFT, {side: columns[TOTAL] for side, columns in stood.items()}))
        return Accepted(say("stand_done", share=share_pct), found)

    def give_up(self, span: Span) -> Refused:
        """Not still for long enough, or on one foot."""
        runs, heavy = self._still(span)
        if heavy is not None:
            return Refused(say("one_foot", foot=heavy.value))
        return Refused(say("stood_short", held=runs.best * CHUNK_S, wanted=STAND_S))

    def _still(self, span: Span) -> tuple[Runs, Side | None]:
        """Runs of still chunks; and the foot that bore all of the load for most of the time."""
        totals = {side: span.chunks(columns[TOTAL]) for side, columns in span.feet.items()}
        zero = {side: self._found.zero[side][TOTAL] if side in self._found.zero else 0.0 for side in totals}
        weight: Floats = np.sum([total - zero[side] for side, total in totals.items()], axis=0)
        turning = [span.chunks(span.turning_dps(side)) for side in span.shins]
        still = np.all([turn < STILL_DPS for turn in turning], axis=0) if turning else np.ones(len(weight), dtype=bool)
        heavy: Side | None = None
        if len(totals) == 2:
            share_pct = np.asarray(self._found.share_pct(Side.LEFT, totals))
            both = (share_pct > LEAST_SHARE_PCT) & (share_pct < 100.0 - LEAST_SHARE_PCT)
            if len(both) and both.mean() < 0.5:
                heavy = Side.LEFT if np.median(share_pct) > 50.0 else Side.RIGHT
            still = still & both & _near_median(share_pct, STEADY_PCT)
        still = still & (weight > 0) & _near_median(weight, STEADY_PART * np.maximum(weight, 0))
        runs = Runs()
        for each in still.tolist():
            runs.see(each)
        return runs, heavy


class Lean:
    """Waits for most of the weight on one foot, for three seconds in a row."""

    def __init__(self, side: Side, found: Found) -> None:
        self._side = side
        self._found = found
        stood = {foot: columns[TOTAL] for foot, columns in found.stood.items()}
        self._wanted_pct = max(LEANT_PCT, float(found.share_pct(side, stood)) + LEANT_MORE_PCT)
        self._other_pct = max(LEANT_PCT, float(found.share_pct(side.other, stood)) + LEANT_MORE_PCT)

    def push(self, block: Block) -> None:
        """All is in the span."""

    def look(self, span: Span) -> Look:
        """Accepted as soon as the wearer leant for long enough."""
        totals = {side: span.chunks(columns[TOTAL]) for side, columns in span.feet.items()}
        share_pct, stands = self._share(totals)
        leant, other, back = Runs(), Runs(), False
        for share, whole in zip(share_pct.tolist(), stands.tolist(), strict=True):
            over = 100.0 - share >= self._other_pct
            back = back or not over  # from the leaning before
            leant.see(whole and share >= self._wanted_pct)
            other.see(whole and over and back)
        foot, held_s = self._side.value, leant.now * CHUNK_S
        if held_s >= LEAN_S:
            n = round(LEAN_S / CHUNK_S)
            loads = {side: float(total[-n:].mean()) - self._found.zero[side][TOTAL] for side, total in totals.items()}
            found = replace(self._found, leant={**self._found.leant, self._side: loads})
            return Accepted(say("lean_done", foot=foot, share=float(share_pct[-n:].mean())), found)
        if other.now * CHUNK_S >= LEAN_S:
            return Refused(say("leaned_other", foot=foot, other=self._side.other.value))
        share = float(share_pct[-1]) if len(share_pct) else 0.0
        if held_s > 0:
            return Doing(say("lean_hold", foot=foot, share=share, held=held_s, wanted=LEAN_S), held_s / LEAN_S)
        return Doing(say("lean_wait", foot=foot, share=share))

    def give_up(self, span: Span) -> Refused:
        """Not far enough, or with the weight on something else."""
        totals = {side: span.chunks(columns[TOTAL]) for side, columns in span.feet.items()}
        share_pct, stands = self._share(totals)
        if len(stands) and stands.mean() < 0.5:
            return Refused(say("leaned_off"))
        return Refused(say("leaned_little", foot=self._side.value, share=float(share_pct.max(initial=0.0))))

    def _share(self, totals: dict[Side, Floats]) -> tuple[Floats, Floats]:
        """Share on this foot, and whether the weight is on the feet, by chunk."""
        weight = np.sum([total - self._found.zero[side][TOTAL] for side, total in totals.items()], axis=0)
        return np.asarray(self._found.share_pct(self._side, totals)), weight > WEIGHT_PART * self._found.weight


def _near_median(values: Floats, within: Floats | float) -> Truths:
    """(n,) whether each is near the median of those of the last two seconds."""
    usual = np.array([np.median(values[max(at - RECENT_N, 0) : at + 1]) for at in range(len(values))])
    near: Truths = np.abs(values - usual) < within
    return near


def direction(force: Floats) -> Vector | None:
    """Unit vector of a mean specific force; None without one."""
    x, y, z = force.tolist()
    norm = float(np.sqrt(x * x + y * y + z * z))
    return (x / norm, y / norm, z / norm) if norm > 1.0 else None
