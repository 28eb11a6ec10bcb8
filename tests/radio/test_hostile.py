"""Whatever others put on the air, and whatever a device sends, crashes nothing and brings in no data."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.packets import Packet
from hub.radio import BoundNames, DeviceSpec, LinkState
from hub.radio.bound_names import MOST_N, Namesakes
from hub.radio.devices import identify
from hub.radio.finder import Finder
from hub.radio.virtual.attach import bluetooth
from hub.radio.virtual.faults import Faults
from sensors.catalogue import CATALOGUE
from sensors.emulation import (
    Advertisement,
    Body,
    Emulator,
    EmulatorOptions,
    GattCharacteristic,
    GattService,
    Notification,
)
from sensors.layout import Role
from tests.radio.harness import LEFT, QUICK, SHIN, Worn, hub_with

SEARCHING = replace(QUICK, search_s=6.0)
BY_NAME = DeviceSpec(Role.LEFT_SHIN, "witmotion", name="WT")
FIRST, SECOND = "C0:00:00:00:00:11", "C0:00:00:00:00:12"


def named(address: str, *, away_s: tuple[tuple[float, float], ...] = ()) -> Worn:
    return Worn(Role.LEFT_SHIN, "witmotion", address, Faults(away_s=away_s), name="WT")


KNOWN_UUIDS = sorted(
    {one.uuid for kind in CATALOGUE for one in kind.emulator(Role.LEFT_SHIN.side, EmulatorOptions()).services}
)
uuids = st.sampled_from(KNOWN_UUIDS) | st.uuids().map(str)
names = st.none() | st.text(max_size=40) | st.sampled_from(["WT", "INS", "WT901BLE", "INS\x00", "\x1b[2J", "ORPHE"])
advertisements = st.builds(
    AdvertisementData,
    local_name=names,
    manufacturer_data=st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=40), max_size=3),
    service_data=st.dictionaries(uuids, st.binary(max_size=40), max_size=3),
    service_uuids=st.lists(uuids, max_size=4),
    tx_power=st.none(),
    rssi=st.integers(-127, 20),
    platform_data=st.just(()),
)


@settings(max_examples=150, deadline=None)
@given(advertisements)
def test_any_advertisement_is_identified_and_its_name_can_be_printed(data: AdvertisementData) -> None:
    found = identify("c0:00:00:00:00:99", data)
    assert found.name.isprintable()
    assert found.device_key in {None, *(kind.key for kind in CATALOGUE)}


async def test_no_advertisement_of_a_stranger_ends_a_search() -> None:
    async with hub_with([], configured=[], run=False) as hub:
        by_address = DeviceSpec(Role.LEFT_INSOLE, "orphe_insole", "C0:00:00:00:00:01", name="INS")
        finder = Finder(bluetooth(hub.adapter), (by_address, BY_NAME), BoundNames(), QUICK, Random(1))
        searches = [asyncio.ensure_future(finder.find(spec, frozenset())) for spec in (by_address, BY_NAME)]
        await asyncio.sleep(0)

        @settings(max_examples=60, deadline=None)
        @given(st.lists(st.tuples(st.integers(2, 200), advertisements), max_size=5))
        def check(heard: Sequence[tuple[int, AdvertisementData]]) -> None:
            for number, data in heard:
                address = f"C0:00:00:00:01:{number:02X}"
                finder._on_advertisement(BLEDevice(address, data.local_name, None), data)
            assert not any(search.done() for search in searches)

        check()
        for search in searches:
            search.cancel()
        await asyncio.wait(searches)


def test_a_name_counts_only_while_one_alone_bears_it() -> None:
    namesakes = Namesakes(alone_s=3.0)
    namesakes.see(FIRST, 10.0)
    assert not namesakes.is_alone(FIRST, 12.9)
    assert namesakes.is_alone(FIRST, 13.0)
    namesakes.see(SECOND, 14.0)
    assert not namesakes.is_alone(FIRST, 99.0)
    assert not namesakes.is_alone(SECOND, 99.0)
    for number in range(10 * MOST_N):
        namesakes.see(f"hoax {number}", 15.0)
    assert len(namesakes) == MOST_N


async def test_two_of_one_name_are_both_left_alone_and_the_reason_says_so() -> None:
    twins = [named(FIRST), named(SECOND)]
    async with hub_with(twins, configured=[BY_NAME], settings=SEARCHING) as hub:
        await hub.until_unannounced(lambda: bool(hub.status(BY_NAME.role).reason))
        assert hub.status(BY_NAME.role).reason == "2 devices in reach are called 'WT'; give the address of yours"
        assert all(hub.emulators[one.address].connections == 0 for one in twins)


async def test_a_name_is_bound_and_another_of_that_name_is_never_taken(tmp_path: Path) -> None:
    path = tmp_path / "state" / "bound_names.json"
    spoof = named(SECOND, away_s=((0.0, 10.0),))
    async with hub_with(
        [named(FIRST, away_s=((15.0, 40.0),)), spoof],
        configured=[BY_NAME],
        settings=SEARCHING,
        names=BoundNames(path),
    ) as hub:
        await hub.until_streaming(BY_NAME.role)
        assert hub.status(BY_NAME.role).address == FIRST
        await hub.until_unannounced(lambda: "not the one that is known" in hub.status(BY_NAME.role).reason)
        assert str(path) in hub.status(BY_NAME.role).reason
        await hub.until_streaming(BY_NAME.role)
        assert hub.status(BY_NAME.role).address == FIRST
        assert hub.emulators[SECOND].connections == 0
    assert json.loads(path.read_text())["bound"] == {"left shin": {"name": "WT", "type": "witmotion", "address": FIRST}}
    async with hub_with([named(SECOND)], configured=[BY_NAME], settings=SEARCHING, names=BoundNames(path)) as hub:
        await hub.until_unannounced(lambda: "not the one that is known" in hub.status(BY_NAME.role).reason)
        assert hub.emulators[SECOND].connections == 0


async def test_a_device_that_is_sent_away_is_not_bound() -> None:
    names = BoundNames()
    second = named(SECOND, away_s=((0.0, 8.0),))
    async with hub_with([named(FIRST), second], configured=[BY_NAME], settings=SEARCHING, names=names) as hub:
        await hub.until_streaming(BY_NAME.role)
        assert names.known(BY_NAME).address == FIRST
        hub.radio.reject(BY_NAME.role, "it says it is worn on the right")
        assert names.known(BY_NAME).address is None
        await hub.until(lambda: hub.status(BY_NAME.role).state is LinkState.SEARCHING)
        await hub.until_streaming(BY_NAME.role)
        assert hub.status(BY_NAME.role).address == SECOND


@pytest.mark.parametrize("text", ["{", "[]", '{"bound": [1]}', '{"bound": {"left shin": {"name": "WT"}}}'])
def test_a_spoilt_file_of_names_is_begun_anew(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bound_names.json"
    path.write_text(text)
    assert BoundNames(path).known(BY_NAME) == BY_NAME


def test_a_name_that_changes_is_bound_anew_and_an_address_that_is_given_stays(tmp_path: Path) -> None:
    path = tmp_path / "bound_names.json"
    bound = {"left shin": {"name": "WT", "type": "witmotion", "address": FIRST}}
    path.write_text(json.dumps({"bound": bound}))
    names = BoundNames(path)
    assert names.known(BY_NAME).address == FIRST
    assert names.known(replace(BY_NAME, name="WT2")).address is None
    assert names.known(replace(BY_NAME, device_key="movesense")).address is None
    assert names.known(replace(BY_NAME, address=SECOND)).address == SECOND


class Hostile:
    """Not what it is taken for: other services, or packets of the right characteristic as large and as many as go."""

    def __init__(
        self, emulator: Emulator, *, services: tuple[GattService, ...] | None = None, flood_n: int = 0
    ) -> None:
        self._emulator = emulator
        self._services = services
        self._flood_n = flood_n
        self._sent_n = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._emulator, name)

    @property
    def services(self) -> tuple[GattService, ...]:
        return self._emulator.services if self._services is None else self._services

    @property
    def advertisement(self) -> Advertisement:
        return self._emulator.advertisement

    def advance(self, until_s: float, body: Body) -> tuple[Notification, ...]:
        if not self._flood_n:
            return ()
        stream = [
            one.uuid for service in self.services for one in service.characteristics if "notify" in one.properties
        ]
        self._sent_n += 1
        return tuple(
            Notification(until_s, uuid, bytes([self._sent_n % 256]) * 512)
            for uuid in stream
            for _ in range(self._flood_n)
        )


STRANGE = (GattService("1812", (GattCharacteristic("2a4d", frozenset({"read", "notify"})),)),)


@pytest.mark.parametrize(
    "rebuild",
    [
        partial(Hostile, services=STRANGE),
        partial(Hostile, services=()),
        partial(Hostile, flood_n=10),
    ],
    ids=["other services", "no services", "huge packets"],
)
@pytest.mark.parametrize("worn", [LEFT, SHIN], ids=["insole", "shin"])
async def test_a_hostile_device_at_a_configured_address_brings_no_data_and_disturbs_nobody(
    worn: Worn, rebuild: partial[Hostile]
) -> None:
    other = SHIN if worn is LEFT else LEFT
    async with hub_with([replace(worn, rebuild=rebuild), other]) as hub:
        await hub.until_streaming(other.role)
        await hub.until(lambda: hub.status(worn.role).counts.connections >= 2)
        await hub.until_packets(other.role, 50)
        assert LinkState.STREAMING not in hub.states(worn.role)
        assert hub.status(worn.role).last_data_s is None
        counts = hub.status(other.role).counts
        assert (counts.connections, counts.packets_dropped) == (1, 0)
        assert all(isinstance(packet, Packet) for packet in hub.packets(worn.role))
