"""Falls: how the shank goes down, how it hits the floor, what stays on the feet, and getting up again.

Descent and time from imbalance to impact follow video-captured falls of older people (Choi 2015: 583 +- 255 ms, and
1271 +- 648 ms). Ends and rates are set beside acted falls (Ozdemir and Barshan 2014, right ankle: inclination 66-97
deg, rates 210-530 deg/s, peaks 1.7-7.3 g at 25 Hz).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from sensors.layout import Side
from sensors.walker.floor import get_up, stay_down
from sensors.walker.plan import FEET, UNCLAIMED, Plan
from sensors.walker.poses import Pose, bear, move, reach, settle
from sensors.walker.shaking import Shock
from sensors.walker.truth import TruthEvent

DESCENT_S = (0.583, 0.255)
IMBALANCE_TO_IMPACT_S = (1.271, 0.648)
"""Mean and SD (Choi 2015)."""

_SETTLING_S = 0.8
"""From impact until limbs lie where they stay."""


class FallKind(StrEnum):
    """Ways of going down."""

    FORWARD = "forward"
    SIDEWAYS = "sideways"
    BACKWARD = "backward"
    COLLAPSE = "collapse"
    KNEES = "knees"
    SLIDE = "slide"


@dataclass(frozen=True, slots=True)
class Descent:
    """A fall made concrete.

    Parameters
    ----------
    begin_s, impact_s : when the body gives way and when it hits the floor (a slide: when it has come to rest there).
    at_impact, at_rest : pose of each leg.
    peak_g, blow_s : shock of each leg's shank at the impact; 0 g for a slide.
    """

    kind: FallKind
    begin_s: float
    impact_s: float
    at_impact: dict[Side, Pose]
    at_rest: dict[Side, Pose]
    peak_g: dict[Side, float]
    blow_s: float


@dataclass(frozen=True, slots=True)
class Fall:
    """Falling out of standing, lying for a while, getting up.

    Parameters
    ----------
    lying_s : from the impact until getting up begins; None draws 5-60 s.
    """

    kind: FallKind
    lying_s: float | None = None

    def play(self, plan: Plan) -> Iterator[None]:
        """Lose balance, go down, lie, get up."""
        rng, start_s = plan.rng, plan.now_s
        plan.hold_still(start_s)
        plan.enter(UNCLAIMED, start_s)
        descent_s, wobble_s = draw_times_s(self.kind, rng)
        begin_s = start_s + wobble_s
        lean = Pose(
            rng.uniform(-8.0, 2.0),
            rng.uniform(-4.0, 4.0),
            fore={FallKind.FORWARD: 0.6, FallKind.BACKWARD: -0.7}.get(self.kind, 0.0),
        )
        for leg in plan.legs.values():
            move(leg, start_s, begin_s, lean.varied(rng, 2.0))
        bear(plan, start_s, begin_s, rng.uniform(0.95, 1.05), rng.uniform(0.3, 0.7))
        yield from go_down(plan, draw_descent(self.kind, begin_s, begin_s + descent_s, rng), "other", self.lying_s)


def draw_times_s(kind: FallKind, rng: np.random.Generator) -> tuple[float, float]:
    """Seconds of descent, and of imbalance before it. Slides take 1.5-4 s; nobody is off balance before them long."""
    if kind is FallKind.SLIDE:
        return rng.uniform(1.5, 4.0), rng.uniform(0.3, 0.8)
    descent_s = float(np.clip(rng.normal(*DESCENT_S), 0.3, 1.2))
    total_s = float(np.clip(rng.normal(*IMBALANCE_TO_IMPACT_S), descent_s + 0.2, 3.0))
    return descent_s, total_s - descent_s


def draw_descent(kind: FallKind, begin_s: float, impact_s: float, rng: np.random.Generator) -> Descent:
    """How a fall of a kind goes."""
    right = 1.0 if rng.random() < 0.5 else -1.0
    match kind:
        case FallKind.FORWARD:
            hit, rest = Pose(rng.uniform(-88.0, -70.0)), Pose(rng.uniform(-96.0, -78.0), right * rng.uniform(0.0, 25.0))
        case FallKind.SIDEWAYS:
            hit = Pose(rng.uniform(-35.0, 15.0), right * rng.uniform(62.0, 82.0))
            rest = Pose(rng.uniform(-30.0, 20.0), right * rng.uniform(74.0, 94.0))
        case FallKind.BACKWARD:
            seated = rng.random() < 0.5
            hit = Pose(rng.uniform(5.0, 30.0), hanging=0.5, fore=-1.0)
            rest = Pose(rng.uniform(64.0, 76.0) if seated else rng.uniform(74.0, 90.0), hanging=1.0, fore=-1.0)
            rest = replace(rest, press_bw=rng.uniform(0.015, 0.05) if seated else rng.uniform(0.0, 0.01))
        case FallKind.COLLAPSE:
            hit = Pose(rng.uniform(-85.0, -60.0), fore=1.0)
            rest = Pose(rng.uniform(-60.0, -10.0), right * rng.uniform(65.0, 90.0))
        case FallKind.KNEES:
            hit = Pose(rng.uniform(-92.0, -75.0), fore=1.0)
            rest = Pose(
                rng.uniform(-97.0, -84.0), right * rng.uniform(0.0, 8.0), press_bw=rng.uniform(0.01, 0.03), fore=1.0
            )
        case FallKind.SLIDE:
            flat = rng.random() < 0.5
            rest = Pose(rng.uniform(40.0, 60.0), press_bw=rng.uniform(0.015, 0.05))
            rest = rest if flat else Pose(rng.uniform(62.0, 85.0), fore=-1.0, press_bw=rng.uniform(0.01, 0.03))
            hit = rest
    peak_g = 0.0 if kind is FallKind.SLIDE else float(np.clip(4.0 * np.exp(0.45 * rng.standard_normal()), 1.8, 10.0))
    return Descent(
        kind,
        begin_s,
        impact_s,
        {side: hit.varied(rng, 5.0) for side in FEET},
        {side: rest.varied(rng, 5.0) for side in FEET},
        {side: peak_g * rng.uniform(0.6, 1.0) for side in FEET},
        rng.uniform(0.01, 0.04),
    )


def go_down(plan: Plan, descent: Descent, cause: str, lying_s: float | None) -> Iterator[None]:
    """The descent from the legs' present poses, the impact as truth, lying and getting up; ends standing."""
    rng, impact_s = plan.rng, descent.impact_s
    how = "slide" if descent.kind is FallKind.SLIDE else cause
    plan.truth.append(TruthEvent(impact_s, Side.BOTH, "fall", how))
    _give_way(plan, descent)
    _hit(plan, descent, rng)
    for side, leg in plan.legs.items():
        move(leg, impact_s + 0.06, impact_s + rng.uniform(0.25, 0.55), descent.at_rest[side])
    settle(plan, impact_s + _SETTLING_S)
    yield
    up_s = impact_s + (rng.uniform(5.0, 60.0) if lying_s is None else max(lying_s, 1.5))
    plan.begin("not_walking", plan.now_s)
    yield from stay_down(plan, up_s, descent.at_rest)
    plan.end(plan.now_s)
    yield from get_up(plan, rng.uniform(5.0, 12.0))
    plan.enter("standing", plan.now_s)


def _give_way(plan: Plan, descent: Descent) -> None:
    """Poses and load until the impact: the shank turns ever faster, the feet lose their load."""
    begin_s, impact_s = descent.begin_s, descent.impact_s
    lasts_s = impact_s - begin_s
    slow = descent.kind is FallKind.SLIDE
    for side, leg in plan.legs.items():
        hit = descent.at_impact[side]
        start = Pose.planned(leg)
        for track in leg.posture_tracks:
            track.hold(begin_s)
        for part, way in () if slow else ((0.55, 0.16), (0.94, 0.82)):
            reach(leg, begin_s + part * lasts_s, _between(start, hit, way))
        reach(leg, impact_s + (0.0 if slow else 0.04), hit)
    bear(plan, begin_s, begin_s + 0.5 * lasts_s, 0.7, float(plan.rng.uniform(0.3, 0.7)))
    bear(plan, begin_s + 0.5 * lasts_s, impact_s, 0.1, 0.5)
    bear(plan, impact_s, impact_s + 0.25, 0.0, 0.5)


def _hit(plan: Plan, descent: Descent, rng: np.random.Generator) -> None:
    """The main shock of each shank, and one or two lesser ones as the rest of the body comes down."""
    for side, leg in plan.legs.items():
        peak_g = descent.peak_g[side]
        if peak_g == 0.0:
            continue
        first_s = descent.impact_s + (0.0 if side is FEET[0] else rng.uniform(0.0, 0.05))
        blows = [(first_s, peak_g, descent.blow_s)]
        for _ in range(int(rng.integers(1, 3))):
            blows.append(
                (blows[-1][0] + rng.uniform(0.08, 0.25), peak_g * rng.uniform(0.2, 0.6), rng.uniform(0.01, 0.04))
            )
        for start_s, size_g, blow_s in blows:
            across = rng.uniform(-0.5, 0.5, 2)
            leg.shaking.append(Shock(start_s, size_g, blow_s, (float(across[0]), float(across[1]), 0.9), 15.0 * size_g))


def _between(start: Pose, end: Pose, part: float) -> Pose:
    """Part of the way from one pose to the next."""

    def blend(a: float, b: float) -> float:
        return (1.0 - part) * a + part * b

    return Pose(
        blend(start.pitch_deg, end.pitch_deg),
        blend(start.roll_deg, end.roll_deg),
        blend(start.yaw_deg, end.yaw_deg),
        blend(start.hanging, end.hanging),
        blend(start.press_bw, end.press_bw),
        blend(start.fore, end.fore),
    )
