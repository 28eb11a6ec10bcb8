"""Ways of walking: joint angles over the gait cycle, timing, and what the affected foot does. A table.

Angles are control points over the gait cycle (initial contact 0 % .. next one 100 %), computed and cross-checked
against published curves; shank pitch = thigh - knee, positive with the ankle ahead of the knee; foot pitch = shank
+ ankle.
"""

from dataclasses import dataclass, replace

import numpy as np

from sensors.walker.stance import HEEL_OFF

THIGH_PCT = (0, 6, 12, 20, 30, 40, 50, 56, 62, 68, 73, 80, 87, 94, 100)
KNEE_PCT = (0, 6, 13, 20, 30, 40, 46, 52, 57, 62, 67, 72, 77, 83, 89, 95, 98, 100)
ANKLE_PCT = (0, 6, 12, 20, 30, 40, 46, 52, 57, 62, 66, 72, 80, 90, 100)

Angles = tuple[float, ...]
Span = tuple[float, float]
"""Least and most, drawn evenly in between."""

THIGH_NORMAL: Angles = (22, 22, 20, 12, 2, -9, -17, -16, -8, 5, 14, 22, 26, 25, 22)
KNEE_NORMAL: Angles = (5, 12, 18, 17, 11, 6, 6, 12, 25, 41, 54, 60, 57, 44, 25, 7, 4, 5)
ANKLE_NORMAL: Angles = (0, -6, -2, 3, 6, 9, 10, 5, -8, -17, -14, -5, 0, 1, 0)
THIGH_SLOW: Angles = (18, 18, 16, 9, 1, -7, -13, -12, -6, 4, 11, 17, 20, 20, 18)
KNEE_SLOW: Angles = (5, 9, 12, 12, 9, 6, 6, 11, 22, 35, 46, 50, 47, 36, 21, 8, 5, 5)
ANKLE_DROP: Angles = (-16, -10, -4, 2, 5, 8, 9, 4, -8, -18, -20, -19, -18, -17, -16)
ANKLE_WEAK: Angles = (-6, -9, -3, 2, 5, 8, 9, 4, -8, -17, -17, -12, -9, -7, -6)
ANKLE_VAULT: Angles = (0, -6, -5, -8, -14, -15, -13, -12, -14, -18, -14, -5, 0, 1, 0)
KNEE_STIFF: Angles = (5, 8, 10, 10, 8, 6, 6, 9, 15, 21, 26, 28, 27, 22, 14, 7, 5, 5)
THIGH_STEPPAGE: Angles = (22, 22, 19, 11, 2, -7, -13, -12, -4, 12, 26, 38, 40, 30, 22)
KNEE_STEPPAGE: Angles = (8, 12, 15, 14, 10, 6, 7, 14, 28, 46, 63, 76, 76, 62, 38, 16, 9, 8)
THIGH_SHUFFLE: Angles = (14, 14, 13, 9, 4, -2, -6, -6, -3, 3, 8, 12, 15, 15, 14)
KNEE_SHUFFLE: Angles = (10, 13, 15, 15, 14, 13, 13, 15, 20, 27, 33, 35, 33, 27, 20, 13, 11, 10)


@dataclass(frozen=True, slots=True)
class Pace:
    """Hip and knee angles, and timing, at one speed. ``stance_pct`` is of the gait cycle."""

    speed_mps: float
    stride_s: float
    stance_pct: float
    thigh_deg: Angles
    knee_deg: Angles


def _scaled(angles: Angles, factor: float) -> Angles:
    return tuple(factor * angle for angle in angles)


SLOW = Pace(0.7, 1.35, 65.0, THIGH_SLOW, KNEE_SLOW)
NORMAL = Pace(1.3, 1.07, 62.0, THIGH_NORMAL, KNEE_NORMAL)
FAST = Pace(1.7, 0.95, 60.5, _scaled(THIGH_NORMAL, 1.12), _scaled(KNEE_NORMAL, 1.05))
STEPPAGE = Pace(0.7, 1.35, 64.0, THIGH_STEPPAGE, KNEE_STEPPAGE)
STIFF = Pace(0.6, 1.4, 65.0, _scaled(THIGH_SLOW, 0.9), KNEE_STIFF)
SHUFFLE = Pace(0.35, 1.1, 68.0, THIGH_SHUFFLE, KNEE_SHUFFLE)


@dataclass(frozen=True, slots=True)
class FootUse:
    """How the contacts of a foot are mixed, step by step, as probabilities.

    Parameters
    ----------
    flat, toe : flat and toe-first contacts; the rest is heel-first.
    toe_only : of the toe-first contacts, those whose heel never loads.
    heel_after_s : of the other toe-first contacts, when the heel comes down.
    flat_within_s : of the flat contacts, the most that heel and forefoot are apart.
    slap : of the heel-first contacts, those whose forefoot drops uncontrolled.
    slap_after_s, slap_bw : when it hits the ground, and how much more it presses than the load that is there.
    drag : swings in which the forefoot drags.
    drag_s, drag_bw : how long, and with which load.
    whole_drag : of the drags, those that last from final to initial contact, so that the foot never leaves the ground.
    persistence : chance that a step repeats the last one's contact (first-order Markov; the mix stays as given).
    """

    flat: float = 0.0
    toe: float = 0.0
    toe_only: float = 0.0
    heel_after_s: Span = (0.04, 0.15)
    flat_within_s: float = 0.012
    slap: float = 0.0
    slap_after_s: Span = (0.025, 0.05)
    slap_bw: Span = (0.3, 0.6)
    drag: float = 0.0
    drag_s: Span = (0.07, 0.3)
    drag_bw: Span = (0.02, 0.15)
    whole_drag: float = 0.0
    persistence: float = 0.0

    def times(self, severity: float) -> "FootUse":
        """The same mixture, between none of it (0) and all of it (1)."""
        return replace(
            self,
            flat=self.flat * severity,
            toe=self.toe * severity,
            slap=self.slap * severity,
            drag=self.drag * severity,
        )

    def assisted(self, by: float) -> "FootUse":
        """With a brace or stimulator that gives back ``by`` of the dorsiflexion: a slap is blocked by a third of it."""
        return replace(
            self,
            flat=self.flat * (1.0 - 0.6 * by),
            toe=self.toe * (1.0 - by),
            slap=self.slap * max(1.0 - 3.0 * by, 0.0),
            drag=self.drag * (1.0 - by),
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A way of walking.

    Parameters
    ----------
    paces : ascending in speed; speeds between them are blended.
    speed_mps : preferred walking speed.
    affected : paces of the affected leg where it moves unlike the other one.
    ankle_deg : affected ankle; the other ankle is normal.
    foot : contacts of the affected foot.
    stride_cv_pct : variation of stride time (healthy 2 %, patients 4-6 %).
    amplitude_sd_pct : variation of joint excursion from stride to stride.
    swing_longer_pct : the affected leg's swing against the other's (von Schroeder 1995 gives the direction).
    other_ankle_deg, other_heel_off : the other ankle, and where in its stance the heel is unloaded, in vaulting.
    abduct_deg, hike_m : how far the affected swing goes outward, and how far the pelvis lifts it.
    slide_bw : load that either foot keeps in swing without leaving the ground.
    forefoot_onset : forefoot contact of a heel-first step, part of the gait cycle (8 %: 86 ms at 1.3 m/s).
    hump, shock : factors on the humps of vertical force and on the shock at contact.
    compensation : how the affected swing is made up for: steppage, circumduction, vaulting, hip_hike, or nothing.
    """

    name: str
    description: str
    paces: tuple[Pace, ...]
    speed_mps: float
    affected: tuple[Pace, ...] = ()
    ankle_deg: Angles = ANKLE_NORMAL
    foot: FootUse = FootUse()
    stride_cv_pct: float = 2.0
    amplitude_sd_pct: float = 3.0
    swing_longer_pct: float = 0.0
    other_ankle_deg: Angles = ANKLE_NORMAL
    other_heel_off: float = HEEL_OFF
    abduct_deg: float = 0.0
    hike_m: float = 0.0
    slide_bw: float = 0.0
    forefoot_onset: float = 0.08
    hump: float = 1.0
    shock: float = 1.0
    compensation: str = ""


DROP = FootUse(flat=0.22, toe=0.6, toe_only=0.15, slap=0.3, drag=0.25, persistence=0.35)

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("healthy", "even walking at 1.3 m/s, heel first", (SLOW, NORMAL, FAST), 1.3),
        Profile("healthy_slow", "even walking at 0.7 m/s, heel first", (SLOW, NORMAL, FAST), 0.7),
        Profile("healthy_fast", "even walking at 1.7 m/s, heel first", (SLOW, NORMAL, FAST), 1.7),
        Profile(
            "foot_drop",
            "0.7 m/s, toe-first, flat and heel-first contacts mixed, toe drags, foot slap",
            (SLOW, NORMAL, FAST),
            0.7,
            ankle_deg=ANKLE_DROP,
            foot=DROP,
            stride_cv_pct=4.0,
            swing_longer_pct=10.0,
        ),
        Profile(
            "steppage",
            "foot drop at 0.7 m/s made up for by lifting the knee high: toe-first and flat, hardly a drag",
            (SLOW, NORMAL, FAST),
            0.7,
            affected=(STEPPAGE,),
            ankle_deg=ANKLE_DROP,
            foot=FootUse(flat=0.35, toe=0.55, toe_only=0.1, slap=0.2, drag=0.02, persistence=0.35),
            stride_cv_pct=4.0,
            swing_longer_pct=8.0,
            compensation="steppage",
        ),
        Profile(
            "slap",
            "weak ankle at 0.9 m/s: heel first, then the forefoot slaps down",
            (SLOW, NORMAL, FAST),
            0.9,
            ankle_deg=ANKLE_WEAK,
            foot=FootUse(flat=0.08, toe=0.04, toe_only=0.1, slap=0.85, drag=0.03, persistence=0.2),
            stride_cv_pct=3.0,
            swing_longer_pct=5.0,
        ),
        Profile(
            "partial_drop",
            "0.9 m/s, good and bad steps in runs: heel-first with and without slap, flat and toe-first, some drags",
            (SLOW, NORMAL, FAST),
            0.9,
            ankle_deg=ANKLE_WEAK,
            foot=FootUse(flat=0.2, toe=0.25, toe_only=0.05, slap=0.35, drag=0.1, persistence=0.6),
            stride_cv_pct=3.5,
            swing_longer_pct=6.0,
        ),
        Profile(
            "circumduction",
            "foot drop and a stiff knee at 0.6 m/s: the leg swings outward in an arc",
            (SLOW, NORMAL, FAST),
            0.6,
            affected=(STIFF,),
            ankle_deg=ANKLE_DROP,
            foot=FootUse(flat=0.45, toe=0.4, toe_only=0.1, slap=0.1, drag=0.05, persistence=0.35),
            stride_cv_pct=4.5,
            swing_longer_pct=15.0,
            abduct_deg=11.0,
            compensation="circumduction",
        ),
        Profile(
            "hip_hike",
            "foot drop and a stiff knee at 0.6 m/s: the pelvis lifts the leg",
            (SLOW, NORMAL, FAST),
            0.6,
            affected=(STIFF,),
            ankle_deg=ANKLE_DROP,
            foot=FootUse(flat=0.45, toe=0.4, toe_only=0.1, slap=0.1, drag=0.08, persistence=0.35),
            stride_cv_pct=4.5,
            swing_longer_pct=12.0,
            hike_m=0.04,
            compensation="hip_hike",
        ),
        Profile(
            "vaulting",
            "foot drop at 0.7 m/s: the other foot rises onto its toes to let the leg through",
            (SLOW, NORMAL, FAST),
            0.7,
            ankle_deg=ANKLE_DROP,
            foot=FootUse(flat=0.35, toe=0.5, toe_only=0.15, slap=0.2, drag=0.05, persistence=0.35),
            stride_cv_pct=4.0,
            swing_longer_pct=12.0,
            other_ankle_deg=ANKLE_VAULT,
            other_heel_off=0.4,
            compensation="vaulting",
        ),
        Profile(
            "drag_along",
            "severe foot drop at 0.5 m/s: most swings drag, half of these from final to initial contact",
            (SLOW, NORMAL, FAST),
            0.5,
            ankle_deg=ANKLE_DROP,
            foot=FootUse(flat=0.3, toe=0.6, toe_only=0.2, slap=0.1, drag=0.7, whole_drag=0.5, persistence=0.35),
            stride_cv_pct=5.0,
            swing_longer_pct=15.0,
        ),
        Profile(
            "slide",
            "shuffling at 0.35 m/s in which neither foot leaves the ground",
            (SHUFFLE,),
            0.35,
            foot=FootUse(flat=0.9, toe=0.05, persistence=0.35),
            stride_cv_pct=6.0,
            slide_bw=0.08,
        ),
        Profile(
            "shuffle",
            "short flat steps at 0.35 m/s, both feet hardly lifted",
            (SHUFFLE,),
            0.35,
            foot=FootUse(flat=0.7, toe=0.1, drag=0.1, persistence=0.35),
            stride_cv_pct=6.0,
        ),
    )
}


def pace_at(paces: tuple[Pace, ...], speed_mps: float) -> Pace:
    """The pace at a speed: blended between neighbours; beyond them their angles, with stride time as 1/sqrt(speed)."""
    speeds = [pace.speed_mps for pace in paces]
    nearest = paces[0] if speed_mps <= speeds[0] else paces[-1]
    if not speeds[0] < speed_mps < speeds[-1]:
        stride_s = nearest.stride_s * float(np.sqrt(nearest.speed_mps / speed_mps))
        return replace(nearest, speed_mps=speed_mps, stride_s=stride_s)

    def blend(values: list[float]) -> float:
        return float(np.interp(speed_mps, speeds, values))

    return Pace(
        speed_mps,
        blend([pace.stride_s for pace in paces]),
        blend([pace.stance_pct for pace in paces]),
        tuple(blend([float(angle) for angle in column]) for column in zip(*(p.thigh_deg for p in paces), strict=True)),
        tuple(blend([float(angle) for angle in column]) for column in zip(*(p.knee_deg for p in paces), strict=True)),
    )
