"""What the hub asks of BlueZ over D-Bus, of a service that speaks as BlueZ does, on a real bus."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError, BleakError
from dbus_fast import PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

from hub.radio.bluetooth import BLUETOOTH_ERRORS
from hub.radio.bluez import BlueZ
from hub.radio.causes import Cause, cause_of
from hub.radio.interval import ask_interval
from hub.radio.ladder import Rung

ONE, TWO = "00:11:22:33:44:55", "66:77:88:99:AA:BB"
SENSOR = "C0:00:00:00:00:01"


class Adapter(ServiceInterface):
    def __init__(self, address: str, powered: bool) -> None:
        super().__init__("org.bluez.Adapter1")
        self.address, self.powered = address, powered
        self.refuses: DBusError | None = None
        self.switched: list[bool] = []
        self.removed: list[str] = []

    @dbus_property(access=PropertyAccess.READ)
    def Address(self) -> "s":  # type: ignore[name-defined]  # noqa: N802, F821
        return self.address

    @dbus_property()
    def Powered(self) -> "b":  # type: ignore[name-defined]  # noqa: N802, F821
        return self.powered

    @Powered.setter
    def set_powered(self, value: "b") -> None:  # type: ignore[name-defined]  # noqa: F821
        if self.refuses:
            raise self.refuses
        self.switched.append(value)
        self.powered = value

    @dbus_method()
    def RemoveDevice(self, path: "o") -> None:  # type: ignore[name-defined]  # noqa: N802, F821
        if not path.endswith(SENSOR.replace(":", "_")):
            raise DBusError("org.bluez.Error.DoesNotExist", "Does Not Exist")
        self.removed.append(path)


class Device(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("org.bluez.Device1")
        self.connected = True

    @dbus_property(access=PropertyAccess.READ)
    def Connected(self) -> "b":  # type: ignore[name-defined]  # noqa: N802, F821
        return self.connected

    @dbus_method()
    def Disconnect(self) -> None:  # noqa: N802
        self.connected = False


@pytest.fixture
def bus_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if shutil.which("dbus-daemon") is None:
        if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
            pytest.fail("dbus-daemon is not installed")
        pytest.skip("dbus-daemon is not installed")
    config = tmp_path / "bus.conf"
    config.write_text(
        f"<busconfig><type>session</type><listen>unix:path={tmp_path / 'bus'}</listen><auth>EXTERNAL</auth>"
        '<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>'
        "</busconfig>"
    )
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    yield address
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


class Service:
    """A machine with two adapters, of which only the second is on; the sensor is known to the second."""

    def __init__(self) -> None:
        self.adapters = {"hci0": Adapter(ONE, False), "hci1": Adapter(TWO, True)}
        self.device = Device()


@pytest.fixture
async def service(bus_address: str) -> AsyncIterator[Service]:
    offered = Service()
    bus = await MessageBus(bus_address=bus_address).connect()
    for name, adapter in offered.adapters.items():
        bus.export(f"/org/bluez/{name}", adapter)
    bus.export(f"/org/bluez/hci1/dev_{SENSOR.replace(':', '_')}", offered.device)
    await bus.request_name("org.bluez")
    yield offered
    bus.disconnect()
    await bus.wait_for_disconnect()


@pytest.mark.parametrize(
    ("wanted", "name"),
    [(None, "hci1"), ("hci0", "hci0"), ("hci1", "hci1"), (ONE, "hci0"), (TWO.lower(), "hci1")],
)
async def test_the_adapter_is_found_by_name_or_address_else_the_first_that_is_on(
    service: Service, wanted: str | None, name: str
) -> None:
    control = BlueZ(wanted)
    assert control.name is None
    assert await control.prepare() == {"bluez": {"adapter": name}}
    assert control.name == name


async def test_an_adapter_that_moves_is_found_under_its_new_name(service: Service) -> None:
    control = BlueZ(TWO)
    await control.prepare()
    service.adapters["hci0"].address, service.adapters["hci1"].address = TWO, ONE
    assert await control.prepare() == {"bluez": {"adapter": "hci0"}}


async def test_an_adapter_that_is_not_there_is_named(service: Service) -> None:
    with pytest.raises(BleakError, match="adapter 'C0:C0:C0:C0:C0:C0' not found"):
        await BlueZ("C0:C0:C0:C0:C0:C0").prepare()


async def test_no_adapter_and_no_service_are_told_apart(bus_address: str) -> None:
    with pytest.raises(BleakDBusError, match="ServiceUnknown"):
        await BlueZ(None).prepare()
    bus = await MessageBus(bus_address=bus_address).connect()
    await bus.request_name("org.bluez")
    with pytest.raises(BleakBluetoothNotAvailableError):
        await BlueZ(None).prepare()
    bus.disconnect()


async def test_power_is_switched_and_a_refusal_is_an_error_of_the_radio(service: Service) -> None:
    control, adapter = BlueZ(ONE), service.adapters["hci0"]
    await control.prepare()
    await control.power_on()
    await control.power_cycle()
    assert adapter.switched == [True, False, True]
    assert service.adapters["hci1"].switched == []
    adapter.refuses = DBusError("org.bluez.Error.Failed", "Blocked through rfkill")
    with pytest.raises(BLUETOOTH_ERRORS, match="rfkill"):
        await control.power_on()


@pytest.mark.parametrize(
    ("soft", "hard", "cause"),
    [("1", "0", Cause.BLOCKED), ("0", "1", Cause.SWITCHED_OFF), ("1", "1", Cause.SWITCHED_OFF)],
)
async def test_a_blocked_adapter_is_named_so_though_bluez_only_says_that_it_is_off(
    service: Service, tmp_path: Path, soft: str, hard: str, cause: Cause
) -> None:
    switch = tmp_path / "sys/class/rfkill/rfkill3"
    switch.mkdir(parents=True)
    for name, text in (("type", "bluetooth"), ("name", "hci0"), ("soft", soft), ("hard", hard)):
        (switch / name).write_text(f"{text}\n")
    await BlueZ(TWO, root=tmp_path).prepare()  # another adapter's switch
    with pytest.raises(BLUETOOTH_ERRORS) as raised:
        await BlueZ(ONE, root=tmp_path).prepare()
    assert cause_of(raised.value) is cause
    for name in ("soft", "hard"):
        (switch / name).write_text("0\n")
    await BlueZ(ONE, root=tmp_path).prepare()


async def test_a_left_over_connection_is_ended_once(service: Service) -> None:
    control = BlueZ(TWO)
    await control.prepare()
    assert await control.drop(SENSOR.lower())
    assert not service.device.connected
    assert not await control.drop(SENSOR)
    assert not await control.drop("C0:00:00:00:00:99"), "a device that BlueZ does not know"


async def test_a_device_is_forgotten(service: Service) -> None:
    control = BlueZ(TWO)
    await control.prepare()
    await control.forget(SENSOR)
    await control.forget("C0:00:00:00:00:99")
    assert service.adapters["hci1"].removed == [f"/org/bluez/hci1/dev_{SENSOR.replace(':', '_')}"]


@pytest.mark.parametrize("works", [True, False])
async def test_a_usb_reset_is_the_extras_and_only_possible_with_it(
    service: Service, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    control, asked = BlueZ(TWO), list[tuple[Any, ...]]()
    await control.prepare()
    monkeypatch.setattr("hub.radio.bluez.find_spec", lambda _name: None)
    assert Rung.USB_RESET not in control.possible
    monkeypatch.setattr("hub.radio.bluez.find_spec", lambda _name: object())
    assert control.possible == frozenset(Rung)

    async def recover_adapter(hci: int, mac: str, gone_silent: bool = False) -> bool:
        asked.append((hci, mac, gone_silent))
        return works

    extra = ModuleType("bluetooth_auto_recovery")
    extra.recover_adapter = recover_adapter  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "bluetooth_auto_recovery", extra)
    if works:
        await control.usb_reset()
    else:
        with pytest.raises(BleakError, match="which rights"):
            await control.usb_reset()
    assert asked == [(1, TWO, True)]


def debugfs(folder: Path, least: str, most: str) -> Path:
    (folder / "hci1").mkdir()
    (folder / "hci1" / "conn_min_interval").write_text(least)
    (folder / "hci1" / "conn_max_interval").write_text(most)
    return folder


def test_short_connection_intervals_are_asked_for_where_the_kernel_lets_this_user(tmp_path: Path) -> None:
    folder = debugfs(tmp_path, "24\n", "40\n")
    assert ask_interval("hci1", 15.0, folder) == "hci1: connection intervals of at most 15 ms, before 50 ms"
    assert (folder / "hci1" / "conn_min_interval").read_text() == "6"
    assert (folder / "hci1" / "conn_max_interval").read_text() == "12"


def test_a_kernel_that_does_not_let_this_user_is_told_and_left_alone(tmp_path: Path) -> None:
    assert "stays as the system has it (No such file or directory)" in ask_interval("hci1", 15.0, tmp_path)


async def test_a_new_adapter_is_asked_for_its_intervals_once(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[tuple[str, float]]()
    monkeypatch.setattr("hub.radio.bluez.ask_interval", lambda name, longest_ms: asked.append((name, longest_ms)))
    control = BlueZ(TWO, 15.0)
    await control.prepare()
    await control.prepare()
    service.adapters["hci0"].address, service.adapters["hci1"].address = TWO, ONE
    await control.prepare()
    assert asked == [("hci1", 15.0), ("hci0", 15.0)]
