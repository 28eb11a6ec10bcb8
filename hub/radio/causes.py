"""Why Bluetooth does not do as it is asked, and what its owner can do about it, in words. Pure."""

import re
from enum import StrEnum

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError


class Cause(StrEnum):
    """What is wrong with Bluetooth as a whole; the value says it, and its remedy."""

    NO_BUS = (
        "there is no D-Bus system bus; start it with `sudo systemctl start dbus`, or in a container mount the host's "
        "/run/dbus"
    )
    NO_SERVICE = "the system's Bluetooth service does not run; `sudo systemctl enable --now bluetooth` starts it"
    MASKED = (
        "the system's Bluetooth service is masked; `sudo systemctl unmask bluetooth`, then "
        "`sudo systemctl enable --now bluetooth` starts it"
    )
    HANGS = "the system's Bluetooth service does not answer; `sudo systemctl restart bluetooth` may help"
    BUS_BROKE = "the system's Bluetooth service hung up; if this lasts, `systemctl status bluetooth` says why"
    NO_ADAPTER = "there is no Bluetooth adapter; plug one in, or see `bluetoothctl list` and `dmesg`"
    NOT_THIS_ADAPTER = "the named Bluetooth adapter is not there; `bluetoothctl list` shows those that are"
    NO_CENTRAL = "the Bluetooth adapter cannot connect to LE devices; use one of Bluetooth 4.0 or newer"
    OFF = (
        "the Bluetooth adapter is off; `bluetoothctl power on` switches it on, `sudo rfkill unblock bluetooth` where "
        "it is blocked"
    )
    BLOCKED = "the Bluetooth adapter is blocked; `sudo rfkill unblock bluetooth` lifts a block that is no switch's"
    SWITCHED_OFF = "a switch on the machine blocks the Bluetooth adapter; turn the radio on at the switch"
    DENIED = (
        "this user may not use Bluetooth; `sudo usermod -aG bluetooth $USER` allows it from the next login, in a "
        "service SupplementaryGroups=bluetooth"
    )
    BUSY = "the Bluetooth adapter is busy; stop other programs that scan, or `sudo systemctl restart bluetooth`"


_Reason = BleakBluetoothNotAvailableReason
_UNAVAILABLE = {
    _Reason.NO_BLUETOOTH: Cause.NO_ADAPTER,
    _Reason.NO_BLE_CENTRAL_ROLE: Cause.NO_CENTRAL,
    _Reason.POWERED_OFF: Cause.OFF,
    _Reason.DENIED_BY_USER: Cause.DENIED,
    _Reason.DENIED_BY_SYSTEM: Cause.DENIED,
    _Reason.DENIED_BY_UNKNOWN: Cause.DENIED,
}
_DBUS = {
    "org.freedesktop.DBus.Error.ServiceUnknown": Cause.NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Cause.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ChildExited": Cause.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound": Cause.NO_SERVICE,
    "org.freedesktop.systemd1.NoSuchUnit": Cause.NO_SERVICE,  # disabled
    "org.freedesktop.systemd1.UnitMasked": Cause.MASKED,
    "org.freedesktop.DBus.Error.FileExists": Cause.MASKED,  # until systemd is reloaded, where the alias still stands
    "org.freedesktop.DBus.Error.NoReply": Cause.HANGS,
    "org.freedesktop.DBus.Error.TimedOut": Cause.HANGS,
    "org.freedesktop.DBus.Error.AccessDenied": Cause.DENIED,
    "org.bluez.Error.NotAuthorized": Cause.DENIED,
    "org.bluez.Error.NotReady": Cause.OFF,
    "org.bluez.Error.InProgress": Cause.BUSY,
}
_KINDS: dict[type[Exception], Cause] = {
    FileNotFoundError: Cause.NO_BUS,
    ConnectionRefusedError: Cause.NO_BUS,
    PermissionError: Cause.DENIED,
    TimeoutError: Cause.HANGS,
    EOFError: Cause.BUS_BROKE,
    BrokenPipeError: Cause.BUS_BROKE,
    ConnectionResetError: Cause.BUS_BROKE,
}
_ADAPTER_NOT_FOUND = re.compile(r"adapter '[\w:]+' not found")


def explain(error: Exception) -> str:
    """One line: the cause and its remedy where they are known, otherwise what the error says."""
    said = _said(error)
    if cause := cause_of(error):
        return cause.value
    kind = type(error).__name__
    return f"{kind} {said}".strip() if isinstance(error, KeyError | AttributeError) or not said else said


def cause_of(error: Exception) -> Cause | None:
    """What is wrong with Bluetooth as a whole; None where the error does not tell, or is one device's."""
    said = _said(error)
    if "rfkill" in said.lower():
        return Cause.SWITCHED_OFF if "hard" in said else Cause.BLOCKED
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _UNAVAILABLE.get(error.reason)
    if (name := _dbus_name(error)) in _DBUS:
        return _DBUS[name]
    if _ADAPTER_NOT_FOUND.search(said):
        return Cause.NOT_THIS_ADAPTER
    return next((cause for kind, cause in _KINDS.items() if isinstance(error, kind)), None)


def _dbus_name(error: BaseException) -> str:
    """The name of the D-Bus error, also where bleak-retry-connector has wrapped it; empty where it is none."""
    if isinstance(error, BleakDBusError):
        return error.dbus_error
    if (name := getattr(error, "type", None)) is not None:  # dbus_fast's own
        return str(name)
    return _dbus_name(error.__cause__) if error.__cause__ is not None else ""


def _said(error: Exception) -> str:
    return " ".join(str(error).split())
