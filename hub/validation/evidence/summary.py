"""The results of all trials in one small JSON object."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hub.session import Floats
from hub.validation.archive import to_record
from hub.validation.contexts import Confusion
from hub.validation.evidence.run import Outcome, Result
from hub.validation.evidence.trials import Group, Mode, Trial
from hub.validation.score import Measure, Score, Spread, Tally
from hub.validation.simulated import TripOutcome
from hub.validation.targets import ON_FOOT

DOCUMENT = Path(__file__).parents[3] / "docs" / "validation" / "evidence.json"

PHASE_EDGES = (0.0, 0.2, 0.35, 0.5, 0.7, 0.85, 1.01)
"""Parts of the swing by which trips are told apart; from 0.7 on a shank decelerates by itself."""

_PER_WEARER = (Measure.INITIAL_CONTACT, Measure.FINAL_CONTACT, Measure.TOE_FIRST, Measure.TOE_DRAG, Measure.FOOT_SLAP)
_LEAST_N = 20

NEVER_LIGHT = frozenset({"slide", "drag_along"})
"""Profiles of whom hardly any swing is without load."""

OTHERS = "all others"


def summary(results: Mapping[Trial, Result], code: str, *, failed: Sequence[str] = ()) -> dict[str, Any]:
    """Everything the page needs, pooled.

    Parameters
    ----------
    code : fingerprint of the code that was run.
    failed : keys of trials that could not be run to their end.
    """
    flat = [(trial, mode, outcome) for trial, result in results.items() for mode, outcome in result.items()]
    flat.sort(key=lambda item: (item[0].key, item[1]))
    whole = [(trial, outcome.score) for trial, mode, outcome in flat if mode is Mode.ALL]
    walking = [(trial, score) for trial, score in whole if trial.group is Group.WALKING]
    return {
        "code": code,
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "trials": len(results),
        "failed": list(failed),
        "groups": {
            group.value: {
                mode.value: to_record(pool_all(group.value, scores))
                for mode in Mode
                if (scores := [o.score for t, m, o in flat if t.group is group and m is mode])
            }
            for group in Group
        },
        "profiles": _slices(walking, lambda trial: trial.profile),
        "rates": _slices(((t, s) for t, s in whole if t.group is Group.RATES), lambda trial: f"{trial.rate_hz:.0f} Hz"),
        "faults": _slices(((t, s) for t, s in whole if t.group is Group.FAULTS), lambda trial: trial.fault),
        "scenarios": _slices(((t, s) for t, s in whole if t.scenario), lambda trial: trial.scenario),
        "contexts": _confusions(flat),
        "in_context": [to_record(part, differences=False) for part in _in_context(whole)],
        "trips": _trip_cells(flat),
        "wearers": {measure.value: _wearers(walking, measure) for measure in _PER_WEARER},
        "gaits": {
            "double support": _by_gait((trial.profile, _double_support_errors_pct(score)) for trial, score in walking),
            "drag duration": _by_gait(
                (trial.profile, _drag_errors_ms(score)) for trial, score in whole if trial.group in ON_FOOT
            ),
        },
    }


def pool_all(name: str, scores: list[Score]) -> Score:
    """Sum of scores, halves first: adding one by one would copy the first ones' differences every time."""
    if len(scores) <= 2:
        return sum(scores, Score(name))
    middle = len(scores) // 2
    return pool_all(name, scores[:middle]) + pool_all(name, scores[middle:])


def _slices(scores: Iterable[tuple[Trial, Score]], by: Callable[[Trial], Hashable]) -> dict[str, Any]:
    parts: dict[str, list[Score]] = {}
    for trial, score in scores:
        parts.setdefault(str(by(trial)), []).append(score)
    return {name: to_record(pool_all(name, members), differences=False) for name, members in parts.items()}


def _in_context(whole: list[tuple[Trial, Score]]) -> Iterable[Score]:
    """Everything but faults and rates, apart for each true context."""
    usual = [score for trial, score in whole if trial.group not in {Group.FAULTS, Group.RATES}]
    return pool_all("", [Score("", contexts=score.contexts) for score in usual]).contexts.values()


def _confusions(flat: list[tuple[Trial, Mode, Outcome]]) -> dict[str, list[list[str | int]]]:
    """Seconds by [true context, told context] in everything but faults, for each set of sensors."""
    total: dict[str, Confusion] = {}
    for trial, mode, outcome in flat:
        if trial.group is not Group.FAULTS:
            total.setdefault(mode.value, Confusion()).update(outcome.contexts)
    return {
        mode: [[true.value, told.value, n] for (true, told), n in sorted(confusion.items())]
        for mode, confusion in total.items()
    }


def _trip_cells(flat: list[tuple[Trial, Mode, Outcome]]) -> list[dict[str, Any]]:
    """Trips by sensors, strength and part of the swing."""
    cells: dict[tuple[str, float, int], list[TripOutcome]] = {}
    for trial, mode, outcome in flat:
        if trial.group is Group.TRIPS:
            for trip in outcome.trips:
                part = int(np.searchsorted(PHASE_EDGES, trip.swing_phase, side="right")) - 1
                cells.setdefault((mode.value, trip.strength, part), []).append(trip)
    return [
        {"sensors": mode, "strength": strength, "phase": [PHASE_EDGES[part], min(PHASE_EDGES[part + 1], 1.0)]}
        | _trip_counts(trips)
        for (mode, strength, part), trips in sorted(
            cells.items(), key=lambda item: (item[0][0], -item[0][1], item[0][2])
        )
    ]


def _trip_counts(trips: list[TripOutcome]) -> dict[str, Any]:
    confirmed = [trip for trip in trips if trip.confirmed_strategy is not None]
    late = Spread.of(tuple(trip.candidate_late_s for trip in trips if trip.candidate_late_s is not None))
    return {
        "n": len(trips),
        "candidates": sum(trip.candidate_late_s is not None for trip in trips),
        "confirmed": len(confirmed),
        "strategy_right": sum(trip.confirmed_strategy == trip.strategy for trip in confirmed),
        "late_ms": [round(late.median_ms), round(late.p95_ms)] if late else None,
    }


def _wearers(walking: list[tuple[Trial, Score]], measure: Measure) -> dict[str, Any] | None:
    """Median, quartiles and worst of the wearers' recalls; of those with enough true ones."""
    recalls: list[tuple[float, str]] = []
    for trial, score in walking:
        tally = score.tallies.get(measure)
        if tally is not None and tally.truth_n >= _LEAST_N:
            recalls.append((tally.found_n / tally.truth_n, f"{trial.profile} {trial.seed}"))
    if not recalls:
        return None
    q1, median, q3 = (float(q) for q in np.percentile([recall for recall, _ in recalls], [25, 50, 75]))
    worst, name = min(recalls)
    return {"n": len(recalls), "median": median, "q1": q1, "q3": q3, "worst": worst, "worst_wearer": name}


def _double_support_errors_pct(score: Score) -> Floats:
    """Of single strides, in % of this person's mean stride."""
    walked = score.contexts.get("walking")
    if walked is None or not walked.steps_n:
        return np.empty(0)
    return 100.0 * np.array(score.step_errors.get("double_support_s", ())) * walked.steps_n / (7200.0 * walked.hours)


def _drag_errors_ms(score: Score) -> Floats:
    return 1000.0 * np.array(score.tallies.get(Measure.TOE_DRAG, Tally()).duration_error_s)


def _by_gait(errors: Iterable[tuple[str, Floats]]) -> list[dict[str, Any]]:
    """Number, median, 5th and 95th percentile for each profile, and for all together whose feet leave the ground."""
    parts: dict[str, list[Floats]] = defaultdict(list)
    for profile, each in errors:
        parts[profile].append(each)
    others = [each for profile, members in parts.items() if profile not in NEVER_LIGHT for each in members]
    together = {name: np.concatenate([np.empty(0), *members]) for name, members in {**parts, OTHERS: others}.items()}
    return [_gait_row(name, values) for name, values in together.items() if values.size]


def _gait_row(name: str, errors: Floats) -> dict[str, Any]:
    p5, median, p95 = (round(float(q), 1) for q in np.percentile(errors, [5, 50, 95]))
    return {"gait": name, "n": int(errors.size), "median": median, "p5": p5, "p95": p95}
