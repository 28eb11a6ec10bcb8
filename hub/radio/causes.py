"""Why Bluetooth does not do as it is asked, and what its owner can do about it, in words. Pure."""

import re

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError

NO_BUS = (
    "there is no D-Bus system bus; start it with `sudo systemctl start dbus`, or in a container mount the host's "
    "/run/dbus"
)
NO_SERVICE = "the system's Bluetooth service does not run; `sudo systemctl enable --now bluetooth` starts it"
HANGS = "the system's Bluetooth service does not answer; `sudo systemctl restart bluetooth` may help"
BUS_BROKE = "the system's Bluetooth service hung up; if this lasts, `systemctl status bluetooth` says why"
NO_ADAPTER = "there is no Bluetooth adapter; plug one in, or see `bluetoothctl list` and `dmesg`"
NO_CENTRAL = "the Bluetooth adapter cannot connect to LE devices; use one of Bluetooth 4.0 or newer"
OFF = (
    "the Bluetooth adapter is off; `bluetoothctl power on` switches it on, `sudo rfkill unblock bluetooth` where it is "
    "blocked"
)
BLOCKED = "the Bluetooth adapter is blocked; `sudo rfkill unblock bluetooth` lifts a block that is no switch's"
DENIED = (
    "this user may not use Bluetooth; `sudo usermod -aG bluetooth $USER` allows it from the next login, in a service "
    "SupplementaryGroups=bluetooth"
)
BUSY = "the Bluetooth adapter is busy; stop other programs that scan, or `sudo systemctl restart bluetooth`"

_Reason = BleakBluetoothNotAvailableReason
_UNAVAILABLE = {
    _Reason.NO_BLUETOOTH: NO_ADAPTER,
    _Reason.NO_BLE_CENTRAL_ROLE: NO_CENTRAL,
    _Reason.POWERED_OFF: OFF,
    _Reason.DENIED_BY_USER: DENIED,
    _Reason.DENIED_BY_SYSTEM: DENIED,
    _Reason.DENIED_BY_UNKNOWN: DENIED,
}
_DBUS = {
    "org.freedesktop.DBus.Error.ServiceUnknown": NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ChildExited": NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound": NO_SERVICE,
    "org.freedesktop.DBus.Error.NoReply": HANGS,
    "org.freedesktop.DBus.Error.TimedOut": HANGS,
    "org.freedesktop.DBus.Error.AccessDenied": DENIED,
    "org.bluez.Error.NotAuthorized": DENIED,
    "org.bluez.Error.NotReady": OFF,
    "org.bluez.Error.InProgress": BUSY,
}
_KINDS: dict[type[Exception], str] = {
    FileNotFoundError: NO_BUS,
    ConnectionRefusedError: NO_BUS,
    PermissionError: DENIED,
    TimeoutError: HANGS,
    EOFError: BUS_BROKE,
    BrokenPipeError: BUS_BROKE,
    ConnectionResetError: BUS_BROKE,
}
_ADAPTER_NOT_FOUND = re.compile(r"adapter '(\w+)' not found")


def explain(error: Exception) -> str:
    """One line: the cause and its remedy where they are known, otherwise what the error says."""
    said = " ".join(str(error).split())
    known = BLOCKED if "rfkill" in said.lower() else _known(error)
    if known:
        return known
    if missing := _ADAPTER_NOT_FOUND.search(said):
        return f"there is no Bluetooth adapter {missing[1]}; `bluetoothctl list` shows those that there are"
    kind = type(error).__name__
    return f"{kind} {said}".strip() if isinstance(error, KeyError | AttributeError) or not said else said


def _known(error: Exception) -> str | None:
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _UNAVAILABLE.get(error.reason)
    name = error.dbus_error if isinstance(error, BleakDBusError) else getattr(error, "type", None)  # dbus_fast's own
    if name in _DBUS:
        return _DBUS[name]
    return next((words for kind, words in _KINDS.items() if isinstance(error, kind)), None)
