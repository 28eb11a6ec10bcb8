"""Whole days: what they hold, that their truth is whole, and that they stay small."""

import tracemalloc
from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from sensors.layout import Role
from sensors.walker import PROFILES, DayParams, LossParams, TruthEvent, Walker, day_script, portions

ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)
CONTEXTS = {"off", "dangling", "sitting", "standing", "walking", "stairs", "turning", "tiptoe", "vehicle"}
HOUR_S = 3600.0
SHORT_DAY = DayParams(awake_h=8.0, away_h=8.0)


def body(seed: int = 3, params: DayParams | None = None) -> Walker:
    return Walker(
        day_script(PROFILES["foot_drop"], np.random.default_rng(seed), params or DayParams()), seed=seed, chunk_s=4
    )


@cache
def planned(hours: float, seed: int = 3, params: DayParams | None = None) -> list[TruthEvent]:
    """Truth without rendering: hour by hour, as nobody fetches it later."""
    walker = body(seed, params)
    truth: list[TruthEvent] = []
    for hour in range(1, int(hours) + 1):
        truth += walker.truth_before(hour * HOUR_S, closing=hour == int(hours))
    return sorted(truth, key=lambda event: event.time_s)


def hours_in(truth: list[TruthEvent], kind: str) -> float:
    return sum(float(event.value) for event in truth if event.kind == kind) / HOUR_S


def test_a_day_is_spent_sitting_standing_walking_and_without_sensors() -> None:
    truth = planned(12.0, params=SHORT_DAY)
    assert 3.5 < hours_in(truth, "off") < 5.5
    assert 3.0 < hours_in(truth, "sitting") + hours_in(truth, "vehicle") < 7.0
    assert 0.2 < hours_in(truth, "walking") < 1.5
    assert 0.15 < hours_in(truth, "standing") < 1.5
    lengths: Counter[str] = Counter()
    walks = [event for event in truth if event.kind == "walk"]
    for walk in walks:
        end_s = walk.time_s + float(walk.value)
        contacts = sum(walk.time_s <= e.time_s <= end_s for e in truth if e.kind == "initial_contact")
        lengths["short" if contacts < 12 else "long"] += 1
    assert 0.2 < lengths["short"] / len(walks) < 0.6


def test_contexts_never_overlap_and_time_out_of_them_is_little() -> None:
    truth = planned(12.0, params=SHORT_DAY)
    spans = [(e.time_s, e.time_s + float(e.value)) for e in truth if e.kind in CONTEXTS]
    assert all(end <= start + 1e-6 for (_, end), (start, _) in pairwise(spans))
    assert sum(end - start for start, end in spans) > 0.75 * 12.0 * HOUR_S


def test_falls_and_trips_come_as_often_as_asked_for() -> None:
    assert not [event for event in planned(12.0, params=SHORT_DAY) if event.kind in {"fall", "trip"}]
    many = planned(10.0, seed=2, params=DayParams(falls=14.0, trips_per_h=20.0))
    counted = Counter(event.kind for event in many)
    assert 3 <= counted["fall"] <= 20
    assert counted["trip"] + counted["toe_catch"] >= 3


def test_it_is_the_same_again_and_stays_small() -> None:
    def hashes(loss: LossParams | None = None) -> list[tuple[int, ...]]:
        told = portions(body(8, DayParams(first_s=20.0)), 0.07 * HOUR_S, 100.0, ROLES, loss=loss, seed=1)
        return [tuple(hash(part.values[role].tobytes()) for role in ROLES) for part in told]

    tracemalloc.start()
    first = hashes()
    peak_mb = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert peak_mb < 25.0
    assert first == hashes(LossParams())
    assert first != hashes(LossParams(lost=0.05))


def test_the_night_is_cheap_to_plan() -> None:
    walker = body(params=DayParams(first_s=8.0 * HOUR_S))
    (off,) = [event for event in walker.truth_before(8.2 * HOUR_S) if event.kind == "off"]
    assert float(off.value) == pytest.approx(8.0 * HOUR_S, abs=60.0)
