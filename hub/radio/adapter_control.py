"""What can be done to a Bluetooth adapter beside scanning and connecting, by whoever owns it."""

from collections.abc import Mapping
from typing import Any, Protocol

from hub.radio.ladder import Rung


class AdapterControl(Protocol):
    """One adapter. Each method raises one of ``BLUETOOTH_ERRORS`` where it cannot do as it is asked."""

    @property
    def name(self) -> str | None:
        """What the system calls it now, such as hci0; None before ``prepare``, and where the system chooses."""

    @property
    def possible(self) -> frozenset[Rung]:
        """Which of the adapter's rungs can be tried here."""

    async def prepare(self) -> Mapping[str, Any]:
        """Find the adapter under its name of today; gives what a scanner and a client are to be told about it."""

    async def drop(self, address: str) -> bool:
        """Hang up on a device that is connected though nobody in the hub talks to it; whether there was such a one."""

    async def forget(self, address: str) -> None:
        """Have the system forget all that it believes to know about a device."""

    async def power_on(self) -> None:
        """Switch it on."""

    async def power_cycle(self) -> None:
        """Switch it off and on."""

    async def usb_reset(self) -> None:
        """Have it start anew as if it was plugged in again. Its name may be another afterwards."""


class NoControl:
    """Where nothing can be done: the system chooses the adapter and looks after it."""

    name: str | None = None
    possible: frozenset[Rung] = frozenset({Rung.EXIT})

    async def prepare(self) -> Mapping[str, Any]:
        """Nothing to tell."""
        return {}

    async def drop(self, _address: str) -> bool:
        """Nobody can tell."""
        return False

    async def forget(self, _address: str) -> None:
        """Nothing to forget."""

    async def power_on(self) -> None:
        """Not possible."""

    async def power_cycle(self) -> None:
        """Not possible."""

    async def usb_reset(self) -> None:
        """Not possible."""
