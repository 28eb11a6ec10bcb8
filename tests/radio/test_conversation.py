"""What one connection does with actions that fail, and with silence at its very beginning."""

import asyncio
import re

import pytest
from bleak import BleakClient

from hub.errors import LinkError
from hub.radio import DeviceSpec, Inbox, LinkCounts, RadioSettings
from hub.radio.conversation import Conversation
from hub.radio.states import LinkEvent
from hub.radio.virtual.backend import VirtualClient
from sensors.driver import Read, Write
from tests.radio.harness import GENEROUS_S, LEFT, SHIN, hub_with


async def test_silence_right_after_the_first_data_is_noticed() -> None:
    spec = DeviceSpec(SHIN.role, SHIN.key, SHIN.address)
    counts, events = LinkCounts(), list[LinkEvent]()
    settings = RadioSettings(silence_s=0.1, first_data_s=600.0)
    conversation = Conversation(spec, 1, Inbox(10), settings, counts=counts, on_event=events.append)
    talking = asyncio.ensure_future(conversation.run(BleakClient(SHIN.address, backend=VirtualClient)))
    await asyncio.sleep(0)
    conversation.data_seen(asyncio.get_running_loop().time())
    with pytest.raises(LinkError, match=r"no valid data for 0.1 s"):
        async with asyncio.timeout(GENEROUS_S):
            await talking
    assert events == [LinkEvent.DATA, LinkEvent.SILENCE]
    assert counts.silences == 1


async def test_a_device_may_lack_what_is_optional() -> None:
    async with hub_with([LEFT]) as hub:
        await hub.until_streaming(LEFT.role)
        hub.radio.perform(LEFT.role, [Read("2aff", optional=True)])
        await hub.until_packets(LEFT.role, 30)
        counts = hub.status(LEFT.role).counts
        assert (counts.connections, counts.refusals) == (1, 0)


@pytest.mark.parametrize(
    ("action", "words"),
    [(Read("2aff"), "read of 2aff failed: .*not found"), (Write("2aff", b""), "write of 2aff failed: .*not found")],
)
async def test_a_device_that_refuses_what_is_needed_is_tried_anew(action: Read | Write, words: str) -> None:
    async with hub_with([SHIN]) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.perform(SHIN.role, [action])
        await hub.until(lambda: hub.status(SHIN.role).counts.connections == 2)
        await hub.until_streaming(SHIN.role)
        reasons = [status.reason for status in hub.changes if status.reason]
        assert re.search(words, reasons[0])
        assert hub.status(SHIN.role).counts.refusals == 1
