"""What a comparison with the truth amounts to: counts that add up over recordings, and the rates made of them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt

import numpy as np

NORMAL_97_5_PCT = 1.959963984540054


class Measure(StrEnum):
    """What is judged. Candidates and confirmations of one kind are judged apart.

    ``FALL`` is all falls, confirmed. Where the truth knows slow slides, the others stand apart too, and so do slides
    that were told, be it as candidates.
    """

    INITIAL_CONTACT = "initial_contact"
    FINAL_CONTACT = "final_contact"
    TOE_FIRST = "toe_first"
    TOE_DRAG = "toe_drag"
    FOOT_SLAP = "foot_slap"
    TRIP_CANDIDATE = "trip_candidate"
    TRIP = "trip"
    TOE_CATCH = "toe_catch"
    FALL_CANDIDATE = "fall_candidate"
    FALL = "fall"
    FALL_WITH_BLOW = "fall_with_blow"
    SLIDE = "slide"
    COMPENSATION = "compensation"


PARTS = frozenset({Measure.FALL_WITH_BLOW, Measure.SLIDE})
"""Measures of some of the falls: which false one would belong to them nobody can say."""

MISSED = "missed"
"""Column of the strike table for contacts that were not found at all."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """``k`` of ``n`` with its Wilson 95 % interval (Wilson 1927, J Am Stat Assoc 22:209)."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        """k / n; None where nothing was counted."""
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson 95 % interval; None where nothing was counted."""
        if not self.n:
            return None
        z2 = NORMAL_97_5_PCT**2
        p = self.k / self.n
        centre = (p + z2 / (2 * self.n)) / (1 + z2 / self.n)
        half = NORMAL_97_5_PCT / (1 + z2 / self.n) * sqrt(p * (1 - p) / self.n + z2 / (4 * self.n**2))
        return max(0.0, centre - half), min(1.0, centre + half)

    def to_dict(self) -> dict[str, object]:
        """JSON object."""
        low, high = self.interval or (None, None)
        return {"k": self.k, "n": self.n, "value": self.value, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Spread:
    """Distribution of differences, in milliseconds."""

    n: int
    mean_ms: float
    sd_ms: float
    median_ms: float
    p5_ms: float
    p95_ms: float

    @classmethod
    def of(cls, seconds: tuple[float, ...]) -> "Spread | None":
        """Of differences in seconds; None where there are none. SD is that of a sample (n - 1)."""
        if not seconds:
            return None
        ms = 1000.0 * np.array(seconds)
        p5, median, p95 = (float(q) for q in np.percentile(ms, [5, 50, 95]))
        sd = float(ms.std(ddof=1)) if ms.size > 1 else 0.0
        return cls(int(ms.size), float(ms.mean()), sd, median, p5, p95)

    def to_dict(self) -> dict[str, object]:
        """JSON object."""
        return {
            "n": self.n,
            "mean_ms": self.mean_ms,
            "sd_ms": self.sd_ms,
            "median_ms": self.median_ms,
            "p5_ms": self.p5_ms,
            "p95_ms": self.p95_ms,
        }


def spread_within(groups: Iterable[tuple[float, ...]]) -> float | None:
    """Spread of differences about the mean of their own group, in milliseconds; None where no group has two.

    The square root of the pooled variance: so a group's own bias counts for nothing.
    """
    parts = [1000.0 * np.array(group) for group in groups if len(group) > 1]
    free_n = sum(part.size - 1 for part in parts)
    return sqrt(sum(float(((part - part.mean()) ** 2).sum()) for part in parts) / free_n) if free_n else None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one measure. Two tallies add up to that of both recordings.

    Parameters
    ----------
    truth_n : how often it really happened, where that is judged.
    found_n : how many of these were found.
    false_n : detections of what did not happen.
    unjudged_n : detections about which the truth says nothing; in no rate.
    error_s : detected time minus true time of each that was found.
    latency_s : from the event's own time to the sample at which it was decided, of each that was found.
    late_s : from the true time to that sample, of each that was found.
    duration_error_s : detected minus true length, of each that was found and has one.
    """

    truth_n: int = 0
    found_n: int = 0
    false_n: int = 0
    unjudged_n: int = 0
    error_s: tuple[float, ...] = ()
    latency_s: tuple[float, ...] = ()
    late_s: tuple[float, ...] = ()
    duration_error_s: tuple[float, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.truth_n + other.truth_n,
            self.found_n + other.found_n,
            self.false_n + other.false_n,
            self.unjudged_n + other.unjudged_n,
            self.error_s + other.error_s,
            self.latency_s + other.latency_s,
            self.late_s + other.late_s,
            self.duration_error_s + other.duration_error_s,
        )

    @property
    def recall(self) -> Proportion:
        """Share of what happened that was found; sensitivity."""
        return Proportion(self.found_n, self.truth_n)

    @property
    def precision(self) -> Proportion:
        """Share of the judged detections that were right."""
        return Proportion(self.found_n, self.found_n + self.false_n)


@dataclass(frozen=True, slots=True)
class Score:
    """One recording, or several together, against the truth.

    Parameters
    ----------
    name : of the recording, or of the set.
    sessions_n, hours : how many recordings, and how long together.
    steps_n : steps that the false alarms per 1000 steps refer to: true contacts where they are known, else detected.
    not_walking_h : hours that the truth marks as not walking.
    not_walking_contacts_n : initial contacts detected in those hours.
    tallies : per measure; a measure that had neither truth nor detections is absent.
    strikes : (true strike, detected strike) -> contacts; detected may be ``missed``.
    step_errors : measured minus true seconds, by field of the step event.
    strike_index_errors_pct : measured minus true strike index of contacts that were found, in % of foot length.
    contexts : the same apart for each true context, without strikes and steps; empty where the truth lists none.
    """

    name: str
    sessions_n: int = 0
    hours: float = 0.0
    steps_n: int = 0
    not_walking_h: float = 0.0
    not_walking_contacts_n: int = 0
    tallies: Mapping[Measure, Tally] = field(default_factory=dict)
    strikes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    step_errors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    strike_index_errors_pct: tuple[float, ...] = ()
    contexts: Mapping[str, "Score"] = field(default_factory=dict)

    def __add__(self, other: "Score") -> "Score":
        """Both together, under the first one's name."""
        measures = [measure for measure in Measure if measure in self.tallies or measure in other.tallies]
        return Score(
            self.name,
            self.sessions_n + other.sessions_n,
            self.hours + other.hours,
            self.steps_n + other.steps_n,
            self.not_walking_h + other.not_walking_h,
            self.not_walking_contacts_n + other.not_walking_contacts_n,
            {m: self.tallies.get(m, Tally()) + other.tallies.get(m, Tally()) for m in measures},
            Counter(self.strikes) + Counter(other.strikes),
            {
                name: self.step_errors.get(name, ()) + other.step_errors.get(name, ())
                for name in dict.fromkeys((*self.step_errors, *other.step_errors))
            },
            self.strike_index_errors_pct + other.strike_index_errors_pct,
            {
                name: self.contexts.get(name, Score(name)) + other.contexts.get(name, Score(name))
                for name in dict.fromkeys((*self.contexts, *other.contexts))
            },
        )

    def false_per_hour(self, measure: Measure) -> float | None:
        """False alarms per hour of recording."""
        return self._tally(measure).false_n / self.hours if self.hours else None

    def false_per_1000_steps(self, measure: Measure) -> float | None:
        """False alarms per 1000 steps."""
        return 1000.0 * self._tally(measure).false_n / self.steps_n if self.steps_n else None

    def strike_recall(self, strike: str) -> Proportion:
        """Share of contacts of that strike, found at all, that were given it."""
        seen = {found: n for (true, found), n in self.strikes.items() if true == strike and found != MISSED}
        return Proportion(seen.get(strike, 0), sum(seen.values()))

    def to_dict(self) -> dict[str, object]:
        """JSON object."""
        return {
            "name": self.name,
            "sessions": self.sessions_n,
            "hours": self.hours,
            "steps": self.steps_n,
            "not_walking": {"hours": self.not_walking_h, "initial_contacts": self.not_walking_contacts_n},
            "measures": {measure.value: self._measure_dict(measure) for measure in self.tallies},
            "strikes": [{"truth": true, "found": found, "n": n} for (true, found), n in sorted(self.strikes.items())],
            **({"contexts": {name: part.to_dict() for name, part in self.contexts.items()}} if self.contexts else {}),
        }

    def _tally(self, measure: Measure) -> Tally:
        return self.tallies.get(measure, Tally())

    def _measure_dict(self, measure: Measure) -> dict[str, object]:
        tally = self._tally(measure)
        error, latency, late, length = (
            Spread.of(s) for s in (tally.error_s, tally.latency_s, tally.late_s, tally.duration_error_s)
        )
        part = measure in PARTS
        return {
            "truth": tally.truth_n,
            "found": tally.found_n,
            "false": None if part else tally.false_n,
            "not_judged": tally.unjudged_n,
            "recall": tally.recall.to_dict(),
            "precision": None if part else tally.precision.to_dict(),
            "error": error.to_dict() if error else None,
            "latency": latency.to_dict() if latency else None,
            "late": late.to_dict() if late else None,
            "duration_error": length.to_dict() if length else None,
            "false_per_hour": None if part else self.false_per_hour(measure),
            "false_per_1000_steps": None if part else self.false_per_1000_steps(measure),
        }


def pooled(name: str, scores: list[Score]) -> Score:
    """All together under a new name: counts are added, so a long recording weighs more than a short one."""
    return sum(scores, Score(name))
