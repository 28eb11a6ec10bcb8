"""The short way of notifications gives what bumble's own way gives, and takes nothing else."""

import struct

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bumble.core import BaseBumbleError
from bumble.host import Host
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.radio.virtual.host import NotifiedHost
from tests.radio.echo import ECHO, bench

NOTIFICATION, INDICATION, ERROR = 0x1B, 0x1D, 0x01
START, CONTINUED = 0x2000, 0x1000


def acl(handle: int, flags: int, data: bytes, *, length_off: int = 0) -> bytes:
    return struct.pack("<BHH", 2, handle | flags, len(data) + length_off) + data


def pdu(opcode: int, attribute: int, value: bytes, *, channel: int = 4, length_off: int = 0) -> bytes:
    att = struct.pack("<BH", opcode, attribute) + value
    return struct.pack("<HH", len(att) + length_off, channel) + att


@st.composite
def packets(draw: st.DrawFn, link: int, attribute: int) -> list[bytes]:
    """Mostly notifications of one characteristic, some in pieces, some wrong in one way or another."""
    seldom = st.sampled_from([0] * 6 + [1, -1])
    handle = draw(st.sampled_from([link] * 6 + [link + 1]))
    whole = pdu(
        draw(st.sampled_from([NOTIFICATION] * 6 + [INDICATION, ERROR])),
        draw(st.sampled_from([attribute] * 6 + [attribute + 1])),
        draw(st.binary(max_size=30)),
        channel=draw(st.sampled_from([4] * 6 + [0x40])),
        length_off=draw(seldom),
    )
    flags = draw(st.sampled_from([START, START, 0, CONTINUED, 0xE000]))
    cut = draw(st.sampled_from([0] * 6 + [4, 5, len(whole) - 1]))
    if cut:
        return [acl(handle, START, whole[:cut]), acl(handle, CONTINUED, whole[cut:])][: draw(st.sampled_from([1, 2]))]
    return [acl(handle, flags, whole, length_off=draw(seldom))]


async def test_any_packets_give_what_bumbles_own_way_gives() -> None:
    async with bench() as on, on.client(await on.find()) as client:
        heard: list[bytes] = []
        heard_by_event: list[bytes] = []
        await client.start_notify(ECHO, lambda _, data: heard.append(bytes(data)))
        host, (link,) = on.adapter.device.host, on.adapter.device.connections
        characteristic = client.services.get_characteristic(ECHO)
        assert isinstance(characteristic, BleakGATTCharacteristic)
        proxy = characteristic.obj
        proxy.on(proxy.EVENT_UPDATE, heard_by_event.append)
        every_kind = packets(link, characteristic.handle)

        def told(way: type[Host], sequence: list[bytes]) -> list[bytes | str]:
            """What the subscriber hears of a sequence, and the kinds of errors between."""
            host.connections[link].assembler.current_data = None
            answers: list[bytes | str] = []
            for packet in sequence:
                try:
                    way.on_packet(host, packet)
                except (AssertionError, BaseBumbleError, ValueError, struct.error) as error:  # the transport logs them
                    answers.append(type(error).__name__)
                assert heard_by_event == heard
                answers += heard
                heard.clear()
                heard_by_event.clear()
            return answers

        def notification(value: bytes) -> bytes:
            return pdu(NOTIFICATION, characteristic.handle, value)

        begun, rest = notification(b"in two")[:8], notification(b"in two")[8:]
        between = [acl(link, START, begun), acl(link, START, notification(b"whole")), acl(link, CONTINUED, rest)]

        @settings(max_examples=300, deadline=None)
        @example(between)
        @given(st.lists(every_kind, max_size=6).map(lambda parts: [packet for part in parts for packet in part]))
        def check(sequence: list[bytes]) -> None:
            assert told(NotifiedHost, sequence) == told(Host, sequence)

        check()
        assert told(NotifiedHost, [acl(link, START, notification(b"\x07"))]) == [b"\x07"]


async def test_a_notification_takes_the_short_way_and_no_other_packet_does(monkeypatch: pytest.MonkeyPatch) -> None:
    long_way: list[bytes] = []
    own = Host.on_packet

    def on_packet(host: Host, packet: bytes) -> None:
        if isinstance(host, NotifiedHost):
            long_way.append(packet)
        own(host, packet)

    monkeypatch.setattr(Host, "on_packet", on_packet)
    async with bench() as on, on.client(await on.find()) as client:
        heard: list[bytes] = []
        await client.start_notify(ECHO, lambda _, data: heard.append(bytes(data)))
        host, (link,) = on.adapter.device.host, on.adapter.device.connections
        characteristic = client.services.get_characteristic(ECHO)
        assert characteristic is not None
        assert long_way  # connecting and asking were bumble's own
        long_way.clear()
        host.on_packet(acl(link, START, pdu(NOTIFICATION, characteristic.handle, b"short")))
        assert (heard, long_way) == ([b"short"], [])
        indication = acl(link, START, pdu(INDICATION, characteristic.handle, b"long"))
        host.on_packet(indication)
        assert long_way == [indication]


async def test_nothing_is_heard_after_the_subscription_or_the_link_has_ended() -> None:
    async with bench() as on:
        heard: list[bytes] = []
        async with on.client(await on.find()) as client:
            await client.start_notify(ECHO, lambda _, data: heard.append(bytes(data)))
            host, (link,) = on.adapter.device.host, on.adapter.device.connections
            characteristic = client.services.get_characteristic(ECHO)
            assert characteristic is not None
            packet = acl(link, START, pdu(NOTIFICATION, characteristic.handle, b"\x01"))
            await client.stop_notify(ECHO)
            host.on_packet(packet)
        host.on_packet(packet)
        assert heard == []
