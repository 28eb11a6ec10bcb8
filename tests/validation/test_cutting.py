"""The same events, bit for bit, however a recording is cut into blocks and its sensors are interleaved."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.recording.session_folder import SessionFolder, Stream, read_session_folder
from hub.session import Block
from hub.validation.runner import RunOptions, engine_events, events_of
from hub.validation.simulated import SimulationOptions, simulate
from sensors.layout import Role

LENGTH_S = 25.0
PEOPLE = ("gaitpdb/GaPt03_01", "gaitpdb/JuPt17_01", "marpino/author_15")


def first_seconds(folder: SessionFolder, length_s: float) -> SessionFolder:
    """The beginning of a recording, so that many cuttings are quick to try."""
    end_s = folder.start_s + length_s
    kept = {role: stream.time_s < end_s for role, stream in folder.streams.items()}
    streams = {role: Stream(s.time_s[kept[role]], s.values[kept[role]]) for role, s in folder.streams.items()}
    return replace(folder, streams=streams)


def cut(folder: SessionFolder, cuts: dict[Role, list[float]], order: list[int]) -> Iterator[Block]:
    """Blocks cut at given parts of each stream, the streams interleaved as ``order`` says."""
    waiting: list[list[Block]] = []
    for role, (time_s, values) in folder.streams.items():
        edges = sorted({0, len(time_s), *(int(part * len(time_s)) for part in cuts.get(role, ()))})
        waiting.append(
            [
                Block(role, time_s[a:b], values[a:b], float(time_s[b]) if b < len(time_s) else folder.end_s)
                for a, b in pairwise(edges)
            ]
        )
    for turn in order:
        if queue := waiting[turn % len(waiting)]:
            yield queue.pop(0)
    for queue in waiting:
        yield from queue


@cache
def simulated() -> tuple[SessionFolder, list[str]]:
    folder = first_seconds(simulate(SimulationOptions("foot_drop", 1.0, seed=6, trips=1)).folder, 2 * LENGTH_S)
    return folder, whole(folder)


@cache
def recorded(path: Path) -> tuple[SessionFolder, list[str]]:
    folder = first_seconds(read_session_folder(path), LENGTH_S)
    return folder, whole(folder)


def whole(folder: SessionFolder) -> list[str]:
    return [event.to_json() for event in events_of(folder, RunOptions())]


def check_a_cutting(data: st.DataObject, folder: SessionFolder, expected: list[str]) -> None:
    assert len(expected) > 40
    parts = st.lists(st.floats(0.0, 1.0), max_size=20)
    cuts = {role: data.draw(parts) for role in folder.streams}
    order = data.draw(st.lists(st.integers(0, len(cuts) - 1), max_size=60))
    events = [event for some in engine_events(folder.session, cut(folder, cuts, order)) for event in some]
    assert [event.to_json() for event in events] == expected


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_cutting_of_a_simulated_walk(data: st.DataObject) -> None:
    check_a_cutting(data, *simulated())


@pytest.mark.recordings
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(PEOPLE))
def test_any_cutting_of_a_real_walk(recordings: Path, data: st.DataObject, name: str) -> None:
    check_a_cutting(data, *recorded(recordings / name))


@pytest.mark.parametrize("size", [1, 7, 100])
def test_blocks_of_one_seven_and_a_hundred_samples(size: int) -> None:
    folder, expected = simulated()
    assert [event.to_json() for event in events_of(folder, RunOptions(block_size=size))] == expected


def test_the_events_of_a_beginning_never_change() -> None:
    """Prefix runs: everything decided before the cut is told alike, without ``finish``."""
    folder, expected = simulated()
    for part in (0.3, 0.55, 0.8):
        beginning = first_seconds(folder, part * (folder.end_s - folder.start_s))
        told = [
            event.to_json()
            for some in list(engine_events(beginning.session, cut(beginning, {}, [])))[:-1]
            for event in some
        ]
        assert len(told) > 10
        assert told == expected[: len(told)]
