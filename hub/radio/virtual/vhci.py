"""The controller behind the Linux kernel's virtual adapter: HCI over /dev/vhci.

bumble's own transport ends for good when the kernel refuses a packet, as it does while the adapter is switched off.
"""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bumble.transport.common import BaseSource, Transport

DEVICE = Path("/dev/vhci")
_VENDOR = 0xFF
_PRIMARY = bytes((_VENDOR, 0x00))
"""Asks the kernel for an adapter."""
_MOST_BYTES = 4096


@asynccontextmanager
async def vhci_transport(path: Path = DEVICE) -> AsyncIterator[Transport]:
    """HCI packets of an adapter that is there as long as this is entered.

    Raises
    ------
    OSError
        The kernel has no virtual adapter, or this user may not make one.
    """
    device = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    loop = asyncio.get_running_loop()
    try:
        os.write(device, _PRIMARY)
        source = _Source(device)
        loop.add_reader(device, source.read)
        try:
            yield Transport(source, _Sink(device))
        finally:
            loop.remove_reader(device)
    finally:
        os.close(device)


class _Source(BaseSource):
    def __init__(self, device: int) -> None:
        super().__init__()
        self._device = device

    def read(self) -> None:
        """Hand one packet on: the kernel gives a whole one at a time."""
        packet = os.read(self._device, _MOST_BYTES)
        if packet and packet[0] != _VENDOR and self.sink is not None:
            self.sink.on_packet(packet)


class _Sink:
    def __init__(self, device: int) -> None:
        self._device = device

    def on_packet(self, packet: bytes) -> None:
        """Hand one packet to the kernel, which takes none while its adapter is switched off."""
        try:
            os.write(self._device, packet)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
