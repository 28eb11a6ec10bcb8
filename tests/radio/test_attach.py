"""HCI over a stream: every packet comes out whole, in order, however the stream was cut."""

import asyncio
import socket
import struct
from itertools import pairwise
from typing import cast

from bumble.transport.common import StreamPacketSource
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.radio.virtual.attach import socket_transport
from tests.radio.harness import GENEROUS_S

ACL, EVENT = 2, 4


class Sink:
    """Keeps packets; one that ends in ``stumble`` is more than it can take."""

    stumble = b"\xff\xfe"

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def on_packet(self, packet: bytes) -> None:
        self.packets.append(packet)
        if packet.endswith(self.stumble):
            raise ValueError(packet)


def acl(data: bytes) -> bytes:
    return struct.pack("<BHH", ACL, 0x2001, len(data)) + data


def event(data: bytes) -> bytes:
    return struct.pack("<BBB", EVENT, 0x3E, len(data)) + data


payloads = st.binary(min_size=1, max_size=40) | st.just(b"\x01" + Sink.stumble)
streams = st.lists(payloads.map(acl) | payloads.map(event), max_size=8)


async def test_packets_survive_any_cutting_of_the_stream() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        async with await socket_transport(ours) as transport:
            source = cast("StreamPacketSource", transport.source)

            @settings(deadline=None)
            @example([event(acl(b"inside another"))], [3])
            @example([event(bytes(20))], [])
            @given(streams, st.lists(st.integers(0, 400), max_size=6))
            def check(packets: list[bytes], cuts: list[int]) -> None:
                sink, stream = Sink(), b"".join(packets)
                source.set_packet_sink(sink)
                at = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
                for start, end in pairwise(at):
                    source.data_received(stream[start:end])
                assert sink.packets == packets

            check()


async def test_a_packet_that_cannot_be_taken_does_not_end_the_transport() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        async with asyncio.timeout(GENEROUS_S), await socket_transport(ours) as transport:
            sink, loop = Sink(), asyncio.get_running_loop()
            transport.source.set_packet_sink(sink)
            theirs.setblocking(False)
            sent = [acl(Sink.stumble), acl(b"next"), event(b"and so on")]
            await loop.sock_sendall(theirs, b"".join(sent))
            while len(sink.packets) < len(sent):
                await asyncio.sleep(0.001)
            assert sink.packets == sent
            assert not transport.source.terminated.done()
