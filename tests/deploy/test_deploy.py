"""The shipped service files, with the real programs where they can run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PATH = os.environ.get("PATH", "") + ":/usr/sbin"


def program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if found is None:
        if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def test_the_build_context_holds_what_the_dockerfile_copies() -> None:
    admitted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in (ROOT / "deploy/container/Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists()
                assert source in admitted


def test_the_unit_is_one_that_systemd_accepts(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    unit = tmp_path / "insole-hub.service"
    text = (ROOT / "deploy/systemd/insole-hub.service").read_text()
    unit.write_text(text.replace("/opt/insole-hub/bin/insole-hub", "/bin/true"))
    (tmp_path / "insole-hub.service.d").mkdir()
    shutil.copy(ROOT / "deploy/systemd/sound.conf", tmp_path / "insole-hub.service.d")
    result = subprocess.run([analyze, "verify", "--man=no", str(unit)], check=False, capture_output=True, text=True)
    assert str(tmp_path) not in result.stderr, result.stderr
