"""How commands begin and end: streams that are closed or full, Ctrl-C at any time, brokers that cannot be."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from hub.cli import main
from hub.cli.demo import _host_and_port
from hub.cli.run import started_with
from hub.config import Config
from hub.errors import AdapterError, InsoleHubError, JournalError

Run = Callable[..., CompletedProcess[str]]

HUB = [sys.executable, "-m", "hub"]


def test_the_version_is_told() -> None:
    done = subprocess.run([*HUB, "--version"], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == f"insole-hub {version('insole-hub')}\n"


@pytest.mark.parametrize(("error", "code"), [(JournalError("it is full"), 1), (AdapterError("it is busy"), 75)])
def test_an_error_of_the_hub_is_one_line_and_an_exit_code(
    error: InsoleHubError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("hub.cli._run", fail)
    with pytest.raises(SystemExit) as caught:
        main()
    assert (caught.value.code, capsys.readouterr().err) == (code, f"insole-hub: {error}\n")


@pytest.mark.parametrize("arguments", [("replay", "WALK", "--jsonl"), ("replay", "WALK"), ("--version",)])
def test_a_full_disk_behind_standard_output_gives_one_line(walk: Path, arguments: tuple[str, ...]) -> None:
    command = [*HUB, *(str(walk) if word == "WALK" else word for word in arguments)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr == "insole-hub: cannot write to standard output: No space left on device\n"


def test_standard_output_may_be_closed(tmp_path: Path) -> None:
    command = shlex.join([*HUB, "demo", "--minutes", "0.05", "--port", "0", "--state", str(tmp_path)])
    done = subprocess.run(f"{command} >&-", shell=True, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


LOADING = """
import os, signal, sys
class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, CtrlC())
sys.argv = ["insole-hub", "demo", "--minutes", "0.05"]
from hub.cli import main
main()
"""


@pytest.mark.parametrize("module", ["typer", "numpy", "hub.cli.demo", "hub.demo", "bumble"])
def test_ctrl_c_while_modules_are_loaded_leaves_no_traceback(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADING.format(module=module)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode in {-signal.SIGINT, 130}
    assert "Traceback" not in done.stderr


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    command = f"trap '' INT; {shlex.join([sys.executable, '-c', LOADING.format(module='numpy')])} --help"
    done = subprocess.run(
        command.replace('"--minutes", "0.05"', '"--help"'),
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [("localhost:1883", ("localhost", 1883)), ("[::1]:65535", ("::1", 65535)), ("10.0.0.1:1", ("10.0.0.1", 1))],
)
def test_a_broker_is_host_and_port(text: str, expected: tuple[str, int]) -> None:
    assert _host_and_port(text) == expected


@pytest.mark.parametrize(
    "text", ["foo:0", "[::1]:99999", "foo", "foo:", ":1883", "[]:1883", "foo:-1", "foo:²", "a:" + "9" * 5000]
)
def test_a_broker_that_cannot_be_is_wrong_usage(insole_hub: Run, text: str) -> None:
    done = insole_hub("demo", "--broker", text)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--broker" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_service_tells_what_it_was_started_with(tmp_path: Path) -> None:
    device = {"role": "left_insole", "type": "orphe_insole", "address": "C0:FF:EE:00:00:01"}
    settings = {
        "hub": {"name": "home", "state_dir": tmp_path},
        "wearers": [{"nickname": "anna", "devices": [device]}],
        "mqtt": {"host": "broker.lan", "tls": True},
    }
    line = started_with(Config.model_validate(settings))
    for word in ("anna (left insole)", f"{tmp_path}/journal.db", "broker.lan:8883", "insole/home/#"):
        assert word in line
    assert "\n" not in line
