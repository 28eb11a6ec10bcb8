"""HCI over a kernel's device, for which a pipe stands that gives back what is written."""

import asyncio
import errno
import os
from pathlib import Path

import pytest

from hub.radio.virtual.vhci import vhci_transport
from tests.radio.harness import GENEROUS_S

RESET = b"\x01\x03\x0c\x00"


class Sink:
    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.news = asyncio.Event()

    def on_packet(self, packet: bytes) -> None:
        self.packets.append(packet)
        self.news.set()


async def test_packets_go_both_ways_and_the_kernels_own_words_go_nowhere(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "vhci")
    async with asyncio.timeout(GENEROUS_S), vhci_transport(tmp_path / "vhci") as transport:
        sink = Sink()
        transport.source.set_packet_sink(sink)
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the request for an adapter has come back and is passed over
        transport.sink.on_packet(RESET)
        await sink.news.wait()
        assert sink.packets == [RESET]


async def test_only_an_adapter_that_is_off_may_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "vhci")
    refusal = errno.ENXIO

    def refuse(*_: object) -> int:
        raise OSError(refusal, os.strerror(refusal))

    async with vhci_transport(tmp_path / "vhci") as transport:
        monkeypatch.setattr(os, "write", refuse)
        transport.sink.on_packet(RESET)
        refusal = errno.ENODEV
        with pytest.raises(OSError, match="No such device"):
            transport.sink.on_packet(RESET)
        monkeypatch.undo()
