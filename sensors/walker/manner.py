"""A profile made concrete for one person, speed and severity: patterns, timing, and how high each foot swings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sensors.driver import Floats
from sensors.layout import Side
from sensors.walker.chain import Joints, LegPattern, Segments, toe_clearance_m
from sensors.walker.person import Person
from sensors.walker.plan import FEET
from sensors.walker.profiles import ANKLE_NORMAL, FootUse, Pace, Profile, pace_at
from sensors.walker.stance import HEEL_OFF, Rollover, Terrain

MID_SWING = (0.72, 0.95)
"""Part of the gait cycle in which the toes pass closest to the ground."""

SHOWS_FROM = 0.5
"""A compensation faded below this severity is not called one."""


def both(value: float) -> dict[Side, float]:
    """The same for both feet."""
    return dict.fromkeys(FEET, value)


@dataclass(frozen=True, slots=True, eq=False)
class Manner:
    """How one step is made. Most walks keep one manner; turns, stairs and the like change it from step to step.

    Parameters
    ----------
    joints, patterns : angles of each leg, as control points and as curves.
    swing_shift_s : longer swing of the affected leg, taken from the other one's.
    hump : size of the two humps of vertical force, 1 at 1.3 m/s.
    compensation : per leg, how its swing is made up for, empty where it is not.
    clearance_m : per leg, (phase, toe clearance of the plain pattern) over mid-swing.
    context : what the person is doing, as the truth calls it.
    terrain, rollover : what the load does over stance. ``heel_off``: per leg, progress through stance at which the
        heel is unloaded.
    forefoot_onset : forefoot contact of a heel-first step, part of the gait cycle (8 %: 86 ms at 1.3 m/s).
    reach : per leg, its excursion against the plain pattern's.
    turn_deg : per leg, by how much its swing turns it to the left.
    rise_m : how much higher than the standing foot the swinging one lands.
    abduct_deg, hike_m : per leg, how far its swing goes outward, and how far the pelvis lifts it.
    slide_bw : per leg, load that a foot keeps in swing which does not leave the ground.
    shock : factor on the shock at contact.
    stamp_g, stamp_bw : shock and load on top of a foot that is stamped down.
    aid : per leg, part of the body weight that its stance bears, the rest being on crutch or rail.
    """

    speed_mps: float
    stride_s: float
    stance: float
    joints: Mapping[Side, Joints]
    patterns: Mapping[Side, LegPattern]
    feet: Mapping[Side, FootUse]
    swing_shift_s: Mapping[Side, float]
    stride_cv: float
    amplitude_sd: float
    hump: float
    compensation: Mapping[Side, str]
    clearance_m: Mapping[Side, tuple[Floats, Floats]]
    context: str = "walking"
    terrain: Terrain = Terrain.LEVEL
    rollover: Rollover = Rollover.FORWARD
    heel_off: Mapping[Side, float] = field(default_factory=lambda: both(HEEL_OFF))
    forefoot_onset: float = 0.08
    reach: Mapping[Side, float] = field(default_factory=lambda: both(1.0))
    turn_deg: Mapping[Side, float] = field(default_factory=lambda: both(0.0))
    rise_m: float = 0.0
    abduct_deg: Mapping[Side, float] = field(default_factory=lambda: both(0.0))
    hike_m: Mapping[Side, float] = field(default_factory=lambda: both(0.0))
    slide_bw: Mapping[Side, float] = field(default_factory=lambda: both(0.0))
    shock: float = 1.0
    stamp_g: float = 0.0
    stamp_bw: float = 0.0
    aid: Mapping[Side, float] = field(default_factory=lambda: both(1.0))

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
    affected_pace = _faded(pace, pace_at(profile.affected, speed), severity) if profile.affected else pace
    drop = _between(ANKLE_NORMAL, profile.ankle_deg, severity * (1.0 - assist))
    other = _between(ANKLE_NORMAL, profile.other_ankle_deg, severity)
    joints = {
        weak: Joints(affected_pace.thigh_deg, affected_pace.knee_deg, drop),
        weak.other: Joints(pace.thigh_deg, pace.knee_deg, other),
    }
    patterns = {side: joints[side].pattern for side in FEET}
    shift_s = 0.5 * severity * profile.swing_longer_pct / 100.0 * (1.0 - pace.stance_pct / 100.0) * stride_s
    segments = Segments.for_height(person.height_m)
    phase = np.linspace(*MID_SWING, 200)
    return Manner(
        speed,
        stride_s,
        pace.stance_pct / 100.0,
        joints,
        patterns,
        {weak: profile.foot.times(severity).assisted(assist), weak.other: FootUse()},
        {weak: shift_s, weak.other: -shift_s},
        profile.stride_cv_pct / 100.0,
        profile.amplitude_sd_pct / 100.0,
        profile.hump * float(np.interp(speed, [0.35, 0.7, 1.3, 1.7], [0.1, 0.3, 1.0, 1.8])),
        {weak: profile.compensation if severity >= SHOWS_FROM else "", weak.other: ""},
        {side: (phase, toe_clearance_m(segments, patterns[side], patterns[side.other], phase)) for side in FEET},
        heel_off={weak: HEEL_OFF, weak.other: HEEL_OFF + severity * (profile.other_heel_off - HEEL_OFF)},
        abduct_deg={weak: severity * profile.abduct_deg, weak.other: 0.0},
        hike_m={weak: severity * profile.hike_m, weak.other: 0.0},
        forefoot_onset=profile.forefoot_onset,
        shock=profile.shock,
        slide_bw=both(severity * profile.slide_bw),
    )


def _between(plain: tuple[float, ...], other: tuple[float, ...], part: float) -> tuple[float, ...]:
    return tuple(x + part * (y - x) for x, y in zip(plain, other, strict=True))


def _faded(plain: Pace, affected: Pace, severity: float) -> Pace:
    return Pace(
        plain.speed_mps,
        plain.stride_s,
        plain.stance_pct,
        _between(plain.thigh_deg, affected.thigh_deg, severity),
        _between(plain.knee_deg, affected.knee_deg, severity),
    )
