"""The virtual Pi's parts fit together; the machine itself is run by hand (make virtual-pi)."""

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hub.config import load_config
from hub.radio.virtual.scenario import Scenario
from hub.radio.virtual.stage import staged

ROOT = Path(__file__).parent.parent.parent
HERE = ROOT / "deploy/virtual-pi"
GUEST = HERE / "guest"


def report() -> ModuleType:
    spec = importlib.util.spec_from_file_location("virtual_pi_report", HERE / "report.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", ["build", "run"])
def test_the_scripts_are_bash(script: str) -> None:
    subprocess.run(["bash", "-n", str(HERE / script)], check=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--minuets", "1"], "unknown option --minuets"),
        (["--minutes", "ten"], "--minutes: ten is no number"),
        (["--trials", "a b"], "--trials: a b is neither"),
        (["--minutes", "1"], "there is no machine in|qemu-system-x86_64 is missing"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [HERE / "run", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert re.fullmatch(f"virtual-pi: .*({message}).*\n", done.stderr)


async def test_the_hub_is_configured_for_the_sensors_that_are_on_the_air() -> None:
    scenario = Scenario.from_json((GUEST / "etc/virtual-pi/scenario.json").read_text())
    staged(scenario)
    config = load_config(GUEST / "etc/insole-hub/hub.toml")
    (wearer,) = config.wearers
    on_the_air = {(device.role, device.device_key, device.address) for device in scenario.devices}
    assert on_the_air == {(device.role, device.type, device.address) for device in wearer.devices}
    seen = (HERE / "trials/seen.py").read_text()
    for role, _, address in on_the_air:
        assert f'"{role}": "{address}"' in seen


def test_it_runs_the_shipped_unit_and_nothing_in_its_place() -> None:
    assert "deploy/systemd/insole-hub.service" in (HERE / "build").read_text()
    assert not list(GUEST.rglob("insole-hub.service*"))
    assert not tomllib.loads((GUEST / "etc/insole-hub/hub.toml").read_text()).keys() - {"hub", "wearers"}


def told(**changes: Any) -> dict[str, Any]:
    streamed = {"role": "left_insole", "sent": 9, "heard": 8, "late": 1, "lost": 0, "numbered": True, "samples_lost": 0}
    streamed |= {"dropped": 0, "packet_samples": 2, "packets_faulty": 0, "packets_dropped": 0, "connections": 1}
    fault = {"name": "disconnect", "fault_s": 0.1, "recovered_s": 4.2, "restarts": 0, "restarts_due": 0, "said": []}
    return {
        "kernel": "6.1.0",
        "bluez": "bluetoothctl: 5.66",
        "exposure": "1.3",
        "machine_s": 700.0,
        "boot_to_streaming_s": 40.0,
        "streamed_s": 600.0,
        "finished": changes.get("finished", True),
        "streaming": [streamed | changes.get("streaming", {})],
        "loss": [streamed | {"dropped": 3, "samples_lost": 6} | changes.get("loss", {})],
        "visits": [{"name": "scan", "right": True, "problems": [], "heard": 3} | changes.get("visits", {})],
        "faults": [fault | changes.get("faults", {})],
    }


def test_a_good_run_is_a_table_and_no_problem() -> None:
    lines = list(report().report(told(), 3600.0))
    assert "| left insole | 9 | 8 | 1 | 0 | 0 | 0 | 0 | 1 |" in lines
    assert "| left insole | 9 | 3 | 8 | 1 | 0 | 3 |" in lines
    assert "| scan | none | 3 | yes |" in lines
    assert "| disconnect | 0.1 | 4.2 | 0 |" in lines
    assert not list(report().problems(told()))


@pytest.mark.parametrize(
    "changes",
    [
        {"streaming": {"lost": 1}},
        {"streaming": {"samples_lost": 1}},
        {"streaming": {"packets_dropped": 1}},
        {"streaming": {"connections": 2}},
        {"loss": {"lost": 1}},
        {"loss": {"samples_lost": 4}},
        {"loss": {"samples_lost": 7}},
        {"loss": {"dropped": 0, "samples_lost": 0}},
        {"loss": {"connections": 2}},
        {"visits": {"right": False}},
        {"faults": {"recovered_s": None}},
        {"faults": {"restarts": 1}},
        {"faults": {"restarts_due": 1}},
        {"finished": False},
    ],
)
def test_what_is_not_as_it_must_be_is_named(changes: dict[str, Any]) -> None:
    assert len(list(report().problems(told(**changes)))) == 1
