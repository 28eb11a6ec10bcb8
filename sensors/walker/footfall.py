"""How one foot comes down: which region when, how hard, and what the shank feels of it."""

import numpy as np

from sensors.layout import Side
from sensors.walker.manner import Manner
from sensors.walker.plan import NEVER, Contact, Impact
from sensors.walker.profiles import FootUse
from sensors.walker.stance import Rollover, Terrain
from sensors.walker.truth import Strike


def draw_strike(use: FootUse, last: Strike, rng: np.random.Generator) -> Strike:
    """The next contact of a foot: the last one again, or drawn from the mixture."""
    if rng.random() < use.persistence:
        return last
    draw = rng.random()
    if draw < use.toe:
        return Strike.TOE
    return Strike.FLAT if draw < use.toe + use.flat else Strike.HEEL


_FIRST_HUMP = {Strike.HEEL: 1.0, Strike.FLAT: 0.3, Strike.TOE: -0.4}
"""On level ground, the first hump of vertical force shrinks where the heel does not take it."""


def draw_contact(
    start_s: float, strike: Strike, side: Side, manner: Manner, rng: np.random.Generator, *, catch_bw: float = 0.0
) -> Contact:
    """A contact of the given strike; ``catch_bw`` is load on top, where a stumble is caught or a foot stamped down.

    Onset orders: heel-first forefoot at 8 % of the gait cycle, slapping at 25-50 ms; flat all within 12 ms; toe-first
    midfoot at 20-50 ms and heel at 40-150 ms or never.
    """
    use, slap_bw = manner.feet[side], 0.0
    match strike:
        case Strike.HEEL:
            forefoot_s = float(np.clip(rng.normal(0.0, 0.1), -0.22, 0.25))
            forefoot_s = (1.0 + forefoot_s) * manner.forefoot_onset * manner.stride_s
            if rng.random() < use.slap:
                forefoot_s, slap_bw = rng.uniform(*use.slap_after_s), rng.uniform(*use.slap_bw)
            onset_s = (0.0, 0.45 * forefoot_s, forefoot_s, forefoot_s + rng.uniform(0.01, 0.03))
        case Strike.FLAT:
            lag = rng.uniform(0.0, use.flat_within_s, 4)
            lag[rng.choice([0, 2])] = 0.0
            onset_s = (float(lag[0]), float(lag[1]), float(lag[2]), float(lag[2] + 0.5 * lag[3]))
        case Strike.TOE:
            heel_s = NEVER if rng.random() < use.toe_only else rng.uniform(*use.heel_after_s)
            midfoot_s = min(rng.uniform(0.02, 0.05), heel_s)
            onset_s = (heel_s, midfoot_s, 0.0, rng.uniform(0.0, 0.01))
    if manner.rollover is Rollover.BACKWARD:
        onset_s = (0.0, 0.0, 0.0, 0.0)
    usual = manner.terrain is Terrain.LEVEL and manner.rollover is Rollover.FORWARD
    speed_mps = abs(manner.speed_mps)
    hard = np.interp(speed_mps, [0.3, 0.8, 1.3, 1.7], [0.3, 1.0, 2.2, 3.0])
    soften = {Strike.HEEL: 1.0, Strike.FLAT: 0.8, Strike.TOE: rng.uniform(0.4, 0.7)}[strike]
    return Contact(
        start_s,
        strike,
        onset_s,
        terrain=manner.terrain,
        rollover=manner.rollover,
        heel_off=manner.heel_off[side],
        hump=manner.hump * float(np.clip(rng.normal(1.0, 0.1), 0.7, 1.3)),
        first_hump=_FIRST_HUMP[strike] if usual else 1.0,
        catch_bw=catch_bw,
        transient_bw=0.12 * speed_mps * rng.uniform(0.6, 1.2) if strike is Strike.HEEL else 0.0,
        slap_bw=slap_bw,
        impact=Impact(
            manner.stamp_g + float(manner.shock * hard * soften * rng.uniform(0.75, 1.25) * (1.0 + catch_bw)),
            rng.uniform(15.0, 25.0),
            rng.uniform(0.015, 0.025),
        ),
        progress=[(start_s, 0.0)],
    )
