"""A wearer's local day in figures, each with the bar below which it is not told. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Self

from hub.events import Value
from sensors.layout import Side

LEAST_STEPS = 100
"""Below, a rate per 1000 steps is chance (our choice)."""

OF_WALKS = (
    "cadence_spm",
    "speed_mps",
    "step_time_symmetry_pct",
    "stance_time_symmetry_pct",
    "swing_time_symmetry_pct",
)
"""Measures of a walk whose mean, by the walks' durations, is told of the day."""


@dataclass(frozen=True, slots=True)
class DaySummary:
    """One local day of a wearer; a measure is None where there is too little to judge it by, and ``absent`` says why.

    Parameters
    ----------
    day : local date, ISO 8601.
    steps : initial contacts of both feet.
    judged_steps : contacts of the affected side whose strike is known.
    good_step_pct : heel-first contacts whose swing had no drag, % of ``judged_steps``.
    toe_first_pct : toe-first contacts, % of ``judged_steps``.
    drags : toe drags and scuffs; ``drags_per_1000_steps`` counts the steps of both feet, also where one is seen only.
    slaps, trips, falls : foot slaps; trips and falls are confirmed ones.
    walks : walking bouts that have ended.
    walking_min : minutes in walking bouts, the one under way included.
    cadence_spm, speed_mps, ..._symmetry_pct : means of the walks, by their durations; as in ``walk_end``.
    length_estimated : of the speed: no timed walk has scaled it.
    coverage_pct : data quality: time with data from all sensors, % of the finished walking bouts.
    gaps, sensor_losses : holes in a sensor's data, and times that one fell silent.
    absent : what is None and why, in words.
    """

    day: str
    steps: int
    judged_steps: int = 0
    good_step_pct: float | None = None
    toe_first_pct: float | None = None
    drags: int = 0
    drags_per_1000_steps: float | None = None
    slaps: int = 0
    trips: int = 0
    falls: int = 0
    walks: int = 0
    walking_min: float = 0.0
    cadence_spm: float | None = None
    speed_mps: float | None = None
    length_estimated: bool | None = None
    step_time_symmetry_pct: float | None = None
    stance_time_symmetry_pct: float | None = None
    swing_time_symmetry_pct: float | None = None
    coverage_pct: float | None = None
    gaps: int = 0
    sensor_losses: int = 0
    absent: str | None = None

    def to_dict(self) -> dict[str, Value]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Inverse of ``to_dict``; what a newer version added is left out.

        Raises
        ------
        TypeError
            It is none.
        """
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


@dataclass(slots=True)
class Mean:
    """A mean by weight."""

    total: float = 0.0
    weight: float = 0.0

    def add(self, value: float, weight: float) -> None:
        """Take a value in."""
        self.total += value * weight
        self.weight += weight

    def value(self, digits: int) -> float | None:
        """The mean; None where nothing came."""
        return round(self.total / self.weight, digits) if self.weight > 0 else None


@dataclass(slots=True)
class DayCounts:
    """What is counted of a day."""

    contacts: dict[Side, int] = field(default_factory=lambda: {Side.LEFT: 0, Side.RIGHT: 0})
    judged: int = 0
    good: int = 0
    toe_first: int = 0
    drags: int = 0
    slaps: int = 0
    trips: int = 0
    falls: int = 0
    walks: int = 0
    walked_s: float = 0.0
    coverage: Mean = field(default_factory=Mean)
    of_walks: dict[str, Mean] = field(default_factory=lambda: {name: Mean() for name in OF_WALKS})
    length_estimated: bool = False
    gaps: int = 0
    sensor_losses: int = 0

    def summary(self, day: date, open_walk_s: float) -> DaySummary:
        """The figures, with a walk of so many seconds under way."""
        absent: list[str] = []
        if not self.judged:
            absent.append("good_step_pct, toe_first_pct: no judged contact of the affected side")
        both_n = sum(self.contacts.values()) * (1 if all(self.contacts.values()) else 2)
        drags_per_1000_steps = None
        if both_n >= LEAST_STEPS:
            drags_per_1000_steps = round(1000.0 * self.drags / both_n, 1)
        else:
            absent.append(f"drags_per_1000_steps: {both_n} steps of {LEAST_STEPS}")
        means = {name: mean.value(3 if name == "speed_mps" else 1) for name, mean in self.of_walks.items()}
        unknown = [name for name, value in means.items() if value is None]
        if unknown:
            why = f"none of {self.walks} walks has it" if self.walks else "no walk has ended"
            absent.append(f"{', '.join(unknown)}: {why}")
        if not self.coverage.weight:
            absent.append("coverage_pct: no walk has ended")
        return DaySummary(
            day=day.isoformat(),
            steps=sum(self.contacts.values()),
            judged_steps=self.judged,
            good_step_pct=_pct(self.good, self.judged),
            toe_first_pct=_pct(self.toe_first, self.judged),
            drags=self.drags,
            drags_per_1000_steps=drags_per_1000_steps,
            slaps=self.slaps,
            trips=self.trips,
            falls=self.falls,
            walks=self.walks,
            walking_min=round((self.walked_s + open_walk_s) / 60.0, 2),
            **means,
            length_estimated=None if means["speed_mps"] is None else self.length_estimated,
            coverage_pct=self.coverage.value(1),
            gaps=self.gaps,
            sensor_losses=self.sensor_losses,
            absent="; ".join(absent) or None,
        )


def local_day(wall_time_ns: int, zone: tzinfo | None) -> date:
    """The local date of an instant; ``zone`` None is that of this machine, with its summer time."""
    return datetime.fromtimestamp(wall_time_ns // 10**9, UTC).astimezone(zone).date()


def bounds_ns(day: date, zone: tzinfo | None) -> tuple[int, int]:
    """First instant of a local day and of the next, which are 23 to 25 h apart."""
    starts = [datetime(each.year, each.month, each.day, tzinfo=zone) for each in (day, day + timedelta(days=1))]
    first, following = (round(start.astimezone(UTC).timestamp()) * 10**9 for start in starts)
    return first, following


def _pct(part: float, whole: float) -> float | None:
    return round(100.0 * part / whole, 1) if whole > 0 else None
