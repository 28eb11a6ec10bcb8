import gzip
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hub.errors import RecordingError
from hub.recording.session_folder import SessionFolder, Stream, blocks, read_session_folder, write_session_folder
from hub.recording.truth import Truth
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import Cell, LoadUnit, Region, Role, Side

CELLS = (Cell(0.5, 0.08, Region.HEEL), Cell(0.25, 0.71, Region.FOREFOOT))
RECORDINGS = Path(os.environ.get("INSOLE_HUB_RECORDINGS", Path(__file__).parents[2] / "../shared/data"))


def a_folder(samples: int = 20) -> SessionFolder:
    time_s = np.arange(samples) / 100 - 0.0123456789
    insole = Stream(time_s, np.random.default_rng(1).normal(0, 300, (samples, 2)))
    shin = Stream(time_s[5:] + 0.003, np.random.default_rng(2).normal(0, 9, (samples - 5, 6)))
    wearer = Wearer(affected_side="left", mass_kg=70.5, height_m=1.71)
    session = Session(
        name='walk "one" \u00e9\t\x7f',
        wearer=wearer,
        sensors={
            Role.LEFT_INSOLE: InsoleSpec(100.0, LoadUnit.N, CELLS),
            Role.LEFT_SHIN: ShinSpec(100.0, "shank", accelerometer=False),
        },
        source="a walk",
    )
    truth = (
        Truth(0.0, Side.BOTH, "walk", "0.15"),
        Truth(0.05, Side.LEFT, "initial_contact", "toe"),
        Truth(0.1, Side.LEFT, "toe_drag", "0.02"),
    )
    return SessionFolder(session, {Role.LEFT_INSOLE: insole, Role.LEFT_SHIN: shin}, truth)


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_written_is_read_back_bit_for_bit(tmp_path: Path, packed: bool) -> None:
    written = a_folder()
    write_session_folder(tmp_path / "a", written, packed=packed)
    read = read_session_folder(tmp_path / "a")
    assert read.session == written.session
    assert read.truth == written.truth
    assert list(read.streams) == list(written.streams)
    for role, stream in written.streams.items():
        np.testing.assert_array_equal(read.streams[role].time_s, stream.time_s)
        np.testing.assert_array_equal(read.streams[role].values, stream.values)


@given(values=hnp.arrays(np.float64, (4, 2), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_every_finite_number_survives(tmp_path_factory: pytest.TempPathFactory, values: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("folder") / "a"
    folder = a_folder()
    stream = Stream(np.arange(4.0), values)
    write_session_folder(path, SessionFolder(folder.session, {Role.LEFT_INSOLE: stream}), packed=False)
    assert read_session_folder(path).streams[Role.LEFT_INSOLE].values.tobytes() == values.tobytes()


def test_the_same_recording_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_session_folder(tmp_path / name, a_folder())
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_folder_in_use_is_not_overwritten(tmp_path: Path) -> None:
    write_session_folder(tmp_path, a_folder())
    with pytest.raises(RecordingError, match="not empty"):
        write_session_folder(tmp_path, a_folder())


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        text = (path / name).read_text()
        assert text.count(old) >= 1, f"{name} has no {old!r}"
        (path / name).write_text(text.replace(old, new, 1))

    return edit


def write(name: str, content: str | bytes) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return edit


def remove(*names: str) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        for name in names:
            (path / name).unlink()

    return edit


def packed_badly(spoil: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        data = gzip.compress((path / "left_insole.csv").read_bytes())
        (path / "left_insole.csv").unlink()
        (path / "left_insole.csv.gz").write_bytes(spoil(data))

    return edit


TABLE = "time_s,c0,c1\n0.00,1,2\n0.01,3,4\n0.02,5,6\n"
TOML = """version = 1
name = "a"

[wearer]
affected_side = "left"

[left_insole]
rate_hz = 100.0
unit = "n"
cells = [
    { x = 0.50, y = 0.08, region = "heel" },
    { x = 0.50, y = 0.92, region = "toes" },
]

[left_shin]
rate_hz = 100.0
"""
SHIN = "time_s,ax,ay,az,gx,gy,gz\n0.00,0,0,9.81,0,0,0\n0.01,0,0,9.81,0,0,0\n"
TRUTH = "time_s,side,kind,value\n0.00,both,walk,0.02\n0.01,left,initial_contact,toe\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "session.toml": TOML,
        "left_insole.csv": TABLE,
        "left_shin.csv": SHIN,
        "truth.csv": TRUTH,
    }.items():
        (tmp_path / name).write_text(text)
    read_session_folder(tmp_path)
    return tmp_path


MISTAKES = {
    "nan": (replace("left_insole.csv", "3,4", "nan,4"), ["left_insole.csv, line 3, column c0", "not a finite number"]),
    "infinity": (replace("left_shin.csv", "9.81,0,0,0\n0.01", "inf,0,0,0\n0.01"), ["line 2, column az"]),
    "text": (replace("left_insole.csv", "5,6", "5,six"), ["line 4, column c1", "'six'"]),
    "empty cell": (replace("left_insole.csv", "5,6", "5,"), ["line 4, column c1", "leave the row out"]),
    "time back": (replace("left_insole.csv", "0.02", "0.005"), ["line 4, column time_s", "must increase"]),
    "time equal": (replace("left_insole.csv", "0.02", "0.01"), ["line 4, column time_s", "must increase"]),
    "time equal after a blank line": (replace("left_insole.csv", "0.02", "\n0.01"), ["line 5, column time_s"]),
    "row cut short": (replace("left_insole.csv", "3,4", "3"), ["line 3, column c1", "2 cells where the header has 3"]),
    "stray comma": (replace("left_insole.csv", "3,4", "3,4,"), ["line 3", "4 cells where the header has 3"]),
    "every row too long": (write("left_insole.csv", "time_s,c0,c1\n0,1,2,3\n"), ["line 2", "4 cells"]),
    "column missing": (replace("left_insole.csv", ",c1", ""), ["line 1, column c1", "missing", "time_s,c0,c1"]),
    "column surplus": (replace("left_insole.csv", ",c1", ",c1,c2"), ["line 1, column c2", "unexpected"]),
    "columns swapped": (replace("left_shin.csv", "ax,ay", "ay,ax"), ["line 1", "another order"]),
    "semicolons": (replace("left_insole.csv", "time_s,c0,c1", "time_s;c0;c1"), ["line 1", "commas"]),
    "empty": (write("left_insole.csv", ""), ["left_insole.csv", "is empty"]),
    "header only": (write("left_insole.csv", "time_s,c0,c1\n"), ["left_insole.csv", "no samples"]),
    "not utf-8": (write("left_insole.csv", b"time_s,c0,c1\n0,1,2\n\xff\xfe"), ["line 3", "UTF-8"]),
    "gzip cut": (packed_badly(lambda data: data[:-12]), ["left_insole.csv.gz", "cut short"]),
    "gzip damaged": (packed_badly(lambda data: data[:20] + b"\x00" + data[21:]), ["left_insole.csv.gz", "gzip"]),
    "not gzip": (packed_badly(gzip.decompress), ["left_insole.csv.gz", "not a gzip file"]),
    "both forms": (write("left_insole.csv.gz", gzip.compress(TABLE.encode())), ["twice"]),
    "a sensor nobody described": (write("right_shin.csv", SHIN), ["right_shin.csv", "[right_shin]", "session.toml"]),
    "no sensor": (remove("left_insole.csv", "left_shin.csv"), ["no sensor at all"]),
    "no session.toml": (remove("session.toml"), ["no session.toml"]),
    "session.toml empty": (write("session.toml", ""), ["session.toml", "is empty"]),
    "no toml": (write("session.toml", "version = 1\nname = a walk\n"), ["session.toml", "line 2"]),
    "no version": (replace("session.toml", "version = 1\n", ""), ["version is missing"]),
    "later version": (replace("session.toml", "version = 1", "version = 2"), ["line 1", "version 2", "version 1"]),
    "unknown key": (
        replace("session.toml", "unit =", "units ="),
        ["line 9", "left_insole.units", "did you mean unit?"],
    ),
    "unknown table": (replace("session.toml", "[left_shin]", "[left_shim]"), ["line 15", "did you mean left_shin?"]),
    "unknown unit": (replace("session.toml", '"n"', '"N"'), ["line 9", "left_insole.unit", "did you mean n?"]),
    "unknown region": (
        replace("session.toml", '"toes"', '"toe"'),
        ["line 12", "left_insole.cells[1].region", "did you mean toes?"],
    ),
    "position outside": (replace("session.toml", "y = 0.92", "y = 9.2"), ["line 12", "cells[1].y", "0 (heel) to 1"]),
    "no cells": (replace("session.toml", "cells = [", "cells = []\nother = ["), ["left_insole"]),
    "rate missing": (replace("session.toml", "rate_hz = 100.0\nunit", "unit"), ["left_insole.rate_hz is missing"]),
    "rate zero": (replace("session.toml", "100.0", "0"), ["line 8", "left_insole.rate_hz"]),
    "rate in quotes": (replace("session.toml", "100.0", '"100"'), ["line 8", "left_insole.rate_hz", "'100'"]),
    "side of the wearer": (replace("session.toml", '"left"', '"lift"'), ["line 5", "did you mean left?"]),
    "on_off with loads": (replace("session.toml", '"n"', '"on_off"'), ["left_insole.csv, line 2, column c1", "0 or 1"]),
    "truth: kind": (replace("truth.csv", "walk", "wolk"), ["truth.csv, line 2, column kind", "did you mean walk?"]),
    "truth: side": (replace("truth.csv", "left", "both"), ["truth.csv, line 3, column side", "left or right"]),
    "truth: strike": (replace("truth.csv", "toe", "toes"), ["truth.csv, line 3, column value", "heel, flat, toe"]),
    "truth: no duration": (replace("truth.csv", "walk,0.02", "walk,"), ["truth.csv, line 2, column value", "seconds"]),
    "truth: time": (replace("truth.csv", "0.01", "nan"), ["truth.csv, line 3, column time_s"]),
    "truth: cells": (replace("truth.csv", "contact,toe", "contact"), ["truth.csv, line 3", "3 cells"]),
    "truth: columns": (replace("truth.csv", "kind", "type"), ["truth.csv, line 1, column kind", "missing"]),
}


@pytest.mark.parametrize(("spoil", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_one_line_with_its_place(
    folder: Path, spoil: Callable[[Path], None], words: list[str]
) -> None:
    spoil(folder)
    with pytest.raises(RecordingError) as caught:
        read_session_folder(folder)
    message = str(caught.value)
    assert message.startswith(str(folder))
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_path_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="does not exist"):
        read_session_folder(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="no session folder"):
        read_session_folder(tmp_path / "file")


def test_tables_from_a_spreadsheet_are_read(folder: Path) -> None:
    windows = "\ufeff" + TABLE.replace("\n", "\r\n") + "\r\n"
    (folder / "left_insole.csv").write_bytes(windows.encode())
    assert read_session_folder(folder).streams[Role.LEFT_INSOLE].values.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_oddities_that_can_be_lived_with_are_noted(folder: Path) -> None:
    (folder / "left_shin.csv").unlink()
    (folder / "left_insol.csv").write_text(TABLE)
    replace("session.toml", "100.0", "50.0")(folder)
    notes = read_session_folder(folder).session.notes
    assert [note.partition(":")[0] for note in notes] == ["left_insol.csv", "left_insole", "left_shin"]
    assert "left_insole.csv" in notes[0]
    assert "100 Hz" in notes[1]
    assert list(read_session_folder(folder).session.sensors) == [Role.LEFT_INSOLE]


@given(size=st.none() | st.integers(1, 30), gap_at=st.integers(1, 18))
def test_blocks_hold_every_sample_once_and_keep_their_promises(size: int | None, gap_at: int) -> None:
    folder = a_folder()
    time_s = folder.streams[Role.LEFT_INSOLE].time_s.copy()
    time_s[gap_at:] += 2.0
    streams = {**folder.streams, Role.LEFT_INSOLE: Stream(time_s, folder.streams[Role.LEFT_INSOLE].values)}
    folder = SessionFolder(folder.session, streams)
    played = list(blocks(folder, size))
    for role, stream in folder.streams.items():
        own = [block for block in played if block.role == role]
        np.testing.assert_array_equal(np.concatenate([block.time_s for block in own]), stream.time_s)
        np.testing.assert_array_equal(np.concatenate([block.values for block in own]), stream.values)
        for before, after in pairwise(own):
            assert after.time_s[0] >= before.until_s
            assert before.until_s > before.time_s[-1] if len(before.time_s) else True
        assert own[-1].until_s == folder.end_s
    ends = [block.time_s[-1] for block in played if len(block.time_s)]
    assert ends == sorted(ends)


@pytest.mark.recordings
def test_every_real_recording_is_read() -> None:
    if not RECORDINGS.is_dir():
        assert os.environ.get("INSOLE_HUB_NO_SKIP") != "1", f"no recordings at {RECORDINGS}"
        pytest.skip(f"no recordings at {RECORDINGS}")
    paths = sorted(file.parent for file in RECORDINGS.glob("*/*/session.toml"))
    assert len(paths) >= 190
    for path in paths:
        assert read_session_folder(path).session.notes == ()
