"""Several devices on one adapter: who is connected, when, and that every byte arrives."""

import asyncio
from dataclasses import replace

import pytest

from hub.packets import Connected, Disconnected, Packet
from hub.radio import DeviceSpec, LinkState, LinkStatus, scan
from hub.radio.virtual.attach import bluetooth
from hub.radio.virtual.faults import Fault, Faults
from sensors.driver import Pause, Write
from sensors.layout import Role, Side
from sensors.witmotion.packets import COMMANDS as WITMOTION_COMMANDS
from tests.radio.harness import GENEROUS_S, LEFT, QUICK, RIGHT, SHIN, Worn, hub_with

ALL = (LEFT, RIGHT, SHIN)
ROLES = tuple(worn.role for worn in ALL)


async def test_three_devices_stream_every_byte_in_order() -> None:
    async with hub_with(ALL) as hub:
        await hub.until_streaming(*ROLES)
        for worn in ALL:
            await hub.until_packets(worn.role, 50)
        for worn in ALL:
            subscribed = {name for name, _ in hub.emulators[worn.address].notified}
            received = [(one.characteristic, one.data) for one in hub.packets(worn.role)]
            streamed = [one for one in received if one[0] in subscribed]
            assert len(streamed) > 50
            assert streamed == hub.emulators[worn.address].notified[: len(streamed)]
            counts = hub.status(worn.role).counts
            assert (counts.connections, counts.packets, counts.packets_dropped) == (1, len(received), 0)
            assert hub.air.counts()[worn.address].keys() == {Fault.SENT}


async def test_arrivals_carry_what_a_replay_needs() -> None:
    async with hub_with([LEFT]) as hub:
        start_s = asyncio.get_running_loop().time()
        await hub.until_packets(LEFT.role, 20)
        await hub.radio.stop()
        await hub.until(lambda: isinstance(hub.arrivals[LEFT.role][-1], Disconnected))
        first, *packets, last = hub.arrivals[LEFT.role]
    assert isinstance(first, Connected)
    assert (first.device_key, first.address, first.side) == ("orphe_insole", LEFT.address, Side.LEFT)
    assert first.wall_time.tzinfo is not None
    assert isinstance(last, Disconnected)
    assert all(isinstance(packet, Packet) and packet.connection == 1 for packet in packets)
    times = [arrival.arrival_s for arrival in (first, *packets, last)]
    assert start_s <= times[0]
    assert times == sorted(times)


async def test_one_connects_at_a_time_and_nobody_scans_meanwhile_or_afterwards() -> None:
    async with hub_with(ALL) as hub:
        newest: dict[Role, LinkState] = {}
        scanned_while_connecting: list[bool] = []
        most_connecting = 0

        def look(status: LinkStatus) -> None:
            nonlocal most_connecting
            newest[status.role] = status.state
            connecting = sum(state is LinkState.CONNECTING for state in newest.values())
            most_connecting = max(most_connecting, connecting)
            if connecting:
                scanned_while_connecting.append(hub.adapter.scanning)

        hub.on_change.append(look)
        await hub.until_streaming(*ROLES)
        assert most_connecting == 1
        assert scanned_while_connecting
        assert not any(scanned_while_connecting)
        assert not hub.adapter.scanning
        assert hub.adapter.refused == 0


async def test_an_absent_device_hinders_nobody() -> None:
    configured = [DeviceSpec(one.role, one.key, one.address) for one in ALL]
    async with hub_with([LEFT, SHIN], configured=configured) as hub:
        scanning: list[bool] = []
        hub.on_change.append(
            lambda status: scanning.append(hub.adapter.scanning) if status.state is LinkState.CONNECTING else None
        )
        await hub.until_streaming(LEFT.role, SHIN.role)
        assert scanning == [False, False]
        assert hub.status(RIGHT.role).state is LinkState.SEARCHING
        await hub.until(lambda: hub.adapter.scanning)


async def test_scanning_starts_again_while_one_is_missing() -> None:
    async with hub_with([LEFT, Worn(SHIN.role, SHIN.key, SHIN.address, Faults(disconnect_at_s=(2.0,)))]) as hub:
        await hub.until_streaming(LEFT.role, SHIN.role)
        scans = hub.radio.finder.counts.scans
        await hub.until(lambda: hub.status(SHIN.role).counts.connections == 2)
        assert hub.radio.finder.counts.scans > scans
        await hub.until_streaming(LEFT.role, SHIN.role)
        assert not hub.adapter.scanning
        assert hub.status(LEFT.role).counts.connections == 1


async def test_a_device_of_the_right_name_at_another_address_is_ignored() -> None:
    impostor = Worn(SHIN.role, SHIN.key, "C0:00:00:00:00:99", name="WT901BLE00")
    real = Worn(SHIN.role, SHIN.key, SHIN.address, name="WT901BLE00")
    configured = [DeviceSpec(SHIN.role, SHIN.key, SHIN.address, name="WT901BLE00")]
    async with hub_with([impostor, real], configured=configured) as hub:
        await hub.until_streaming(SHIN.role)
        assert hub.status(SHIN.role).address == SHIN.address
        assert hub.emulators[impostor.address].connections == 0


async def test_a_neighbours_devices_are_never_connected() -> None:
    neighbour = [Worn(SHIN.role, SHIN.key, f"C0:00:00:00:01:{n:02X}", name=f"WT901BLE{n}") for n in range(3)]
    async with hub_with([*neighbour, LEFT], configured=[DeviceSpec(LEFT.role, LEFT.key, LEFT.address)]) as hub:
        await hub.until_packets(LEFT.role, 20)
        assert all(hub.emulators[one.address].connections == 0 for one in neighbour)
        assert set(hub.arrivals) == {LEFT.role}


async def test_a_device_is_found_by_its_name() -> None:
    named = [
        Worn(Role.LEFT_SHIN, "witmotion", "C0:00:00:00:00:11", name="WT left"),
        Worn(Role.RIGHT_SHIN, "witmotion", "C0:00:00:00:00:12", name="WT right"),
    ]
    configured = [DeviceSpec(one.role, one.key, name=one.name) for one in named]
    async with hub_with(named, configured=configured) as hub:
        await hub.until_streaming(Role.LEFT_SHIN, Role.RIGHT_SHIN)
        assert [hub.status(one.role).address for one in named] == [one.address for one in named]


async def test_stop_says_goodbye_and_leaves_no_link() -> None:
    async with hub_with(ALL) as hub:
        await hub.until_streaming(*ROLES)
        goodbye = Write(WITMOTION_COMMANDS, b"\xff\xaa\x03\x01\x00")
        hub.goodbyes[SHIN.role] = (Pause(0.01), goodbye)
        async with asyncio.timeout(GENEROUS_S):
            await hub.radio.stop()
        assert hub.emulators[SHIN.address].written[-1] == goodbye.data
        await hub.until(lambda: all(isinstance(hub.arrivals[role][-1], Disconnected) for role in ROLES))
        assert not hub.adapter.device.connections
        assert {hub.status(role).state for role in ROLES} == {LinkState.LOST}
        assert {hub.status(role).reason for role in ROLES} == {"the hub hung up"}
        assert all(hub.status(role).counts.disconnections == 0 for role in ROLES)


async def test_stop_before_run_makes_run_return_at_once() -> None:
    async with hub_with([LEFT], run=False) as hub:
        await hub.radio.stop()
        async with asyncio.timeout(GENEROUS_S):
            await hub.radio.run()
        assert hub.radio.finder.counts.scans == 0


async def test_stop_as_run_is_about_to_begin() -> None:
    async with hub_with([LEFT], run=False) as hub:
        running = asyncio.ensure_future(hub.radio.run())
        await hub.radio.stop()
        async with asyncio.timeout(GENEROUS_S):
            await running


async def test_a_configured_address_that_was_rejected_is_tried_again_after_a_long_pause() -> None:
    settings = replace(QUICK, rejected_s=1.5)
    async with hub_with([SHIN], settings=settings) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.reject(SHIN.role, "it says it is worn on the right")
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.LOST)
        lost = hub.status(SHIN.role)
        assert lost.reason == "it says it is worn on the right"
        await hub.until_streaming(SHIN.role)
        again = next(one for one in hub.changes if one.since_s > lost.since_s)
        assert again.since_s - lost.since_s >= settings.rejected_s
        assert (again.state, again.reason) == (LinkState.SEARCHING, lost.reason)
        counts = hub.status(SHIN.role).counts
        assert (counts.connections, counts.rejections) == (2, 1)


async def test_stop_while_searching_and_connecting() -> None:
    slow = Worn(SHIN.role, SHIN.key, SHIN.address, Faults(connect_delay_s=600.0))
    configured = [DeviceSpec(one.role, one.key, one.address) for one in (LEFT, slow)]
    async with hub_with([slow], configured=configured) as hub:
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.CONNECTING)
        assert hub.status(LEFT.role).state is LinkState.SEARCHING
        async with asyncio.timeout(GENEROUS_S):
            await hub.radio.stop()
        assert not hub.adapter.device.connections


@pytest.mark.parametrize("changes", range(1, 12))
async def test_stop_at_any_moment(changes: int) -> None:
    async with hub_with(ALL) as hub:
        await hub.until(lambda: len(hub.changes) >= changes)
        async with asyncio.timeout(GENEROUS_S):
            await hub.radio.stop()
        await hub.until(lambda: not hub.adapter.device.connections)
        assert not hub.adapter.scanning


@pytest.mark.parametrize("changes", range(1, 12, 2))
async def test_cancel_at_any_moment(changes: int) -> None:
    async with hub_with(ALL, run=False) as hub:
        running = asyncio.ensure_future(hub.radio.run())
        await hub.until(lambda: len(hub.changes) >= changes)
        running.cancel()
        async with asyncio.timeout(GENEROUS_S):
            await asyncio.wait([running])
        assert running.cancelled()
        await hub.until(lambda: not hub.adapter.device.connections)
        assert not hub.adapter.scanning


async def test_actions_for_an_earlier_connection_are_void() -> None:
    async with hub_with([SHIN]) as hub:
        await hub.until_streaming(SHIN.role)
        stale = Write(WITMOTION_COMMANDS, b"\xff\xaa\x03\x01\x00")
        hub.radio.perform(SHIN.role, [stale], connection=0)
        hub.radio.data_seen(Packet(SHIN.role, SHIN.key, "", b"", 1e9, connection=0))
        assert (hub.status(SHIN.role).last_data_s or 0) < 1e9
        await hub.until_packets(SHIN.role, 20)
        assert stale.data not in hub.emulators[SHIN.address].written


async def test_scan_lists_devices_with_kind_and_side() -> None:
    async with hub_with(ALL, configured=[]) as hub:
        found = {one.address: one for one in await scan(bluetooth(hub.adapter), 0.5)}
    assert {found[worn.address].device_key for worn in ALL} == {"orphe_insole", "witmotion"}
    assert all(one.name and one.rssi_dbm < 0 for one in found.values())
