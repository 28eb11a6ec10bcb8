"""Who walks, drawn: bodies and ways of walking that differ from person to person.

There are two populations. Detectors are tuned on people of the first; what is said about them comes from the second,
whose ranges are wider and shifted, so that it holds people whom nobody tuned on. Heights 1.50-1.95 m and speeds
0.3-1.5 m/s are those that walkers of the kind have; other ranges are our choice.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from sensors.layout import Side
from sensors.walker.person import Person
from sensors.walker.profiles import ANKLE_NORMAL, FootUse, Pace, Profile

Range = tuple[float, float]


class Population(StrEnum):
    """Whom a person is drawn from."""

    TUNING = "tuning"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Ranges:
    """Bounds within which people are drawn evenly; factors are on the profile's own value.

    Parameters
    ----------
    height_m, body_mass_index : of the body.
    speed, tempo, swing : factors on preferred speed, on stride time, and on joint excursion.
    unsteady : factor on the variation of stride time and excursion.
    swing_longer_pct : of the affected leg, where there is one.
    hump : factor on the two humps of vertical force; a soft step has flatter ones.
    shock : factor on the shock at contact: shoes and floor.
    forefoot_onset : forefoot contact of a heel-first step, part of the gait cycle.
    drop : factor on what the affected ankle lacks.
    heel_after_s : earliest and latest heel contact after the toes, each drawn in its own range.
    mixture : factor on the shares of toe-first, flat, slapping and dragging steps.
    flat_within_s, slap_after_s, slap_bw, drag_s, drag_bw : as of ``FootUse``; milder ones are harder to see.
    """

    height_m: Range
    body_mass_index: Range
    speed: Range
    tempo: Range
    swing: Range
    unsteady: Range
    swing_longer_pct: Range
    hump: Range
    shock: Range
    forefoot_onset: Range
    drop: Range
    heel_after_s: tuple[Range, Range]
    mixture: Range
    flat_within_s: float
    slap_after_s: Range
    slap_bw: Range
    drag_s: Range
    drag_bw: Range


RANGES = {
    Population.TUNING: Ranges(
        height_m=(1.58, 1.88),
        body_mass_index=(21.0, 29.0),
        speed=(0.8, 1.2),
        tempo=(0.95, 1.05),
        swing=(0.9, 1.06),
        unsteady=(0.8, 1.6),
        swing_longer_pct=(5.0, 12.0),
        hump=(0.7, 1.2),
        shock=(0.6, 1.4),
        forefoot_onset=(0.072, 0.09),
        drop=(0.85, 1.05),
        heel_after_s=((0.035, 0.05), (0.12, 0.16)),
        mixture=(0.75, 1.2),
        flat_within_s=0.012,
        slap_after_s=(0.02, 0.055),
        slap_bw=(0.1, 0.6),
        drag_s=(0.05, 0.35),
        drag_bw=(0.01, 0.15),
    ),
    Population.TEST: Ranges(
        height_m=(1.50, 1.95),
        body_mass_index=(18.5, 33.0),
        speed=(0.7, 1.3),
        tempo=(0.9, 1.12),
        swing=(0.86, 1.08),
        unsteady=(0.8, 1.8),
        swing_longer_pct=(3.0, 16.0),
        hump=(0.6, 1.3),
        shock=(0.5, 1.6),
        forefoot_onset=(0.07, 0.095),
        drop=(0.7, 1.15),
        heel_after_s=((0.03, 0.06), (0.1, 0.19)),
        mixture=(0.55, 1.3),
        flat_within_s=0.015,
        slap_after_s=(0.02, 0.058),
        slap_bw=(0.15, 0.7),
        drag_s=(0.05, 0.4),
        drag_bw=(0.012, 0.2),
    ),
}


def draw_person(population: Population, rng: np.random.Generator) -> Person:
    """A body; either side may be the affected one."""
    ranges = RANGES[population]
    height_m = rng.uniform(*ranges.height_m)
    mass_kg = rng.uniform(*ranges.body_mass_index) * height_m**2
    return Person(mass_kg, height_m, Side.LEFT if rng.random() < 0.5 else Side.RIGHT)


def draw_profile(profile: Profile, population: Population, rng: np.random.Generator) -> Profile:
    """A person's own version of a profile: faster or slower, larger or smaller steps, more or less weak."""
    ranges = RANGES[population]
    tempo, swing = rng.uniform(*ranges.tempo), rng.uniform(*ranges.swing)
    unsteady, drop = rng.uniform(*ranges.unsteady), rng.uniform(*ranges.drop)
    longer_pct = rng.uniform(*ranges.swing_longer_pct)
    ankle = tuple(own + drop * (weak - own) for own, weak in zip(ANKLE_NORMAL, profile.ankle_deg, strict=True))
    return replace(
        profile,
        paces=tuple(_varied(pace, tempo, swing) for pace in profile.paces),
        affected=tuple(_varied(pace, tempo, swing) for pace in profile.affected),
        speed_mps=float(np.clip(profile.speed_mps * rng.uniform(*ranges.speed), 0.3, 1.9)),
        ankle_deg=ankle,
        foot=_mixed(profile.foot, ranges, rng),
        stride_cv_pct=profile.stride_cv_pct * unsteady,
        amplitude_sd_pct=profile.amplitude_sd_pct * unsteady,
        swing_longer_pct=longer_pct if profile.swing_longer_pct > 0.0 else 0.0,
        forefoot_onset=rng.uniform(*ranges.forefoot_onset),
        hump=rng.uniform(*ranges.hump),
        shock=rng.uniform(*ranges.shock),
    )


def _varied(pace: Pace, tempo: float, swing: float) -> Pace:
    return replace(
        pace,
        stride_s=pace.stride_s * tempo,
        thigh_deg=tuple(swing * angle for angle in pace.thigh_deg),
        knee_deg=tuple(swing * angle for angle in pace.knee_deg),
    )


def _mixed(use: FootUse, ranges: Ranges, rng: np.random.Generator) -> FootUse:
    """Shares of the steps, each varied by itself; flat and toe-first together stay below 95 %."""
    flat, toe, slap, drag = (share * rng.uniform(*ranges.mixture) for share in (use.flat, use.toe, use.slap, use.drag))
    most = max((flat + toe) / 0.95, 1.0)
    earliest, latest = (rng.uniform(*bounds) for bounds in ranges.heel_after_s)
    return replace(
        use,
        flat=flat / most,
        toe=toe / most,
        slap=min(slap, 0.95),
        drag=min(drag, 0.95),
        heel_after_s=(float(earliest), float(latest)),
        flat_within_s=ranges.flat_within_s,
        slap_after_s=ranges.slap_after_s,
        slap_bw=ranges.slap_bw,
        drag_s=ranges.drag_s,
        drag_bw=ranges.drag_bw,
    )
