"""Compensations are told as trends, so they are judged by runs of strides and not stride by stride. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.events import Event, Kind
from hub.recording.truth import Truth
from hub.validation.judgement import Judgement, Verdict
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class RunParams:
    """What a run is, and when it must have been told."""

    apart_s: float = 5.0  # strides further apart are of two runs
    least_n: int = 15  # strides: ten that are told of as one, and some in which walking is noticed (our choice)
    near_s: float = 3.0  # an event so near to a true stride of its type is no false one: two strides


class _Run(NamedTuple):
    side: Side
    type: str
    start_s: float
    end_s: float
    strides_n: int


def judge_runs(truth: Iterable[Truth], events: Iterable[Event], *, judged: bool) -> list[Judgement]:
    """Runs of compensated strides, found where an event of their type falls into them; other events are false.

    Further events of a run that goes on count neither way.

    Parameters
    ----------
    truth : rows, among them ``compensation``, one for each stride.
    events : among them those of compensations.
    judged : whether the truth would list compensations.
    """
    params = RunParams()
    runs = _runs(truth, params)
    told = sorted((e for e in events if e.kind is Kind.COMPENSATION), key=lambda event: event.time_s)
    result: list[Judgement] = []
    for run in runs:
        first = next((event for event in told if _is_of(event, run, params)), None)
        if first is not None:
            late_s = first.detected_at_s - run.start_s
            latency_s = first.detected_at_s - first.time_s
            result.append(Judgement(run.start_s, Verdict.FOUND, latency_s=latency_s, late_s=late_s))
        elif run.strides_n >= params.least_n:
            result.append(Judgement(run.start_s, Verdict.MISSED))
    wrong = [event for event in told if not any(_is_of(event, run, params) for run in runs)]
    return result + [Judgement(event.time_s, Verdict.FALSE if judged else Verdict.UNJUDGED) for event in wrong]


def _is_of(event: Event, run: _Run, params: RunParams) -> bool:
    of_run = event.side is run.side and event.fields.get("type") == run.type
    return of_run and run.start_s - params.near_s <= event.time_s <= run.end_s + params.near_s


def _runs(truth: Iterable[Truth], params: RunParams) -> list[_Run]:
    strides: dict[tuple[Side, str], list[float]] = {}
    for row in truth:
        if row.kind == Kind.COMPENSATION:
            strides.setdefault((row.side, row.value), []).append(row.time_s)
    return [run for (side, value), times_s in strides.items() for run in _parted(side, value, sorted(times_s), params)]


def _parted(side: Side, value: str, times_s: Sequence[float], params: RunParams) -> list[_Run]:
    runs: list[_Run] = []
    for time_s in times_s:
        if runs and time_s - runs[-1].end_s <= params.apart_s:
            runs[-1] = runs[-1]._replace(end_s=time_s, strides_n=runs[-1].strides_n + 1)
        else:
            runs.append(_Run(side, value, time_s, time_s, 1))
    return runs
