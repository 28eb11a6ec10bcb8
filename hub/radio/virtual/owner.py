"""A virtual adapter's owner: what cures its ailments."""

from collections.abc import Mapping
from typing import Any

from hub.radio.ladder import Rung
from hub.radio.virtual.adapter import VirtualAdapter
from hub.radio.virtual.ailments import Ailment


class VirtualOwner:
    """An ``AdapterControl`` of a virtual adapter."""

    name = "virtual"
    possible = frozenset(Rung)

    def __init__(self, adapter: VirtualAdapter) -> None:
        self._adapter = adapter

    async def prepare(self) -> Mapping[str, Any]:
        """It is where it always is."""
        return {}

    async def drop(self, address: str) -> bool:
        """Hang up on a device."""
        return await self._adapter.hang_up(address)

    async def forget(self, address: str) -> None:
        """Forget a device."""
        self._adapter.ailments.stale.discard(address)

    async def power_on(self) -> None:
        """Switch it on."""
        self._adapter.ailments.treat({Rung.POWER_ON})

    async def power_cycle(self) -> None:
        """Switch it off and on."""
        await self.power_off()
        self._adapter.ailments.treat({Rung.POWER_ON, Rung.POWER_CYCLE})

    async def usb_reset(self) -> None:
        """Start it anew."""
        await self.power_off()
        self._adapter.ailments.treat({Rung.POWER_ON, Rung.POWER_CYCLE, Rung.USB_RESET})

    async def power_off(self) -> None:
        """Switch it off, as somebody else may."""
        self._adapter.ailments.befall(Ailment.OFF, Rung.POWER_ON)
        await self._adapter.hang_up()
