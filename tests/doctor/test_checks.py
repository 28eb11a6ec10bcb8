"""Each broken set-up that the doctor knows, as the files and programs of a machine that is set up so."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.doctor.checks import examine
from hub.doctor.finding import Finding, Level
from hub.doctor.machine import look


@dataclass
class Pi:
    """A Raspberry Pi in good order under a folder, to be broken in one place."""

    root: Path
    programs: dict[str, str] = field(
        default_factory=lambda: {
            "bluetoothctl --version": "bluetoothctl: 5.66",
            "timedatectl show --property=NTPSynchronized --value": "yes",
            "systemctl is-active insole-hub": "active",
        }
    )

    def __post_init__(self) -> None:
        self.write("etc/os-release", 'NAME="Debian"\nPRETTY_NAME="Raspberry Pi OS 12"\n')
        self.write("proc/device-tree/model", "Raspberry Pi 4 Model B\0")
        self.write("proc/meminfo", "MemTotal: 1900000 kB\nMemAvailable: 1500000 kB\n")
        self.write("run/dbus/system_bus_socket", "")
        self.write(
            "etc/bluetooth/main.conf", "[General]\nName = pi\n#ControllerMode = bredr\n[Policy]\nAutoEnable=true\n"
        )
        self.adapter("usb1/1-1/1-1:1.0")
        self.switch("bluetooth", soft="0", hard="0")
        self.write("sys/class/thermal/thermal_zone0/temp", "51000\n")
        self.write("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def adapter(self, where: str) -> None:
        place = self.root / "sys/devices" / where / "bluetooth/hci0"
        place.mkdir(parents=True, exist_ok=True)
        link = self.root / "sys/class/bluetooth/hci0"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(place)

    def switch(self, kind: str, *, soft: str, hard: str) -> None:
        for name, text in (("type", kind), ("name", "hci0"), ("soft", soft), ("hard", hard)):
            self.write(f"sys/class/rfkill/rfkill0/{name}", f"{text}\n")

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def findings(self) -> list[Finding]:
        return examine(look(self.root, self.root, lambda command: self.programs.get(" ".join(command))))


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


def no_bus(pi: Pi) -> None:
    pi.remove("run/dbus/system_bus_socket")


def no_bus_in_container(pi: Pi) -> None:
    no_bus(pi)
    pi.write(".dockerenv", "")


def wifi_on_chip(pi: Pi) -> None:
    pi.adapter("platform/soc/fe201000.serial/serial0")
    pi.write("sys/module/brcmfmac/version", "")
    pi.write("sys/class/net/wlan0/wireless/x", "")
    pi.write("sys/class/net/wlan0/operstate", "up\n")


def no_adapter(pi: Pi) -> None:
    pi.remove("sys/class/bluetooth/hci0")


def slow_intervals(pi: Pi) -> None:
    pi.write("sys/kernel/debug/bluetooth/hci0/conn_min_interval", "24\n")
    pi.write("sys/kernel/debug/bluetooth/hci0/conn_max_interval", "40\n")


BROKEN = [
    (no_bus, Level.PROBLEM, "D-Bus", "no system bus", "systemctl start dbus"),
    (no_bus_in_container, Level.PROBLEM, "D-Bus", "container does not see", "mount /run/dbus"),
    (lambda pi: pi.programs.pop("bluetoothctl --version"), Level.PROBLEM, "BlueZ", "not there", "apt install bluez"),
    (
        lambda pi: pi.programs.update({"bluetoothctl --version": "bluetoothctl: 5.50"}),
        Level.PROBLEM,
        "BlueZ",
        "5.50 is too old",
        "upgrade",
    ),
    (
        lambda pi: pi.programs.update({"bluetoothctl --version": "bluetoothctl: 5.60"}),
        Level.WARNING,
        "BlueZ",
        "5.60 is older",
        "upgrade",
    ),
    (
        lambda pi: pi.write("etc/bluetooth/main.conf", "[General]\nControllerMode = bredr\n"),
        Level.PROBLEM,
        "BlueZ settings",
        "switches Bluetooth LE off",
        "dual or le",
    ),
    (
        lambda pi: pi.write("etc/bluetooth/main.conf", "[Policy]\nAutoEnable = false\n"),
        Level.WARNING,
        "BlueZ settings",
        "leaves the adapter off",
        "AutoEnable=true",
    ),
    (lambda pi: pi.switch("bluetooth", soft="1", hard="0"), Level.PROBLEM, "rfkill", "is blocked", "rfkill unblock"),
    (lambda pi: pi.switch("bluetooth", soft="0", hard="1"), Level.PROBLEM, "rfkill", "a switch", "at the switch"),
    (no_adapter, Level.PROBLEM, "adapter", "no Bluetooth adapter", "disable-bt"),
    (slow_intervals, Level.NOTE, "adapter", "up to 50 ms", "MaxConnectionInterval=12"),
    (wifi_on_chip, Level.WARNING, "Wi-Fi", "share a chip", "rfkill block wifi"),
    (
        lambda pi: pi.programs.update({"timedatectl show --property=NTPSynchronized --value": "no"}),
        Level.WARNING,
        "clock",
        "stands still without power",
        "set-ntp true",
    ),
    (
        lambda pi: pi.write("proc/meminfo", "MemAvailable: 60000 kB\n"),
        Level.WARNING,
        "memory",
        "61 MB are left",
        "stop other programs",
    ),
    (
        lambda pi: pi.write("sys/class/thermal/thermal_zone0/temp", "84500\n"),
        Level.WARNING,
        "heat",
        "84 °C",
        "heat sink",
    ),
    (
        lambda pi: pi.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n"),
        Level.WARNING,
        "power",
        "too little voltage now, slowed down now, too little voltage since it started",
        "power supply",
    ),
    (
        lambda pi: pi.programs.update({"systemctl is-active insole-hub": "failed"}),
        Level.PROBLEM,
        "service",
        "has failed",
        "journalctl",
    ),
]


@pytest.mark.parametrize(
    ("break_it", "level", "check", "cause", "remedy"),
    BROKEN,
    ids=lambda value: getattr(value, "__name__", str(value))[:40],
)
def test_a_broken_set_up_is_named_with_its_remedy(pi: Pi, break_it, level, check, cause, remedy) -> None:
    before = [finding for finding in pi.findings() if finding.level is not Level.OK]
    break_it(pi)
    news = [finding for finding in pi.findings() if finding.level is not Level.OK and finding not in before]
    assert [(finding.level, finding.check) for finding in news] == [(level, check)]
    assert cause in news[0].what
    assert remedy in news[0].remedy


def test_a_machine_in_good_order_has_no_findings_to_act_on(pi: Pi) -> None:
    findings = pi.findings()
    assert [finding for finding in findings if finding.level is not Level.OK] == []
    assert findings[0].what.startswith("Raspberry Pi 4 Model B Raspberry Pi OS 12")


def test_a_user_without_the_group_is_told(pi: Pi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.doctor.machine.os.geteuid", lambda: 1000)
    monkeypatch.setattr("hub.doctor.machine._groups", lambda: frozenset({"anna"}))
    (finding,) = [finding for finding in pi.findings() if finding.check == "permission"]
    assert finding.level is Level.WARNING
    assert "usermod -aG bluetooth" in finding.remedy


@pytest.mark.parametrize(
    ("free_mb", "writable", "levels"),
    [(40, True, ["problem"]), (300, True, ["warning"]), (9000, True, ["ok"]), (9000, False, ["problem", "ok"])],
)
def test_room_for_the_journal(pi: Pi, monkeypatch: pytest.MonkeyPatch, free_mb, writable, levels) -> None:
    monkeypatch.setattr("hub.doctor.machine._free_bytes", lambda _path: free_mb * 1_000_000)
    monkeypatch.setattr("hub.doctor.machine.os.access", lambda *_args: writable)
    assert [finding.level.value for finding in pi.findings() if finding.check == "disk"] == levels


def test_nothing_on_a_machine_is_needed_to_examine_it(tmp_path: Path) -> None:
    """A machine of which nothing can be read gives findings and no error."""
    findings = examine(look(tmp_path / "nothing", tmp_path / "nothing", lambda _command: None))
    assert {"D-Bus", "BlueZ", "adapter"} <= {finding.check for finding in findings if finding.level is Level.PROBLEM}
    for finding in findings:
        assert bool(finding.remedy) or finding.level in {Level.OK, Level.NOTE}
