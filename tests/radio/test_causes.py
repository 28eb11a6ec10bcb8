"""What goes wrong with Bluetooth is told in words that its owner can act on."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
)

from hub.errors import LinkError
from hub.radio import Bluetooth, scan
from hub.radio.bluetooth import BLUETOOTH_ERRORS
from hub.radio.causes import explain

NotAvailable = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "No such file or directory"), "systemctl start dbus"),
        (ConnectionRefusedError(111, "Connection refused"), "systemctl start dbus"),
        (PermissionError(13, "Permission denied"), "usermod -aG bluetooth"),
        (TimeoutError(), "restart bluetooth"),
        (EOFError(), "status bluetooth"),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["not provided"]), "enable --now bluetooth"),
        (BleakDBusError("org.freedesktop.systemd1.NoSuchUnit", ["dbus-org.bluez.service"]), "enable --now bluetooth"),
        (BleakDBusError("org.freedesktop.systemd1.UnitMasked", ["is masked"]), "unmask bluetooth"),
        (
            BleakDBusError("org.freedesktop.DBus.Error.FileExists", ["dbus-org.bluez.service failed to load"]),
            "unmask bluetooth",
        ),
        (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), "power on"),
        (BleakDBusError("org.bluez.Error.InProgress", []), "busy"),
        (BleakDBusError("org.bluez.Error.Failed", ["Blocked through rfkill"]), "rfkill unblock"),
        (BleakError("hci0 is blocked through rfkill, soft"), "rfkill unblock"),
        (BleakError("hci0 is blocked through rfkill, hard"), "at the switch"),
        (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["Rejected send"]), "usermod -aG bluetooth"),
        (BleakBluetoothNotAvailableError("No powered adapters", NotAvailable.POWERED_OFF), "power on"),
        (BleakBluetoothNotAvailableError("No adapters", NotAvailable.NO_BLUETOOTH), "plug one in"),
        (BleakBluetoothNotAvailableError("REJECTED", NotAvailable.DENIED_BY_SYSTEM), "usermod -aG bluetooth"),
        (BleakError("adapter 'hci7' not found"), "named Bluetooth adapter is not there; `bluetoothctl list`"),
        (BleakError("adapter '00:1A:7D:DA:71:13' not found"), "named Bluetooth adapter is not there"),
        (BleakError("something\nelse"), "something else"),
        (KeyError("/org/bluez/hci0"), "KeyError '/org/bluez/hci0'"),
        (BleakError(), "BleakError"),
    ],
)
def test_the_cause_and_its_remedy_in_one_line(error: Exception, words: str) -> None:
    assert words in explain(error)
    assert "\n" not in explain(error)
    assert "00:1A" not in explain(error), "it is told on MQTT, where no address may be"


def test_errors_of_the_dbus_library_are_bluetooth_errors() -> None:
    errors = pytest.importorskip("dbus_fast.errors")
    for kind in (errors.AuthError, errors.InvalidMessageError, errors.DBusError):
        assert issubclass(kind, BLUETOOTH_ERRORS)
    refused = errors.DBusError("org.bluez.Error.NotReady", "Resource Not Ready")
    assert "power on" in explain(refused)


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
async def test_a_scan_without_a_bus_is_one_error_of_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'nobody'}")
    with pytest.raises(LinkError, match="no D-Bus system bus"):
        await scan(Bluetooth.system(), 0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
async def test_a_bus_that_refuses_this_user_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"REJECTED\r\n")
        await writer.drain()
        await reader.read()
        writer.close()

    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    async with await asyncio.start_unix_server(refuse, tmp_path / "bus"):
        with pytest.raises(LinkError, match="may not use Bluetooth"):
            await scan(Bluetooth.system(), 0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
def test_the_scan_command_prints_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path / 'nobody'}"}
    ran = subprocess.run(
        [sys.executable, "-m", "hub", "scan", "--seconds", "1"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    (line,) = [line for line in ran.stderr.splitlines() if line.strip() and "listening" not in line]
    assert "no D-Bus system bus" in line
    assert "systemctl start dbus" in line
