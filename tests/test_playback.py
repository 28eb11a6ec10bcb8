"""Recordings as a source of events: what was decided live is decided again, bit for bit."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from hub.errors import RecordingError
from hub.events import Kind
from hub.intake import IntakeResult
from hub.packets import Arrival
from hub.pipeline import Pipeline
from hub.playback import open_recording
from hub.recording.raw import RawHeader, RawRecorder, RawRecording
from hub.recording.session_folder import write_session_folder
from hub.session import Wearer
from hub.validation.simulated import SimulationOptions, simulate
from sensors.layout import Role
from sensors.walker import Walker, demo_script

KEYS = {Role.LEFT_INSOLE: "orphe_insole", Role.RIGHT_INSOLE: "orphe_insole", Role.RIGHT_SHIN: "witmotion"}
HEADER = RawHeader("walk", Wearer("anna", "right"), tuple(KEYS))


def played(path: Path, speed: float | None = None) -> list[str]:
    return [event.to_json() for events in open_recording(path).events(speed) for event in events]


@pytest.fixture(scope="module")
def live(air, device, tmp_path_factory) -> tuple[Path, list[str]]:
    """A raw recording of 40 s of walking, and the events that the hub told live meanwhile."""
    path = tmp_path_factory.mktemp("raw") / "walk.mcap"
    world = air([device(role, key) for role, key in KEYS.items()])
    world.body = Walker(demo_script(), start_s=world.start_s, chunk_s=4)
    pipeline, told, chance = Pipeline(HEADER.name, HEADER.wearer, HEADER.expected), [], random.Random(1)

    with RawRecorder(path, HEADER) as recorder:

        def take(arrival: Arrival) -> IntakeResult:
            recorder.write(arrival)
            result = pipeline.feed(arrival)
            if chance.random() < 0.5:  # on a busy computer several arrivals are decided on at once
                told.extend(pipeline.decide())
            return result

        world.run(40.0, take)
    told.extend(pipeline.finish())
    return path, [event.to_json() for event in told]


def test_a_raw_recording_gives_the_events_that_were_told_live(live: tuple[Path, list[str]]) -> None:
    path, told = live
    assert sum(f'"kind":"{Kind.INITIAL_CONTACT}"' in line for line in told) > 30
    assert played(path, speed=1000.0) == told


def test_a_raw_recording_knows_what_was_worn_and_how_long(live: tuple[Path, list[str]]) -> None:
    recording = open_recording(live[0])
    assert [event.to_json() for events in recording.events(None) for event in events] == live[1]
    assert recording.session is not None
    assert set(recording.session.sensors) == set(KEYS)
    assert recording.end_s - recording.start_s == pytest.approx(40.0, abs=0.5)
    assert recording.notes == ()


def test_a_raw_recording_cut_short_plays_as_far_as_it_goes(live: tuple[Path, list[str]], tmp_path: Path) -> None:
    path, told = live
    short = tmp_path / "short.mcap"
    short.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    recording = open_recording(short)
    events = [event.to_json() for some in recording.events(None) for event in some]
    assert "cut short" in " ".join(recording.notes)
    same = next((n for n, (one, other) in enumerate(zip(events, told, strict=False)) if one != other), len(events))
    assert same > 20
    assert len(events) - same <= 6  # only what closes at the end


def test_a_session_folder_gives_the_same_events_at_any_speed(tmp_path: Path) -> None:
    write_session_folder(tmp_path / "w", simulate(SimulationOptions("foot_drop", 0.4)).folder)
    told = played(tmp_path / "w")
    assert len(told) > 20
    assert played(tmp_path / "w", speed=500.0) == told


def test_a_paced_recording_takes_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_session_folder(tmp_path / "w", simulate(SimulationOptions("healthy", 0.4)).folder)
    clock_s = [0.0]
    monkeypatch.setattr("hub.playback.time.monotonic", lambda: clock_s[0])
    monkeypatch.setattr("hub.playback.time.sleep", lambda s: clock_s.__setitem__(0, clock_s[0] + s))
    played(tmp_path / "w", speed=2.0)
    assert clock_s[0] == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize("name", ["missing", "text.mcap", "empty"])
def test_what_is_no_recording_is_one_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.mcap").write_text("no recording")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingError, match=name):
        played(tmp_path / name)


def test_a_recording_begins_with_what_was_known_when_it_was_made(live, tmp_path: Path) -> None:
    """What yesterday's walk has taught changes the first steps of today's: a replay must begin with it too."""
    cold_path, cold = live
    yesterday = Pipeline(HEADER.name, HEADER.wearer, HEADER.expected)
    arrivals = list(RawRecording(cold_path))
    for arrival in arrivals:
        yesterday.feed(arrival)
    yesterday.finish()
    kept = yesterday.calibration()
    today, path, told = Pipeline(HEADER.name, HEADER.wearer, HEADER.expected, kept), tmp_path / "today.mcap", []
    with RawRecorder(path, replace(HEADER, kept=kept)) as recorder:
        for arrival in arrivals:
            recorder.write(arrival)
            today.feed(arrival)
            told += today.decide()
    told += today.finish()
    replayed = played(path)
    assert replayed == [event.to_json() for event in told]
    assert replayed != cold
