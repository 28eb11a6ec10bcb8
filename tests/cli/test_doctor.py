import json
import zipfile
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from hub.cli.commands import app
from hub.cli.doctor import show
from hub.doctor.finding import problem

TEXT = """
[hub]
state_dir = "{state}"
[[wearers]]
nickname = "anna"
[[wearers.devices]]
role = "left_shin"
type = "witmotion"
address = "C0:FF:EE:12:34:56"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(TEXT.format(state=tmp_path / "state"))
    return path


def test_doctor_prints_findings_as_json_and_fails_with_problems(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.doctor.machine._bluez_version", lambda _run: (5, 50))
    done = CliRunner().invoke(app, ["doctor", "-c", str(config), "--seconds", "0", "--json"])
    findings = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {"configuration", "journal", "broker", "disk"} <= {finding["check"] for finding in findings}
    assert any(finding["what"] == "BlueZ 5.50 is too old" for finding in findings)


def test_doctor_without_a_configuration_examines_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["doctor", "--seconds", "0"])
    assert "there is no hub.toml here" in " ".join(done.stdout.split())


def test_remedies_in_brackets_are_shown() -> None:
    console = Console(record=True, width=100)
    show(console, [problem("D-Bus", "not seen", "add `security_opt: [apparmor:unconfined]`")])
    assert "security_opt: [apparmor:unconfined]" in console.export_text()


def test_the_bundle_tells_what_is_wrong_and_nobodys_address(config: Path, tmp_path: Path) -> None:
    written = tmp_path / "bundle.zip"
    done = CliRunner().invoke(app, ["diagnose", "-c", str(config), "-o", str(written)])
    assert done.exit_code == 0
    assert "Look through it" in done.stdout
    assert written.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(written) as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert {"findings.json", "machine.json", "versions.txt", "hub.toml", "journal.json"} <= set(texts)
    assert "numpy" in texts["versions.txt"]
    assert "<device 1>" in texts["hub.toml"]
    for text in texts.values():
        assert "C0:FF" not in text
        assert "anna" not in text


def test_a_bundle_is_not_overwritten(config: Path, tmp_path: Path) -> None:
    written = tmp_path / "bundle.zip"
    written.touch()
    done = CliRunner().invoke(app, ["diagnose", "-c", str(config), "-o", str(written)])
    assert done.exit_code != 0
    assert "is there already" in str(done.exception)
