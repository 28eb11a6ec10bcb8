"""Bluetooth through bleak: how to scan and how to connect, on this machine's adapter or on a virtual one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from bleak_retry_connector import BLEAK_RETRY_EXCEPTIONS, establish_connection

OnAdvertisement = Callable[[BLEDevice, AdvertisementData], None]

BLUETOOTH_ERRORS: tuple[type[Exception], ...] = (BleakError, *BLEAK_RETRY_EXCEPTIONS, OSError, KeyError)
"""What bleak and the D-Bus library under it raise when a radio or a device does not do as it is asked."""


@dataclass(frozen=True, slots=True)
class Bluetooth:
    """Where to scan and connect: keyword arguments of ``BleakScanner`` and ``BleakClient``."""

    scanner_options: Mapping[str, Any] = field(default_factory=dict)
    client_options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def system(cls, adapter: str | None = None) -> "Bluetooth":
        """This machine's adapter of that name, such as hci0; None takes the system's first."""
        if adapter is None:
            return cls()
        options = {"bluez": {"adapter": adapter}}
        return cls(options, options)

    def scanner(self, on_advertisement: OnAdvertisement) -> BleakScanner:
        """A scanner that starts when it is entered."""
        return BleakScanner(on_advertisement, **self.scanner_options)

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
