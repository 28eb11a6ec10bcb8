"""What a person who is not walking does: evidence every half second, and a table of what follows from it."""

from dataclasses import dataclass
from enum import StrEnum
from math import cos, radians
from typing import NamedTuple

import numpy as np

from hub.events import Context
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import HEEL, TOTAL
from hub.gait.signals.shank_marks import JERK, RATE, UP
from sensors.layout import Side

GRAVITY_MPS2 = 9.81


class Evidence(StrEnum):
    """What half a second shows."""

    NOTHING = "nothing"  # no insole that could tell
    UNCLEAR = "unclear"  # between sitting and standing
    ONE_FREE = "one_free"  # the only insole that can tell bears nothing; the other foot may bear the body
    BORNE = "borne"  # the feet bear the body
    ON_TOES = "on_toes"  # they do, and no heel is loaded
    RESTING = "resting"  # the feet bear themselves and part of the legs
    SHAKEN = "shaken"  # so, and the shank vibrates as in a vehicle
    LYING = "lying"  # a little load, and the shank lies: kneeling, or lying with the feet against something
    HANDLED = "handled"  # a little load, and the shank is swept about: a shoe is put on or off
    FREE = "free"  # no load on either foot
    FREE_STILL = "free_still"  # so, and nothing moves
    FREE_LYING = "free_lying"  # so, and the shank lies


POSTURES = (Context.STANDING, Context.TIPTOE, Context.SITTING, Context.DANGLING, Context.VEHICLE, Context.OFF)

TRANSITIONS: dict[tuple[Context, Evidence], tuple[Context, float]] = {
    (Context.UNKNOWN, Evidence.BORNE): (Context.STANDING, 0.5),
    (Context.UNKNOWN, Evidence.RESTING): (Context.SITTING, 2.0),
    (Context.UNKNOWN, Evidence.SHAKEN): (Context.SITTING, 2.0),
    (Context.UNKNOWN, Evidence.FREE): (Context.DANGLING, 3.0),
    (Context.UNKNOWN, Evidence.FREE_STILL): (Context.DANGLING, 3.0),
    (Context.UNKNOWN, Evidence.FREE_LYING): (Context.OFF, 5.0),
    (Context.STANDING, Evidence.RESTING): (Context.SITTING, 1.0),
    (Context.STANDING, Evidence.SHAKEN): (Context.SITTING, 1.0),
    (Context.STANDING, Evidence.HANDLED): (Context.SITTING, 1.0),
    (Context.STANDING, Evidence.LYING): (Context.UNKNOWN, 1.0),
    (Context.STANDING, Evidence.ON_TOES): (Context.TIPTOE, 0.5),
    (Context.STANDING, Evidence.FREE): (Context.DANGLING, 2.0),
    (Context.STANDING, Evidence.FREE_STILL): (Context.DANGLING, 2.0),
    (Context.STANDING, Evidence.FREE_LYING): (Context.OFF, 5.0),
    (Context.TIPTOE, Evidence.BORNE): (Context.STANDING, 0.5),
    (Context.TIPTOE, Evidence.RESTING): (Context.SITTING, 1.0),
    (Context.TIPTOE, Evidence.FREE): (Context.DANGLING, 2.0),
    (Context.SITTING, Evidence.BORNE): (Context.STANDING, 0.5),
    (Context.SITTING, Evidence.SHAKEN): (Context.VEHICLE, 20.0),
    (Context.SITTING, Evidence.HANDLED): (Context.OFF, 4.0),
    (Context.SITTING, Evidence.LYING): (Context.UNKNOWN, 2.0),
    (Context.SITTING, Evidence.FREE): (Context.DANGLING, 3.0),
    (Context.SITTING, Evidence.FREE_STILL): (Context.DANGLING, 3.0),
    (Context.SITTING, Evidence.FREE_LYING): (Context.OFF, 5.0),
    (Context.DANGLING, Evidence.BORNE): (Context.STANDING, 0.5),
    (Context.DANGLING, Evidence.RESTING): (Context.SITTING, 2.0),
    (Context.DANGLING, Evidence.SHAKEN): (Context.SITTING, 2.0),
    (Context.DANGLING, Evidence.FREE_STILL): (Context.OFF, 20.0),
    (Context.DANGLING, Evidence.FREE_LYING): (Context.OFF, 5.0),
    (Context.VEHICLE, Evidence.BORNE): (Context.STANDING, 1.0),
    (Context.VEHICLE, Evidence.RESTING): (Context.SITTING, 60.0),
    (Context.VEHICLE, Evidence.FREE_LYING): (Context.OFF, 5.0),
    (Context.OFF, Evidence.BORNE): (Context.STANDING, 1.0),
    (Context.OFF, Evidence.RESTING): (Context.SITTING, 5.0),
    (Context.OFF, Evidence.SHAKEN): (Context.SITTING, 5.0),
    (Context.OFF, Evidence.FREE): (Context.DANGLING, 5.0),
    **{
        (posture, evidence): (Context.UNKNOWN, dwell_s)
        for posture in POSTURES
        for evidence, dwell_s in ((Evidence.NOTHING, 1.0), (Evidence.ONE_FREE, 10.0))
    },
}
"""Which posture follows when an evidence has lasted for so many seconds. What is not listed changes nothing."""


@dataclass(frozen=True, slots=True)
class PostureParams:
    """Loads of both feet together, in usual stance peaks of one foot: standing is 0.8 to 1."""

    every_s: float = 0.5  # how often evidence is looked for
    standing: float = 0.60  # more is standing (science: 75 % of body weight; peaks in walking are up to 1.25)
    sitting: float = 0.45  # less is sitting: 15-30 % of body weight, feet pulled in to 45 %
    impossible: float = 1.30  # nobody weighs more than a usual peak: the scale was learnt from something else
    one_standing: float = 0.30  # one insole alone
    one_sitting: float = 0.20  # one insole alone: below this somebody sits
    heel_pct: float = 3.0  # less under both heels is on tiptoe
    lying_deg: float = 60.0  # shank away from upright
    handled_dps: float = 150.0  # faster than legs are crossed or feet are shifted in sitting (our choice)
    still_dps: float = 8.0  # breathing and blood stay below (our choice)
    shaken_mps3: float = 10.0  # 0.02 g at 8-25 Hz is 15; at rest sensors have 2 (walker, marpino)
    shaken_over_s: float = 4.0  # time over which that is averaged: traffic lights are shorter than what it takes


class Postures:
    """Follows the table. A change is dated at the begin of the evidence for it."""

    def __init__(self) -> None:
        self.context = Context.UNKNOWN
        self._toward: Context | None = None
        self._since_s = 0.0

    def begin(self, context: Context) -> None:
        """Somebody else knows."""
        self.context, self._toward = context, None

    def follow(self, evidence: Evidence, from_s: float, to_s: float) -> float | None:
        """Take what ``from_s`` to ``to_s`` showed; when the posture changed, if it did."""
        toward, dwell_s = TRANSITIONS.get((self.context, evidence), (None, 0.0))
        if toward is not self._toward:
            self._toward, self._since_s = toward, from_s
        if toward is None or to_s - self._since_s < dwell_s:
            return None
        self.context, self._toward = toward, None
        return self._since_s


class EvidenceReader:
    """Reads evidence from the histories of both legs."""

    def __init__(self, legs: Legs, params: PostureParams) -> None:
        self._legs = legs
        self._params = params
        self._shaking_mps3 = 0.0
        self._smoothing = params.every_s / params.shaken_over_s
        self._lying_mps2 = GRAVITY_MPS2 * cos(radians(params.lying_deg))

    def read(self, from_s: float, to_s: float) -> Evidence:
        """What the time from ``from_s`` to ``to_s``, which is past, shows."""
        params = self._params
        feet = [foot for foot in (self._foot(side, from_s, to_s) for side in (Side.LEFT, Side.RIGHT)) if foot]
        shank = self._shank(from_s, to_s)
        if not feet:
            return Evidence.NOTHING
        load = sum(foot.load for foot in feet)
        standing, sitting = params.standing, params.sitting
        if len(feet) == 1:
            standing, sitting = params.one_standing, params.one_sitting
        if load > params.impossible:
            return Evidence.NOTHING
        if load >= standing:
            on_toes = len(feet) == 2 and all(foot.heel < params.heel_pct / 100 for foot in feet)
            return Evidence.ON_TOES if on_toes else Evidence.BORNE
        if load >= sitting:
            return Evidence.UNCLEAR
        if len(feet) == 1 and feet[0].free:
            return Evidence.ONE_FREE
        return self._light(shank, free=all(foot.free for foot in feet))

    def _light(self, shank: "_Shank | None", *, free: bool) -> Evidence:
        params = self._params
        lies = shank is not None and shank.lies
        if free:
            if lies:
                return Evidence.FREE_LYING
            return Evidence.FREE_STILL if shank is None or shank.fastest_dps < params.still_dps else Evidence.FREE
        if lies:
            return Evidence.LYING
        if shank is not None and shank.fastest_dps > params.handled_dps:
            return Evidence.HANDLED
        return Evidence.SHAKEN if self._shaking_mps3 > params.shaken_mps3 else Evidence.RESTING

    def _foot(self, side: Side, from_s: float, to_s: float) -> "_Foot | None":
        """Mean load under a foot; None where no insole can tell."""
        role = side.insole
        insole = self._legs.insoles.get(role)
        if insole is None or not insole.scale.learnt or not self._legs.complete_since(role, from_s):
            return None
        _, columns = insole.history.window(from_s, to_s)
        samples_n = columns.shape[1]
        if samples_n == 0:
            return None
        scale = insole.scale
        total = float(np.add.reduce(columns[TOTAL])) / samples_n
        heel = float(np.add.reduce(columns[HEEL])) / samples_n
        return _Foot(
            load=max(total - scale.zero[TOTAL], 0.0) / scale.peak,
            heel=(heel - scale.zero[HEEL]) / scale.peak,
            free=total < scale.contact,
        )

    def _shank(self, from_s: float, to_s: float) -> "_Shank | None":
        """The first shank that can tell."""
        for role, shank in self._legs.shanks.items():
            if not self._legs.complete_since(role, from_s):
                continue
            _, columns = shank.history.window(from_s, to_s)
            samples_n = columns.shape[1]
            if samples_n == 0:
                continue
            rate_dps = columns[RATE]
            up_mps2 = float(np.add.reduce(columns[UP])) / samples_n
            jerk_mps3 = float(np.add.reduce(columns[JERK])) / samples_n
            self._shaking_mps3 += self._smoothing * (jerk_mps3 - self._shaking_mps3)
            fastest_dps = max(rate_dps.item(rate_dps.argmax()), -rate_dps.item(rate_dps.argmin()))
            return _Shank(fastest_dps, lies=0.0 != up_mps2 < self._lying_mps2)
        return None


class _Foot(NamedTuple):
    """Loads in usual stance peaks."""

    load: float
    heel: float
    free: bool


class _Shank(NamedTuple):
    """How fast a shank turned, and whether it lay."""

    fastest_dps: float
    lies: bool
