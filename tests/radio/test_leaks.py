"""Links that come and go leave nothing behind: no task, no timer, no connection, no object of the radio."""

import asyncio
import gc
import logging
from collections import Counter

import pytest

from hub.radio.virtual.faults import Faults
from tests.radio.harness import Hub, Worn, hub_with
from tests.radio.misfortunes import ROLES, WORN

ROUNDS = 4


async def test_every_round_of_lost_links_ends_with_what_the_first_ended_with(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "hub")  # a record keeps its error, and that its frames
    async with hub_with(WORN) as hub:
        await hub.until_streaming(*ROLES)
        held = []
        for _ in range(ROUNDS):
            for one in WORN:
                await _lose(hub, one)
            hub.radio.pause(2.0)
            await asyncio.sleep(5.0)
            await hub.until_streaming(*ROLES)
            held.append(_held(hub))
        assert held[-1] == held[0], {name: (held[0][name], n) for name, n in held[-1].items() if held[0][name] != n}
        assert held[0]["connections"] == len(WORN)


async def _lose(hub: Hub, worn: Worn) -> None:
    """It hangs up, is out of reach for a while, and falls silent."""
    await hub.adapter.hang_up(worn.address)
    now_s = hub.air.now_s()
    hub.air.change_faults(worn.address, Faults(away_s=((now_s, now_s + 1.0),), silent_s=((now_s + 4.0, now_s + 8.0),)))
    await asyncio.sleep(12.0)
    hub.air.change_faults(worn.address, Faults())


def _held(hub: Hub) -> Counter[str]:
    """What there is: tasks and timers by what they do, connections, objects of the radio by their kind."""
    hub.changes.clear()  # the tests' own memory
    hub.arrivals.clear()
    gc.collect()
    loop = asyncio.get_running_loop()
    timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
    held = Counter(f"timer {timer._callback!r:.60}".split(" at ")[0] for timer in timers)
    held.update(f"task {task.get_coro().__qualname__}" for task in asyncio.all_tasks())  # type: ignore[union-attr]
    held.update(
        f"object {kind.__qualname__}"
        for kind in map(type, gc.get_objects())
        if str(kind.__module__).startswith("hub.radio.")
    )
    held["connections"] = len(hub.adapter.device.connections)
    return held
