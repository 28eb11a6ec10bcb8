"""Trips: what is asked for, how the strategy moves the contact, and how the shank moves meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats
from sensors.layout import Side
from sensors.walker.chain import Segments, ankle_speed_mps
from sensors.walker.plan import Stumble
from sensors.walker.spline import Hermite
from sensors.walker.truth import Strategy

GLANCE = 0.4
"""Below this strength the swing goes on without a recovery response."""

LATE_DROP_S = 0.06
"""A lowered foot is down at most this long after its planned contact: late in swing it is near the ground already."""

_REFLEX_S = 0.08
"""Nothing voluntary moves before (Schillings 2000: 60-140 ms)."""

_LOWERING_DPS = 120.0
"""Mean rate at which a lowered shank comes forward at most; the peak is half as much again."""

_LIFTED_S = 0.06
"""An elevated foot stays behind the obstacle this long before it swings on."""

Angles = Callable[[Floats], tuple[Floats, Floats]]
"""Undisturbed (thigh, shank) pitch in degrees at given times."""


@dataclass(frozen=True, slots=True)
class Trip:
    """An obstacle for one swing.

    Parameters
    ----------
    at_s : the first swing of ``side`` that ends after this time into its walk is obstructed.
    swing_phase : where in the planned swing the toe meets it, 0.03..0.97.
    strength : part of the ankle's forward speed that is taken: 1 full arrest, 0.5 half, 0.3 a glance.
    strategy : None: drawn as an affected leg would by phase.
    side : None: the affected side.
    """

    at_s: float
    swing_phase: float = 0.5
    strength: float = 1.0
    strategy: Strategy | None = None
    side: Side | None = None

    def __post_init__(self) -> None:
        if not (0.03 <= self.swing_phase <= 0.97 and 0.05 <= self.strength <= 1.0):
            raise ValueError(f"swing_phase {self.swing_phase} or strength {self.strength} out of range")


def draw_strategy(swing_phase: float, rng: np.random.Generator) -> Strategy:
    """Early: elevating or delayed; middle: delayed or lowering; late: lowering (Forner Cordero 2003; Shirota 2014).

    Pooled over phases, lowering leads, as legs that cannot dorsiflex do (Thompson 2013).
    """
    elevating, delayed = (
        np.interp(swing_phase, [0.3, 0.45], [0.5, 0.0]),
        np.interp(swing_phase, [0.5, 0.65], [0.4, 0.0]),
    )
    draw = rng.random()
    if draw < elevating:
        return Strategy.ELEVATING
    return Strategy.DELAYED if draw < elevating + delayed else Strategy.LOWERING


def plan_stumble(trip: Trip, fc_s: float, ic_s: float, rng: np.random.Generator) -> Stumble:
    """Decide the course of an obstructed swing that was to last from ``fc_s`` to ``ic_s``."""
    swing_s = ic_s - fc_s
    start_s = fc_s + trip.swing_phase * swing_s
    strategy = None if trip.strength < GLANCE else trip.strategy or draw_strategy(trip.swing_phase, rng)
    match strategy:
        case None:
            contact_s, dip_deg = max(ic_s + rng.uniform(0.0, 0.08) * swing_s, start_s + 0.1), rng.uniform(2.0, 5.0)
        case Strategy.ELEVATING:
            contact_s = max(fc_s + rng.uniform(1.4, 1.8) * swing_s, start_s + rng.uniform(0.42, 0.5))
            dip_deg = rng.uniform(12.0, 24.0)
        case Strategy.LOWERING:
            down_s = min(rng.uniform(0.15, 0.25), max(ic_s - start_s + LATE_DROP_S, 0.1))
            contact_s, dip_deg = start_s + down_s, rng.uniform(6.0, 12.0)
        case Strategy.DELAYED:
            contact_s, dip_deg = start_s + rng.uniform(0.26, 0.38), rng.uniform(10.0, 20.0)
    return Stumble(
        start_s,
        contact_s,
        trip.strength,
        strategy,
        rise_s=rng.uniform(0.03, 0.05),
        block_s=rng.uniform(0.05, 0.08) if strategy is None else rng.uniform(0.12, 0.25),
        dip_deg=dip_deg,
        landing_deg=rng.uniform(-22.0, -12.0),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Thigh and shank pitch in degrees while they are off the undisturbed course; a thigh of None stays on it."""

    thigh: Hermite | None
    shank: Hermite


def stumble_course(stumble: Stumble, segments: Segments, hip_mps: float, undisturbed: Angles) -> Course:
    """How the leg moves from the blow until it is back on its undisturbed course.

    The blow takes ``strength`` of the ankle's forward speed, and the knee gives way for all of it; the shank falls back
    while the foot is held; then the strategy brings it to the contact, and the stance back onto the undisturbed course.
    """
    around = stumble.start_s + np.array([-0.002, 0.0, 0.002])
    thigh, shank = (_knot(around, angles, 1) for angles in undisturbed(around))
    ankle_mps = ankle_speed_mps(segments, hip_mps, thigh[1:], shank[1:])
    lost_dps = stumble.strength * np.degrees(ankle_mps / (segments.shank_m * np.cos(np.radians(shank[1]))))

    held_dps = shank[2] - float(lost_dps)
    pitch = shank[1] + 0.5 * (shank[2] + held_dps) * stumble.rise_s
    knots = [shank, (stumble.start_s + stumble.rise_s, pitch, held_dps)]
    if held_dps < 0.0:
        back_s = min(stumble.block_s, 2.0 * stumble.dip_deg / -held_dps)
        back_s = min(back_s, 0.5 * (stumble.contact_s - knots[-1][0]))
        pitch += 0.5 * held_dps * back_s
        knots.append((knots[-1][0] + back_s, pitch, 0.0))

    released_s = knots[-1][0]
    if stumble.strategy is not None and released_s < stumble.start_s + _REFLEX_S:
        released_s = stumble.start_s + _REFLEX_S
        knots.append((released_s, pitch, 0.0))
    after = stumble.contact_s + np.arange(0.0, 0.9, 0.01)
    thigh_after, shank_after = undisturbed(after)
    match stumble.strategy:
        case None:
            return Course(None, _through([*knots, _knot(after, shank_after, 0)]))
        case Strategy.ELEVATING:
            lifted = [(released_s + _LIFTED_S, pitch, 0.0)] if stumble.contact_s - released_s > 0.26 else []
            return Course(
                _through([thigh, _knot(after, thigh_after, 0)]),
                _through([*knots, *lifted, _knot(after, shank_after, 0)]),
            )
        case _:
            down_s = stumble.contact_s - released_s
            landing = min(max(pitch + 3.0, stumble.landing_deg), pitch + _LOWERING_DPS * down_s)
            trough = max(int(np.argmin(shank_after[:70])), 15)
            below = np.flatnonzero(shank_after[15 : trough + 1] <= landing)
            join = 15 + int(below[0]) if below.size else trough
            stopped = thigh[1] + float(np.clip(0.3 * thigh[2] * (stumble.contact_s - stumble.start_s), -12.0, 12.0))
            return Course(
                _through([thigh, (stumble.contact_s, stopped, 0.0), _knot(after, thigh_after, join)]),
                _through([*knots, (stumble.contact_s, landing, 0.0), _knot(after, shank_after, join)]),
            )


Knot = tuple[float, float, float]
"""Time in s, pitch in deg, rate in deg/s."""


def _knot(time_s: Floats, pitch_deg: Floats, index: int) -> Knot:
    return float(time_s[index]), float(pitch_deg[index]), float(np.gradient(pitch_deg, time_s)[index])


def _through(knots: list[Knot]) -> Hermite:
    times_s, pitches_deg, rates_dps = np.array(knots).T
    return Hermite(times_s, pitches_deg, rates_dps)
