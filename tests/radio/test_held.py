"""A device that somebody else holds is told from one that is off, as far as that can be told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from bleak import BleakClient

from hub.radio import LinkState
from hub.radio.held import HeldSigns, who_holds
from hub.radio.virtual.attach import attached, bluetooth
from hub.radio.virtual.faults import Faults
from hub.service.reporting import condition_of
from hub.service.wear import Wear
from tests.radio.harness import QUICK, SHIN, Hub, hub_with

NOTHING = HeldSigns(is_heard=False, heard_dbm=None, refused_n=0, freed=False, dropped_n=0)
SEARCHING = replace(QUICK, search_s=2.0)


@pytest.mark.parametrize(
    ("signs", "words"),
    [
        (NOTHING, ""),
        (replace(NOTHING, freed=True), "let go for another app"),
        (replace(NOTHING, freed=True, is_heard=True), ""),
        (replace(NOTHING, is_heard=True, heard_dbm=-60, refused_n=2), ""),
        (replace(NOTHING, is_heard=True, heard_dbm=-60, refused_n=3), "has refused 3 connections"),
        (replace(NOTHING, is_heard=True, heard_dbm=-90, refused_n=9), ""),
        (replace(NOTHING, heard_dbm=-60, refused_n=1), "is heard no more"),
        (replace(NOTHING, heard_dbm=-60), ""),
        (replace(NOTHING, heard_dbm=-90, refused_n=1), ""),
        (replace(NOTHING, dropped_n=1), ""),
        (replace(NOTHING, dropped_n=2), "another program on this machine"),
    ],
)
def test_what_speaks_for_another_holder(signs: HeldSigns, words: str) -> None:
    assert (words in who_holds(signs)) if words else (not who_holds(signs))


@asynccontextmanager
async def phone(hub: Hub) -> AsyncIterator[BleakClient]:
    """A phone that takes the first device that it hears, and keeps it."""
    async with attached(hub.air.controller(address="F0:0D:00:00:00:98"), "F0:0D:00:00:00:99") as adapter:
        app, heard = bluetooth(adapter), asyncio.Queue[object]()
        async with app.scanning(lambda device, _: heard.put_nowait(device), 5.0):
            device = await heard.get()
        client = await app.connect(device, "app", lambda: None)  # type: ignore[arg-type]
        yield client
        await client.disconnect()


async def test_an_app_that_keeps_the_device_after_a_pause_is_named_until_it_lets_go() -> None:
    async with hub_with([SHIN], settings=SEARCHING) as hub:
        await hub.until_streaming(SHIN.role)
        hub.radio.pause(3.0)
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.PAUSED)
        async with phone(hub):
            await hub.until(lambda: hub.status(SHIN.role).state is LinkState.HELD_ELSEWHERE)
            assert hub.status(SHIN.role).reason.startswith("it was let go for another app")
            assert condition_of(hub.status(SHIN.role), Wear.UNKNOWN) == "held_elsewhere"
            await asyncio.sleep(20.0)
            assert hub.status(SHIN.role).state is LinkState.HELD_ELSEWHERE
        await hub.until_streaming(SHIN.role)
        assert (hub.status(SHIN.role).reason, hub.status(SHIN.role).held) == ("", False)
        assert condition_of(hub.status(SHIN.role), Wear.UNKNOWN) == "streaming"


async def test_a_device_that_refuses_is_held_through_all_attempts() -> None:
    refusing = replace(SHIN, faults=Faults(connect_delay_s=600.0))
    async with hub_with([refusing], settings=replace(SEARCHING, connect_s=0.5)) as hub:
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.HELD_ELSEWHERE)
        assert "has refused 3 connections" in hub.status(SHIN.role).reason
        since = len(hub.changes)
        await hub.until(lambda: hub.status(SHIN.role).counts.connect_failures == 5)
        assert {condition_of(one, Wear.UNKNOWN) for one in hub.changes[since:]} == {"held_elsewhere"}
        hub.radio.pause(1.0)
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.PAUSED)
        assert condition_of(hub.status(SHIN.role), Wear.UNKNOWN) == "paused"
        hub.air.change_faults(SHIN.address, Faults())
        await hub.until_streaming(SHIN.role)
        since = len(hub.changes)
        await hub.adapter.hang_up()
        await hub.until(lambda: hub.status(SHIN.role).state is LinkState.LOST)
        await hub.until_streaming(SHIN.role)
        assert LinkState.HELD_ELSEWHERE not in {one.state for one in hub.changes[since:]}, "what was is forgotten"


async def test_a_device_that_is_switched_off_is_not_held() -> None:
    async with hub_with([replace(SHIN, faults=Faults(away_s=((2.0, 30.0),)))], settings=SEARCHING) as hub:
        await hub.until_streaming(SHIN.role)
        await hub.until_unannounced(lambda: "not found" in hub.status(SHIN.role).reason)
        assert condition_of(hub.status(SHIN.role), Wear.UNKNOWN) == "lost"
        await hub.until_streaming(SHIN.role)
        assert LinkState.HELD_ELSEWHERE not in hub.states(SHIN.role)
