"""The virtual backend behaves to bleak as the BlueZ backend does, in errors above all."""

import asyncio
from collections.abc import Callable

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import (
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bumble.device import Connection

from hub.radio.virtual.backend import VirtualScanner
from hub.radio.virtual.faults import Faults
from hub.radio.virtual.owner import VirtualOwner
from tests.radio.echo import ADDRESS, BATTERY, ECHO, SERVICE, bench


async def test_an_advertisement_arrives_whole() -> None:
    async with bench() as on:
        heard: asyncio.Queue[tuple[BLEDevice, object]] = asyncio.Queue()
        async with BleakScanner(
            lambda device, data: heard.put_nowait((device, data)), backend=VirtualScanner, virtual=on.adapter
        ):
            device, data = await heard.get()
        assert (device.address, device.name) == (ADDRESS, "Echo")
        assert data.local_name == "Echo"
        assert data.service_uuids == ["0000180f-0000-1000-8000-00805f9b34fb", SERVICE]
        assert data.manufacturer_data == {0x1234: b"ab"}
        assert data.service_data == {"0000180a-0000-1000-8000-00805f9b34fb": b"cd"}


async def test_read_write_and_notify() -> None:
    async with bench() as on, on.client(await on.find()) as client:
        assert client.name == "Echo"
        assert client.mtu_size == 517
        assert await client.read_gatt_char(BATTERY) == bytearray([77])
        echoed: asyncio.Queue[bytearray] = asyncio.Queue()
        await client.start_notify(ECHO, lambda _, data: echoed.put_nowait(data))
        assert on.echo.listening
        await client.write_gatt_char(ECHO, b"\x01\x02", response=True)
        await client.write_gatt_char(ECHO, b"\x03\x04", response=False)
        assert [await echoed.get(), await echoed.get()] == [b"\x02\x01", b"\x04\x03"]
        await client.stop_notify(ECHO)
        assert not on.echo.listening


async def test_requests_that_a_device_refuses() -> None:
    async with bench(Faults(mtu=23)) as on, on.client(await on.find()) as client:
        with pytest.raises(BleakCharacteristicNotFoundError):
            await client.read_gatt_char("2a26")
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char(BATTERY, b"\x00", response=True)
        with pytest.raises(BleakError):
            await client.write_gatt_char(ECHO, bytes(21), response=False)
        await client.write_gatt_char(ECHO, bytes(range(60)), response=True)
        assert on.echo.written == [bytes(range(60))]


@pytest.mark.parametrize(
    "request_of",
    [
        lambda client: client.read_gatt_char(BATTERY),
        lambda client: client.write_gatt_char(ECHO, b"\x00", response=True),
        lambda client: client.start_notify(ECHO, lambda _, __: None),
    ],
)
async def test_without_a_link_every_request_is_an_error(request_of: Callable[[BleakClient], object]) -> None:
    async with bench() as on:
        client = on.client(await on.find())
        await client.connect()
        with pytest.raises(BleakError):
            await client.connect()
        await client.disconnect()
        await client.disconnect()
        assert not client.is_connected
        with pytest.raises(BleakError):
            await request_of(client)


async def test_a_device_that_hangs_up_calls_back_and_fails_what_is_under_way() -> None:
    async with bench(Faults(disconnect_at_s=(0.5,))) as on:
        gone = asyncio.Event()
        client = on.client(await on.find(), disconnected_callback=lambda _: gone.set())
        await client.connect()

        async def read_for_ever() -> None:
            while True:
                await client.read_gatt_char(BATTERY)

        with pytest.raises(BleakError):
            await read_for_ever()
        await gone.wait()
        assert not client.is_connected


@pytest.mark.parametrize("turns", range(8))
async def test_a_link_that_breaks_at_any_turn_of_a_request_fails_it(turns: int) -> None:
    async with bench() as on:
        client = on.client(await on.find())
        await client.connect()
        (connection,) = on.adapter.device.connections.values()
        reading = asyncio.ensure_future(client.read_gatt_char(BATTERY))
        for _ in range(turns):
            await asyncio.sleep(0)
        assert not reading.done()
        connection.emit(Connection.EVENT_DISCONNECTION, 0x13)
        with pytest.raises(BleakError):
            await reading


async def test_an_address_alone_is_not_found() -> None:
    async with bench() as on:
        with pytest.raises(BleakDeviceNotFoundError):
            await on.client(ADDRESS).connect()


async def test_an_attempt_that_times_out_leaves_the_adapter_usable() -> None:
    async with bench() as on:
        device = await on.find()
        first = on.client(device)
        await first.connect()  # so that it no longer advertises
        with pytest.raises(TimeoutError):
            await on.client(device, timeout=0.3).connect()
        await first.disconnect()
        async with on.client(await on.find()) as client:
            assert await client.read_gatt_char(BATTERY) == bytearray([77])


@pytest.mark.parametrize("turns", range(0, 60, 3))
async def test_an_adapter_switched_off_while_it_connects_has_no_link(turns: int) -> None:
    async with bench() as on:
        device = await on.find()
        connecting = asyncio.ensure_future(on.client(device).connect())
        for _ in range(turns):
            await asyncio.sleep(0)
        await VirtualOwner(on.adapter).power_off()
        with pytest.raises(BleakError):
            await connecting
        assert not on.adapter.device.connections
        await VirtualOwner(on.adapter).power_on()
        async with on.client(await on.find()) as client:
            assert await client.read_gatt_char(BATTERY) == bytearray([77])


async def test_an_adapter_switched_off_hears_nobody() -> None:
    async with bench() as on:
        heard: list[BLEDevice] = []
        async with BleakScanner(lambda device, _: heard.append(device), backend=VirtualScanner, virtual=on.adapter):
            await asyncio.sleep(1.0)
            assert heard
            await VirtualOwner(on.adapter).power_off()
            heard.clear()
            await asyncio.sleep(1.0)
            assert not heard


async def test_two_scans_or_two_attempts_at_once_are_refused() -> None:
    async with bench() as on:
        device = await on.find()
        async with BleakScanner(backend=VirtualScanner, virtual=on.adapter):
            with pytest.raises(BleakDBusError, match="InProgress"):
                await on.find()
        results = await asyncio.gather(on.client(device).connect(), on.client(device).connect(), return_exceptions=True)
        assert [type(result) for result in results] == [type(None), BleakDBusError]
        assert on.adapter.refused == 2
