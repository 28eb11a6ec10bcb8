"""Bluetooth through bleak: how to scan and how to connect, on this machine's adapter or on a virtual one."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from bleak_retry_connector import BLEAK_RETRY_EXCEPTIONS, establish_connection

from hub.radio.adapter_control import AdapterControl, NoControl

OnAdvertisement = Callable[[BLEDevice, AdvertisementData], None]


def _dbus_errors() -> tuple[type[Exception], ...]:
    try:
        from dbus_fast.errors import DBusFastError  # noqa: PLC0415 - only Linux has it
    except ImportError:
        return ()
    return (DBusFastError,)


BLUETOOTH_ERRORS: tuple[type[Exception], ...] = (
    BleakError,
    *BLEAK_RETRY_EXCEPTIONS,
    *_dbus_errors(),
    OSError,
    KeyError,
)
"""What bleak, and on Linux the D-Bus library under it, raise when a radio or a device does not do as it is asked."""


@dataclass(frozen=True, slots=True)
class Bluetooth:
    """Where to scan and connect: keyword arguments of ``BleakScanner`` and ``BleakClient``, and the adapter's owner."""

    scanner_options: Mapping[str, Any] = field(default_factory=dict)
    client_options: Mapping[str, Any] = field(default_factory=dict)
    control: AdapterControl = field(default_factory=NoControl)

    @classmethod
    def system(cls, adapter: str | None = None, interval_ms: float | None = None) -> "Bluetooth":
        """This machine's adapter, by its name such as hci0 or its address; None takes the system's first.

        ``interval_ms``: the longest connection interval to ask for; None leaves it to the system.
        """
        if sys.platform != "linux":
            return cls()
        from hub.radio.bluez import BlueZ  # noqa: PLC0415 - D-Bus is Linux's

        return cls(control=BlueZ(adapter, interval_ms))

    @asynccontextmanager
    async def scanning(self, on_advertisement: OnAdvertisement, answer_s: float) -> AsyncIterator[None]:
        """Scan as long as it is entered; the adapter must start and stop within ``answer_s`` each.

        Raises one of ``BLUETOOTH_ERRORS``; where something else ended the scan, that goes before a failure to stop.
        """
        async with asyncio.timeout(answer_s):
            adapter = await self.control.prepare()
        scanner = BleakScanner(on_advertisement, **self.scanner_options, **adapter)
        try:
            async with asyncio.timeout(answer_s):
                await scanner.start()
            yield
        except BaseException:
            with suppress(*BLUETOOTH_ERRORS):
                async with asyncio.timeout(answer_s):
                    await scanner.stop()
            raise
        async with asyncio.timeout(answer_s):
            await scanner.stop()

    async def connect(self, device: BLEDevice, name: str, on_disconnect: Callable[[], None]) -> BleakClient:
        """A fresh client, connected, with its services known. Raises one of ``BLUETOOTH_ERRORS``."""
        return await establish_connection(
            BleakClient,
            device,
            name,
            disconnected_callback=lambda _client: on_disconnect(),
            max_attempts=2,
            **self.client_options,
        )
