"""What goes wrong on the air is noticed, counted and survived, and the other devices do not feel it."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from bleak import BleakScanner

from hub.packets import Disconnected
from hub.radio import DeviceSpec, LinkState, RadioSettings
from hub.radio.virtual.backend import VirtualScanner
from hub.radio.virtual.faults import Fault, Faults
from tests.radio.harness import LEFT, QUICK, RIGHT, SHIN, Hub, Worn, hub_with
from tests.radio.warp import WarpedLoop


def faulty(worn: Worn, faults: Faults) -> Worn:
    return Worn(worn.role, worn.key, worn.address, faults)


def stall(seconds: float) -> None:
    """Keep the event loop from doing anything."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WarpedLoop)
    loop.stall(seconds)


def streamed(hub: Hub, worn: Worn) -> list[bytes]:
    """Notified bytes as the hub received them, without what it read."""
    notified = {name for name, _ in hub.emulators[worn.address].notified}
    return [one.data for one in hub.packets(worn.role) if one.characteristic in notified]


async def test_lost_packets_are_missing_and_nothing_else() -> None:
    async with hub_with([faulty(SHIN, Faults(loss_pct=20))]) as hub:
        await hub.until_packets(SHIN.role, 200)
        received, made = streamed(hub, SHIN), [data for _, data in hub.emulators[SHIN.address].notified]
        counts = hub.air.counts()[SHIN.address]
        assert 0.1 < counts[Fault.LOST] / len(made) < 0.3
        assert counts[Fault.SENT] + counts[Fault.LOST] == len(made)
        assert len(received) <= counts[Fault.SENT]
        remaining = iter(made)
        assert all(data in remaining for data in received), "received is not what was made, in order, with gaps"
        assert hub.status(SHIN.role).counts.connections == 1


async def test_doubled_packets_arrive_twice_in_a_row() -> None:
    async with hub_with([faulty(LEFT, Faults(doubled_pct=30))]) as hub:
        await hub.until_packets(LEFT.role, 100)
        received, made = streamed(hub, LEFT), [data for _, data in hub.emulators[LEFT.address].notified]
        once = [data for number, data in enumerate(received) if number == 0 or data != received[number - 1]]
        assert len(received) - len(once) > 10
        assert once == made[: len(once)]


@pytest.mark.parametrize("faults", [Faults(jitter_s=0.05), Faults(burst_every_s=0.5, burst_hold_s=0.3)])
async def test_late_packets_arrive_all_and_in_order(faults: Faults) -> None:
    async with hub_with([faulty(LEFT, faults)]) as hub:
        await hub.until_packets(LEFT.role, 100)
        received = streamed(hub, LEFT)
        made = [data for _, data in hub.emulators[LEFT.address].notified]
        assert received == made[: len(received)]
        counts = hub.air.counts()[LEFT.address]
        assert counts[Fault.DELAYED] + counts[Fault.HELD] > 20
        assert hub.status(LEFT.role).counts.connections == 1


async def test_a_burst_arrives_together() -> None:
    async with hub_with([faulty(SHIN, Faults(burst_every_s=1.0, burst_hold_s=0.4))]) as hub:
        await hub.until_packets(SHIN.role, 300)
        times = [one.arrival_s for one in hub.packets(SHIN.role)]
        gaps = [after - before for before, after in pairwise(times)]
        assert sum(gap > 0.25 for gap in gaps) >= 2


async def test_silence_is_noticed_and_the_link_made_anew() -> None:
    patient_at_first = replace(QUICK, first_data_s=60.0)
    async with hub_with([faulty(SHIN, Faults(silent_s=((1.5, 6.0),))), LEFT], settings=patient_at_first) as hub:
        await hub.until_streaming(SHIN.role, LEFT.role)
        await hub.until(lambda: "no valid data for 0.5 s" in hub.status(SHIN.role).reason)
        await hub.until(lambda: hub.status(SHIN.role).counts.connections >= 2)
        await hub.until_streaming(SHIN.role)
        states = hub.states(SHIN.role)
        silent = states.index(LinkState.SILENT)
        assert states[silent - 1] is LinkState.STREAMING
        assert states[silent + 1 : silent + 3] == [LinkState.LOST, LinkState.SEARCHING]
        counts = hub.status(SHIN.role).counts
        assert counts.silences >= 1
        assert counts.disconnections == 0
        assert hub.status(SHIN.role).reason == ""
        assert hub.status(LEFT.role).counts.connections == 1
        assert hub.air.counts()[SHIN.address][Fault.SILENCED] > 0


async def test_a_lost_link_says_why_until_data_come_again() -> None:
    async with hub_with([faulty(LEFT, Faults(disconnect_at_s=(1.0, 2.5)))]) as hub:
        await hub.until(lambda: hub.status(LEFT.role).counts.connections == 3)
        await hub.until_streaming(LEFT.role)
        first = hub.states(LEFT.role).index(LinkState.LOST)
        assert not any(one.reason for one in hub.changes[:first])
        assert {one.state for one in hub.changes[first:]} >= {LinkState.SEARCHING, LinkState.CONNECTING, LinkState.LOST}
        for one in hub.changes[first:]:
            assert bool(one.reason) == (one.state is not LinkState.STREAMING), one


async def test_a_device_that_is_never_found_says_so_until_data_come() -> None:
    settings = replace(QUICK, search_s=0.2)
    absent = DeviceSpec(RIGHT.role, RIGHT.key, RIGHT.address)
    async with hub_with([LEFT], configured=[absent], settings=settings) as hub:
        assert hub.status(RIGHT.role).reason == ""
        await hub.until_unannounced(lambda: bool(hub.status(RIGHT.role).reason))
        status = hub.status(RIGHT.role)
        assert (status.state, status.reason) == (LinkState.SEARCHING, "not found for 0.2 s; is it on and in reach?")


async def test_an_adapter_that_cannot_scan_is_the_reason_for_what_is_not_found() -> None:
    async with hub_with([LEFT], settings=replace(QUICK, search_s=0.2), run=False) as hub:
        async with BleakScanner(backend=VirtualScanner, virtual=hub.adapter):
            running = asyncio.ensure_future(hub.radio.run())
            await hub.until_unannounced(lambda: "adapter is busy" in hub.status(LEFT.role).reason)
        await hub.until_streaming(LEFT.role)
        assert all(one.reason for one in hub.changes if one.state is not LinkState.STREAMING)
        assert hub.status(LEFT.role).reason == ""
        await hub.radio.stop()
        await running


async def test_a_dropped_link_is_made_anew_with_a_new_driver() -> None:
    async with hub_with([faulty(LEFT, Faults(disconnect_at_s=(1.0, 2.5))), RIGHT]) as hub:
        await hub.until(lambda: hub.status(LEFT.role).counts.connections == 3)
        await hub.until_streaming(LEFT.role, RIGHT.role)
        gone = [one for one in hub.arrivals[LEFT.role] if isinstance(one, Disconnected)]
        assert [one.connection for one in gone] == [1, 2]
        assert {one.reason for one in gone} == {"the device disconnected or went out of reach"}
        numbers = [one.connection for one in hub.arrivals[LEFT.role]]
        assert numbers == sorted(numbers)
        counts = hub.status(LEFT.role).counts
        assert (counts.disconnections, counts.silences) == (2, 0)
        assert hub.air.counts()[LEFT.address][Fault.DISCONNECTED] == 2
        assert hub.status(RIGHT.role).counts.connections == 1


async def test_a_device_that_answers_late_is_waited_for() -> None:
    async with hub_with([faulty(LEFT, Faults(connect_delay_s=1.0)), SHIN]) as hub:
        await hub.until_streaming(LEFT.role, SHIN.role)
        assert hub.air.counts()[LEFT.address][Fault.CONNECT_DELAYED] == 1
        assert hub.status(LEFT.role).counts.connect_failures == 0


async def test_a_device_that_never_answers_does_not_keep_the_others_waiting() -> None:
    settings = RadioSettings(connect_s=0.7, backoff_first_s=0.2, backoff_most_s=0.4)
    async with hub_with([faulty(LEFT, Faults(connect_delay_s=600.0)), RIGHT, SHIN], settings=settings) as hub:
        await hub.until_streaming(RIGHT.role, SHIN.role)
        await hub.until(lambda: hub.status(LEFT.role).counts.connect_failures >= 2)
        assert hub.status(LEFT.role).counts.connections == 0
        assert "no connection within 0.7 s" in hub.status(LEFT.role).reason
        assert hub.status(RIGHT.role).counts.connections == 1
        assert hub.adapter.refused == 0


async def test_the_smallest_mtu_suffices_where_frames_fit() -> None:
    async with hub_with([faulty(SHIN, Faults(mtu=23))]) as hub:
        await hub.until_packets(SHIN.role, 50)
        assert hub.emulators[SHIN.address].mtu == 23
        assert (
            streamed(hub, SHIN)
            == [data for _, data in hub.emulators[SHIN.address].notified][: len(streamed(hub, SHIN))]
        )


async def test_packets_cut_short_by_a_small_mtu_are_no_data() -> None:
    async with hub_with([faulty(LEFT, Faults(mtu=23)), SHIN]) as hub:
        await hub.until(lambda: "no valid data within 2 s" in hub.status(LEFT.role).reason)
        assert LinkState.STREAMING not in hub.states(LEFT.role)
        await hub.until_streaming(SHIN.role)


async def test_garbage_is_no_data_and_disturbs_nobody() -> None:
    async with hub_with([faulty(LEFT, Faults(garbage_pct=100)), RIGHT, SHIN]) as hub:
        await hub.until_streaming(RIGHT.role, SHIN.role)
        await hub.until(lambda: hub.status(LEFT.role).counts.silences >= 1)
        for worn in (RIGHT, SHIN):
            made = [data for _, data in hub.emulators[worn.address].notified]
            assert streamed(hub, worn) == made[: len(streamed(hub, worn))]
            assert hub.status(worn.role).counts.connections == 1
        assert hub.air.counts()[LEFT.address][Fault.GARBLED] > 0


async def test_a_slow_decoder_is_not_taken_for_a_silent_device() -> None:
    async with hub_with([SHIN]) as hub:
        await hub.until_streaming(SHIN.role)
        hub.decoding.clear()
        await hub.until_unannounced(lambda: len(hub.radio.inbox) >= 150)  # three times as long as silence is borne
        assert hub.status(SHIN.role).state is LinkState.STREAMING
        hub.decoding.set()
        await hub.until_packets(SHIN.role, 200)
        assert (hub.status(SHIN.role).counts.connections, hub.status(SHIN.role).counts.silences) == (1, 0)


async def test_a_stalled_hub_does_not_blame_the_devices() -> None:
    async with hub_with([LEFT, SHIN]) as hub:
        await hub.until_streaming(LEFT.role, SHIN.role)
        stall(1.5)
        for worn in (LEFT, SHIN):
            await hub.until_packets(worn.role, 50)
            assert hub.status(worn.role).counts.connections == 1


async def test_a_full_inbox_drops_packets_and_counts_them() -> None:
    settings = RadioSettings(inbox_packets=5, first_data_s=20.0)
    async with hub_with([SHIN], settings=settings, consume=False) as hub:
        for arrival in await hub.radio.inbox.take():
            hub.answer(arrival)
        await hub.until_unannounced(lambda: hub.status(SHIN.role).counts.packets_dropped > 0)
        assert len(hub.radio.inbox) == 5
        assert hub.status(SHIN.role).counts.packets == 5 + hub.status(SHIN.role).counts.packets_dropped
