"""A Bluetooth host on bumble, where a real hub has BlueZ: one scan at a time, one connection attempt at a time."""

import asyncio
from contextlib import suppress

from bleak.exc import BleakDBusError, BleakError
from bumble import hci
from bumble.core import BaseBumbleError
from bumble.device import Connection, Device
from bumble.transport.common import TransportSink, TransportSource

from hub.radio.virtual.ailments import Ailment, Ailments
from hub.radio.virtual.host import NotifiedHost
from hub.support.uninterrupted import uninterrupted

HOST_ADDRESS = "F0:0D:00:00:00:02"


class VirtualAdapter:
    """The adapter that the bleak backend of this room talks to. Its controller is behind ``source`` and ``sink``.

    ``address``: of the host, a random static one; each central on one air has its own.
    """

    def __init__(self, source: TransportSource, sink: TransportSink, address: str = HOST_ADDRESS) -> None:
        host = NotifiedHost(source, sink)
        self.device = host.device = Device(name="hub", address=hci.Address(address), host=host)
        self.ailments = Ailments()
        self.scanning = False
        self.refused = 0
        """How often something was asked that BlueZ answers with InProgress."""
        self._connecting = False

    async def start_scanning(self, *, active: bool) -> None:
        """Scan.

        Raises
        ------
        BleakDBusError
            A scan runs already, or the adapter is off.
        BleakError
            The controller does not answer.
        """
        await self._suffer()
        if self.scanning:
            raise self._in_progress()
        self.scanning = True
        try:
            await uninterrupted(self.device.start_scanning(active=active, filter_duplicates=False))
        except (BaseBumbleError, hci.HCI_Error) as error:
            self.scanning = False
            raise BleakError(f"the controller refuses to scan: {error!r}") from error

    async def stop_scanning(self) -> None:
        """Stop scanning."""
        self.scanning = False
        try:
            await uninterrupted(self.device.stop_scanning())
        except (BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(f"the controller goes on scanning: {error!r}") from error

    async def connect(self, address: hci.Address) -> Connection:
        """Connect, however long it takes; cancelling gives the attempt up. Raises BleakDBusError while another runs."""
        await self._suffer()
        if address.to_string(with_type_qualifier=False) in self.ailments.stale:
            raise BleakError("what is known of the device is out of date")
        if self._connecting:
            raise self._in_progress()
        self._connecting = True
        attempt = asyncio.ensure_future(self.device.connect_le(address, timeout=None))
        try:
            return await asyncio.shield(attempt)
        except asyncio.CancelledError:
            await self._give_up(attempt)
            raise
        finally:
            self._connecting = False

    async def hang_up(self, address: str | None = None) -> bool:
        """End the link to a device, or all links and the one that is being made; whether there was any."""
        if address is None and self._connecting:
            await self._cancel_attempt()
        links = [
            link
            for link in self.device.connections.values()
            if address in {None, link.peer_address.to_string(with_type_qualifier=False)}
        ]
        for link in links:
            with suppress(BaseBumbleError, hci.HCI_Error):  # the device was quicker
                await uninterrupted(link.disconnect())
        return bool(links)

    async def _suffer(self) -> None:
        if Ailment.HANGS in self.ailments:
            await asyncio.Event().wait()
        if Ailment.OFF in self.ailments:
            raise BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"])
        if Ailment.BUSY in self.ailments:
            raise self._in_progress()

    def _in_progress(self) -> BleakDBusError:
        self.refused += 1
        return BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])

    async def _give_up(self, attempt: "asyncio.Future[Connection]") -> None:
        try:
            await self._cancel_attempt()
            connection = await attempt
        except (BaseBumbleError, hci.HCI_Error, asyncio.CancelledError):
            return
        await uninterrupted(connection.disconnect())  # it came through before it could be given up

    async def _cancel_attempt(self) -> None:
        await uninterrupted(self.device.send_sync_command_raw(hci.HCI_LE_Create_Connection_Cancel_Command()))
