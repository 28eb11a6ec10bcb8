"""Recordings through the engine: which are found, what is hidden, and the same events for any cutting."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hub.errors import RecordingError
from hub.recording.session_folder import SessionFolder, Stream, read_session_folder, write_session_folder
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.runner import RunOptions, Sensors, find_sessions, prepared, without
from sensors.layout import Cell, LoadUnit, Region, Role, Side


def session_at(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "session.toml").write_text("version = 1\n")
    return path


def test_sessions_are_found_at_and_below_a_path_once_and_in_order(tmp_path: Path) -> None:
    b, a = session_at(tmp_path / "set" / "b"), session_at(tmp_path / "set" / "a")
    assert find_sessions([tmp_path, a]) == [a, b]
    assert find_sessions([b]) == [b]


@pytest.mark.parametrize("name", ["empty", "missing", "file"])
def test_a_path_without_sessions_is_an_error_that_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match=name):
        find_sessions([tmp_path / name])


def recording(*roles: Role) -> SessionFolder:
    insole = InsoleSpec(100.0, LoadUnit.N, (Cell(0.5, 0.1, Region.HEEL),))
    specs = {role: insole if role.is_insole else ShinSpec(100.0) for role in roles}
    time_s = np.arange(200) / 100.0
    streams = {role: Stream(time_s, np.zeros((200, 1 if role.is_insole else 6))) for role in roles}
    return SessionFolder(Session("t", Wearer(), specs), streams)


def test_hidden_sensors_are_gone_from_session_and_samples() -> None:
    folder = recording(Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.LEFT_SHIN)
    left = without(folder, frozenset({Sensors.INSOLE}))
    assert left is not None
    assert set(left.streams) == set(left.session.sensors) == {Role.LEFT_SHIN}
    assert without(folder, frozenset(Sensors)) is None
    everything = without(folder, RunOptions().hide)
    assert everything is not None
    assert set(everything.streams) == set(everything.session.sensors) == set(folder.streams)


def test_signs_of_foot_drop_can_be_looked_for_in_people_without(tmp_path: Path) -> None:
    sound = recording(Role.LEFT_INSOLE, Role.RIGHT_INSOLE)
    sound = replace(sound, session=replace(sound.session, wearer=Wearer(affected_side="none")))
    write_session_folder(tmp_path / "sound", sound)
    for options, looked_for in ((RunOptions(), False), (RunOptions(both_weak=True), True)):
        folder = prepared(read_session_folder(tmp_path / "sound"), options)
        assert folder is not None
        assert [folder.session.wearer.is_affected(side) for side in (Side.LEFT, Side.RIGHT)] == [looked_for] * 2
