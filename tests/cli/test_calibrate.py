"""``insole-hub calibrate``: what keeps it from beginning is told in one line, before anything is connected."""

import sys
from pathlib import Path

import pytest

from hub.cli import main
from hub.journal import locked

CONFIG = """
[hub]
state_dir = "STATE"
[[wearers]]
nickname = "anna"
affected_side = "left"
devices = [ { role = "left_insole", type = "orphe_insole", address = "C0:FF:EE:00:00:01" } ]
[[wearers]]
nickname = "ben"
affected_side = "right"
devices = [ { role = "right_insole", type = "orphe_insole", address = "C0:FF:EE:00:00:02" } ]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(CONFIG.replace("STATE", str(tmp_path / "state")))
    return path


def calibrate(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["insole-hub", "calibrate", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_hub_that_runs_keeps_its_sensors_and_says_what_to_do(config: Path, monkeypatch, capsys) -> None:
    with locked(config.parent / "state" / "journal.db"):
        assert calibrate(monkeypatch, "-c", config, "--wearer", "anna") == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"a hub runs with {config.parent / 'state'} and holds the sensors; stop it" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "there are several wearers: name one of anna, ben"),
        (["--wearer", "carl"], "nobody is called 'carl'; there is anna, ben"),
        (["--wearer", "anna", "--seconds", "0.2"], "'--seconds': Input should be greater than or equal to 1"),
    ],
)
def test_wrong_usage(config: Path, monkeypatch, capsys, arguments: list[str], words: str) -> None:
    assert calibrate(monkeypatch, "-c", config, *arguments) == 2
    assert words in capsys.readouterr().err


def test_a_configuration_that_is_not_there(tmp_path: Path, monkeypatch, capsys) -> None:
    assert calibrate(monkeypatch, "-c", tmp_path / "none.toml") == 2
    assert "none.toml" in capsys.readouterr().err
