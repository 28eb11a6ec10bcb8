"""A real container engine and the real Compose client, on a copy of the project; nothing but images is kept."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
STAND_INS = Path(__file__).resolve().parent / "stand_ins"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "insole-hub" / "container-trial"
PROJECT = "insole"
SERVICES = ("hub", "mosquitto", "influxdb")
PATIENCE_S = 180.0
COMMAND_S = 1800.0
"""No command takes so long, not the first making of a tree either."""

_SETTINGS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
_LOGGING = "".join(
    f"  {name}: {{ logging: !override {{ driver: json-file }} }}\n" for name in (*SERVICES, "influxdb-setup")
)
"""Podman has no log driver of Docker's name; all else stays as the compose file has it."""

Said = subprocess.CompletedProcess[str]


class Engine:
    """Podman with images of its own, and Docker's API, by which Compose asks it."""

    def __init__(self, folder: Path, parts: str) -> None:
        self.project = folder / PROJECT
        self._folder = folder
        self._socket = folder / "engine.sock"
        (folder / "containers.conf").write_text(_SETTINGS)
        (folder / "engine.yml").write_text(f"services:\n{_LOGGING}")
        self._environment = os.environ | {
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "DOCKER_HOST": f"unix://{self._socket}",
            "COMPOSE_PROFILES": parts,
        }
        self._podman = ["podman", "--root", str(CACHE / "store"), "--runroot", str(CACHE / "run")]
        client = self.run([str(ROOT / "tests/services/docker-compose")]).stdout.strip()
        self._compose = [client, "--file", "docker-compose.yml", "--file", str(folder / "engine.yml")]
        for path in self.run(["git", "ls-files"], cwd=ROOT).stdout.splitlines():
            (self.project / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, self.project / path)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Docker's API is there; in the end no container is."""
        asked = [*self._podman, "system", "service", "--time", "0", f"unix://{self._socket}"]
        with subprocess.Popen(asked, env=self._environment, stderr=subprocess.DEVNULL) as service:
            try:
                until("the engine answers", self._socket.exists)
                yield
            finally:
                self.compose("down --volumes --timeout 5", check=False)
                service.terminate()

    def stand_in(self, image: str, packages: str) -> None:
        """Make what stands in for somebody's image out of Debian's packages or of InfluxDB's own module, once."""
        if self.podman(f"image exists {image}", check=False).returncode == 0:
            return
        name = image.partition(":")[0]
        sys.stdout.write(f"making a stand-in for {name} (some minutes, once) ...\n")
        context = self._folder / name
        shutil.copytree(STAND_INS / name, context)
        if packages:
            tree = str(context / "debian.tar")
            self.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", "bookworm", tree])
        else:
            shutil.copy(self.run([str(ROOT / "tests/services/influxd")]).stdout.strip(), context / "influxd")
        self.build(image, context / "Containerfile", context)
        shutil.rmtree(context)

    def build(self, image: str, file: Path, context: Path) -> None:
        """Follow a file of build steps, reaching packages as this machine does."""
        own = [path for path in ("/etc/ssl/certs", "/etc/pip.conf") if Path(path).exists()]
        volumes = " ".join(f"--volume {path}:{path}:ro" for path in own)
        self.podman(f"build --quiet --isolation chroot --format docker {volumes} --file {file} --tag {image} {context}")

    def podman(self, command: str, *last: str, check: bool = True, given: str = "") -> Said:
        """Have the engine do something; ``last``: words that are to stay as they are."""
        return self.run([*self._podman, *shlex.split(command), *last], check=check, given=given)

    def compose(self, command: str, *, check: bool = True) -> Said:
        """Have the Compose client do something with the project."""
        return self.run([*self._compose, *shlex.split(command)], cwd=self.project, check=check)

    def up(self) -> None:
        """Start all, and wait until they are healthy."""
        with self.looked_after():
            self.compose("up --detach --no-build --pull never")
            until("all are healthy", lambda: all(self._is_healthy(name) for name in SERVICES))

    @contextmanager
    def looked_after(self) -> Iterator[None]:
        """Look at each container's health, as the engine does by timers of systemd where that runs."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(2.0):
                for name in self.podman("ps --format {{.Names}}").stdout.split():
                    self.podman(f"healthcheck run {name}", check=False)

        looker = threading.Thread(target=look)
        looker.start()
        try:
            yield
        finally:
            over.set()
            looker.join()

    def inspected(self, service: str) -> dict[str, Any]:
        """What the engine tells of a container."""
        told: list[dict[str, Any]] = json.loads(self.podman(f"inspect --type container {PROJECT}-{service}-1").stdout)
        return told[0]

    def status(self, service: str) -> dict[str, str]:
        """What the kernel tells of a container's first process."""
        lines = Path(f"/proc/{self.inspected(service)['State']['Pid']}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def run(self, command: list[str], *, cwd: Path | None = None, check: bool = True, given: str = "") -> Said:
        """Run a program; one that fails ends the trial, unless that is to be looked at."""
        told = subprocess.run(
            command,
            cwd=cwd,
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_S,
        )
        if check and told.returncode:
            sys.exit(f"{told.stdout}{told.stderr}\ncontainer-trial: {shlex.join(command)[:300]}: failed")
        return told

    def _is_healthy(self, service: str) -> bool:
        state = self.inspected(service)["State"]
        return bool((state.get("Health") or state.get("Healthcheck") or {}).get("Status") == "healthy")


def until(what: str, is_so: Callable[[], bool]) -> None:
    """Wait for it."""
    end_s = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > end_s:
            sys.exit(f"NOT SO within {PATIENCE_S:.0f} s: {what}")
        time.sleep(0.5)
