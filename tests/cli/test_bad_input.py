"""Mistakes in a recording: one clear line on stderr, an exit code, never a traceback."""

import gzip
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from hub.cli import main

Run = Callable[..., CompletedProcess[str]]

INSOLE = "left_insole.csv.gz"


def edit_table(edit: Callable[[list[str]], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        lines = gzip.decompress((folder / INSOLE).read_bytes()).decode().splitlines()
        edit(lines)
        (folder / INSOLE).write_bytes(gzip.compress("\n".join(lines).encode()))

    return damage


def cut_short(folder: Path) -> None:
    data = (folder / INSOLE).read_bytes()
    (folder / INSOLE).write_bytes(data[: len(data) // 2])


def not_a_number(lines: list[str]) -> None:
    cells = lines[100].split(",")
    lines[100] = ",".join([*cells[:3], "nan", *cells[4:]])


def time_going_back(lines: list[str]) -> None:
    lines[50], lines[60] = lines[60], lines[50]


def column_missing(lines: list[str]) -> None:
    lines[:] = [line.rpartition(",")[0] for line in lines]


def edit_toml(old: str, new: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        text = (folder / "session.toml").read_text()
        assert old in text
        (folder / "session.toml").write_text(text.replace(old, new, 1))

    return damage


def truth_of_an_unknown_kind(folder: Path) -> None:
    with (folder / "truth.csv").open("a") as file:
        file.write("999.0,left,moonwalk,\n")


BAD = {
    "truncated gzip": (cut_short, [INSOLE]),
    "not a number": (edit_table(not_a_number), [INSOLE, "line 101", "c2"]),
    "time going back": (edit_table(time_going_back), [INSOLE, "line", "time_s"]),
    "missing column": (edit_table(column_missing), [INSOLE]),
    "unknown unit": (edit_toml('unit = "n"', 'unit = "pounds"'), ["session.toml", "unit", "pounds"]),
    "unknown key": (edit_toml("rate_hz", "rate_hs"), ["session.toml", "rate_hs", "rate_hz"]),
    "no session.toml": (lambda folder: (folder / "session.toml").unlink(), ["session.toml"]),
    "unknown truth": (truth_of_an_unknown_kind, ["truth.csv", "moonwalk"]),
}


@pytest.mark.parametrize(
    ("command", "mistake"), [*(("replay", mistake) for mistake in BAD), ("validate", "truncated gzip")]
)
def test_a_bad_recording_gives_one_clear_line(
    insole_hub: Run, walk: Path, tmp_path: Path, command: str, mistake: str
) -> None:
    folder = tmp_path / "bad"
    shutil.copytree(walk, folder)
    damage, words = BAD[mistake]
    damage(folder)
    done = insole_hub(command, folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("command", ["replay", "validate"])
def test_a_path_that_is_not_there_gives_one_clear_line(insole_hub: Run, tmp_path: Path, command: str) -> None:
    done = insole_hub(command, tmp_path / "nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "nowhere" in done.stderr


WRONG = [
    ("validate",),
    ("replay",),
    ("simulate",),
    ("simulate", "foot_drop"),
    ("simulate", "moonwalk", "-o", "NEW"),
    ("simulate", "healthy", "-o", "NEW", "--minutes", "nan"),
    ("simulate", "healthy", "-o", "NEW", "--minutes", "1", "--trips", "50"),
    ("simulate", "healthy", "-o", "NEW", "--minutes", "1", "--speed", "0"),
    ("simulate", "healthy", "-o", "NEW", "--minutes", "1", "--speed", "-1"),
    ("simulate", "healthy", "-o", "NEW", "--minutes", "1", "--rate", "0"),
    ("validate", "x", "--hide", "socks"),
    ("replay", "x", "--speed", "0"),
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_usage_exits_with_two(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new"
    monkeypatch.setattr(sys, "argv", ["insole-hub", *(str(new) if word == "NEW" else word for word in arguments)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error" in shown.err
    assert "Value error" not in shown.err
    assert not new.exists()


def test_a_folder_that_is_in_use_is_not_overwritten(insole_hub: Run, walk: Path) -> None:
    before = {file.name: file.read_bytes() for file in walk.iterdir()}
    done = insole_hub("simulate", "healthy", "-o", walk, "--minutes", "0.2")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert {file.name: file.read_bytes() for file in walk.iterdir()} == before
