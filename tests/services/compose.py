"""What a real Docker Compose client makes of the compose file; it needs no engine for that."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.services.built import built

ROOT = Path(__file__).parent.parent.parent
PARTS = ("hub", "broker", "database", "grafana", "proxy")
"""Profiles of the compose file."""


def rendered(folder: Path, *parts: str, **settings: str) -> dict[str, Any]:
    """The file as the client reads it from ``folder``, by the ``.env`` there: ``settings``, and which ``parts`` run.

    A warning of the client is a failure.
    """
    shutil.copy(ROOT / "docker-compose.yml", folder)
    lines = {"COMPOSE_PROFILES": ",".join(parts), **settings}
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return as_is(folder)


def as_is(folder: Path) -> dict[str, Any]:
    """What the client reads in a folder."""
    command = [built("docker-compose"), "config", "--format", "json"]
    around = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    read = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(read.stdout)
    return answer
