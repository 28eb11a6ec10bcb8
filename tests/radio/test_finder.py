"""The one scanner: when it listens, and what it does when the adapter does not."""

import asyncio
from dataclasses import replace

from bleak import BleakScanner

from hub.radio import DeviceSpec
from hub.radio.finder import Finder
from hub.radio.virtual.attach import bluetooth
from hub.radio.virtual.backend import VirtualScanner
from sensors.layout import Role
from tests.radio.harness import LEFT, QUICK, SHIN, hub_with

ABSENT = DeviceSpec(Role.RIGHT_SHIN, "witmotion", "C0:00:00:00:00:EE")


async def test_a_scan_that_is_no_longer_wanted_is_not_begun() -> None:
    async with hub_with([], configured=[], run=False) as hub:
        finder = Finder(bluetooth(hub.adapter), (ABSENT,), QUICK)
        scanning = asyncio.ensure_future(finder.run())
        await asyncio.sleep(0)
        finding = asyncio.ensure_future(finder.find(ABSENT, frozenset()))
        await asyncio.sleep(0)  # the search is known, the scanner about to wake
        async with finder.quiet():
            for _ in range(20):
                await asyncio.sleep(0)
            assert finder.scans == 0
            assert not hub.adapter.scanning
        await hub.until_unannounced(lambda: finder.scanning)
        for task in (finding, scanning):
            task.cancel()
        await asyncio.wait([finding, scanning])
        assert not hub.adapter.scanning


async def test_an_adapter_that_refuses_is_asked_again() -> None:
    async with hub_with([LEFT], run=False) as hub:
        async with BleakScanner(backend=VirtualScanner, virtual=hub.adapter):
            running = asyncio.ensure_future(hub.radio.run())
            await hub.until_unannounced(lambda: hub.radio.finder.failures >= 2)
        await hub.until_streaming(LEFT.role)
        await hub.radio.stop()
        await running


async def test_a_scan_that_hears_nobody_is_started_anew() -> None:
    settings = replace(QUICK, scan_restart_s=0.2)
    async with hub_with([], configured=[ABSENT], settings=settings) as hub:
        await hub.until_unannounced(lambda: hub.radio.finder.restarts >= 2)
        assert hub.radio.finder.scans >= 2


async def test_a_scan_that_hears_strangers_goes_on() -> None:
    settings = replace(QUICK, scan_restart_s=0.3)
    async with hub_with([SHIN], configured=[ABSENT], settings=settings) as hub:
        await hub.until_unannounced(lambda: hub.radio.finder.scanning)
        await hub.until_unannounced(lambda: hub.air.now_s() > 1.2)
        assert hub.radio.finder.restarts == 0
