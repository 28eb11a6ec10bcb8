"""Months of two wearers, as the journal would hold them: drawn figures, not walked ones, so that years take seconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from hub.events import Context, Event, Kind, Value, event_id
from hub.session import Wearer
from sensors.layout import Side

END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
"""The first instant after the months: a database takes nothing that is older than it keeps."""


@dataclass(frozen=True, slots=True)
class Course:
    """How somebody does: from the first day to the last on a straight line, with the days' scatter."""

    wearer: Wearer
    toe_first_pct: tuple[float, float]
    drags_per_1000_steps: tuple[float, float]
    speed_mps: tuple[float, float]
    trips_per_week: tuple[float, float]
    strides_per_walk: int = 30


COURSES = (
    Course(Wearer("anna", affected_side="left"), (55.0, 22.0), (60.0, 15.0), (0.62, 0.85), (2.0, 0.4)),
    Course(Wearer("bert", affected_side="right"), (35.0, 38.0), (25.0, 30.0), (0.71, 0.68), (0.5, 0.9)),
)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a wearer at its wall time."""

    wearer: Wearer
    event: Event
    wall_time_ns: int
    aids: str | None = None


def aids_on(day: int, days_n: int) -> str | None:
    """What was worn on a day: nobody says anything at first, then every other day has a brace."""
    if day < days_n // 4:
        return None
    return "brace" if day % 2 else "none"


def months(days_n: int, courses: tuple[Course, ...] = COURSES, *, seed: int = 1) -> Iterator[Told]:
    """Everything that happened, per wearer in order of time."""
    for number, course in enumerate(courses):
        rng = np.random.default_rng((seed, number))
        for day in range(days_n):
            start = END - timedelta(days=days_n - day)
            yield from _day(course, start, day / max(days_n - 1, 1), rng, aids_on(day, days_n))


def _day(
    course: Course, start: datetime, progress: float, rng: np.random.Generator, aids: str | None
) -> Iterator[Told]:
    if rng.random() < 0.06:
        return  # the shoes stayed in the hall
    has_shin = rng.random() > 0.15
    for hour in sorted(rng.uniform(8.0, 20.0, size=rng.integers(2, 6))):
        yield from _walk(_Pen(course, start + timedelta(hours=float(hour)), progress, rng, aids), has_shin=has_shin)


class _Pen:
    """Writes one walk's events."""

    def __init__(
        self, course: Course, start: datetime, progress: float, rng: np.random.Generator, aids: str | None
    ) -> None:
        self.course, self.rng, self.progress, self.aids = course, rng, progress, aids
        self._start = start
        self._start_ns = int(start.timestamp()) * 10**9
        self.weak = Side(course.wearer.affected_side)

    def now(self, name: str, scatter: float) -> float:
        """A figure of this day."""
        first, latest = getattr(self.course, name)
        return max(0.0, float(first + (latest - first) * self.progress + self.rng.normal(0.0, scatter)))

    def told(self, kind: Kind, side: Side, at_s: float, fields: dict[str, Value], after_s: float = 0.08) -> Told:
        """An event ``at_s`` after the walk's start."""
        name = event_id(
            self._start.isoformat() + self.course.wearer.nickname, kind, side, at_s, str(fields.get("stage"))
        )
        event = Event(name, kind, side, at_s, at_s + after_s, 0.9, fields, Context.WALKING)
        return Told(self.course.wearer, event, self._start_ns + round(at_s * 1e9), self.aids)


def _walk(pen: _Pen, *, has_shin: bool) -> Iterator[Told]:
    rng, strides_n = pen.rng, pen.course.strides_per_walk
    stride_s = float(rng.normal(1.2, 0.05))
    toe_pct, drags = pen.now("toe_first_pct", 6.0), pen.now("drags_per_1000_steps", 6.0)
    toe_pct *= 0.6 if pen.aids == "brace" else 1.0
    speed_mps = pen.now("speed_mps", 0.03)
    toes_n = drags_n = 0
    yield pen.told(Kind.WALK_START, Side.BOTH, 0.0, {}, 4.0)
    for n in range(strides_n):
        for side in (pen.weak, pen.weak.other):
            at_s = 0.5 + n * stride_s + (0.5 * stride_s if side is not pen.weak else 0.0)
            is_toe = side is pen.weak and rng.random() < toe_pct / 100.0
            if side is pen.weak and rng.random() < 2 * drags / 1000.0:
                drags_n += 1
                yield pen.told(
                    Kind.TOE_DRAG, side, at_s - 0.2, {"duration_s": 0.12, "phase": "late", "scuff": False}, 0.2
                )
            yield from _contact(pen, side, at_s, stride_s, speed_mps, is_toe=is_toe)
            toes_n += is_toe
    if rng.random() < pen.now("trips_per_week", 0.1) / 24.5:
        yield from _trip(pen, 0.4 * strides_n * stride_s)
    if rng.random() < 0.1:
        yield pen.told(
            Kind.QUALITY,
            Side.BOTH,
            5.0,
            {"sensor": "left_shin", "issue": "gap", "reason": "packets missing", "duration_s": 1.5, "count": 30.0},
        )
    fields: dict[str, Value] = {
        "duration_s": strides_n * stride_s,
        "steps": 2.0 * strides_n,
        "cadence_spm": 120.0 / stride_s,
        "speed_mps": speed_mps if has_shin else None,
        "length_estimated": False,
        "toe_first_pct": 100.0 * toes_n / strides_n,
        "toe_drags": float(drags_n),
        "toe_drags_per_1000_steps": 1000.0 * drags_n / (2.0 * strides_n),
        "trips": 0.0,
        "coverage_pct": float(min(100.0, rng.normal(97.0, 3.0))),
        "swing_time_symmetry_pct": float(rng.normal(14.0 - 6.0 * pen.progress, 2.0)),
        "stance_time_symmetry_pct": float(rng.normal(-9.0 + 4.0 * pen.progress, 1.5)),
        "step_time_symmetry_pct": float(rng.normal(6.0 - 3.0 * pen.progress, 1.5)),
        "toe_first_pct_per_min": float(rng.normal(0.8, 0.4)),
        "toe_first_pct_first_min": max(0.0, toe_pct - 4.0),
        "toe_first_pct_last_min": toe_pct + 4.0,
        "swing_time_s_first_min": float(rng.normal(0.455, 0.01)),
        "swing_time_s_last_min": float(rng.normal(0.47, 0.01)),
    }
    yield pen.told(Kind.WALK_END, Side.BOTH, 0.5 + strides_n * stride_s, fields, 3.0)


def _contact(pen: _Pen, side: Side, at_s: float, stride_s: float, speed_mps: float, *, is_toe: bool) -> Iterator[Told]:
    rng, strike = pen.rng, "toe" if is_toe else "heel"
    lead_ms = float(rng.normal(35.0 if is_toe else -70.0, 10.0))
    index_pct = float(np.clip(rng.normal(82.0 if is_toe else 14.0, 5.0), 0.0, 100.0))
    yield pen.told(
        Kind.INITIAL_CONTACT, side, at_s, {"strike": strike, "strike_index_pct": index_pct, "lead_ms": lead_ms}
    )
    if is_toe:
        yield pen.told(Kind.TOE_FIRST, side, at_s, {"lead_ms": lead_ms, "reason": "toes before heel"})
    swing_s = float(rng.normal(0.46 if side is pen.weak else 0.42, 0.015))
    yield pen.told(
        Kind.STEP,
        side,
        at_s,
        {
            "stride_time_s": stride_s,
            "swing_time_s": swing_s,
            "stance_time_s": stride_s - swing_s,
            "stride_length_m": speed_mps * stride_s,
            "speed_mps": speed_mps,
            "strike": strike,
            "shank_at_contact_deg": float(rng.normal(14.0, 2.0)),
            "shank_range_deg": float(rng.normal(62.0, 3.0)),
            "cop_backward_pct": float(abs(rng.normal(18.0 if is_toe else 2.0, 2.0))),
        },
    )


def _trip(pen: _Pen, at_s: float) -> Iterator[Told]:
    told = pen.told(Kind.TRIP, pen.weak, at_s, {"stage": "candidate", "swing_phase_pct": 40.0}, 0.05)
    yield told
    fields: dict[str, Value] = {
        "stage": "confirmed",
        "candidate_id": told.event.id,
        "strategy": "lowering",
        "recovery_steps": 2.0,
        "recovery_s": 1.6,
        "swing_phase_pct": 40.0,
    }
    yield pen.told(Kind.TRIP, pen.weak, at_s, fields, 1.4)
