"""A profile made concrete for one person, speed and severity: patterns, timing, and how high each foot swings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sensors.driver import Floats
from sensors.layout import Side
from sensors.walker.chain import LegPattern, Segments, leg_pattern, toe_clearance_m
from sensors.walker.person import Person
from sensors.walker.plan import FEET
from sensors.walker.profiles import ANKLE_NORMAL, FootUse, Pace, Profile, pace_at

MID_SWING = (0.72, 0.95)
"""Part of the gait cycle in which the toes pass closest to the ground."""

SHOWS_FROM = 0.5
"""A compensation faded below this severity is not called one."""


@dataclass(frozen=True, slots=True, eq=False)
class Manner:
    """Everything that stays the same from step to step.

    Parameters
    ----------
    swing_shift_s : longer swing of the affected leg, taken from the other one's.
    compensation : per leg, how its swing is made up for, empty where it is not.
    hump : size of the two humps of vertical force, 1 at 1.3 m/s.
    clearance_m : per leg, (phase, toe clearance of the plain pattern) over mid-swing.
    """

    speed_mps: float
    stride_s: float
    stance: float
    patterns: Mapping[Side, LegPattern]
    feet: Mapping[Side, FootUse]
    swing_shift_s: Mapping[Side, float]
    stride_cv: float
    amplitude_sd: float
    hump: float
    compensation: Mapping[Side, str]
    clearance_m: Mapping[Side, tuple[Floats, Floats]]

    @property
    def double_support_s(self) -> float:
        """One of the stride's two double supports."""
        return (self.stance - 0.5) * self.stride_s

    def lowest_part(self, side: Side, duration_s: float) -> tuple[float, float]:
        """Phases between which the toes pass lowest, for about ``duration_s``: where they drag if they drag."""
        phase, clearance = self.clearance_m[side]
        part = min(duration_s / self.stride_s / float(phase[-1] - phase[0]), 0.95)
        low = phase[clearance <= np.quantile(clearance, part)]
        return float(low[0]), float(low[-1])


def manner_of(
    profile: Profile,
    person: Person,
    *,
    speed_mps: float | None = None,
    cadence_spm: float | None = None,
    severity: float = 1.0,
    assist: float = 0.0,
) -> Manner:
    """Resolve a profile; ``severity`` 0..1 fades its weakness.

    Parameters
    ----------
    assist : 0..1, an ankle brace or stimulator worn: gives dorsiflexion back by this part and blocks the slap.

    Raises
    ------
    ValueError : a speed, cadence, severity or assist that nobody walks at.
    """
    speed = profile.speed_mps if speed_mps is None else speed_mps
    if not 0.2 <= speed <= 2.2:
        raise ValueError(f"speed {speed} m/s is outside 0.2 .. 2.2")
    if not 0.0 <= severity <= 1.0:
        raise ValueError(f"severity {severity} is outside 0 .. 1")
    if cadence_spm is not None and not 40.0 <= cadence_spm <= 180.0:
        raise ValueError(f"cadence {cadence_spm} steps/min is outside 40 .. 180")
    if not 0.0 <= assist <= 1.0:
        raise ValueError(f"assist {assist} is outside 0 .. 1")
    pace = pace_at(profile.paces, speed)
    stride_s = pace.stride_s if cadence_spm is None else 120.0 / cadence_spm
    weak = person.affected_side
    ankle = tuple(
        severity * (1.0 - assist) * (drop - normal) + normal
        for drop, normal in zip(profile.ankle_deg, ANKLE_NORMAL, strict=True)
    )
    affected_pace = _faded(pace, pace_at(profile.affected, speed), severity) if profile.affected else pace
    patterns = {
        weak: leg_pattern(affected_pace.thigh_deg, affected_pace.knee_deg, ankle),
        weak.other: leg_pattern(pace.thigh_deg, pace.knee_deg, ANKLE_NORMAL),
    }
    shift_s = 0.5 * severity * profile.swing_longer_pct / 100.0 * (1.0 - pace.stance_pct / 100.0) * stride_s
    segments = Segments.for_height(person.height_m)
    phase = np.linspace(*MID_SWING, 200)
    return Manner(
        speed,
        stride_s,
        pace.stance_pct / 100.0,
        patterns,
        {weak: profile.foot.times(severity).assisted(assist), weak.other: FootUse()},
        {weak: shift_s, weak.other: -shift_s},
        profile.stride_cv_pct / 100.0,
        profile.amplitude_sd_pct / 100.0,
        float(np.interp(speed, [0.35, 0.7, 1.3, 1.7], [0.1, 0.3, 1.0, 1.8])),
        {weak: profile.compensation if severity >= SHOWS_FROM else "", weak.other: ""},
        {side: (phase, toe_clearance_m(segments, patterns[side], patterns[side.other], phase)) for side in FEET},
    )


def _faded(plain: Pace, affected: Pace, severity: float) -> Pace:
    def fade(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
        return tuple((1.0 - severity) * x + severity * y for x, y in zip(a, b, strict=True))

    return Pace(
        plain.speed_mps,
        plain.stride_s,
        plain.stance_pct,
        fade(plain.thigh_deg, affected.thigh_deg),
        fade(plain.knee_deg, affected.knee_deg),
    )
