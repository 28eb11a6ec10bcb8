"""The walker's recordings through the shank stream and the engine, and matching against what it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count
from typing import Any

import numpy as np

from hub.events import Event, Kind
from hub.gait import Calibration, GaitEngine, GaitParams
from hub.gait.history import History
from hub.gait.signals.shank import HISTORY_COLUMNS, ShankParams, ShankStream
from hub.gait.timeline import Mark, Timeline
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker.session import Recording, render_session

SHIN = Role.RIGHT_SHIN


@cache
def walked(profile: str, minutes: float, seed: int, trips: int = 0, rate_hz: float = 100.0) -> Recording:
    """A recording of the walker; the right leg is affected and wears the shin sensor."""
    return render_session(profile, minutes, seed, trips=trips, rate_hz=rate_hz)


def truth_s(recording: Recording, kind: str, side: Side = Side.RIGHT) -> list[float]:
    return [event.time_s for event in recording.truth if event.kind == kind and event.side is side]


def marks_of(
    time_s: Floats,
    values: Floats,
    *,
    rate_hz: float = 100.0,
    accelerometer: bool = True,
    sizes: list[int] | None = None,
    stream: ShankStream | None = None,
    learnt: Mapping[str, Any] | None = None,
) -> list[Mark]:
    """What the shank stream says, for samples cut into blocks of ``sizes`` in turn."""
    stream = stream or shank_stream(rate_hz=rate_hz, accelerometer=accelerometer, learnt=learnt)
    marks: list[Mark] = []
    start = 0
    for index in count():
        if start >= len(time_s):
            return marks
        end = start + (sizes[index % len(sizes)] if sizes else len(time_s))
        marks += stream.push(time_s[start:end], values[start:end])
        start = end
    return marks


def shank_stream(
    *, rate_hz: float = 100.0, accelerometer: bool = True, learnt: Mapping[str, Any] | None = None
) -> ShankStream:
    timeline = Timeline(1)
    timeline.now_s = np.inf
    history = History(timeline, HISTORY_COLUMNS)
    return ShankStream(SHIN, ShinSpec(rate_hz, accelerometer=accelerometer), history, learnt, ShankParams())


def replay(
    recording: Recording,
    *roles: Role,
    calibration: Calibration | None = None,
    params: GaitParams | None = None,
    block_n: int = 4000,
) -> tuple[list[Event], Calibration]:
    """All events, of the given sensors or all of them, and what was learnt."""
    if calibration is None and params is None:
        events, learnt = _replayed(recording, roles, block_n)
        return list(events), learnt
    return _replay(recording, roles, calibration, params, block_n)


@lru_cache(maxsize=8)
def _replayed(recording: Recording, roles: tuple[Role, ...], block_n: int) -> tuple[list[Event], Calibration]:
    """Several tests ask what is told of the same walk."""
    return _replay(recording, roles, None, None, block_n)


def _replay(
    recording: Recording,
    roles: tuple[Role, ...],
    calibration: Calibration | None,
    params: GaitParams | None,
    block_n: int,
) -> tuple[list[Event], Calibration]:
    worn = {role: values for role, values in recording.values.items() if not roles or role in roles}
    sensors: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
        if role.is_insole
        else ShinSpec(recording.rate_hz)
        for role in worn
    }
    engine = GaitEngine(Session("walker", Wearer(affected_side="right"), sensors), calibration, params)
    events: list[Event] = []
    ends_s = np.append(recording.time_s, recording.time_s[-1] + 1.0 / recording.rate_hz)
    for start in range(0, len(recording.time_s), block_n):
        time_s = recording.time_s[start : start + block_n]
        until_s = float(ends_s[start + len(time_s)])
        for role, values in worn.items():
            events += engine.push(Block(role, time_s, values[start : start + block_n], until_s))
    return events + engine.finish(), engine.calibration()


def events_of(recording: Recording, *roles: Role, params: GaitParams | None = None) -> list[Event]:
    return replay(recording, *roles, params=params)[0]


@dataclass(frozen=True)
class Match:
    """One-to-one pairs of found and true times within a tolerance."""

    errors_s: tuple[float, ...]
    found: int
    true: int

    @property
    def recall(self) -> float:
        return len(self.errors_s) / self.true

    @property
    def precision(self) -> float:
        return len(self.errors_s) / self.found


def match(found_s: list[float], true_s: list[float], within_s: float = 0.05) -> Match:
    free = sorted(found_s)
    errors = []
    for time_s in sorted(true_s):
        near = [other_s for other_s in free if abs(other_s - time_s) <= within_s]
        if near:
            best_s = min(near, key=lambda other_s: abs(other_s - time_s))
            free.remove(best_s)
            errors.append(best_s - time_s)
    return Match(tuple(errors), len(found_s), len(true_s))


def of_kind(events: list[Event], kind: Kind, **fields: str) -> list[Event]:
    return [event for event in events if event.kind is kind and all(event.fields[key] == fields[key] for key in fields)]
