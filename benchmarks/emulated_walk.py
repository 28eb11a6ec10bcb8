"""What the emulated devices of walkers with foot drop notify, made beforehand: playing it costs next to nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sensors.catalogue import device_type
from sensors.driver import Action, DriverOptions, Pause, Read, Subscribe, Write
from sensors.emulation import Emulator, EmulatorOptions
from sensors.layout import Role
from sensors.walker import PROFILES, Walker, demo_script

CONNECTION_INTERVAL_S = 0.03
"""Notifications leave at multiples of this, as on the virtual radio; each device has its own phase."""

MTU = 247
APART_S = 0.37
"""Wearers do not step in time with each other."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device of one wearer."""

    wearer: str
    role: Role
    key: str
    address: str
    seed: int

    def emulator(self) -> Emulator:
        """The device, switched on."""
        return device_type(self.key).emulator(self.role.side, EmulatorOptions(seed=self.seed))


@dataclass(frozen=True, slots=True)
class Notified:
    """Bytes that leave a device ``at_s`` after the beginning. ``device`` is its place among all devices."""

    at_s: float
    device: int
    characteristic: str
    data: bytes


def devices_of(wearers_n: int, insole: str = "orphe_insole") -> list[Device]:
    """Two insoles, of a kind, and a shin sensor for each wearer."""
    worn = {Role.LEFT_INSOLE: insole, Role.RIGHT_INSOLE: insole, Role.LEFT_SHIN: "witmotion"}
    return [
        Device(f"wearer{wearer}", role, key, f"C0:FF:EE:00:{wearer:02X}:{number:02X}", seed=10 * wearer + number)
        for wearer in range(1, wearers_n + 1)
        for number, (role, key) in enumerate(worn.items(), start=1)
    ]


def notifications(devices: list[Device], seconds: float) -> list[Notified]:
    """What all devices notify within that time, in order."""
    bodies = {
        name: Walker(demo_script(PROFILES["foot_drop"], seed), seed=seed, start_s=seed * APART_S)
        for seed, name in enumerate(dict.fromkeys(device.wearer for device in devices), start=1)
    }
    emulators = [device.emulator() for device in devices]
    for device, emulator in zip(devices, emulators, strict=True):
        _set_up(device, emulator)
    made: list[Notified] = []
    for event in range(int(seconds / CONNECTION_INTERVAL_S)):
        for number, (device, emulator) in enumerate(zip(devices, emulators, strict=True)):
            at_s = (event + number / len(devices)) * CONNECTION_INTERVAL_S
            made += [
                Notified(at_s, number, sent.characteristic, sent.data)
                for sent in emulator.advance(at_s, bodies[device.wearer])
            ]
    return made


def _set_up(device: Device, emulator: Emulator) -> None:
    """Have the device's own driver switch its stream on, just before time 0."""
    driver = device_type(device.key).driver(device.role.side, DriverOptions())
    emulator.connected(0.0, MTU)
    queue: list[Action] = list(driver.begin(datetime.now(UTC)))
    while queue:
        action = queue.pop(0)
        came: list[tuple[str, bytes]] = []
        match action:
            case Read(characteristic):
                came = [(characteristic, data)] if (data := emulator.read(characteristic, 0.0)) else []
            case Write(characteristic, data):
                came = [(sent.characteristic, sent.data) for sent in emulator.write(characteristic, data, 0.0)]
            case Subscribe(characteristic):
                emulator.subscribed(characteristic, True, 0.0)
            case Pause():
                pass
        for characteristic, data in came:
            queue += driver.feed(characteristic, data).actions
