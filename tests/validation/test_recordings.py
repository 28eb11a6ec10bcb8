"""The engine on real recordings of people."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.events import FIELDS, Kind
from hub.recording.session_folder import SessionFolder, Stream, read_session_folder
from hub.session import Block
from hub.validation.cases import INSOLE_ONLY, SHIN_ONLY
from hub.validation.runner import RunOptions, engine_events, events_of, find_sessions, score_folder, without
from hub.validation.score import Measure, Score, Tally, pooled
from sensors.layout import Role

pytestmark = pytest.mark.recordings

SETS = ("marpino", "chen", "gaitpdb", "erciyes", "miyuzn", "pin2gpi")


def score(recordings: Path, name: str, options: RunOptions) -> Score:
    scores = [score_folder(path, options) for path in find_sessions([recordings / name])]
    return pooled(name, [one for one in scores if one is not None])


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("hide", [frozenset(), SHIN_ONLY, INSOLE_ONLY], ids=["all", "shin only", "insole only"])
def test_every_session_replays_and_every_event_is_well_formed(
    recordings: Path, name: str, hide: frozenset[str]
) -> None:
    for path in find_sessions([recordings / name]):
        folder = without(read_session_folder(path), RunOptions(hide).hide)
        events = events_of(folder, RunOptions()) if folder else []
        assert len({event.id for event in events}) == len(events)
        for event in events:
            assert set(event.fields) <= set(FIELDS[event.kind])
            assert event.detected_at_s >= event.time_s
            assert 0.0 <= event.confidence <= 1.0
            json.loads(event.to_json())  # finite numbers only
        for one, next_ in pairwise(events):
            assert next_.detected_at_s >= one.detected_at_s


def test_initial_contacts_from_insoles(recordings: Path) -> None:
    result = score(recordings, "gaitpdb", RunOptions()).tallies[Measure.INITIAL_CONTACT]
    assert result.truth_n > 3500
    assert (result.recall.value or 0) >= 0.97
    assert (result.precision.value or 0) >= 0.97


def test_initial_contacts_from_the_shin_alone_once_its_axes_are_known(recordings: Path) -> None:
    result = score(recordings, "marpino", RunOptions(SHIN_ONLY, warm=True)).tallies[Measure.INITIAL_CONTACT]
    assert result.truth_n > 250
    assert (result.recall.value or 0) >= 0.95


def test_nobody_who_only_walks_or_stands_is_said_to_have_tripped(recordings: Path) -> None:
    for name in ("marpino", "chen", "gaitpdb"):
        assert score(recordings, name, RunOptions()).tallies.get(Measure.TRIP, Tally()).false_n == 0, name


def test_standing_and_falling_are_not_walking(recordings: Path) -> None:
    for path in find_sessions([recordings / "erciyes"]):
        kinds = [event.kind for event in events_of(read_session_folder(path), RunOptions())]
        assert Kind.WALK_START not in kinds, path.name


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
        edges = sorted({0, len(time_s), *(int(part * len(time_s)) for part in cuts[role])})
        waiting.append(
            [
                Block(
                    role,
                    time_s[a:b],
                    values[a:b],
                    float(time_s[b]) if b < len(time_s) else folder.end_s,
                )
                for a, b in pairwise(edges)
            ]
        )
    for turn in order:
        if queue := waiting[turn % len(waiting)]:
            yield queue.pop(0)
    for queue in waiting:
        yield from queue


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(["gaitpdb/GaPt03_01", "gaitpdb/JuPt17_01", "marpino/author_15"]))
def test_any_cutting_gives_the_same_events_bit_for_bit(recordings: Path, data: st.DataObject, name: str) -> None:
    folder = first_seconds(read_session_folder(recordings / name), 15.0)
    whole = [event.to_json() for event in events_of(folder, RunOptions())]
    parts = st.lists(st.floats(0.0, 1.0), max_size=20)
    cuts = {role: data.draw(parts) for role in folder.streams}
    order = data.draw(st.lists(st.integers(0, len(cuts) - 1), max_size=60))
    source = cut(folder, cuts, order)
    assert [event.to_json() for events in engine_events(folder.session, source) for event in events] == whole
    assert len(whole) > 20
