"""``insole-hub validate``: figures against the truth, for people and as JSON."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from hub.recording.session_folder import Stream, read_session_folder, write_session_folder
from sensors.layout import Role, Side

Run = Callable[..., CompletedProcess[str]]


def figures(insole_hub: Run, *arguments: str | Path) -> dict[str, dict[str, dict[str, int]]]:
    done = insole_hub("validate", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    pooled: dict[str, dict[str, dict[str, int]]] = json.loads(done.stdout)["pooled"]
    return pooled


def test_a_damaged_truth_shows_in_the_figures(insole_hub: Run, walk: Path, tmp_path: Path) -> None:
    """The figures follow the truth: half of the left contacts taken away are false alarms, no misses."""
    clean = figures(insole_hub, walk)["measures"]["initial_contact"]
    shutil.copytree(walk, tmp_path / "w")
    lines = (tmp_path / "w" / "truth.csv").read_text().splitlines()
    contacts = [line for line in lines if ",left,initial_contact," in line]
    gone = set(contacts[1::2])
    (tmp_path / "w" / "truth.csv").write_text("\n".join(line for line in lines if line not in gone) + "\n")
    damaged = figures(insole_hub, tmp_path)["measures"]["initial_contact"]
    assert clean["truth"] - damaged["truth"] == len(gone)
    assert damaged["false"] - clean["false"] == pytest.approx(len(gone), abs=clean["truth"] - clean["found"])
    assert damaged["recall"]["n"] == damaged["truth"]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_hiding_all_sensors_leaves_nothing_to_judge_and_says_so(
    insole_hub: Run, walk: Path, more: tuple[str, ...]
) -> None:
    done = insole_hub("validate", walk, "--hide", "insole", "--hide", "shin", *more)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "no sensor is left after --hide" in done.stderr


def test_without_truth_there_is_nothing_to_judge(insole_hub: Run, walk: Path, tmp_path: Path) -> None:
    shutil.copytree(walk, tmp_path / "blind")
    (tmp_path / "blind" / "truth.csv").unlink()
    alone = insole_hub("validate", tmp_path)
    assert (alone.returncode, alone.stdout.count("\n")) == (0, 1)
    assert "blind: no truth (truth.csv): nothing to judge" in alone.stdout
    beside = insole_hub("validate", tmp_path, walk)
    assert "blind: no truth (truth.csv): nothing to judge" in beside.stdout
    assert "initial contact" in beside.stdout


def test_the_table_names_every_measure(insole_hub: Run, walk: Path) -> None:
    done = insole_hub("validate", walk)
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("initial contact", "final contact", "toe first", "toe drag", "trip", "as heel", "missed"):
        assert word in done.stdout


def test_places_where_the_cells_contradict_the_truth_are_told(insole_hub: Run, walk: Path, tmp_path: Path) -> None:
    folder = read_session_folder(walk)
    stream = folder.streams[Role.LEFT_INSOLE]
    landed_s = sorted(row.time_s for row in folder.truth if row.kind == "initial_contact" and row.side is Side.LEFT)[4]
    lifted = (stream.time_s > landed_s + 0.25) & (stream.time_s < landed_s + 0.35)
    empty = Stream(stream.time_s, np.where(lifted[:, None], 0.0, stream.values))
    folder = replace(folder, streams={**folder.streams, Role.LEFT_INSOLE: empty})
    said = {}
    for name in ("gaitpdb", "home"):
        write_session_folder(tmp_path / name / "walk", folder)
        said[name] = insole_hub("validate", tmp_path / name)
        assert said[name].returncode == 0
    assert "not judged in 1 place where the raw cells contradict the truth" in said["gaitpdb"].stdout
    assert "contradict" not in said["home"].stdout
    assert json.loads(insole_hub("validate", tmp_path / "gaitpdb", "--json").stdout)["doubts"] == 1
