"""What a route is made of: stretches of steps, each made in its own manner.

A stretch turns the person's own level walking into the manner of each of its steps. A new one is a small class with
``steps``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from sensors.layout import Side
from sensors.walker.chain import REFERENCE_HEIGHT_M, Joints
from sensors.walker.manner import Manner, both
from sensors.walker.person import Person
from sensors.walker.plan import FEET
from sensors.walker.profiles import ANKLE_NORMAL, FootUse
from sensors.walker.stance import Rollover, Terrain
from sensors.walker.terrain import (
    DOWNHILL,
    DOWNSTAIRS,
    MARCHING,
    RISER_M,
    STEEP_SLOPE,
    TIPTOE_ANKLE_DEG,
    UPHILL,
    UPSTAIRS,
)


class Stretch(Protocol):
    """Part of a route."""

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """The manner of each step; ``first`` is the foot of the first one, ``level`` the person's own walking."""


def _strides(manner: Manner, duration_s: float) -> int:
    """Steps that take about this long."""
    return max(round(2.0 * duration_s / manner.stride_s), 1)


def _jointed(manner: Manner, joints: Mapping[Side, Joints]) -> Manner:
    return replace(manner, joints=joints, patterns={side: joints[side].pattern for side in FEET})


def _weak_ankle(level: Manner, side: Side, joints: Joints) -> Joints:
    """The same with what weakness takes from this person's ankle, within what the joint can do."""
    lost = (own - normal for own, normal in zip(level.joints[side].ankle_deg, ANKLE_NORMAL, strict=True))
    ankle = tuple(max(angle + min(less, 0.0), -30.0) for angle, less in zip(joints.ankle_deg, lost, strict=True))
    return replace(joints, ankle_deg=ankle)


@dataclass(frozen=True, slots=True)
class Level:
    """Straight level walking as the person's own."""

    duration_s: float

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """Nothing changes."""
        yield from [level] * _strides(level, self.duration_s)


@dataclass(frozen=True, slots=True)
class Turn:
    """Turning while walking; ``on_the_spot`` with hardly a step forward.

    Parameters
    ----------
    angle_deg : to the left; negative to the right.
    per_stride_deg : how sharply: 30-60 walking, up to 90 on the spot; None draws it.
    """

    angle_deg: float
    per_stride_deg: float | None = None
    on_the_spot: bool = False

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """Each swing turns its foot; the inner leg swings less, and both feet stay down together for longer."""
        usual = (50.0, 80.0) if self.on_the_spot else (32.0, 60.0)
        sharp_deg = rng.uniform(*usual) if self.per_stride_deg is None else self.per_stride_deg
        steps_n = max(round(2.0 * abs(self.angle_deg) / sharp_deg) + 1, 3)
        inner = Side.LEFT if self.angle_deg > 0.0 else Side.RIGHT
        outer_reach, inner_reach = (0.55, 0.4) if self.on_the_spot else (0.97, rng.uniform(0.65, 0.8))
        turning = replace(
            level,
            context="turning",
            speed_mps=level.speed_mps * (0.2 if self.on_the_spot else 0.8),
            stride_s=level.stride_s * 1.05,
            stance=level.stance + 0.02,
            reach={inner: inner_reach, inner.other: outer_reach},
        )
        for number in range(steps_n):
            part = 0.5 if number in {0, steps_n - 1} else 1.0
            yield replace(turning, turn_deg=both(self.angle_deg * 2.0 * part / (steps_n - 1)))


@dataclass(frozen=True, slots=True)
class Stairs:
    """A flight of stairs, one foot per tread.

    Parameters
    ----------
    treads : how many.
    up : upward, otherwise downward.
    one_by_one : both feet on each tread, the strong leg leading up and the weak one down.
    """

    treads: int
    up: bool = True
    one_by_one: bool = False

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """Upward the front of the foot or the whole sole touches first, downward the toes: both feet, weak or not."""
        angles = UPSTAIRS if self.up else DOWNSTAIRS
        stair = replace(
            _jointed(level, {side: _weak_ankle(level, side, angles) for side in FEET}),
            context="stairs",
            terrain=Terrain.UP if self.up else Terrain.DOWN,
            hump=1.0,
            speed_mps=0.4,
            stride_s=rng.uniform(1.3, 1.6) * (1.0 if self.up else 0.93) * max(level.stride_s / 1.07, 0.9) ** 0.5,
            stance=0.64 if self.up else 0.62,
            feet={side: self._use(level.feet[side]) for side in FEET},
            compensation=dict.fromkeys(FEET, ""),
            rise_m=RISER_M * person.height_m / REFERENCE_HEIGHT_M * (1.0 if self.up else -1.0),
        )
        if not self.one_by_one:
            yield from [stair] * self.treads
            return
        leader = person.affected_side.other if self.up else person.affected_side
        if first is not leader:
            yield level
        for _ in range(self.treads):
            yield stair
            yield replace(stair, rise_m=0.0, reach=both(0.75))

    def _use(self, level: FootUse) -> FootUse:
        drag = 0.4 * level.drag
        if self.up:
            return FootUse(flat=0.4, toe=0.5, toe_only=0.3, drag=drag)
        return FootUse(flat=0.08, toe=0.92, toe_only=0.05, heel_after_s=(0.06, 0.12))


@dataclass(frozen=True, slots=True)
class Ramp:
    """A slope; from 8 % on the truth calls it stairs, below that walking.

    Parameters
    ----------
    grade_pct : rise over run, negative downward; -18..18.
    """

    duration_s: float
    grade_pct: float

    def __post_init__(self) -> None:
        if not -18.0 <= self.grade_pct <= 18.0:
            raise ValueError(f"grade {self.grade_pct} % is outside -18 .. 18")

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """Uphill the sole comes down flatter and push-off leads; downhill the forefoot comes down sooner."""
        grade = self.grade_pct / 100.0
        steep = min(abs(grade) / STEEP_SLOPE, 1.0)
        angles = UPHILL if grade > 0.0 else DOWNHILL
        speed_mps = level.speed_mps * (1.0 - 0.25 * steep)
        use = {side: self._use(level.feet[side], steep) for side in FEET}
        sloping = replace(
            _jointed(level, {side: level.joints[side].plus(angles, steep) for side in FEET}),
            context="stairs" if abs(self.grade_pct) >= STEEP_FROM_PCT else "walking",
            terrain=(Terrain.UP if grade > 0.0 else Terrain.DOWN) if steep > 0.4 else Terrain.LEVEL,
            hump=level.hump * (1.0 if grade > 0.0 else 1.15),
            speed_mps=speed_mps,
            stride_s=level.stride_s * (1.0 + (0.08 if grade > 0.0 else -0.05) * steep),
            forefoot_onset=level.forefoot_onset - (0.015 if grade > 0.0 else 0.022) * steep,
            feet=use,
            rise_m=grade * speed_mps * level.stride_s / 2.0,
        )
        yield from [sloping] * _strides(sloping, self.duration_s)

    def _use(self, level: FootUse, steep: float) -> FootUse:
        if self.grade_pct < 0.0:
            return replace(level, toe=0.5 * level.toe)
        flat = level.flat + 0.4 * steep * (1.0 - level.flat - level.toe)
        return replace(level, flat=flat, slap=level.slap * (1.0 - 0.7 * steep))


STEEP_FROM_PCT = 8.0
"""A slope from which on rates of level walking do not apply (our choice: the steepest that buildings allow)."""


@dataclass(frozen=True, slots=True)
class Curb:
    """One step up or down within a walk: the first foot onto it, the second beside the first."""

    up: bool = True
    height_m: float = 0.14

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """The knee is lifted, contact comes late; upward like an elevated trip without its blow."""
        angles = UPSTAIRS if self.up else DOWNSTAIRS
        joints = {side: _weak_ankle(level, side, angles) for side in FEET}
        stride_s = level.stride_s * 1.12
        up = replace(_jointed(level, joints), stride_s=stride_s, speed_mps=0.8 * level.speed_mps)
        up = replace(up, feet={side: replace(level.feet[side], flat=0.5, drag=0.0) for side in FEET})
        yield replace(up, rise_m=self.height_m * (1.0 if self.up else -1.0))
        yield replace(up, rise_m=0.0, patterns=up.patterns if self.up else level.patterns)


@dataclass(frozen=True, slots=True)
class Tiptoe:
    """Walking on the toes of both feet."""

    steps_n: int

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """The heels never load."""
        joints = {side: replace(level.joints[side], ankle_deg=TIPTOE_ANKLE_DEG) for side in FEET}
        tiptoe = replace(
            _jointed(level, joints),
            context="tiptoe",
            rollover=Rollover.TIPTOE,
            speed_mps=0.75 * level.speed_mps,
            stride_s=1.05 * level.stride_s,
            reach=both(0.85),
            feet=dict.fromkeys(FEET, FootUse(toe=1.0, toe_only=1.0)),
            compensation=dict.fromkeys(FEET, ""),
        )
        yield from [tiptoe] * self.steps_n


@dataclass(frozen=True, slots=True)
class Backward:
    """Steps backward: gait in reverse, toes first and heel last (Winter 1989)."""

    steps_n: int

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """Slower and shorter than forward."""
        back = replace(
            level,
            context="backward",
            rollover=Rollover.BACKWARD,
            patterns={side: level.patterns[side].backward(level.stance) for side in FEET},
            speed_mps=-0.5 * level.speed_mps,
            stride_s=1.1 * level.stride_s,
            hump=0.3 * level.hump,
            reach=both(0.75),
            feet=dict.fromkeys(FEET, FootUse(toe=1.0)),
            compensation=dict.fromkeys(FEET, ""),
        )
        yield from [back] * self.steps_n


@dataclass(frozen=True, slots=True)
class Marching:
    """High knees on the spot. No context of the truth fits it: it leaves a gap there."""

    steps_n: int

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """The front of the foot comes down first, on both sides."""
        march = replace(
            _jointed(level, {side: _weak_ankle(level, side, MARCHING) for side in FEET}),
            context="unknown",
            speed_mps=0.0,
            stride_s=rng.uniform(1.1, 1.5),
            hump=0.5,
            reach=both(rng.uniform(0.7, 1.0)),
            feet=dict.fromkeys(FEET, FootUse(flat=0.4, toe=0.6, toe_only=0.1)),
            compensation=dict.fromkeys(FEET, ""),
        )
        yield from [march] * self.steps_n


@dataclass(frozen=True, slots=True)
class Stamping:
    """Stamped steps, as of somebody who shakes off snow: shocks of 4-8 g, loads above 120 % of body weight."""

    steps_n: int

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """Flat and hard."""
        for _ in range(self.steps_n):
            yield replace(
                level,
                speed_mps=0.7 * level.speed_mps,
                feet=dict.fromkeys(FEET, FootUse(flat=0.9)),
                stamp_g=rng.uniform(4.0, 8.0),
                stamp_bw=rng.uniform(0.3, 0.5),
            )


@dataclass(frozen=True, slots=True)
class Aided:
    """Level walking with a crutch or rail: the stance of the affected leg bears part of the weight only."""

    duration_s: float
    weak_bears: float = 0.6
    strong_bears: float = 0.78

    def steps(self, level: Manner, person: Person, first: Side, rng: np.random.Generator) -> Iterator[Manner]:
        """Slower, with the rest of the weight on the hands."""
        weak = person.affected_side
        aided = replace(
            level,
            context="aided",
            speed_mps=0.75 * level.speed_mps,
            stride_s=1.15 * level.stride_s,
            hump=0.4 * level.hump,
            aid={weak: self.weak_bears, weak.other: self.strong_bears},
        )
        yield from [aided] * _strides(aided, self.duration_s)
