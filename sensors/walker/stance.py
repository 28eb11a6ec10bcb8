"""What the load under a foot does over stance: vertical force by terrain, and how it rolls along the sole. Tables."""

from enum import Enum, auto

import numpy as np

from sensors.driver import Floats
from sensors.walker.spline import Hermite, monotone_slopes
from sensors.walker.truth import Strike

LOADED = 0.194
"""Progress through stance at the opposite final contact, when all weight has come (12 % of the gait cycle)."""

UNLOADING = 0.806
"""Progress through stance at the opposite initial contact, when weight begins to leave."""


class Terrain(Enum):
    """Where the foot steps."""

    LEVEL = auto()
    UP = auto()
    DOWN = auto()


class Rollover(Enum):
    """How the load moves along the foot: heel to toes, toes to heel, or on the toes all the time."""

    FORWARD = auto()
    BACKWARD = auto()
    TIPTOE = auto()


FORCE_PROGRESS = np.array([0, 0.05, 0.12, 0.21, 0.35, 0.48, 0.62, 0.77, 0.88, 0.95, 1])
FORCE_BW = {
    Terrain.LEVEL: np.array([0, 0.35, 0.85, 1.10, 0.90, 0.76, 0.90, 1.10, 0.75, 0.25, 0]),
    Terrain.UP: np.array([0, 0.22, 0.60, 1.00, 0.96, 0.80, 0.92, 1.20, 0.92, 0.32, 0]),
    Terrain.DOWN: np.array([0, 0.50, 1.15, 1.40, 0.90, 0.74, 0.82, 0.92, 0.66, 0.22, 0]),
}
"""Vertical ground reaction over stance, body weights: level at 1.3 m/s (textbook curve); on stairs upward the push-off
leads, downward the landing (1.2-1.5 BW; Stacoff 2005 for the order, sizes our choice)."""


def _hump(force_bw: Floats) -> Hermite:
    """What gait adds to plain transfer from foot to foot, of mean zero so that both feet carry the body."""
    excess = force_bw - np.interp(FORCE_PROGRESS, [0, LOADED, UNLOADING, 1], [0, 1, 1, 0])
    excess -= np.trapezoid(excess, FORCE_PROGRESS) / 0.5 * np.sin(np.pi * FORCE_PROGRESS) ** 2
    return Hermite(FORCE_PROGRESS, excess, monotone_slopes(FORCE_PROGRESS, excess))


HUMPS = {terrain: _hump(force_bw) for terrain, force_bw in FORCE_BW.items()}

SHARE_PROGRESS = np.array([0, 0.1, 0.2, 0.35, 0.5, 0.6, 0.68, 0.8, 0.9, 1])
_MIDFOOT = np.array([0, 0.10, 0.15, 0.18, 0.15, 0.10, 0.07, 0.03, 0.01, 0])
_HEEL = {
    Strike.HEEL: np.array([1, 0.85, 0.65, 0.45, 0.28, 0.10, 0, 0, 0, 0]),
    Strike.FLAT: np.array([0.45, 0.47, 0.50, 0.42, 0.28, 0.10, 0, 0, 0, 0]),
    Strike.TOE: np.array([0.30, 0.34, 0.42, 0.40, 0.25, 0.08, 0, 0, 0, 0]),
}
HEEL_OFF = 0.68
"""Progress through stance at which the heel is unloaded (two thirds: 42 % of the gait cycle)."""

_TOES_OF_FRONT = np.array([0.25, 0.2, 0.1, 0.08, 0.1, 0.15, 0.2, 0.3, 0.42, 0.55])
_TIPTOE_TOES = np.array([0.2, 0.2, 0.22, 0.25, 0.27, 0.3, 0.32, 0.36, 0.45, 0.55])


def share_over_stance(
    strike: Strike, progress: Floats, rollover: Rollover = Rollover.FORWARD, heel_off: float = HEEL_OFF
) -> Floats:
    """(n, 4) parts on heel, midfoot, forefoot and toes; backward it is the forward roll-over in reverse.

    Parameters
    ----------
    progress : (n,) through stance, 0..1.
    heel_off : progress at which the heel is unloaded; earlier where the person vaults.
    """
    if rollover is Rollover.TIPTOE:
        toes = np.interp(progress, SHARE_PROGRESS, _TIPTOE_TOES)
        nothing = np.zeros(progress.size)
        return np.column_stack((nothing, nothing, 1.0 - toes, toes))
    if rollover is Rollover.BACKWARD:
        strike, progress = Strike.HEEL, 1.0 - progress
    rolled = progress
    if heel_off != HEEL_OFF:
        rolled = np.interp(progress, [0.0, 0.1, heel_off, 1.0], [0.0, 0.1, HEEL_OFF, 1.0])
    heel = np.interp(rolled, SHARE_PROGRESS, _HEEL[strike])
    midfoot = np.interp(rolled, SHARE_PROGRESS, _MIDFOOT)
    front = 1.0 - heel - midfoot
    toes = front * np.interp(progress, SHARE_PROGRESS, _TOES_OF_FRONT)
    return np.column_stack((heel, midfoot, front - toes, toes))
