"""One room for the recordings of several wearers: nobody's go because of somebody else's."""

import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import RecordingError
from hub.recording.fair_share import Kept, making_room
from hub.recording.made_way import MADE_WAY, forget_made_way, is_noted, made_way_until, note_made_way
from hub.recording.shelf import Shelf
from hub.support.state_file import unreadable

files = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 100)), max_size=60).map(
    lambda made: [Kept(Path(f"{n:03d}"), owner, size) for n, (owner, size) in enumerate(made)]
)


def taken_of(kept: list[Kept]) -> dict[str, int]:
    taken: dict[str, int] = defaultdict(int)
    for file in kept:
        taken[file.owner] += file.size
    return taken


@given(kept=files, room=st.integers(0, 2000))
def test_the_room_is_kept_by_whoever_takes_more_than_a_share_and_oldest_first(kept: list[Kept], room: int) -> None:
    taken = taken_of(kept)
    total = sum(taken.values())
    going = list(making_room(kept, total - room))
    left = [file for file in kept if file not in going]
    assert sum(file.size for file in left) <= room
    if going:
        assert sum(file.size for file in left) + going[-1].size > room, "more went than had to"
    for owner, bytes_n in taken.items():
        own = [file for file in kept if file.owner == owner]
        gone = [file for file in going if file.owner == owner]
        assert gone == own[: len(gone)], "not the oldest first"
        if bytes_n <= room / len(taken):
            assert not gone, "lost because of another"
        most_left = max(taken_of(left).values(), default=0)
        assert not gone or taken_of(own)[owner] - sum(f.size for f in gone[:-1]) >= most_left, (
            "lost before who had more"
        )


@given(kept=files, too_much=st.integers(-10, 3000))
def test_one_alone_loses_the_oldest_as_if_there_were_no_others(kept: list[Kept], too_much: int) -> None:
    alone = [Kept(file.path, "a", file.size) for file in kept]
    going = list(making_room(alone, too_much))
    assert going == alone[: len(going)]


def fill(path: Path, megabytes: float, at_s: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(int(megabytes * 1e6)))
    os.utime(path, (at_s, at_s))
    return path


def clip(state_dir: Path, wearer: str, second: int, megabytes: float = 0.1) -> Path:
    return fill(state_dir / f"clips/{wearer}-20260101T0000{second:02d}Z-trip-{wearer}{second}.mcap", megabytes, second)


def test_a_storm_of_one_wearers_trips_pushes_no_clip_of_another_out(tmp_path: Path) -> None:
    bens = [clip(tmp_path, "ben", second) for second in range(4)]  # older than all of anna's
    annas = [clip(tmp_path, "anna", second) for second in range(10, 50)]
    room = Shelf(tmp_path, 1000.0, 1.0)
    room.tidy(set())
    assert sorted((tmp_path / "clips").glob("*.mcap")) == sorted([*bens, *annas[-6:]])
    assert (room.clips_removed_n, room.removed_n) == ({"anna": 34}, 34)
    assert room.made_way_until("anna") == datetime(2026, 1, 1, 0, 0, 43, tzinfo=UTC)
    assert room.made_way_until("ben") is None


def test_nor_do_raw_recordings_of_one_push_out_anothers_even_of_one_whose_name_begins_alike(tmp_path: Path) -> None:
    mine = [fill(tmp_path / f"recordings/anna-20260101T000000.5Z/{n:06d}.mcap", 1.0, n) for n in (1, 2)]
    hers = [fill(tmp_path / f"recordings/anna-lena-20260102T000000.5Z/{n:06d}.mcap", 1.0, 100 + n) for n in range(1, 9)]
    room = Shelf(tmp_path, 5.0, 1000.0)
    room.tidy(set())
    assert sorted((tmp_path / "recordings").rglob("*.mcap")) == [*mine, *hers[-3:]]
    assert room.raw_removed_n == {"anna-lena": 5}


def test_clips_that_are_gone_are_noted_even_where_the_next_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [clip(tmp_path, "anna", second) for second in range(5)]
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == clips[2]:
            raise PermissionError(1, "Operation not permitted")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    room = Shelf(tmp_path, 1000.0, 0.1)
    with pytest.raises(RecordingError, match="cannot be removed"):
        room.tidy(set())
    assert room.made_way_until("anna") == datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert room.clips_removed_n == {"anna": 2}


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def test_what_an_earlier_version_noted_of_everybody_holds_for_each(tmp_path: Path) -> None:
    (tmp_path / MADE_WAY).write_text(json.dumps({"until": at(5).isoformat()}))
    assert made_way_until(tmp_path, "anna") == at(5)
    note_made_way(tmp_path, {"anna": at(7), "ben": at(3)})
    assert [made_way_until(tmp_path, wearer) for wearer in ("anna", "ben", "cleo")] == [at(7), at(5), at(5)]
    note_made_way(tmp_path, {"anna": at(6)})  # an older clip that came back from a backup
    assert made_way_until(tmp_path, "anna") == at(7)


def test_who_is_forgotten_is_no_longer_named(tmp_path: Path) -> None:
    note_made_way(tmp_path, {"anna": at(7), "ben": at(3)})
    assert is_noted(tmp_path, "anna")
    forget_made_way(tmp_path, "anna")
    unreadable(tmp_path / MADE_WAY).write_text('{"wearers": {"anna": ')
    assert is_noted(tmp_path, "anna"), "nobody knows whom it names"
    forget_made_way(tmp_path, "anna")
    assert not unreadable(tmp_path / MADE_WAY).exists()
    assert "anna" not in (tmp_path / MADE_WAY).read_text()
    assert (made_way_until(tmp_path, "anna"), made_way_until(tmp_path, "ben")) == (None, at(3))


@pytest.mark.parametrize("text", ["[]", '{"until": 5}', '{"wearers": {"anna": "long ago"}}', "{"])
def test_a_note_that_cannot_be_read_is_set_aside_and_said_so(tmp_path: Path, text: str) -> None:
    (tmp_path / MADE_WAY).write_text(text)
    with pytest.raises(RecordingError, match=r"clips_made_way\.unreadable"):
        made_way_until(tmp_path, "anna")
    assert made_way_until(tmp_path, "anna") is None
