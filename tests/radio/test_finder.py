"""The one scanner: when it listens, and what it does when the adapter does not."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from random import Random
from typing import ClassVar

import pytest
from bleak import BleakScanner
from bleak.exc import BleakError

from hub.radio import Bluetooth, BoundNames, DeviceSpec
from hub.radio.finder import Finder
from hub.radio.virtual.attach import bluetooth
from hub.radio.virtual.backend import VirtualScanner
from sensors.layout import Role
from tests.radio.harness import GENEROUS_S, LEFT, QUICK, SHIN, hub_with

ABSENT = DeviceSpec(Role.RIGHT_SHIN, "witmotion", "C0:00:00:00:00:EE")


async def test_a_scan_that_is_no_longer_wanted_is_not_begun() -> None:
    async with hub_with([], configured=[], run=False) as hub:
        finder = Finder(bluetooth(hub.adapter), (ABSENT,), BoundNames(), QUICK, Random(1))
        scanning = asyncio.ensure_future(finder.run())
        await asyncio.sleep(0)
        finding = asyncio.ensure_future(finder.find(ABSENT, frozenset()))
        await asyncio.sleep(0)  # the search is known, the scanner about to wake
        async with finder.quiet():
            for _ in range(20):
                await asyncio.sleep(0)
            assert finder.counts.scans == 0
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
            await hub.until_unannounced(lambda: hub.radio.finder.counts.scan_failures >= 2)
        await hub.until_streaming(LEFT.role)
        await hub.radio.stop()
        await running


async def test_a_scan_that_hears_nobody_is_started_anew() -> None:
    settings = replace(QUICK, scan_restart_s=0.2)
    async with hub_with([], configured=[ABSENT], settings=settings) as hub:
        await hub.until_unannounced(lambda: hub.radio.finder.counts.scan_restarts >= 2)
        assert hub.radio.finder.counts.scans >= 2


async def test_a_scan_that_hears_strangers_goes_on() -> None:
    settings = replace(QUICK, scan_restart_s=0.3)
    async with hub_with([SHIN], configured=[ABSENT], settings=settings) as hub:
        await hub.until_unannounced(lambda: hub.radio.finder.scanning)
        await hub.until_unannounced(lambda: hub.air.now_s() > 1.2)
        assert hub.radio.finder.counts.scan_restarts == 0


class Sick(VirtualScanner):
    """A scanner whose starts or stops hang or fail for as long as ``ill`` says so."""

    ill: ClassVar[set[str]] = set()

    async def start(self) -> None:
        await self._suffer("start")
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        await self._suffer("stop")

    async def _suffer(self, what: str) -> None:
        if f"{what} hangs" in self.ill:
            await asyncio.Event().wait()
        if f"{what} fails" in self.ill:
            raise BleakError(f"cannot {what}")


@pytest.fixture
def ill(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    symptoms: set[str] = set()
    monkeypatch.setattr(Sick, "ill", symptoms)
    return symptoms


async def in_time(work: Coroutine[object, object, object]) -> None:
    async with asyncio.timeout(GENEROUS_S):
        await work


@pytest.mark.parametrize("symptom", ["start hangs", "stop hangs"])
async def test_a_scan_whose_start_or_stop_hangs_is_a_failure_and_frees_the_air(symptom: str, ill: set[str]) -> None:
    async with hub_with([LEFT], configured=[], run=False) as hub:
        finder = Finder(
            Bluetooth({"backend": Sick, "virtual": hub.adapter}),
            (ABSENT,),
            BoundNames(),
            replace(QUICK, action_s=0.2),
            Random(1),
        )
        ill.add(symptom)
        scanning = asyncio.ensure_future(finder.run())
        finding = asyncio.ensure_future(finder.find(ABSENT, frozenset()))
        await hub.until_unannounced(lambda: finder.scanning or finder.counts.scan_failures > 0)

        async def quiet() -> None:
            async with finder.quiet():
                assert not finder.scanning

        await in_time(quiet())
        assert finder.counts.scan_failures >= 1
        assert "does not answer" in finder.trouble
        ill.clear()
        await hub.until_unannounced(lambda: finder.scanning)
        await hub.until_unannounced(lambda: not finder.trouble)
        for task in (finding, scanning):
            task.cancel()
        await in_time(asyncio.wait([finding, scanning]))  # type: ignore[arg-type]


@pytest.mark.parametrize("symptom", ["stop hangs", "stop fails"])
async def test_a_finder_is_cancelled_even_where_the_scan_does_not_stop(symptom: str, ill: set[str]) -> None:
    async with hub_with([], configured=[], run=False) as hub:
        finder = Finder(
            Bluetooth({"backend": Sick, "virtual": hub.adapter}),
            (ABSENT,),
            BoundNames(),
            replace(QUICK, action_s=0.2),
            Random(1),
        )
        scanning = asyncio.ensure_future(finder.run())
        finding = asyncio.ensure_future(finder.find(ABSENT, frozenset()))
        await hub.until_unannounced(lambda: finder.scanning)
        ill.add(symptom)
        scanning.cancel()
        done, _ = await asyncio.wait([scanning], timeout=GENEROUS_S)
        ill.clear()
        scanning.cancel()
        assert done
        assert scanning.cancelled()
        assert not hub.adapter.scanning
        finding.cancel()
        await asyncio.wait([finding])


async def test_an_outage_of_the_adapter_is_warned_of_once(ill: set[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "hub.radio.finder")

    def levels() -> list[int]:
        return [record.levelno for record in caplog.records if record.getMessage().startswith("scanning failed")]

    async with hub_with([LEFT], configured=[], run=False) as hub:
        finder = Finder(Bluetooth({"backend": Sick, "virtual": hub.adapter}), (ABSENT,), BoundNames(), QUICK, Random(1))
        ill.add("start fails")
        scanning = asyncio.ensure_future(finder.run())
        finding = asyncio.ensure_future(finder.find(ABSENT, frozenset()))
        await hub.until_unannounced(lambda: finder.counts.scan_failures >= 3)
        assert finder.trouble == "cannot start"
        assert levels()[:3] == [logging.WARNING, logging.DEBUG, logging.DEBUG]
        ill.clear()
        await hub.until_unannounced(lambda: finder.scanning and not finder.trouble)
        before = len(levels())
        ill.add("start fails")
        async with finder.quiet():
            pass
        await hub.until_unannounced(lambda: len(levels()) >= before + 2)
        assert levels()[before : before + 2] == [logging.WARNING, logging.DEBUG]
        for task in (finding, scanning):
            task.cancel()
        await asyncio.wait([finding, scanning])
