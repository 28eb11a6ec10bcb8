"""Linux's Bluetooth service as the owner of an adapter speaks to it: over D-Bus, a connection for each request."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
)
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError

from hub.radio.interval import ask_interval
from hub.radio.ladder import Rung
from hub.radio.rfkill import block_of

log = logging.getLogger(__name__)

SERVICE = "org.bluez"
ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"
PROPERTIES = "org.freedesktop.DBus.Properties"

OFF_S = 1.0
"""How long a power cycle leaves the adapter off."""

_UNKNOWN_DEVICE = {
    "org.bluez.Error.DoesNotExist",
    "org.freedesktop.DBus.Error.UnknownObject",
    "org.freedesktop.DBus.Error.UnknownMethod",
}


class BlueZ:
    """An adapter under BlueZ; needs no rights but those of the group bluetooth, except for ``usb_reset``.

    Parameters
    ----------
    wanted : the adapter's name or address; None takes the first that is on, else the first.
    interval_ms : the longest connection interval that is asked for; None leaves it to the system.
    root : of the machine's files.
    """

    def __init__(self, wanted: str | None, interval_ms: float | None = None, root: Path = Path("/")) -> None:
        self.name: str | None = None
        self._wanted = wanted
        self._interval_ms = interval_ms
        self._root = root
        self._address = ""

    @property
    def possible(self) -> frozenset[Rung]:
        """All rungs, but a reset over USB only where bluetooth-auto-recovery is installed."""
        missing = set() if find_spec("bluetooth_auto_recovery") else {Rung.USB_RESET}
        return frozenset(Rung) - missing

    async def prepare(self) -> Mapping[str, Any]:
        """Find the adapter, and ask for short connection intervals where it is new.

        Raises
        ------
        BleakError
            There is none, or it is blocked: BlueZ only says that it is off, and that it failed to switch it on.
        """
        async with _bus() as bus:
            name, address = await self._find(bus)
        if (name, address) != (self.name, self._address):
            self.name, self._address = name, address
            log.info("Bluetooth adapter %s", name)
            if self._interval_ms is not None:
                log.info("%s", ask_interval(name, self._interval_ms))
        if (block := block_of(name, self._root)) is not None:
            message = f"{name} is blocked through rfkill, {block}"
            raise BleakError(message)
        return {"bluez": {"adapter": name}}

    async def drop(self, address: str) -> bool:
        """Disconnect a device that BlueZ holds connected, such as from before a crash of the hub."""
        async with _bus() as bus:
            try:
                (connected,) = await _call(bus, self._device(address), f"{PROPERTIES}.Get", "ss", DEVICE, "Connected")
                if connected.value:
                    await _call(bus, self._device(address), f"{DEVICE}.Disconnect")
            except BleakDBusError as error:
                if error.dbus_error in _UNKNOWN_DEVICE:
                    return False
                raise
        return bool(connected.value)

    async def forget(self, address: str) -> None:
        """Remove BlueZ's object of the device, with its cached services."""
        async with _bus() as bus:
            try:
                await _call(bus, self._path(), f"{ADAPTER}.RemoveDevice", "o", self._device(address))
            except BleakDBusError as error:
                if error.dbus_error not in _UNKNOWN_DEVICE:
                    raise

    async def power_on(self) -> None:
        """Switch the adapter on."""
        async with _bus() as bus:
            await self._set_powered(bus, on=True)

    async def power_cycle(self) -> None:
        """Switch the adapter off and on."""
        async with _bus() as bus:
            await self._set_powered(bus, on=False)
            await asyncio.sleep(OFF_S)
            await self._set_powered(bus, on=True)

    async def usb_reset(self) -> None:
        """Have bluetooth-auto-recovery lift blocks, power-cycle below BlueZ, and reset the adapter on its USB port."""
        from bluetooth_auto_recovery import recover_adapter  # noqa: PLC0415 - an extra, and seldom needed

        number = int((self.name or "hci0").removeprefix("hci"))
        reset = await recover_adapter(number, self._address, gone_silent=True)
        self._address = ""  # whatever comes back is new to the kernel
        if not reset:
            raise BleakError("the adapter could not be reset; docs/radio.md says which rights that needs")

    async def _find(self, bus: MessageBus) -> tuple[str, str]:
        (objects,) = await _call(bus, "/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        adapters = {
            path.rsplit("/", 1)[-1]: interfaces[ADAPTER]
            for path, interfaces in sorted(objects.items())
            if ADAPTER in interfaces
        }
        wanted = (self._wanted or "").lower()
        for name, told in sorted(adapters.items(), key=lambda each: not each[1]["Powered"].value):
            address = str(told["Address"].value)
            if wanted in {"", name, address.lower()}:
                return name, address
        if self._wanted is None:
            raise BleakBluetoothNotAvailableError("no adapter", BleakBluetoothNotAvailableReason.NO_BLUETOOTH)
        message = f"adapter '{self._wanted}' not found"
        raise BleakError(message)

    async def _set_powered(self, bus: MessageBus, *, on: bool) -> None:
        await _call(bus, self._path(), f"{PROPERTIES}.Set", "ssv", ADAPTER, "Powered", Variant("b", on))

    def _path(self) -> str:
        return f"/org/bluez/{self.name or 'hci0'}"

    def _device(self, address: str) -> str:
        return f"{self._path()}/dev_{address.upper().replace(':', '_')}"


@asynccontextmanager
async def _bus() -> AsyncIterator[MessageBus]:
    bus = MessageBus(bus_type=BusType.SYSTEM)
    try:
        yield await bus.connect()
    except AuthError as error:
        denied = BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM
        raise BleakBluetoothNotAvailableError(str(error), denied) from error
    finally:
        bus.disconnect()


async def _call(bus: MessageBus, path: str, method: str, signature: str = "", *arguments: object) -> list[Any]:
    """The body of BlueZ's answer.

    Raises
    ------
    BleakDBusError
        BlueZ refuses.
    """
    interface, _, member = method.rpartition(".")
    reply = await bus.call(
        Message(
            destination=SERVICE,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(arguments),
        )
    )
    assert reply is not None
    if reply.message_type is MessageType.ERROR:
        raise BleakDBusError(reply.error_name or "", reply.body)
    return list(reply.body)
