"""Faults that are told to the air while it is on."""

import asyncio
import json
from pathlib import Path

import pytest

from hub.radio.virtual.control import controlled
from hub.radio.virtual.faults import Fault, Faults
from tests.radio.harness import GENEROUS_S, LEFT, hub_with


async def test_orders_change_what_goes_wrong_and_are_answered(tmp_path: Path) -> None:
    async with hub_with([LEFT]) as hub, controlled(hub.air, tmp_path / "air"), asyncio.timeout(GENEROUS_S):
        await hub.until_packets(LEFT.role, 5)
        reader, writer = await asyncio.open_unix_connection(tmp_path / "air")
        writer.write(b"{}\n")
        before = json.loads(await reader.readline())
        assert set(before) == {"now_s", "counts"}
        assert Fault.DOUBLED not in before["counts"][LEFT.address]
        order = {"address": LEFT.address, "faults": {"doubled_pct": 100}}
        writer.write(json.dumps(order).encode() + b"\n")
        await reader.readline()
        await hub.until(lambda: hub.air.counts()[LEFT.address][Fault.DOUBLED] > 5)
        writer.close()


async def test_a_device_that_is_away_is_back_when_told_so(tmp_path: Path) -> None:
    async with hub_with([LEFT]) as hub:
        await hub.until_streaming(LEFT.role)
        hub.air.change_faults(LEFT.address, Faults(away_s=((0.0, 1e6),)))
        await hub.until(lambda: hub.status(LEFT.role).counts.disconnections == 1)
        hub.air.change_faults(LEFT.address, Faults())
        await hub.until_streaming(LEFT.role)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (b"{", "Invalid JSON"),
        (b'{"adress": "C0:00:00:00:00:01"}', "adress"),
        (b'{"address": "C0:00:00:00:00:09"}', "there is no device C0:00:00:00:00:09"),
        (b'{"address": "C0:00:00:00:00:01", "faults": {"los_pct": 1}}', "faults.los_pct"),
    ],
)
async def test_orders_that_make_no_sense_are_named(tmp_path: Path, order: bytes, message: str) -> None:
    async with hub_with([LEFT], run=False) as hub, controlled(hub.air, tmp_path / "air"), asyncio.timeout(GENEROUS_S):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "air")
        writer.write(order + b"\n")
        assert message in json.loads(await reader.readline())["error"]
        writer.close()
