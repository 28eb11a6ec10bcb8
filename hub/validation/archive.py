"""Scores as JSON and back, so that hours of simulation need not be run again to make a table of them. Pure.

Differences are kept as histograms: a list of [milliseconds or %, how many].
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from hub.validation.score import Measure, Score, Tally

_FINE_MS, _FINE_UNTIL_MS = 1, 200
_COARSE_MS = 20


def to_record(score: Score, *, differences: bool = True) -> dict[str, Any]:
    """JSON object of a score. Without ``differences`` the counts alone, a tenth as long."""
    record: dict[str, Any] = {
        "name": score.name,
        "sessions": score.sessions_n,
        "hours": round(score.hours, 6),
        "steps": score.steps_n,
        "measures": {measure.value: _tally_record(tally, differences) for measure, tally in score.tallies.items()},
    }
    if score.not_walking_h:
        record["not_walking"] = [round(score.not_walking_h, 6), score.not_walking_contacts_n]
    if score.strikes:
        record["strikes"] = [[true, found, n] for (true, found), n in sorted(score.strikes.items())]
    if score.contexts:
        record["contexts"] = {name: to_record(part, differences=False) for name, part in score.contexts.items()}
    if differences and score.step_errors:
        record["steps_ms"] = {name: _histogram(errors) for name, errors in score.step_errors.items()}
    if differences and score.strike_index_errors_pct:
        record["strike_index_pct"] = sorted(Counter(round(each) for each in score.strike_index_errors_pct).items())
    return record


def from_record(record: Mapping[str, Any]) -> Score:
    """Inverse of ``to_record``, with differences rounded to 1 ms (20 ms where they exceed 0.2 s) and 1 %."""
    still_h, still_n = record.get("not_walking", (0.0, 0))
    return Score(
        record["name"],
        record["sessions"],
        record["hours"],
        record["steps"],
        still_h,
        still_n,
        {Measure(name): _tally(tally) for name, tally in record["measures"].items()},
        Counter({(true, found): n for true, found, n in record.get("strikes", ())}),
        {name: _spread_out(histogram) for name, histogram in record.get("steps_ms", {}).items()},
        tuple(float(pct) for pct, n in record.get("strike_index_pct", ()) for _ in range(n)),
        {name: from_record(part) for name, part in record.get("contexts", {}).items()},
    )


_LISTS = {"error_ms": "error_s", "latency_ms": "latency_s", "late_ms": "late_s", "duration_ms": "duration_error_s"}


def _tally_record(tally: Tally, differences: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"counts": [tally.truth_n, tally.found_n, tally.false_n, tally.unjudged_n]}
    if differences:
        histograms = {name: _histogram(getattr(tally, of)) for name, of in _LISTS.items()}
        record |= {name: histogram for name, histogram in histograms.items() if histogram}
    return record


def _tally(record: Mapping[str, Any]) -> Tally:
    truth_n, found_n, false_n, unjudged_n = record["counts"]
    error_s, latency_s, late_s, duration_error_s = (_spread_out(record.get(name, ())) for name in _LISTS)
    return Tally(truth_n, found_n, false_n, unjudged_n, error_s, latency_s, late_s, duration_error_s)


def _histogram(seconds: Iterable[float]) -> list[list[int]]:
    counts = Counter(_rounded_ms(1000.0 * value) for value in seconds)
    return [[ms, n] for ms, n in sorted(counts.items())]


def _rounded_ms(value_ms: float) -> int:
    step = _FINE_MS if abs(value_ms) <= _FINE_UNTIL_MS else _COARSE_MS
    return step * round(value_ms / step)


def _spread_out(histogram: Iterable[tuple[int, int]]) -> tuple[float, ...]:
    return tuple(ms / 1000.0 for ms, n in histogram for _ in range(n))
