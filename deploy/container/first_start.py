#!/usr/bin/env python3
"""Makes what the containers need before their first start: passwords, tokens, and the settings of this machine.

    sudo python3 deploy/container/first_start.py

Writes config/ and .env beside docker-compose.yml, and tells what is to be done next. What is there already stays as it
is, so it may be run again. Needs nothing but Python 3, and root, since each file is to be readable by one container
only. No password is printed: they stand in the files.
"""

import base64
import grp
import hashlib
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

HUB, BROKER, DATABASE, GRAFANA = 970, 1883, 1000, 472
"""Users in the containers, by number."""

MQTT_USERS = ("insole", "caregiver", "homeassistant", "reader")
"""Who may do what stands in deploy/mosquitto/acl."""

HUB_TOML = """\
# What the hub is to do; every setting: docs/config.md. Below, put the block that this prints:
#   docker compose run --rm hub scan
[mqtt]
host = "127.0.0.1"
username = "insole"
password_file = "/etc/insole-hub/mqtt-password"

[influxdb]
url = "http://127.0.0.1:8086"
token_file = "/run/insole-hub-token/token"

"""


def main() -> int:
    """Make what is missing."""
    if os.geteuid() != 0:
        sys.stderr.write("first_start: run it with sudo: each file is to be readable by one container only\n")
        return 1
    config = ROOT / "config"
    config.mkdir(mode=0o711, exist_ok=True)
    (config / "clinic").mkdir(mode=0o755, exist_ok=True)
    hub = _folder_of_the_hub(config)
    made = [
        _make(config / "mqtt-passwords", 0, _passwords),
        _make(hub / "mqtt-password", HUB, lambda: _password_of(config / "mqtt-passwords", "insole")),
        _make(config / "mosquitto-users", BROKER, lambda: _hashed(config / "mqtt-passwords")),
        _make(config / "influxdb-password", DATABASE, secret),
        _make(config / "influxdb-admin-token", DATABASE, secret),
        _make(config / "grafana-password", GRAFANA, secret),
        _make(hub / "hub.toml", HUB, lambda: HUB_TOML, mode=0o640),
        _make(ROOT / ".env", 0, _settings, mode=0o644),  # no secret: whoever runs compose reads it
    ]
    for path, is_new in made:
        sys.stdout.write(f"{'made' if is_new else 'kept'}  {path.relative_to(ROOT)}\n")
    sys.stdout.write(
        "\nNext: sensors and wearers into config/hub/hub.toml (docker compose run --rm hub scan).\n"
        "Then: docker compose up -d.\n"
        "Grafana: http://127.0.0.1:3000, user admin, password in config/grafana-password.\n"
        "Passwords for Home Assistant, caregivers' phones and readers at the broker: config/mqtt-passwords.\n"
    )
    return 0


def secret() -> str:
    """192 random bits that may stand in any file."""
    return secrets.token_urlsafe(24)


def mosquitto_hash(password: str, salt: bytes) -> str:
    """A password as Mosquitto's password file holds it: PBKDF2 with SHA-512, 101 rounds."""
    rounds_n = 101
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds_n)
    return f"$7${rounds_n}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _folder_of_the_hub(config: Path) -> Path:
    """What the hub may write, for the page, and nobody else may see; files of earlier versions move there."""
    folder = config / "hub"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    os.chown(folder, HUB, HUB)
    for name in ("hub.toml", "mqtt-password"):
        if (config / name).exists() and not (folder / name).exists():
            (config / name).rename(folder / name)
    return folder


def _make(path: Path, owner: int, content: Callable[[], str], mode: int = 0o400) -> tuple[Path, bool]:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return path, False
    with os.fdopen(file, "w") as stream:
        stream.write(content())
        os.fchmod(stream.fileno(), mode)  # whatever the umask
        os.fchown(stream.fileno(), owner, owner)
    return path, True


def _passwords() -> str:
    return "".join(f"{user}:{secret()}\n" for user in MQTT_USERS)


def _password_of(passwords: Path, user: str) -> str:
    return dict(line.split(":", 1) for line in passwords.read_text().splitlines())[user]


def _hashed(passwords: Path) -> str:
    lines = (line.split(":", 1) for line in passwords.read_text().splitlines())
    return "".join(f"{user}:{mosquitto_hash(password, secrets.token_bytes(12))}\n" for user, password in lines)


def _settings() -> str:
    try:
        bluetooth = grp.getgrnam("bluetooth").gr_gid
    except KeyError:
        bluetooth = 112
        sys.stderr.write("first_start: this machine has no group 'bluetooth'; install bluez, then set BLUETOOTH_GID\n")
    return f"BLUETOOTH_GID={bluetooth}\nCOMPOSE_PROFILES=hub,broker,database,grafana\n"


if __name__ == "__main__":
    sys.exit(main())
