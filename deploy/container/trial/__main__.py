"""The hub's image from its Dockerfile, and the compose file run by real Podman, asked by real Compose.

    sudo python3 deploy/container/trial

No registry of images is asked: what others publish is stood in for by images made of Debian's packages and of
InfluxDB's own module (``stand_ins``), so the programs are the real ones and their publishers' images are not. Grafana
is in no package and is left out. Works in a folder of its own; nothing but images is kept. Needs root, podman, runc,
mmdebstrap and Go, ports 1883, 8086 and 8330 of the loopback address, and the network for packages.
"""

import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine import CACHE, PROJECT, SERVICES, Engine

NEEDS = ("podman", "runc", "mmdebstrap", "go")
STAND_INS = {
    "python:3.11-slim-bookworm": "python3,python3-venv",
    "eclipse-mosquitto:2.0.22": "mosquitto,netcat-openbsd",
    "influxdb:2.7.12": "",
}
"""Debian's packages of each."""

PARTS = "hub,broker,database"
PORTS = (1883, 8086, 8330)
LOOPBACK = "0100007F"
HUB_USER = 970
CHECK = "check --config /etc/insole-hub/hub.toml"
SENSORS = """
[[wearers]]
nickname = "ada"
affected_side = "left"
devices = [{ role = "left_insole", type = "orphe_insole", address = "AA:BB:CC:DD:EE:FF" }]
"""
WRITABLE = """find / -xdev \\( -path /proc -o -path /dev -o -path /tmp -o -path /var/tmp -o -path /run/lock \\
    -o -path /var/lib/insole-hub \\) -prune -o -writable -not -type l -print 2>/dev/null; true"""
UNWANTED = """find / -xdev -path /proc -prune -o \\( -name hub.toml -o -name .env \\
    -o -name "test_*.py" -path "*/hub/*" \\) -print 2>/dev/null; true"""
LOADS = """
import importlib, pkgutil, hub, sensors
for room in (hub, sensors):
    for each in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        if not each.name.endswith("__main__"): importlib.import_module(each.name)
"""
KNOCKS = """
import sys, paho.mqtt.client as paho
user, word = sys.stdin.read().split("\\n")
client = paho.Client(paho.CallbackAPIVersion.VERSION2)
if user: client.username_pw_set(user, word)
def answered(client, _data, _flags, code, _properties):
    print(code)
    client.subscribe("insole/home/#") if code == 0 else client.disconnect()
client.on_connect = answered
client.on_message = lambda client, _data, message: (print(message.topic), client.disconnect())
client.connect("127.0.0.1")
client.loop_forever()
"""
IDENTITY = """
import sqlite3, sys
journal = sqlite3.connect(f"file:{sys.argv[1]}/journal.db?mode=ro", uri=True)
print(*journal.execute("SELECT id FROM identity").fetchone())
"""


def main() -> int:
    """Try all of it, one line for each thing that holds; the first that does not ends it."""
    if os.geteuid() != 0:
        sys.exit("container-trial: run it as root: it starts containers")
    if missing := [name for name in NEEDS if shutil.which(name) is None]:
        remedy = "on Debian: sudo apt install podman runc mmdebstrap golang"
        sys.exit(f"container-trial: {', '.join(missing)} missing; {remedy}")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="insole-hub-container-trial-") as folder:
        engine = Engine(Path(folder), PARTS)
        for image, packages in STAND_INS.items():
            engine.stand_in(image, packages)
        with engine.serving():
            built(engine)
            mistake(engine)
            engine.up()
            holds("hub, broker and database come up and are healthy; the database is set up once", is_so=True)
            rights(engine)
            broker(engine)
            examination(engine)
            secrets(engine)
            end_and_begin_anew(engine)
    return 0


def holds(what: str, is_so: bool, said: object = "") -> None:
    """Say that something is so, or end with what was said instead."""
    if not is_so:
        sys.exit(f"{said}\nNOT SO: {what}")
    sys.stdout.write(f"ok  {what}\n")
    sys.stdout.flush()


def built(engine: Engine) -> None:
    """The Dockerfile, all of its steps, and what came of them."""
    engine.build("insole-hub", engine.project / "deploy/container/Dockerfile", engine.project)
    holds("the image is built by the Dockerfile's own steps, from the build context alone", is_so=True)
    alone = "run --rm --network none"
    said = engine.podman(f"{alone} insole-hub --version").stdout
    holds("it says its version", said.startswith("insole-hub "), said)
    said = engine.podman(f"{alone} --entrypoint sh insole-hub -c", WRITABLE).stdout
    holds("its user can write nothing but state and temporary files", not said, said)
    said = engine.podman(f"{alone} --entrypoint sh insole-hub -c", UNWANTED).stdout
    holds("no configuration, test or secret is in it", not said, said)
    engine.podman(f"{alone} --entrypoint /opt/insole-hub/bin/python insole-hub -c", LOADS)
    holds("every module of the hub loads", is_so=True)
    demo = "demo --minutes 0.3 --plain --port 0 --page-port 0 --state /tmp/state"
    said = engine.podman(f"{alone} --read-only --tmpfs /tmp --cap-drop all insole-hub {demo}").stdout
    kept = re.search(r"[1-9]\d* new events in the journal, [1-9]\d* taken by the broker", said) is not None
    holds("sensors and the whole hub run in it, without any right and on a read-only disk", kept, said)


def mistake(engine: Engine) -> None:
    """What a first start makes, and what somebody's mistake in it is answered."""
    engine.run(["python3", "deploy/container/first_start.py"], cwd=engine.project)
    for name in ("hub", "influxdb-setup"):
        engine.podman(f"tag insole-hub {PROJECT}-{name}")
    settings = engine.project / "config/hub/hub.toml"
    made = settings.read_text()
    settings.write_text(made + SENSORS.replace("left_insole", "left_insoul"))
    refused = engine.compose(f"run --rm --no-deps hub {CHECK}", check=False)
    said = refused.stdout + refused.stderr
    named = "wearers[1].devices[1].role: 'left_insoul'" in said and "Traceback" not in said
    holds("a mistake in hub.toml is named, with its place", named, said)
    settings.write_text(made + SENSORS)


def rights(engine: Engine) -> None:
    """What each may do, as the kernel tells it."""
    with engine.looked_after():
        told = engine.compose(f"run --rm --no-TTY hub {CHECK}")
    holds("what stands in hub.toml is found to be right", "ada" in told.stdout, told)
    for name in SERVICES:
        status, limit = engine.status(name), engine.inspected(name)["HostConfig"]["Memory"]
        holds(f"{name} can gain no right", status["NoNewPrivs"] == "1", status)
        holds(f"{name} has a limit of memory", 0 < limit <= 768 * 2**20, limit)
    status = engine.status("hub")
    holds("the hub runs as its own user", set(status["Uid"].split()) == {str(HUB_USER)}, status)
    holds("the hub has no capability", int(status["CapEff"], 16) == 0 == int(status["CapBnd"], 16), status)
    holds("the hub's disk is read-only", engine.inspected("hub")["HostConfig"]["ReadonlyRootfs"])
    addresses = {port: {address for each, address in listening() if each == port} for port in PORTS}
    is_so = all(found == {LOOPBACK} for found in addresses.values())
    holds("broker, database and page listen on the loopback address and no other", is_so, addresses)


def broker(engine: Engine) -> None:
    """Who is let in."""
    words = dict(line.split(":", 1) for line in (engine.project / "config/mqtt-passwords").read_text().split())
    python = f"exec --interactive {PROJECT}-hub-1 /opt/insole-hub/bin/python -c"
    for who, word, answer in (("", "", "Not authorized"), ("reader", "wrong", "Not authorized")):
        said = engine.podman(python, KNOCKS, given=f"{who}\n{word}").stdout
        holds(f"the broker refuses {who or 'nobody'} with {word or 'no'} password", answer in said, said)
    said = engine.podman(python, KNOCKS, given=f"reader\n{words['reader']}").stdout
    holds("the broker lets the reader in with its password, and the hub speaks there", "insole/home/" in said, said)


def examination(engine: Engine) -> None:
    """What the hub finds when it looks at itself; it has no radio here."""
    doctor = "/opt/insole-hub/bin/insole-hub doctor --config /etc/insole-hub/hub.toml --seconds 0 --json"
    said = engine.podman(f"exec {PROJECT}-hub-1 {doctor}", check=False).stdout
    found = {each["check"]: each["level"] for each in json.loads(said)}
    for name in ("broker", "database"):
        holds(f"the hub's own examination finds the {name} well", found.get(name) == "ok", said)


def secrets(engine: Engine) -> None:
    """Nothing secret is where somebody else looks."""
    config = engine.project / "config"
    paths = [*config.glob("*-password"), config / "influxdb-admin-token", config / "hub" / "mqtt-password"]
    secret = [path.read_text().strip() for path in paths]
    seen = [engine.compose("logs --no-color").stdout, *(json.dumps(engine.inspected(name)) for name in SERVICES)]
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            seen.append(line.read_text(errors="replace"))
    told = any(word in each for word in secret for each in seen)
    holds("no password or token is in a log, a command line or what the engine tells", not told)


def end_and_begin_anew(engine: Engine) -> None:
    """Nothing is lost by that."""
    began_s = time.monotonic()
    engine.compose("stop --timeout 60 hub")
    took_s, code = time.monotonic() - began_s, engine.inspected("hub")["State"]["ExitCode"]
    holds("the hub stops in order when asked", code == 0 and took_s < 50, f"exit code {code} after {took_s:.0f} s")
    before = _journal(engine)
    engine.compose("down --timeout 60")
    engine.up()
    holds("taken down and started anew it goes on with the same journal", _journal(engine) == before)


def _journal(engine: Engine) -> str:
    folder = engine.podman(f"volume inspect {PROJECT}_hub-state --format {{{{.Mountpoint}}}}").stdout.strip()
    return engine.run(["python3", "-c", IDENTITY, folder]).stdout


def listening() -> Iterator[tuple[int, str]]:
    """Ports that are listened on over IPv4 and IPv6, and their addresses, as the kernel writes them."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            _, local, _, state = line.split()[:4]
            if state == "0A":
                address, _, port = local.partition(":")
                yield int(port, 16), address


if __name__ == "__main__":
    sys.exit(main())
