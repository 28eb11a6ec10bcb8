"""Runs in the virtual Pi, as root, from boot, with Debian's own Python: the package is to go away meanwhile."""

import json
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

RESULTS = Path("/var/lib/virtual-pi")
STATE = Path("/var/lib/insole-hub")
CONFIG = Path("/etc/insole-hub/hub.toml")
PATIENCE_S = 900.0
"""Of machine time; only turns a hang into a failure."""


def run(*words: str) -> str:
    """What a program says; RuntimeError where it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def service(what: str) -> str:
    """What systemd knows of the hub."""
    return run("systemctl", "show", "insole-hub", "--value", f"--property={what}").strip()


def is_well() -> bool:
    """Whether every sensor streams over Bluetooth, by the hub's own judgement, which systemd's watchdog hears too."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:8330/health", timeout=10) as answer:
            return bool(json.load(answer)["state"] == "ok")
    except OSError:
        return False


def events_n() -> int:
    """How many events the journal holds."""
    with closing(sqlite3.connect(f"file:{STATE}/journal.db?mode=ro", uri=True)) as journal:
        return int(journal.execute("SELECT count(*) FROM events").fetchone()[0])


def within(holds: Callable[[], bool]) -> bool:
    """Wait for something."""
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end_s:
            return False
        time.sleep(1)
    return True


def tell(said: str) -> None:
    """Keep it, should the machine not come to its end."""
    line = f"{time.monotonic():.0f} s after boot: {said}" if said != "finished" else said
    with (RESULTS / "said.txt").open("a") as file:
        file.write(line + "\n")
    print(line)


def holds(what: str, truth: bool) -> None:
    """Say so, or end the trial."""
    tell(f"{'ok' if truth else 'NOT SO'}  {what}")
    if not truth:
        raise SystemExit(1)


def trial() -> None:
    """Start, upgrade, removal, purge."""
    holds("started by systemd, every sensor streams over Bluetooth", within(is_well))
    holds("it has told systemd that it is ready, with a watchdog", service("SubState") == "running")
    holds("it runs as its own user", service("User") == "insole-hub")
    holds("it was started once", service("NRestarts") == "0")
    tell(run("systemd-analyze", "security", "--no-pager", "insole-hub").strip().rpartition("→ ")[2])
    holds("steps are kept", within(lambda: events_n() > 50))
    before_n, before_pid = events_n(), service("MainPID")

    began_s = time.monotonic()
    run("dpkg", "--install", "/root/second.deb")
    tell(f"the upgrade took {time.monotonic() - began_s:.0f} s")
    holds("the upgrade starts the newer one", service("MainPID") not in {before_pid, "0"})
    holds("every sensor streams again", within(is_well))
    tell(f"... {time.monotonic() - began_s:.0f} s after the upgrade began")
    holds("nothing of the journal is lost, and it goes on", within(lambda: events_n() > before_n))
    holds("the configuration is the same", "virtual-pi" in CONFIG.read_text())
    before_n = events_n()

    run("dpkg", "--remove", "insole-hub")
    holds("removal stops the service", service("MainPID") == "0")
    holds("the program is gone", not Path("/opt/insole-hub").exists())
    holds("the journal is kept", events_n() >= before_n)
    holds("the configuration is kept", CONFIG.exists())
    run("dpkg", "--purge", "insole-hub")
    holds("purge deletes both", not STATE.exists() and not CONFIG.parent.exists())
    tell("finished")


if __name__ == "__main__":
    try:
        trial()
    finally:
        (RESULTS / "journal.txt").write_text(run("journalctl", "--no-pager", "-o", "short-precise"))
