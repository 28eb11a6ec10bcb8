import errno
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader

from hub.errors import RecordingError
from hub.intake import Intake, IntakeResult
from hub.packets import Arrival, Calibrated, Connected, Disconnected, Packet
from hub.recording.raw import FLUSH_EVERY_S, RawHeader, RawRecorder, RawRecording
from hub.recording.write_behind import WriteBehind
from hub.session import Wearer
from sensors.catalogue import CATALOGUE
from sensors.driver import DriverOptions
from sensors.layout import Role, Side
from sensors.sketch_layout import SketchField, SketchLayout

KEYS = {Role.LEFT_INSOLE: "orphe_insole", Role.RIGHT_INSOLE: "brilliant_sole", Role.LEFT_SHIN: "witmotion"}
HEADER = RawHeader("walk", Wearer("anna", "left", 61.5, 1.68), tuple(KEYS))


@dataclass
class Live:
    path: Path
    arrivals: list[Arrival] = field(default_factory=list)
    results: list[IntakeResult] = field(default_factory=list)


def new_intake() -> Intake:
    return Intake(HEADER.name, HEADER.wearer, HEADER.expected)


def replay(recording: RawRecording) -> Iterator[IntakeResult]:
    intake = new_intake()
    last_s = 0.0
    for arrival in recording:
        last_s = arrival.arrival_s
        yield intake.feed(arrival)
    yield IntakeResult(intake.tick(last_s if recording.end_s is None else recording.end_s))


def record(path: Path, arrivals: Iterable[Arrival]) -> None:
    with RawRecorder(path, HEADER) as recorder:
        for arrival in arrivals:
            recorder.write(arrival)


def told(results) -> list[tuple]:
    return [
        (r.session, *((b.role, b.time_s.tobytes(), b.values.tobytes(), b.until_s) for b in r.blocks))
        for r in results
        if r.blocks or r.session
    ]


def flat(results) -> list:
    return [part for row in told(results) for part in row if part is not None]


@pytest.fixture(scope="module")
def live(air, device, tmp_path_factory) -> Live:
    """Twelve seconds of three devices, one of which goes away and comes back, recorded while they are taken in live."""
    live = Live(tmp_path_factory.mktemp("raw") / "walk.mcap")
    away = {Role.LEFT_SHIN: ((5.0, 6.5),)}
    world = air([device(role, key, away=away.get(role, ())) for role, key in KEYS.items()])
    recorder, intake = RawRecorder(live.path, HEADER), new_intake()

    def take(arrival: Arrival) -> IntakeResult:
        recorder.write(arrival)
        live.arrivals.append(arrival)
        live.results.append(intake.feed(arrival))
        return live.results[-1]

    def tick(now_s: float) -> None:
        live.results.append(IntakeResult(intake.tick(now_s)))

    world.run(12.0, take, tick)
    for device_ in world.devices:
        device_.away = ((12.0, 99.0),)
    world.run(1.0, take, tick)
    recorder.close(world.now_s)
    assert recorder.problem is None
    return live


def test_arrivals_come_back_as_they_were(live: Live) -> None:
    recording = RawRecording(live.path)
    assert list(recording) == live.arrivals
    assert recording.header == HEADER
    assert recording.damage is None
    assert recording.end_s == pytest.approx(1013.0, abs=0.1)


def test_a_replay_gives_the_blocks_and_sessions_of_live_bit_for_bit(live: Live) -> None:
    replayed = list(replay(RawRecording(live.path)))
    assert flat(replayed) == flat(live.results)
    assert sum(len(block.time_s) for result in replayed for block in result.blocks) > 2000


numbers = st.floats(allow_nan=False, allow_infinity=False)
fields = st.builds(SketchField, scale=numbers, offset=numbers)
arrivals = st.one_of(
    st.builds(
        Packet,
        st.sampled_from(Role),
        st.sampled_from([kind.key for kind in CATALOGUE]),
        st.text(),
        st.binary(),
        st.floats(0, 1e9),
        st.integers(1, 2**31),
        st.text(),
    ),
    st.builds(
        Connected,
        st.sampled_from(Role),
        st.sampled_from([kind.key for kind in CATALOGUE]),
        st.text(),
        st.sampled_from(Side),
        st.builds(
            DriverOptions,
            st.none() | st.floats(1, 1000),
            st.dictionaries(st.text(), st.text(), max_size=3),
            st.none() | st.builds(SketchLayout, fields=st.lists(fields, max_size=3).map(tuple)),
        ),
        st.floats(0, 1e9),
        st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))])),
        st.integers(1, 2**31),
        st.text(),
    ),
    st.builds(Disconnected, st.sampled_from(Role), st.floats(0, 1e9), st.text(), st.integers(1, 2**31), st.text()),
)


@settings(deadline=None, max_examples=20)
@given(arrivals=st.lists(arrivals, max_size=8))
def test_every_arrival_survives(tmp_path_factory: pytest.TempPathFactory, arrivals: list[Arrival]) -> None:
    path = tmp_path_factory.mktemp("raw") / "a.mcap"
    record(path, arrivals)
    assert list(RawRecording(path)) == arrivals


def test_an_adopted_calibration_comes_back_in_its_place(tmp_path: Path) -> None:
    gone = Disconnected(Role.LEFT_SHIN, 1.0, "out of reach", 1, "anna")
    adopted = Calibrated({"version": 2, "stride_scales": {"left_shin": 1 / 3}}, 2.0, "anna")
    path = tmp_path / "a.mcap"
    record(path, [gone, adopted, gone])
    assert list(RawRecording(path)) == [gone, adopted, gone]


def test_a_file_cut_anywhere_is_read_up_to_the_last_seconds(live: Live, tmp_path: Path) -> None:
    data = live.path.read_bytes()
    path = tmp_path / "cut.mcap"
    lengths = []
    for cut in [*range(400, len(data), 2999), *range(len(data) - 300, len(data), 30)]:
        path.write_bytes(data[:cut])
        recording = RawRecording(path)
        found = list(recording)
        assert found == live.arrivals[: len(found)]
        assert recording.damage is not None or recording.end_s is not None
        lengths.append(len(found))
    assert lengths == sorted(lengths)
    assert lengths[-1] == len(live.arrivals)


def test_a_file_cut_within_its_header_is_told(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "cut.mcap"
    for cut in range(0, 100, 7):
        path.write_bytes(live.path.read_bytes()[:cut])
        with pytest.raises(RecordingError, match=r"cut off at its very start$"):
            RawRecording(path)


def test_what_was_flushed_is_readable_while_recording_goes_on(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "going_on.mcap"
    recorder = RawRecorder(path, HEADER)
    for arrival in live.arrivals:
        recorder.write(arrival)
    recorder._file._queue.put(None)  # what a crash leaves: the thread ends, and nobody finishes the file
    recorder._file._thread.join()
    recording = RawRecording(path)
    found = list(recording)
    assert found == live.arrivals[: len(found)]
    assert recording.damage == "the file is cut short"
    assert live.arrivals[-1].arrival_s - found[-1].arrival_s <= FLUSH_EVERY_S
    assert flat(replay(recording)) == flat(live.results)[: len(flat(replay(recording)))]


@pytest.mark.parametrize("noise", [b"\x00" * 4096, b"\xff" * 4096, bytes(range(256)) * 16])
def test_a_tail_of_noise_is_left_out_and_told(live: Live, tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "noise.mcap"
    half = len(live.path.read_bytes()) // 2
    path.write_bytes(live.path.read_bytes()[:half] + noise)
    recording = RawRecording(path)
    found = list(recording)
    assert len(found) > 100
    assert found == live.arrivals[: len(found)]
    assert recording.damage is not None


def test_a_flipped_bit_is_noticed(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "flipped.mcap"
    for place in range(2000, 20000, 1777):
        data = bytearray(live.path.read_bytes())
        data[place] ^= 0x10
        path.write_bytes(data)
        recording = RawRecording(path)
        found = list(recording)
        assert found == live.arrivals[: len(found)]
        assert recording.damage is not None or len(found) == len(live.arrivals)


def test_other_mcap_tools_can_read_it(live: Live) -> None:
    with live.path.open("rb") as file:
        reader = make_reader(file)
        assert reader.get_header().profile == "insole-hub"
        topics = {channel.topic for _, channel, _ in reader.iter_messages()}
        assert "/left_shin/link" in topics
        assert reader.get_summary().statistics.message_count == len(live.arrivals)


def test_a_recording_costs_little_disk(live: Live) -> None:
    payload = sum(len(arrival.data) for arrival in live.arrivals if isinstance(arrival, Packet))
    assert live.path.stat().st_size < 1.2 * payload


def test_a_recording_is_not_overwritten(live: Live) -> None:
    with pytest.raises(RecordingError, match="is there already"):
        RawRecorder(live.path, HEADER)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written"):
        RawRecorder(tmp_path / "nowhere" / "a.mcap", HEADER)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no MCAP recording"),
        (b"time_s,c0\n0,1\n", "is no MCAP recording"),
        (b"\x89MCAP0\r\n", "is no MCAP recording"),
    ],
)
def test_what_is_no_recording(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=words):
        RawRecording(path)


def test_a_recording_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        RawRecording(tmp_path / "a.mcap")


def test_a_device_of_the_future_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    record(path, [Packet(Role.LEFT_SHIN, "hover_boot", "fff1", b"", 1.0)])
    with pytest.raises(RecordingError, match="hover_boot"):
        list(RawRecording(path))


def test_nothing_is_written_after_a_failure(tmp_path: Path) -> None:
    class FailsOnce(io.FileIO):
        writes = 0

        def write(self, data) -> int:
            self.writes += 1
            if self.writes == 2:
                raise OSError(errno.EIO, "Input/output error")
            return super().write(data)

    file = WriteBehind(tmp_path / "a")
    file._file.close()
    file._file = FailsOnce(tmp_path / "a", "w")
    for data in (b"one ", b"two ", b"three "):
        file.write(data)
        file.flush()
    file.close()
    assert file.problem == "Input/output error"
    assert (tmp_path / "a").read_bytes() == b"one "


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_full_disk_ends_the_recording_and_not_the_hub(tmp_path: Path, live: Live) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    recorder = RawRecorder(tmp_path / "a.mcap", HEADER)
    recorder._file._file.close()
    recorder._file._file = full.open("wb")
    for arrival in live.arrivals:
        recorder.write(arrival)
    recorder.close()
    assert recorder.problem == "No space left on device"
