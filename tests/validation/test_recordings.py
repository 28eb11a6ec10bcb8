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
from hub.validation.cases import INSOLE_ONLY, SHIN_ONLY, Figures
from hub.validation.report import DOCUMENT, recorded_section
from hub.validation.runner import RunOptions, Sensors, engine_events, events_of, find_sessions, without
from hub.validation.score import Measure, Tally
from sensors.layout import Role

pytestmark = pytest.mark.recordings

EVERYTHING = frozenset[Sensors]()
RUNS = [(name, EVERYTHING) for name in ("marpino", "chen", "gaitpdb", "erciyes", "miyuzn", "pin2gpi")]
RUNS += [(name, hide) for name in ("marpino", "chen") for hide in (SHIN_ONLY, INSOLE_ONLY)]


@pytest.fixture(scope="module")
def people(recordings: Path) -> tuple[str, Figures]:
    """The page's section on people as it would be written now, and its figures."""
    return recorded_section(recordings)


@pytest.mark.parametrize(("name", "hide"), RUNS)
def test_every_session_replays_and_every_event_is_well_formed(
    recordings: Path, name: str, hide: frozenset[Sensors]
) -> None:
    for path in find_sessions([recordings / name]):
        folder = without(read_session_folder(path), hide)
        events = events_of(folder, RunOptions()) if folder else []
        assert len({event.id for event in events}) == len(events), path.name
        for event in events:
            assert set(event.fields) <= set(FIELDS[event.kind])
            assert event.detected_at_s >= event.time_s
            assert 0.0 <= event.confidence <= 1.0
            json.loads(event.to_json())  # finite numbers only
        for one, next_ in pairwise(events):
            assert next_.detected_at_s >= one.detected_at_s


def test_initial_contacts_from_insoles(people: tuple[str, Figures]) -> None:
    result = people[1]["gaitpdb"].tallies[Measure.INITIAL_CONTACT]
    assert result.truth_n > 3500
    assert (result.recall.value or 0) >= 0.97
    assert (result.precision.value or 0) >= 0.97


def test_initial_contacts_from_the_shin_alone_once_its_axes_are_known(people: tuple[str, Figures]) -> None:
    result = people[1]["marpino_shin_warm"].tallies[Measure.INITIAL_CONTACT]
    assert result.truth_n > 250
    assert (result.recall.value or 0) >= 0.95
    assert (result.precision.value or 0) >= 0.95


@pytest.mark.parametrize("key", ["gaitpdb", "marpino", "marpino_shin_warm", "marpino_shin_cold", "chen", "erciyes"])
def test_nobody_is_said_to_have_tripped(people: tuple[str, Figures], key: str) -> None:
    assert people[1][key].tallies.get(Measure.TRIP, Tally()).false_n == 0


def test_standing_and_falling_are_not_walking(recordings: Path) -> None:
    for path in find_sessions([recordings / "erciyes"]):
        kinds = [event.kind for event in events_of(read_session_folder(path), RunOptions())]
        assert Kind.WALK_START not in kinds, path.name


def test_the_page_shows_these_figures(people: tuple[str, Figures]) -> None:
    assert people[0] in DOCUMENT.read_text(encoding="utf-8"), "docs/validation.md is out of date: run make validate"


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
