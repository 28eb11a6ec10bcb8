"""Vertical force under a foot and how the regions share it, from the plan."""

from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats
from sensors.layout import Side
from sensors.walker.plan import Contact, Plan, Touch, within
from sensors.walker.stance import HUMPS, share_over_stance
from sensors.walker.truth import Strike

STANDING_SHARE = np.array([0.60, 0.08, 0.28, 0.04])
"""Heel, midfoot, forefoot, toes in quiet standing (Cavanagh 1987)."""

FRONT_SHARE = np.array([0.0, 0.0, 0.75, 0.25])
"""On tiptoe or kneeling: nothing behind the metatarsals."""

HEEL_SHARE = np.array([0.95, 0.05, 0.0, 0.0])
"""Toes lifted."""

_RAMPS_S = 0.03
_SLIP_HZ = np.linspace(8.0, 30.0, 8)


@dataclass(frozen=True, slots=True, eq=False)
class FootLoad:
    """Load under one foot at n times.

    Parameters
    ----------
    stance_n : (n,) newtons of the foot standing on the ground.
    share : (n, 4) parts for heel, midfoot, forefoot and toes, before what has not touched yet is taken out.
    touching : (n, 4) 0..1, which regions touch; with ``share`` it gives the final parts.
    front_n : (n,) newtons on forefoot and toes besides: drags, blows and slaps.
    progress : (n,) through stance, 0..1.
    laced : (n,) how much of the shoe's hold is there, 0..1.
    """

    stance_n: Floats
    share: Floats
    touching: Floats
    front_n: Floats
    progress: Floats
    laced: Floats

    @property
    def total_n(self) -> Floats:
        """Whole force under the foot."""
        return self.stance_n + self.front_n


class Sway:
    """Fore-aft sway in standing: sines of 0.1-0.6 Hz with random phases, 4.5 mm RMS, per foot."""

    _HZ = np.array([0.11, 0.19, 0.31, 0.37, 0.47, 0.59])
    RMS_MM = 4.5
    HEEL_TO_FOREFOOT_MM = 155.0

    def __init__(self, rng: np.random.Generator) -> None:
        self._phases = rng.uniform(0.0, 2.0 * np.pi, self._HZ.size)

    def forward_share(self, time_s: Floats) -> Floats:
        """Part of the load that sway moves from heel to forefoot."""
        waves = np.sin(2.0 * np.pi * self._HZ * time_s[:, None] + self._phases).sum(axis=1)
        share: Floats = waves * (self.RMS_MM / self.HEEL_TO_FOREFOOT_MM / np.sqrt(0.5 * self._HZ.size))
        return share


def foot_load(plan: Plan, side: Side, time_s: Floats, sway: Sway) -> FootLoad:
    """What is under a foot at ascending times."""
    weight_n, n = plan.person.weight_n, time_s.size
    walking = plan.walking(time_s)
    leg = plan.legs[side]
    carried_n = weight_n * np.maximum(plan.support(time_s) * plan.share_of(side, time_s) + leg.press_bw(time_s), 0.0)
    standing = _resting_share(leg.fore(time_s), sway.forward_share(time_s))
    stance_n, front_n, progress = np.zeros(n), np.zeros(n), np.zeros(n)
    share, touching = np.tile(STANDING_SHARE, (n, 1)), np.ones((n, 4))
    for contact in leg.contacts:
        at = within(time_s, contact.start_s, contact.end_s)
        if at.start == at.stop:
            continue
        since_s = time_s[at] - contact.start_s
        s = np.interp(time_s[at], *np.array(contact.progress).T)
        walk = walking[at]
        extra_bw = (
            walk * contact.hump * HUMPS[contact.terrain](s) * np.interp(s, [0.2, 0.35], [contact.first_hump, 1.0])
        )
        extra_bw += contact.catch_bw * np.sin(np.pi * np.clip((s - 0.05) / 0.35, 0.0, 1.0))
        extra_bw += contact.transient_bw * np.exp(-0.5 * ((since_s - 0.02) / 0.006) ** 2) * (since_s > 0.0)
        stance_n[at] = np.maximum(carried_n[at] + weight_n * extra_bw, 0.0)
        progress[at] = s
        on_foot = share_over_stance(contact.strike, s, contact.rollover, contact.heel_off)
        if contact.slap_bw > 0.0:
            flat = np.clip((since_s - contact.onset_s[2]) / _RAMPS_S, 0.0, 1.0)[:, None]
            on_foot += flat * (share_over_stance(Strike.FLAT, s) - on_foot)
        share[at] = walk[:, None] * on_foot + (1.0 - walk)[:, None] * standing[at]
        touching[at] = _touching(contact, since_s)
        if contact.lean is not None:
            share[at, 2:] *= (1.0 + contact.lean[2] * _bump(time_s[at], contact.lean[0], contact.lean[1]))[:, None]
        if contact.slap_bw > 0.0:
            slap_s = contact.start_s + contact.onset_s[2]
            front_n[at] += weight_n * contact.slap_bw * _bump(time_s[at], slap_s, slap_s + 0.05)
    for touch in leg.touches:
        at = within(time_s, touch.start_s, touch.end_s)
        if at.start < at.stop:
            where = stance_n if touch.flat else front_n
            where[at] += weight_n * _touch_bw(touch, time_s[at])
    for touch in plan.legs[side.other].touches:
        at = within(time_s, touch.start_s, touch.end_s)
        if at.start < at.stop and touch.phases_rad is not None:
            relieved_n = weight_n * touch.load_bw * touch.presence(time_s[at], edges_s=0.06)
            stance_n[at] = np.maximum(stance_n[at] - relieved_n, np.minimum(stance_n[at], 0.1 * weight_n))
    return FootLoad(stance_n, share, touching, front_n, progress, leg.laced(time_s))


def _resting_share(fore: Floats, sway: Floats) -> Floats:
    """(n, 4) shares of a foot at rest: quiet standing, moved by sway, towards the front or the heel by ``fore``."""
    forward = sway[:, None] * np.array([-1.0, 0.0, 0.9, 0.1])
    quiet = np.clip(STANDING_SHARE + forward, 0.02, 1.0)
    part = np.abs(fore)[:, None]
    share: Floats = (1.0 - part) * quiet + part * np.where(fore[:, None] > 0.0, FRONT_SHARE, HEEL_SHARE)
    return share


def _touching(contact: Contact, since_s: Floats) -> Floats:
    """The region that touches first does so at once, the others with a ramp from their onset."""
    result = np.empty((since_s.size, 4))
    for region, onset_s in enumerate(contact.onset_s):
        if onset_s == 0.0:
            result[:, region] = 1.0
        else:
            u = np.clip((since_s - onset_s) / _RAMPS_S, 0.0, 1.0)
            result[:, region] = u * u * (3.0 - 2.0 * u)
    return result


def _bump(time_s: Floats, start_s: float, end_s: float) -> Floats:
    bump: Floats = np.sin(np.pi * np.clip((time_s - start_s) / (end_s - start_s), 0.0, 1.0))
    return bump


def _touch_bw(touch: Touch, time_s: Floats) -> Floats:
    """A blow is one pulse; a drag sticks and slips at 8-30 Hz by 40 %."""
    if touch.phases_rad is None:
        return touch.load_bw * _bump(time_s, touch.start_s, touch.end_s)
    rough = np.maximum(1.0 + 0.4 * touch.tremor(_SLIP_HZ, time_s), 0.2)
    return touch.load_bw * touch.presence(time_s) * rough
