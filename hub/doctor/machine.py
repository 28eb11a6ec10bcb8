"""What the doctor knows of this machine: read once, from files and from a few programs that change nothing."""

import grp
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass, field
from pathlib import Path

from hub.radio.rfkill import RfKill, switches

RunProgram = Callable[[tuple[str, ...]], str | None]
"""What a program prints; None where it is not there, fails or does not answer."""

_ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Adapter:
    """A Bluetooth adapter. ``bus`` is usb, uart or unknown; intervals are None where they may not be read."""

    name: str
    bus: str
    min_interval_ms: float | None = None
    max_interval_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """This machine as it is now; what cannot be known is None.

    Parameters
    ----------
    system, model, python : names and versions for people.
    container : the hub runs in one.
    has_bus : the D-Bus system bus can be seen.
    groups : names of the user's groups; ``is_root`` tells who needs none.
    bluez_version : as (major, minor).
    bluetooth_conf : BlueZ's main.conf as {section: {key: value}}, keys in small letters.
    adapters, rfkill : Bluetooth adapters and radio switches.
    wifi_up : names of the Wi-Fi interfaces that are up.
    wifi_shares_chip : the Wi-Fi driver is that of chips which do both with one antenna.
    clock_synchronised, has_battery_clock : whether the wall clock follows a server, and survives a power cut.
    disk_free_bytes, state_dir_writable : of the hub's state folder, or of the nearest folder above it.
    memory_available_bytes : left for more programs.
    temperature_c : of the processor.
    power_problem : what a Raspberry Pi says of its supply; empty where all is well.
    service : state of the systemd unit, such as active, failed, inactive.
    """

    system: str
    model: str = ""
    python: str = ""
    container: bool = False
    has_bus: bool = False
    is_root: bool = False
    groups: frozenset[str] = frozenset()
    bluez_version: tuple[int, int] | None = None
    bluetooth_conf: dict[str, dict[str, str]] = field(default_factory=dict)
    adapters: tuple[Adapter, ...] = ()
    rfkill: tuple[RfKill, ...] = ()
    wifi_up: tuple[str, ...] = ()
    wifi_shares_chip: bool = False
    clock_synchronised: bool | None = None
    has_battery_clock: bool = False
    disk_free_bytes: int | None = None
    state_dir_writable: bool = False
    memory_available_bytes: int | None = None
    temperature_c: float | None = None
    power_problem: str | None = None
    service: str | None = None


def look(state_dir: Path, root: Path = Path("/"), run: RunProgram | None = None) -> Machine:
    """Read everything. ``root`` and ``run`` stand for the machine, so that another can be described."""
    run = run or run_program
    return Machine(
        system=_system(root),
        model=_text(root / "proc/device-tree/model").rstrip("\0"),
        python=platform.python_version(),
        container=(root / ".dockerenv").exists() or (root / "run/.containerenv").exists(),
        has_bus=(root / "run/dbus/system_bus_socket").exists(),
        is_root=os.geteuid() == 0,
        groups=_groups(),
        bluez_version=_bluez_version(run),
        bluetooth_conf=_ini(root / "etc/bluetooth/main.conf"),
        adapters=tuple(_adapter(root, path) for path in sorted((root / "sys/class/bluetooth").glob("hci*[0-9]"))),
        rfkill=switches(root),
        wifi_up=tuple(_wifi_up(root)),
        wifi_shares_chip=(root / "sys/module/brcmfmac").exists() or (root / "sys/module/rtw88_8723d").exists(),
        clock_synchronised=_synchronised(root, run),
        has_battery_clock=(root / "sys/class/rtc/rtc0").exists(),
        disk_free_bytes=_free_bytes(state_dir),
        state_dir_writable=os.access(_nearest(state_dir), os.W_OK),
        memory_available_bytes=_available_bytes(root),
        temperature_c=_number(root / "sys/class/thermal/thermal_zone0/temp", 1e-3),
        power_problem=_power_problem(root),
        service=run(("systemctl", "is-active", "insole-hub")),
    )


def run_program(command: tuple[str, ...]) -> str | None:
    """What a program prints; None where it is not there, fails silently or does not answer."""
    program = shutil.which(command[0], path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands of this file
            (program, *command[1:]), capture_output=True, timeout=_ANSWER_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() or None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(path: Path, scale: float) -> float | None:
    try:
        return int(_text(path)) * scale
    except ValueError:
        return None


def _system(root: Path) -> str:
    lines = _text(root / "etc/os-release").splitlines()
    names = [line.removeprefix("PRETTY_NAME=").strip('"') for line in lines if line.startswith("PRETTY_NAME=")]
    return f"{next(iter(names), 'unknown system')}, Linux {platform.release()}, {platform.machine()}"


def _groups() -> frozenset[str]:
    names: set[str] = set()
    for number in {os.getegid(), *os.getgroups()}:
        try:
            names.add(grp.getgrgid(number).gr_name)
        except KeyError:
            names.add(str(number))
    return frozenset(names)


def _bluez_version(run: RunProgram) -> tuple[int, int] | None:
    said = run(("bluetoothctl", "--version")) or ""
    major, _, minor = said.rpartition(" ")[2].partition(".")
    try:
        return int(major), int(minor)
    except ValueError:
        return None


def _ini(path: Path) -> dict[str, dict[str, str]]:
    parser = ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(_text(path))
    except ConfigParserError:
        return {}
    return {name: dict(parser[name]) for name in parser.sections()}


def _adapter(root: Path, path: Path) -> Adapter:
    where = str(path.resolve())
    bus = "usb" if "/usb" in where else "uart" if "/serial" in where or "/tty" in where else "unknown"
    debug = root / "sys/kernel/debug/bluetooth" / path.name
    return Adapter(
        path.name, bus, _number(debug / "conn_min_interval", 1.25), _number(debug / "conn_max_interval", 1.25)
    )


def _wifi_up(root: Path) -> list[str]:
    interfaces = sorted((root / "sys/class/net").glob("*"))
    return [path.name for path in interfaces if (path / "wireless").exists() and _text(path / "operstate") == "up"]


def _synchronised(root: Path, run: RunProgram) -> bool | None:
    said = run(("timedatectl", "show", "--property=NTPSynchronized", "--value"))
    if said in {"yes", "no"}:
        return said == "yes"
    return True if (root / "run/systemd/timesync/synchronized").exists() else None


def _nearest(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _free_bytes(path: Path) -> int | None:
    try:
        return shutil.disk_usage(_nearest(path)).free
    except OSError:
        return None


def _available_bytes(root: Path) -> int | None:
    for line in _text(root / "proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _power_problem(root: Path) -> str | None:
    """The firmware's word of a Raspberry Pi; bits as its makers document them."""
    said = _text(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    try:
        bits = int(said, 16)
    except ValueError:
        return None
    words = {0: "too little voltage now", 2: "slowed down now", 16: "too little voltage since it started"}
    return ", ".join(word for bit, word in words.items() if bits >> bit & 1)
