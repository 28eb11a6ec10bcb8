"""What is wrong with the adapter is mended, by what costs least and never under a link that stands."""

import asyncio
from dataclasses import replace

import pytest

from hub.radio import DeviceSpec, LinkState
from hub.radio.ladder import Rung
from hub.radio.virtual.ailments import Ailment
from hub.radio.virtual.attach import bluetooth
from hub.radio.virtual.faults import Fault, Faults
from hub.radio.virtual.owner import VirtualOwner
from tests.radio.harness import LEFT, QUICK, RIGHT, SHIN, Hub, hub_with

LONG_S = 1200.0


async def until(hub: Hub, *roles: object) -> None:
    """All stream, within what the whole ladder takes."""
    async with asyncio.timeout(LONG_S):
        while any(hub.status(role).state is not LinkState.STREAMING for role in roles):  # type: ignore[arg-type]
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("ailment", "cure", "within_s"),
    [
        (Ailment.OFF, Rung.POWER_ON, 20.0),
        (Ailment.BUSY, Rung.POWER_CYCLE, 60.0),
        (Ailment.HANGS, Rung.POWER_CYCLE, 90.0),
        (Ailment.BUSY, Rung.USB_RESET, 200.0),
        (Ailment.DEAF, Rung.POWER_CYCLE, 700.0),
    ],
)
async def test_an_ailing_adapter_is_mended(ailment: Ailment, cure: Rung, within_s: float) -> None:
    async with hub_with([LEFT]) as hub:
        await hub.until_streaming(LEFT.role)
        hub.adapter.ailments.befall(ailment, cure)
        await hub.adapter.hang_up()
        began_s = hub.air.now_s()
        await hub.until(lambda: hub.status(LEFT.role).state is LinkState.LOST)
        await until(hub, LEFT.role)
        assert hub.air.now_s() - began_s < within_s
        counts = hub.radio.adapter().counts
        tried = {
            Rung.POWER_ON: counts.power_ons,
            Rung.POWER_CYCLE: counts.power_cycles,
            Rung.USB_RESET: counts.usb_resets,
        }
        assert tried[cure] == 1
        assert (counts.usb_resets, counts.mend_failures) == (int(cure is Rung.USB_RESET), 0)
        assert hub.radio.adapter().trouble == ""
        assert not hub.radio.gave_up


async def test_an_adapter_that_is_mended_is_tried_at_once() -> None:
    patient = replace(QUICK, backoff_first_s=600.0, backoff_most_s=600.0)
    async with hub_with([LEFT], settings=patient, run=False) as hub:
        hub.adapter.ailments.befall(Ailment.OFF, Rung.POWER_ON)
        running = asyncio.ensure_future(hub.radio.run())
        await until(hub, LEFT.role)
        assert hub.air.now_s() < 60.0
        assert hub.radio.adapter().counts.power_ons == 1
        await hub.radio.stop()
        await running


async def test_an_adapter_that_somebody_switches_off_is_switched_on_again() -> None:
    async with hub_with([LEFT, RIGHT, SHIN]) as hub:
        roles = (LEFT.role, RIGHT.role, SHIN.role)
        await hub.until_streaming(*roles)
        await VirtualOwner(hub.adapter).power_off()
        await hub.until(lambda: {hub.status(role).state for role in roles} & {LinkState.STREAMING} == set())
        assert "adapter is off" in hub.radio.adapter().trouble or hub.radio.adapter().counts.power_ons == 0
        await until(hub, *roles)
        assert hub.radio.adapter().counts.power_ons == 1


async def test_what_does_not_help_leads_to_the_end_with_a_reason() -> None:
    async with hub_with([LEFT]) as hub:
        await hub.until_streaming(LEFT.role)
        hub.adapter.ailments.befall(Ailment.BUSY)
        await hub.adapter.hang_up()
        async with asyncio.timeout(LONG_S):
            while not hub.radio.gave_up:
                await asyncio.sleep(1.0)
        assert hub.radio.gave_up.startswith("the Bluetooth adapter is busy")
        assert hub.status(LEFT.role).state is LinkState.LOST
        counts = hub.radio.adapter().counts
        assert (counts.power_cycles, counts.usb_resets) == (4, 2)


async def test_nothing_is_reset_while_a_link_stands() -> None:
    absent = DeviceSpec(RIGHT.role, RIGHT.key, RIGHT.address)
    shin = DeviceSpec(SHIN.role, SHIN.key, SHIN.address)
    async with hub_with([SHIN], configured=[absent, shin]) as hub:
        await hub.until_streaming(SHIN.role)
        hub.adapter.ailments.befall(Ailment.BUSY)
        await asyncio.sleep(150.0)
        assert hub.radio.adapter().counts.scan_failures > 10
        assert hub.status(SHIN.role).counts.connections == 1
        counts = hub.radio.adapter().counts
        assert (counts.power_cycles, counts.usb_resets, hub.radio.gave_up) == (0, 0, "")


async def test_a_device_that_forgets_its_subscriber_is_subscribed_again_on_the_same_link() -> None:
    forgetful = replace(SHIN, faults=Faults(forget_at_s=(2.0, 6.0)))
    async with hub_with([forgetful, LEFT]) as hub:
        await hub.until_streaming(SHIN.role, LEFT.role)
        await hub.until(lambda: hub.air.counts()[SHIN.address][Fault.FORGOT] == 2)
        await hub.until(lambda: hub.status(SHIN.role).counts.resubscriptions == 2)
        await hub.until_streaming(SHIN.role)
        counts = hub.status(SHIN.role).counts
        assert (counts.silences, counts.resubscriptions, counts.connections) == (2, 2, 1)
        states = hub.states(SHIN.role)
        silent = states.index(LinkState.SILENT)
        assert states[silent + 1] is LinkState.STREAMING


async def test_a_device_of_which_the_system_knows_wrong_things_is_forgotten() -> None:
    async with hub_with([LEFT, SHIN]) as hub:
        await hub.until_streaming(LEFT.role, SHIN.role)
        hub.adapter.ailments.stale.add(LEFT.address)
        await hub.adapter.hang_up(LEFT.address)
        await hub.until(lambda: hub.status(LEFT.role).counts.connect_failures > 0)
        await hub.until_streaming(LEFT.role)
        counts = hub.status(LEFT.role).counts
        assert counts.forgettings == 1
        assert hub.status(SHIN.role).counts.connections == 1


async def test_a_link_that_is_left_over_from_a_crash_is_ended() -> None:
    async with hub_with([SHIN], run=False) as hub:
        before = bluetooth(hub.adapter)
        heard: asyncio.Queue[object] = asyncio.Queue()
        async with before.scanning(lambda device, _: heard.put_nowait(device), 5.0):
            device = await heard.get()
        await before.connect(device, "a hub that is about to crash", lambda: None)  # type: ignore[arg-type]
        running = asyncio.ensure_future(hub.radio.run())
        await hub.until_streaming(SHIN.role)
        assert hub.status(SHIN.role).counts.stale_links == 1
        await hub.radio.stop()
        await running
