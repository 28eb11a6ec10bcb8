"""The air in a process of its own: started, heard, counted, and gone when the hub is."""

import asyncio
import os
import socket
import subprocess
import sys

import pytest

from hub.errors import LinkError
from hub.packets import Connected, Packet
from hub.radio import DeviceSpec, Radio
from hub.radio.virtual.faults import Fault, Faults
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario, ScenarioDevice, ScenarioError
from sensors.catalogue import device_type
from sensors.layout import Role
from tests.radio.harness import GENEROUS_S

SHIN = ScenarioDevice(Role.LEFT_SHIN, "witmotion", "C0:00:00:00:00:03", faults=Faults(loss_pct=50))


async def test_a_hub_hears_the_air_through_a_socket_and_is_told_what_went_wrong() -> None:
    async with asyncio.timeout(GENEROUS_S), air_process(Scenario((SHIN,))) as air:
        assert air.start_s <= asyncio.get_running_loop().time()
        radio = Radio(air.bluetooth, [DeviceSpec(SHIN.role, SHIN.device_key, SHIN.address)])
        async with asyncio.TaskGroup() as group:
            group.create_task(radio.run())
            driver = device_type(SHIN.device_key).driver(SHIN.role.side, DeviceSpec(SHIN.role, SHIN.device_key).options)
            readings = packets = 0
            while readings < 20:
                for arrival in await radio.inbox.take():
                    if isinstance(arrival, Connected):
                        radio.perform(SHIN.role, driver.begin(arrival.wall_time))
                    elif isinstance(arrival, Packet):
                        packets += 1
                        readings += len(driver.feed(arrival.characteristic, arrival.data).readings)
            await radio.stop()
    assert air.counts[SHIN.address][Fault.SENT] >= packets
    assert air.counts[SHIN.address][Fault.LOST] > 0
    with pytest.raises(ProcessLookupError):
        os.kill(air.pid, 0)


def test_the_air_ends_when_the_hub_dies() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        air = subprocess.Popen(
            [sys.executable, "-m", "hub.radio.virtual", "--hci-fd", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    assert air.stdin is not None
    assert air.stdout is not None
    air.stdin.write(Scenario((SHIN,)).to_json())
    air.stdin.close()
    assert "start_s" in air.stdout.readline()
    ours.close()  # as the system does when a process is killed
    assert air.wait(GENEROUS_S) == 0
    air.stdout.close()


async def test_a_scenario_that_cannot_be_staged_is_one_line() -> None:
    with pytest.raises(LinkError, match="profile: 'moonwalk' is none of healthy") as caught:
        async with air_process(Scenario((SHIN,), profile="moonwalk")):
            pass
    assert "\n" not in str(caught.value)


def test_scenarios_survive_json() -> None:
    scenario = Scenario(
        (SHIN, ScenarioDevice(Role.LEFT_INSOLE, "orphe_insole", "C0:00:00:00:00:01", name="INS")), seed=7
    )
    assert Scenario.from_json(scenario.to_json()) == scenario


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "scenario: Invalid JSON"),
        ("{}", "devices: Field required"),
        ('{"devices": [], "sede": 1}', "sede: "),
        ('{"devices": [{"role": "left_shin", "device_key": "toaster", "address": "C0:00:00:00:00:01"}]}', "is none of"),
        ('{"devices": [{"role": "left_shin", "device_key": "witmotion", "address": "00:00:00:00:00:01"}]}', "static"),
        (Scenario((SHIN,)).to_json().replace("loss_pct", "los_pct"), "los_pct"),
    ],
)
def test_mistakes_in_a_scenario_are_named(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        Scenario.from_json(text)
