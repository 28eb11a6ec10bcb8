"""What the running hub records: runs in files that follow each other, clips of trips, and room for both."""

import errno
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.errors import RecordingError
from hub.events import Event, Kind
from hub.gait import KeptCalibration
from hub.intake import IntakeResult
from hub.packets import Arrival
from hub.pipeline import Pipeline
from hub.playback import open_recording
from hub.recording import runs, shelf
from hub.recording.clip_labels import Spoken
from hub.recording.keeper import Keeper
from hub.recording.raw import RawHeader, RawRecorder, RawRecording
from hub.recording.runs import RunRecorder, RunRecording, run_files
from hub.recording.shelf import Shelf
from hub.session import Wearer
from sensors.layout import Role, Side
from sensors.walker import Walker, demo_script

KEYS = {Role.LEFT_INSOLE: "orphe_insole", Role.RIGHT_INSOLE: "brilliant_sole", Role.RIGHT_SHIN: "witmotion"}
HEADER = RawHeader("home/anna/20261121T083000Z", Wearer("anna", "right"), tuple(KEYS))
TRIP = Event("trip-1", Kind.TRIP, Side.RIGHT, 1025.0, 1026.5, 0.9, {"stage": "confirmed"})


@dataclass(frozen=True)
class Walked:
    """What arrives while somebody walks for 45 s, whoever records it."""

    start_s: float
    arrivals: tuple[Arrival, ...]

    def take(self, seconds: float, take: Callable[[Pipeline, Arrival], IntakeResult]) -> Pipeline:
        """Hear the first of it; nothing is decided on."""
        pipeline = Pipeline(HEADER.name, HEADER.wearer, HEADER.expected)
        for arrival in self.arrivals:
            if arrival.arrival_s <= self.start_s + seconds:
                take(pipeline, arrival)
        return pipeline


@pytest.fixture(scope="module")
def walk(air, device) -> Walked:
    world = air([device(role, key, away=((9.0, 11.0),) if key == "witmotion" else ()) for role, key in KEYS.items()])
    world.body = Walker(demo_script(), start_s=world.start_s, chunk_s=4)
    pipeline, arrivals = Pipeline(HEADER.name, HEADER.wearer, HEADER.expected), []

    def taken(arrival: Arrival) -> IntakeResult:
        arrivals.append(arrival)
        return pipeline.feed(arrival)

    world.run(45.0, taken)
    return Walked(world.start_s, tuple(arrivals))


def played(path: Path) -> list[str]:
    return [event.to_json() for events in open_recording(path).events(None) for event in events]


@pytest.fixture(scope="module")
def run(walk: Walked, tmp_path_factory) -> tuple[Path, list[str]]:
    """A run of 40 s in files of 7 s, and what was told live."""
    folder = tmp_path_factory.mktemp("runs") / "anna-1"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FILE_S", 7.0)
        recorder, told = RunRecorder(folder, HEADER, KeptCalibration), []

        def take(pipeline: Pipeline, arrival: Arrival) -> IntakeResult:
            result = pipeline.feed(arrival)
            recorder.write(arrival, has_samples=result.valid)
            told.extend(pipeline.decide())
            return result

        told.extend(walk.take(40.0, take).finish())
        recorder.close()
    assert recorder.problem is None
    return folder, [event.to_json() for event in told]


def test_the_files_of_a_run_replay_to_what_was_told_live(run: tuple[Path, list[str]]) -> None:
    folder, told = run
    assert [path.name for path in run_files(folder)] == [f"{n:06d}.mcap" for n in range(1, 7)]
    assert sum(f'"kind":"{Kind.INITIAL_CONTACT}"' in line for line in told) > 30
    assert played(folder) == told


def test_each_file_of_a_run_can_be_replayed_alone(run: tuple[Path, list[str]]) -> None:
    for path in run_files(run[0])[1:]:
        recording = open_recording(path)
        contacts = [e for events in recording.events(None) for e in events if e.kind is Kind.INITIAL_CONTACT]
        assert recording.session is not None
        assert set(recording.session.sensors) == set(KEYS)
        assert recording.notes == ()
        assert len(contacts) >= 3, path
        assert all(recording.start_s <= contact.time_s <= recording.end_s for contact in contacts)


def test_a_run_whose_oldest_files_are_gone_replays_from_the_next(run: tuple[Path, list[str]], tmp_path: Path) -> None:
    rest = tmp_path / "rest"
    rest.mkdir()
    for path in run_files(run[0])[2:]:
        (rest / path.name).write_bytes(path.read_bytes())
    assert sum(f'"kind":"{Kind.INITIAL_CONTACT}"' in line for line in played(rest)) > 20
    (rest / "000004.mcap").unlink()
    recording = RunRecording(rest)
    assert len(list(recording)) > 0
    assert recording.damage == "what came before 000005.mcap is missing"


def test_a_file_that_fails_is_a_gap_and_the_next_one_goes_on(
    walk: Walked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runs, "FILE_S", 7.0)
    keeper = Keeper(Shelf(tmp_path, 1000.0, 1000.0), HEADER, KeptCalibration, lambda time_s: round(time_s * 1e9))
    folder = keeper.start_run()
    (folder / "000003.mcap").mkdir()

    def take(pipeline: Pipeline, arrival: Arrival) -> IntakeResult:
        result = pipeline.feed(arrival)
        keeper.see(arrival, has_samples=result.valid)
        return result

    with caplog.at_level(logging.ERROR):
        walk.take(30.0, take)
    keeper.close(None)
    assert keeper.counts.failures_n == 1
    assert caplog.text.count("recording has a gap") == 1
    assert "000003.mcap" in caplog.text
    (folder / "000003.mcap").rmdir()
    assert [path.stem for path in run_files(folder)] == ["000001", "000002", "000004", "000005"]
    assert RunRecording(folder).damage is None  # known once it was read
    assert sum('"initial_contact"' in line for line in played(folder)) > 10


def test_a_trip_leaves_a_clip_that_replays(walk: Walked, tmp_path: Path) -> None:
    keeper = Keeper(Shelf(tmp_path, 1000.0, 1000.0), HEADER, KeptCalibration, lambda time_s: round(time_s * 1e9))

    def take(pipeline: Pipeline, arrival: Arrival) -> IntakeResult:
        result = pipeline.feed(arrival)
        keeper.see(arrival, has_samples=result.valid)
        if abs(arrival.arrival_s - TRIP.detected_at_s) < 0.005 and not keeper._clips._open:
            keeper.see_events([replace(TRIP, fields={"stage": "candidate"}), TRIP])
        return result

    walk.take(45.0, take)
    keeper.close(None)
    (clip,) = (tmp_path / "clips").iterdir()
    assert clip.name == "anna-19700101T001705Z-trip-trip-1.mcap"
    assert keeper.counts.clips_n == 1
    assert RawRecording(clip).header.events == (TRIP.to_json(),)
    recording = open_recording(clip)
    contacts = [e for events in recording.events(None) for e in events if e.kind is Kind.INITIAL_CONTACT]
    assert recording.start_s == pytest.approx(1015.0)
    assert recording.end_s == pytest.approx(1035.0, abs=0.2)
    assert len(contacts) > 12
    assert not (tmp_path / "recordings").exists()


def test_a_clip_of_a_trip_just_before_the_end_is_kept(walk: Walked, tmp_path: Path) -> None:
    keeper = Keeper(Shelf(tmp_path, 1000.0, 1000.0), HEADER, KeptCalibration, lambda time_s: round(time_s * 1e9))

    def take(pipeline: Pipeline, arrival: Arrival) -> IntakeResult:
        result = pipeline.feed(arrival)
        keeper.see(arrival, has_samples=result.valid)
        return result

    walk.take(27.0, take)
    keeper.see_events([TRIP])
    keeper.close(None)
    (clip,) = (tmp_path / "clips").iterdir()
    assert list(RawRecording(clip))[-1].arrival_s == pytest.approx(1027.0, abs=0.1)


SAID = Spoken(
    ("trip-1", "fall-1"),
    datetime(1970, 1, 1, 0, 17, 5, tzinfo=UTC),
    datetime(1970, 1, 1, 0, 18, tzinfo=UTC),
    {"real": True},
)
FALL = replace(TRIP, id="fall-1", kind=Kind.FALL, time_s=1027.0, detected_at_s=1034.0)


def test_what_is_said_before_a_clip_is_written_lies_beside_it_and_once(walk: Walked, tmp_path: Path) -> None:
    keeper = Keeper(Shelf(tmp_path, 1000.0, 1000.0), HEADER, KeptCalibration, lambda time_s: round(time_s * 1e9))
    note = {"text": "on the stairs"}

    def take(pipeline: Pipeline, arrival: Arrival) -> IntakeResult:
        result = pipeline.feed(arrival)
        keeper.see(arrival, has_samples=result.valid)
        return result

    walk.take(27.0, take)
    keeper.see_events([TRIP, FALL])
    keeper.labels.say(replace(SAID, note=note))
    assert not (tmp_path / "clips").exists()
    keeper.close(None)
    (label,) = (tmp_path / "clips").glob("*.json")
    assert label.name == "anna-19700101T001705Z-trip-trip-1.json"
    assert json.loads(label.read_text()) == {"real": True, "notes": [note]}
    keeper.labels.say(replace(SAID, event_ids=("fall-1",), said={"real": False}))  # it has no clip of its own name
    assert json.loads(label.read_text()) == {"real": False, "notes": [note]}
    keeper.labels.say(replace(SAID, event_ids=("fall-2",), said={"real": True}))
    assert json.loads(label.read_text())["real"] is False


def test_it_is_known_up_to_when_clips_have_made_way(tmp_path: Path) -> None:
    for n in range(1, 4):
        fill(tmp_path / f"clips/anna-2026010{n}T000000Z-trip-t{n}.mcap", 1.0, 100.0 - n)
    room = Shelf(tmp_path, 1000.0, 1.5)
    assert room.made_way_until("anna") is None
    room.tidy(set())
    assert room.made_way_until("anna") == datetime(2026, 1, 2, tzinfo=UTC)
    fill(tmp_path / "clips/anna-20250101T000000Z-trip-t0.mcap", 1.0, 500.0)
    room.tidy(set())
    assert room.made_way_until("anna") == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_clip_that_the_disk_does_not_take_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(Shelf(tmp_path, 1000.0, 1000.0), HEADER, KeptCalibration, lambda _time_s: 0)

    def refuse(*_args: object) -> RawRecorder:
        raise RecordingError(tmp_path, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("hub.recording.keeper.RawRecorder", refuse)
    keeper.see_events([TRIP])
    keeper.close(None)
    assert (keeper.counts.clips_n, keeper.counts.failures_n) == (0, 1)
    assert "No space left on device; detection goes on" in caplog.text


def fill(path: Path, megabytes: float, age_s: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(int(megabytes * 1e6)))
    os.utime(path, (1e9 - age_s, 1e9 - age_s))
    return path


def test_the_oldest_recordings_go_first_and_never_one_in_use(tmp_path: Path) -> None:
    old = [fill(tmp_path / f"recordings/anna-1/{n:06d}.mcap", 1.0, 100.0 - n) for n in range(1, 5)]
    new = [fill(tmp_path / f"recordings/anna-2/{n:06d}.mcap", 1.0, 50.0 - n) for n in range(1, 5)]
    clips = [fill(tmp_path / f"clips/{n}.mcap", 1.0, 100.0 - n) for n in range(4)]
    room = Shelf(tmp_path, 3.5, 2.5)
    room.tidy({old[0]})
    assert sorted((tmp_path / "recordings").rglob("*.mcap")) == [old[0], *new[1:]]
    assert sorted((tmp_path / "clips").iterdir()) == clips[2:]
    assert room.removed_n == 6
    room.tidy(set())
    assert room.removed_n == 7
    assert not old[0].parent.exists()


def test_raw_recordings_make_way_on_a_full_disk_and_clips_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = [fill(tmp_path / f"recordings/anna-1/{n:06d}.mcap", 1.0, 100.0 - n) for n in range(1, 4)]
    clip = fill(tmp_path / "clips/1.mcap", 1.0, 500.0)
    left = shelf.RAW_SPARE_BYTES - 1_500_000
    monkeypatch.setattr(
        "hub.recording.shelf.shutil.disk_usage", lambda _path: shelf.shutil._ntuple_diskusage(0, 0, left)
    )
    Shelf(tmp_path, 1000.0, 1000.0).tidy(set())
    assert [path.exists() for path in [*raw, clip]] == [False, False, True, True]


def test_an_empty_state_folder_needs_no_tidying(tmp_path: Path) -> None:
    room = Shelf(tmp_path / "nowhere", 10.0, 10.0)
    room.tidy(set())
    assert room.removed_n == 0
