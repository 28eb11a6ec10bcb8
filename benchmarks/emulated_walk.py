"""What the emulated devices of a walker with foot drop send, made beforehand."""

from datetime import UTC, datetime

import numpy as np

from hub.packets import Arrival, Connected, Packet
from sensors.catalogue import CATALOGUE
from sensors.driver import Action, DriverOptions, Pause, Read, Subscribe, Write
from sensors.emulation import Body, Emulator, EmulatorOptions
from sensors.layout import Role
from sensors.walker import Walker, demo_script

WORN = {Role.LEFT_INSOLE: "orphe_insole", Role.RIGHT_INSOLE: "orphe_insole", Role.LEFT_SHIN: "witmotion"}
KINDS = {kind.key: kind for kind in CATALOGUE}
CONNECTION_INTERVAL_S = 0.015


def make_arrivals(seconds: float) -> list[Arrival]:
    """What the walker's devices send, in order of arrival, with the conversation that sets them up."""
    body = Walker(demo_script())
    devices = {
        role: KINDS[key].emulator(role.side, EmulatorOptions(seed=n)) for n, (role, key) in enumerate(WORN.items())
    }
    arrivals: list[Arrival] = []
    begin_s = max(_set_up(role, device, body, arrivals) for role, device in devices.items())
    for now_s in np.arange(begin_s, begin_s + seconds, CONNECTION_INTERVAL_S).tolist():
        for role, device in devices.items():
            arrivals += [
                Packet(role, WORN[role], sent.characteristic, sent.data, now_s) for sent in device.advance(now_s, body)
            ]
    return sorted(arrivals, key=lambda arrival: arrival.arrival_s)


def _set_up(role: Role, device: Emulator, body: Body, arrivals: list[Arrival]) -> float:
    driver = KINDS[WORN[role]].driver(role.side, DriverOptions())
    now_s, wall_time = 0.0, datetime.now(UTC)
    device.connected(now_s, 247)
    arrivals.append(Connected(role, WORN[role], "", role.side, DriverOptions(), now_s, wall_time))
    queue: list[Action] = list(driver.begin(wall_time))
    while queue:
        action = queue.pop(0)
        came: list[tuple[str, bytes]] = []
        match action:
            case Read(characteristic):
                came = [(characteristic, data)] if (data := device.read(characteristic, now_s)) else []
            case Write(characteristic, data):
                came = [(sent.characteristic, sent.data) for sent in device.write(characteristic, data, now_s)]
            case Subscribe(characteristic):
                device.subscribed(characteristic, True, now_s)
            case Pause(seconds):
                now_s += seconds
                came = [(sent.characteristic, sent.data) for sent in device.advance(now_s, body)]
        for characteristic, data in came:
            arrivals.append(Packet(role, WORN[role], characteristic, data, now_s))
            queue += driver.feed(characteristic, data).actions
    return now_s
