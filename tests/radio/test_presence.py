"""Pauses and rests: the hub lets go of a device, and comes back by itself."""

import asyncio
from dataclasses import replace

import pytest

from hub.packets import Disconnected
from hub.radio import DeviceSpec, LinkState, RadioSettings
from hub.radio.rest import RestSettings
from hub.radio.virtual.attach import attached, bluetooth
from hub.radio.virtual.faults import Faults
from sensors.driver import Write
from sensors.layout import Role
from sensors.witmotion.packets import COMMANDS
from tests.radio.harness import GENEROUS_S, LEFT, QUICK, RIGHT, SHIN, Hub, hub_with

ALL = (LEFT, RIGHT, SHIN)
ROLES = tuple(worn.role for worn in ALL)
RESTFUL = replace(
    QUICK, rest=RestSettings(look_every_s=1.0, look_s=0.5, quiet_looks_n=3, visit_first_s=5.0, visit_most_s=20.0)
)
GOODBYE = Write(COMMANDS, b"\xff\xaa\x03\x01\x00")


def states(hub: Hub, *roles: Role) -> set[LinkState]:
    return {hub.status(role).state for role in roles}


async def pass_time(seconds: float) -> None:
    await asyncio.sleep(seconds)


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_a_pause_lets_go_of_all_and_ends_by_itself() -> None:
    async with hub_with(ALL) as hub:
        await hub.until_streaming(*ROLES)
        hub.goodbyes[SHIN.role] = (GOODBYE,)
        before_s = now_s()
        hub.radio.pause(10.0)
        await hub.until(lambda: states(hub, *ROLES) == {LinkState.PAUSED})
        assert hub.emulators[SHIN.address].written[-1] == GOODBYE.data
        assert {hub.status(role).until_s for role in ROLES} == {before_s + 10.0}
        await pass_time(5.0)
        assert not hub.adapter.device.connections
        assert not hub.adapter.scanning
        assert states(hub, *ROLES) == {LinkState.PAUSED}
        await hub.until_streaming(*ROLES)
        assert now_s() >= before_s + 10.0
        counts = [hub.status(role).counts for role in ROLES]
        assert [(one.connections, one.pauses, one.disconnections) for one in counts] == [(2, 1, 0)] * 3
        assert LinkState.LOST not in hub.states(SHIN.role)
        assert hub.status(SHIN.role).until_s is None


async def test_another_app_can_have_the_device_meanwhile() -> None:
    async with hub_with([SHIN]) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.pause(20.0)
        await hub.until(lambda: states(hub, SHIN.role) == {LinkState.PAUSED})
        async with attached(hub.air.controller(address="F0:0D:00:00:00:98"), "F0:0D:00:00:00:99") as phone:
            app = bluetooth(phone)
            heard: asyncio.Queue[object] = asyncio.Queue()
            async with app.scanning(lambda device, _: heard.put_nowait(device), 5.0):
                device = await heard.get()
            client = await app.connect(device, "app", lambda: None)  # type: ignore[arg-type]
            await pass_time(5.0)
            assert client.is_connected
            await client.disconnect()
        await hub.until_streaming(SHIN.role)


async def test_one_wearers_pause_leaves_the_others_streaming() -> None:
    specs = [
        DeviceSpec(LEFT.role, LEFT.key, LEFT.address, wearer="anna"),
        DeviceSpec(SHIN.role, SHIN.key, SHIN.address, wearer="bert"),
    ]
    async with hub_with([LEFT, SHIN], configured=specs, consume=False) as hub:
        await hub.until_unannounced(lambda: len(hub.adapter.device.connections) == 2)
        hub.radio.pause(5.0, wearer="bert")
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.PAUSED)
        assert hub.status(LEFT.role).counts.pauses == 0
        with pytest.raises(KeyError):
            hub.radio.pause(5.0, wearer="nobody")


async def test_a_second_pause_takes_the_place_of_the_first() -> None:
    async with hub_with([SHIN]) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.pause(5.0)
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.PAUSED)
        hub.radio.pause(20.0)
        await pass_time(10.0)
        assert hub.status(SHIN.role).state is LinkState.PAUSED
        hub.radio.pause(1.0)
        await pass_time(1.5)
        assert hub.status(SHIN.role).state is not LinkState.PAUSED
        await hub.until_streaming(SHIN.role)
        assert hub.status(SHIN.role).counts.pauses == 1


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf"), 1e9])
async def test_a_pause_of_no_or_endless_time_is_refused(seconds: float) -> None:
    async with hub_with([SHIN]) as hub:
        with pytest.raises(ValueError, match="a pause lasts more than 0 and at most 14400 s"):
            hub.radio.pause(seconds)
        await hub.until_streaming(SHIN.role)


async def test_a_pause_is_ended_before_its_time() -> None:
    async with hub_with([SHIN]) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.resume()
        assert hub.status(SHIN.role).state is LinkState.STREAMING
        hub.radio.pause(3600.0)
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.PAUSED)
        hub.radio.resume()
        await hub.until_streaming(SHIN.role)


async def test_the_wait_after_a_failure_is_ended_before_its_time() -> None:
    async with hub_with([SHIN], settings=replace(QUICK, backoff_first_s=600.0, backoff_most_s=3600.0)) as hub:
        await hub.until_streaming(SHIN.role)
        hub.air.change_faults(SHIN.address, Faults(disconnect_at_s=(hub.air.now_s() + 1.0,)))
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.LOST)
        until_s = hub.status(SHIN.role).until_s
        assert until_s is not None
        assert until_s - now_s() > 290.0
        hub.radio.resume()
        await hub.until_streaming(SHIN.role)
        assert now_s() < until_s - 200.0


async def test_resume_ends_a_rest() -> None:
    async with hub_with([SHIN], settings=RESTFUL) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.rest(SHIN.role)
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.SLEEPING)
        before_s = now_s()
        hub.radio.resume()
        await hub.until_streaming(SHIN.role)
        assert now_s() - before_s < 5.0
        assert hub.status(SHIN.role).counts.wakes == 1


@pytest.mark.parametrize("changes", range(1, 6))
async def test_pause_and_resume_at_any_moment(changes: int) -> None:
    async with hub_with(ALL) as hub:
        await hub.until(lambda: len(hub.changes) >= 2 * changes)
        hub.radio.pause(60.0)
        for _ in range(changes):
            await asyncio.sleep(0)
        hub.radio.resume()
        await hub.until_streaming(*ROLES)
        hub.radio.pause(1.0)
        await hub.until_unannounced(lambda: not hub.adapter.device.connections)
        await hub.until_streaming(*ROLES)
        assert len(hub.adapter.device.connections) == 3


async def test_pause_while_searching_connecting_and_lost() -> None:
    absent = DeviceSpec(RIGHT.role, RIGHT.key, RIGHT.address)
    slow = replace(SHIN, faults=Faults(connect_delay_s=2.0))
    specs = [absent, DeviceSpec(SHIN.role, SHIN.key, SHIN.address)]
    async with hub_with([slow], configured=specs) as hub:
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.CONNECTING)
        hub.radio.pause(2.0)
        await hub.until(lambda: states(hub, *(spec.role for spec in specs)) == {LinkState.PAUSED})
        assert not hub.adapter.scanning
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.STREAMING)
        assert hub.status(absent.role).state is LinkState.SEARCHING


async def test_stop_ends_pauses_and_rests() -> None:
    async with hub_with(ALL) as hub:
        await hub.until_streaming(*ROLES)
        hub.radio.rest(LEFT.role)
        hub.radio.pause(3600.0)
        await hub.until(lambda: states(hub, *ROLES) == {LinkState.PAUSED})
        async with asyncio.timeout(GENEROUS_S):
            await hub.radio.stop()
        assert states(hub, *ROLES) == {LinkState.LOST}


async def test_a_resting_device_is_disconnected_and_visited_now_and_then() -> None:
    async with hub_with([LEFT, SHIN], settings=RESTFUL) as hub:
        await hub.until_streaming(LEFT.role, SHIN.role)
        hub.radio.rest(LEFT.role)
        hub.radio.rest(LEFT.role)
        await hub.until(lambda: hub.status(LEFT.role).state is LinkState.SLEEPING)
        rested_s = now_s()
        await pass_time(3.5)
        assert hub.status(LEFT.role).state is LinkState.SLEEPING, "it advertises, and that alone wakes nobody"
        await hub.until_streaming(LEFT.role)
        assert 5.0 <= now_s() - rested_s < 9.0
        hub.radio.rest(LEFT.role)
        again_s = now_s()
        await hub.until(lambda: hub.status(LEFT.role).state is LinkState.SLEEPING)
        await hub.until_streaming(LEFT.role)
        assert 10.0 <= now_s() - again_s < 14.0, "the second visit comes later"
        counts = hub.status(LEFT.role).counts
        assert (counts.rests, counts.wakes, counts.connections) == (2, 2, 3)
        assert hub.status(SHIN.role).counts.connections == 1


async def test_a_device_that_falls_asleep_is_back_as_soon_as_it_wakes() -> None:
    patient = replace(RESTFUL, rest=replace(RESTFUL.rest, visit_first_s=3600.0, visit_most_s=3600.0))
    asleep = replace(LEFT, faults=Faults(away_s=((10.0, 60.0),)))
    async with hub_with([asleep], settings=patient) as hub:
        await hub.until_streaming(LEFT.role)
        hub.radio.rest(LEFT.role)
        await pass_time(55.0)
        assert hub.status(LEFT.role).state is LinkState.SLEEPING
        await hub.until_streaming(LEFT.role)
        assert 60.0 < hub.air.now_s() < 66.0


async def test_who_puts_on_one_shoe_puts_on_the_other() -> None:
    patient = replace(RESTFUL, rest=replace(RESTFUL.rest, visit_first_s=3600.0, visit_most_s=3600.0))
    async with hub_with([LEFT, RIGHT], settings=patient) as hub:
        await hub.until_streaming(LEFT.role, RIGHT.role)
        hub.radio.rest(LEFT.role)
        hub.radio.rest(RIGHT.role)
        await hub.until(lambda: states(hub, LEFT.role, RIGHT.role) == {LinkState.SLEEPING})
        await pass_time(20.0)
        hub.radio.wake(LEFT.role)
        await hub.until_streaming(LEFT.role)
        assert hub.status(RIGHT.role).state is LinkState.SLEEPING
        hub.radio.worn(LEFT.role)
        await hub.until_streaming(RIGHT.role)
        hub.radio.rest(RIGHT.role)
        hub.radio.worn(LEFT.role)
        await hub.until(lambda: hub.status(RIGHT.role).state is LinkState.SLEEPING)
        await pass_time(20.0)
        assert hub.status(RIGHT.role).state is LinkState.SLEEPING, "only news wakes the others"


async def test_a_worn_device_was_not_woken_in_vain() -> None:
    async with hub_with([LEFT], settings=RESTFUL) as hub:
        for _ in range(3):
            await hub.until_streaming(LEFT.role)
            hub.radio.worn(LEFT.role)
            hub.radio.rest(LEFT.role)
            rested_s = now_s()
            await hub.until(lambda: hub.status(LEFT.role).state is LinkState.SLEEPING)
            await hub.until_streaming(LEFT.role)
            assert now_s() - rested_s < 9.0


async def test_a_rest_outlasts_a_pause() -> None:
    async with hub_with([LEFT], settings=RadioSettings(rest=RESTFUL.rest)) as hub:
        await hub.until_streaming(LEFT.role)
        hub.radio.rest(LEFT.role)
        await hub.until(lambda: hub.status(LEFT.role).state is LinkState.SLEEPING)
        hub.radio.pause(2.0)
        await hub.until(lambda: hub.status(LEFT.role).state is LinkState.PAUSED)
        await hub.until(lambda: hub.status(LEFT.role).state is LinkState.SLEEPING)
        await hub.until_streaming(LEFT.role)
        assert sum(isinstance(one, Disconnected) for one in hub.arrivals[LEFT.role]) == 1
