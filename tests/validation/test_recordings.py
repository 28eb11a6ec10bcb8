"""The engine on real recordings of people."""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from hub.events import FIELDS, Event, Kind
from hub.recording.session_folder import SessionFolder, read_session_folder
from hub.validation.cases import INSOLE_ONLY, SHIN_ONLY, Figures
from hub.validation.report import DOCUMENT, recorded_section
from hub.validation.runner import RunOptions, Sensors, events_of, find_sessions, prepared
from hub.validation.score import Measure, Tally

pytestmark = pytest.mark.recordings

EVERYTHING = frozenset[Sensors]()
RUNS = [(name, EVERYTHING) for name in ("marpino", "chen", "gaitpdb", "erciyes", "miyuzn", "pin2gpi")]
RUNS += [(name, hide) for name in ("marpino", "chen") for hide in (SHIN_ONLY, INSOLE_ONLY)]


read = cache(read_session_folder)


@cache
def told(path: Path, hide: frozenset[Sensors], *, warm: bool = False, both_weak: bool = False) -> list[Event]:
    """All events of a session, whoever asks for them."""
    options = RunOptions(hide, warm=warm, both_weak=both_weak)
    folder = prepared(read(path), options)
    return events_of(folder, options) if folder else []


@pytest.fixture(scope="module")
def people(recordings: Path) -> tuple[str, Figures]:
    """The page's section on people as it would be written now, and its figures."""
    opened: list[Path] = []

    def opening(path: Path) -> SessionFolder:
        opened[:] = [path]
        return read(path)

    def of(_folder: SessionFolder, options: RunOptions) -> list[Event]:
        return told(opened[0], options.hide, warm=options.warm, both_weak=options.both_weak)

    with pytest.MonkeyPatch.context() as patch:  # a session is read once, and plays once however it is then judged
        patch.setattr("hub.validation.runner.read_session_folder", opening)
        patch.setattr("hub.validation.runner.events_of", of)
        return recorded_section(recordings)


@pytest.mark.parametrize(("name", "hide"), RUNS)
def test_every_session_replays_and_every_event_is_well_formed(
    recordings: Path, name: str, hide: frozenset[Sensors]
) -> None:
    for path in find_sessions([recordings / name]):
        events = told(path, hide)
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
        assert Kind.WALK_START not in [event.kind for event in told(path, EVERYTHING)], path.name


def test_the_page_shows_these_figures(people: tuple[str, Figures]) -> None:
    shown = DOCUMENT.read_text(encoding="utf-8")
    missing = [line for line in people[0].splitlines() if line not in shown]
    assert missing == [], "docs/validation.md is out of date: run make validate"
