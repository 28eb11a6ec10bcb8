"""What kind of steps somebody takes who walks: on the level, turning, on stairs, on tiptoe, backward, aided."""

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np

from hub.events import Context
from hub.gait.facts import Strike
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import HEEL, TOTAL
from hub.gait.signals.path import SwingPath, swing_path
from hub.session import Session
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class FootingParams:
    """Where kinds of steps part; the second number of a pair holds once it is that kind."""

    midstance: float = 0.30  # of a stride after the contact: the sole is down and the shank passes over it
    midstance_latest_s: float = 0.45  # and no later than this after the contact
    turned_deg: tuple[float, float] = (28.0, 15.0)  # in one swing; straight walks 98 % below 20 (marpino)
    level_kept_s: float = 10.0  # a shank's level drifts from stride to stride; the last walk's does not hold
    level_rise_m: float = 0.07  # what the integral makes of level walking, until the wearer's own is known (marpino)
    levels_n: int = 15  # level swings whose median is the wearer's own
    stairs_m: float = 0.16  # away from that in one swing: two risers are 0.34 m; level 96 % within 0.12 (marpino)
    tread_m: float = 0.15  # and as far forward: steps on the spot come out high (marpino); two treads are 0.56 m
    slope_m: float = 0.085  # in each of slope_n swings, or after such a one: 8 % of a slow walker's stride
    slope_n: int = 3  # swings in a row
    backward_m: float = -0.30  # first and last steps of marpino come out at -0.2
    furthest_m: float = 2.5  # nobody's stride: the axes are wrong
    highest_m: float = 0.7  # nor does anybody rise or sink so much in a stride
    heel_pct: float = 3.0  # of the usual peak; less up to midstance is a heel that is kept up
    toes_n: int = 2  # toe-first contacts of each foot in a row are stairs, where no shank and one sound foot tell
    aided_share: tuple[float, float] = (0.80, 0.88)  # of what the feet usually bear; the walker's crutches 0.6-0.78
    weights_n: int = 15  # strides and half seconds of standing whose median is the weight ...
    weights_least_n: int = 5  # fewer tell no weight


class Footfall(NamedTuple):
    """A contact and the same foot's previous one."""

    side: Side
    before_s: float
    time_s: float


class Footing:
    """Judges each step at midstance, when it is known how its foot came there. One kind holds until another is seen."""

    def __init__(self, session: Session, legs: Legs, params: FootingParams) -> None:
        self._one_sound = session.wearer.affected_side != "both"
        self._legs = legs
        self._params = params
        self.context = Context.WALKING
        self._weights: deque[float] = deque(maxlen=params.weights_n)
        self._levels_m: deque[float] = deque(maxlen=params.levels_n)
        self._rises_m: deque[float] = deque(maxlen=params.slope_n)
        self._heel_up = {Side.LEFT: False, Side.RIGHT: False}
        self._toes_n = {Side.LEFT: 0, Side.RIGHT: 0}
        self._on_heel = {Side.LEFT: False, Side.RIGHT: False}
        self._weighed: Side | None = None
        self._turned_deg = 0.0

    def settles_after_s(self, stride_s: float) -> float:
        """When after its contact a step can be judged."""
        return min(self._params.midstance * stride_s, self._params.midstance_latest_s)

    def stood(self, from_s: float, to_s: float) -> None:
        """Learn the weight from a stretch of standing."""
        load = self._load(from_s, to_s)
        if load is not None:
            self._weights.append(load)

    def struck(self, side: Side, strike: Strike) -> None:
        """Take how a foot touched."""
        self._on_heel[side] = strike is Strike.HEEL
        self._toes_n[side] = self._toes_n[side] + 1 if strike is Strike.TOE else 0

    def start(self) -> None:
        """A walk begins."""
        self.context = Context.WALKING
        self._turned_deg = 0.0
        self._weighed = None
        self._rises_m.clear()
        self._heel_up = {Side.LEFT: False, Side.RIGHT: False}
        self._toes_n = {Side.LEFT: 0, Side.RIGHT: 0}

    def judge(self, step: Footfall, midstance_s: float) -> Context:
        """The kind of steps, from this one on."""
        self._weighed = self._weighed or step.side
        self._heel_up[step.side] = not self._on_heel[step.side] and self._keeps_heel_up(step, midstance_s)
        if step.side.shin in self._legs.shanks:
            path = self._path(step, midstance_s)
            self.context = Context.WALKING if path is None else self._by_path(path)
        elif not self._legs.shanks:
            self.context = self._by_strikes()
        if all(self._heel_up.values()) and self.context is not Context.STAIRS:
            self.context = Context.TIPTOE
        elif self.context is Context.TIPTOE:
            self.context = Context.WALKING
        if self.context in {Context.WALKING, Context.AIDED} and step.side is self._weighed:  # once a stride
            self.context = self._by_load(step)
        return self.context

    def _by_strikes(self) -> Context:
        """Without any shank: a sound foot that lands on its toes too is on stairs, or steps back."""
        if self._one_sound and min(self._toes_n.values()) >= self._params.toes_n:
            return Context.STAIRS
        return Context.AIDED if self.context is Context.AIDED else Context.WALKING

    def _by_path(self, path: SwingPath) -> Context:
        params, was = self._params, self.context
        if abs(path.forward_m) > params.furthest_m or abs(path.rise_m) > params.highest_m:
            return was
        turned_deg, self._turned_deg = self._turned_deg, path.turned_deg
        least_deg, again_deg = params.turned_deg
        twice = min(turned_deg * path.turned_deg, again_deg * again_deg) >= again_deg * again_deg
        held = was is Context.TURNING and abs(path.turned_deg) >= again_deg
        if abs(path.turned_deg) >= least_deg or twice or held:
            return Context.TURNING
        if path.forward_m <= params.backward_m:
            return Context.BACKWARD
        if self._climbs(path.rise_m) and path.forward_m >= params.tread_m:
            return Context.STAIRS
        return Context.AIDED if was is Context.AIDED else Context.WALKING

    def _climbs(self, rise_m: float) -> bool:
        """Whether the way goes up or down."""
        params = self._params
        level_m = median(self._levels_m) if len(self._levels_m) >= params.slope_n else params.level_rise_m
        off_m = rise_m - level_m
        self._rises_m.append(off_m)
        slope_m = min(self._rises_m) if off_m > 0 else -max(self._rises_m)
        sloping = len(self._rises_m) == params.slope_n and slope_m >= params.slope_m
        held = self.context is Context.STAIRS and abs(off_m) >= params.slope_m
        climbs = abs(off_m) >= params.stairs_m or sloping or held
        if not climbs and abs(off_m) < params.slope_m:
            self._levels_m.append(rise_m)
        return climbs

    def _path(self, step: Footfall, midstance_s: float) -> SwingPath | None:
        role = step.side.shin
        shank = self._legs.shanks.get(role)
        if shank is None or shank.level is None:
            return None
        from_s = step.before_s + midstance_s - step.time_s
        level_kept = from_s - shank.level.time_s <= self._params.level_kept_s
        whole = level_kept and self._legs.complete_since(role, from_s)
        return swing_path(shank.history, shank.level, from_s, midstance_s) if whole else None

    def _keeps_heel_up(self, step: Footfall, midstance_s: float) -> bool:
        insole = self._legs.insoles.get(step.side.insole)
        if insole is None or not insole.scale.learnt:
            return False
        heel = insole.history.window(step.time_s, midstance_s)[1][HEEL]
        level = insole.scale.zero[HEEL] + self._params.heel_pct / 100 * insole.scale.peak
        return len(heel) > 0 and heel.item(heel.argmax()) < level

    def _by_load(self, step: Footfall) -> Context:
        load = self._load(step.before_s, step.time_s)
        if load is None:
            return self.context
        if len(self._weights) < self._params.weights_least_n:
            self._weights.append(load)
            return Context.WALKING
        if load < self._params.aided_share[self.context is Context.AIDED] * median(self._weights):
            return Context.AIDED
        self._weights.append(load)
        return Context.WALKING

    def _load(self, from_s: float, to_s: float) -> float | None:
        """Mean load of both feet in the insoles' own unit; None where one of them cannot tell."""
        load = 0.0
        for side in (Side.LEFT, Side.RIGHT):
            insole = self._legs.insoles.get(side.insole)
            if insole is None or not self._legs.complete_since(side.insole, from_s):
                return None
            total = insole.history.window(from_s, to_s)[1][TOTAL]
            if len(total) == 0:
                return None
            load += float(np.add.reduce(total)) / len(total) - insole.scale.zero[TOTAL]
        return load
