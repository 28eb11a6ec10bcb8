"""The kinds of device that the hub knows: a plain table. Configurations name a kind by its key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from sensors import (
    brilliant_sole,
    metamotion,
    movella_dot,
    movesense,
    open_profile,
    orphe_core,
    orphe_insole,
    sketch,
    thingy52,
    ukaton_mission,
    witmotion,
)
from sensors.brilliant_sole import packets as brilliant_packets
from sensors.driver import DeviceClock, Driver, DriverOptions, Facts, choose_options
from sensors.emulation import Advertisement, Emulator, EmulatorOptions
from sensors.layout import Side
from sensors.metamotion import packets as metamotion_packets
from sensors.movella_dot import packets as dot_packets
from sensors.movesense import packets as movesense_packets
from sensors.open_profile import packets as open_packets
from sensors.orphe_core import packets as core_packets
from sensors.orphe_insole import packets as orphe_packets
from sensors.sketch import examples as sketches
from sensors.sketch_layout import SketchLayout
from sensors.thingy52 import packets as thingy_packets
from sensors.ukaton_mission import packets as ukaton_packets


@dataclass(frozen=True, slots=True)
class DeviceType:
    """One kind of device.

    Parameters
    ----------
    key : its name in configurations and recordings.
    title : its name for people.
    is_insole : insole, else shin IMU.
    recognise : the facts that an advertisement tells if it is of this kind, else None. May be empty facts.
    recognised_by : the same in words.
    clock : the clock in its packets; None where samples get their time from arrivals.
    loss_visible : whether packets are counted, so that a lost one shows.
    min_mtu : the smallest MTU that its notifications fit, with the number of cells that it is known with.
    rates_hz, default_rate_hz : rates that suffice for gait, and the one that is asked for unless told otherwise.
    driver, emulator : make one for a leg.
    notes : what is not known of it, and what else its owner should know, for the device page.
    options : further options of the driver with their known values, the default first.
    has_motors : whether its driver is one that ``Vibrates``.
    tells_battery : whether it tells its battery's level in percent.
    example : for kinds of which only the owner can say what they send: what the emulator sends, and what clock, loss,
        MTU and rates here are of. None for every other kind.
    known_bad_firmware : what is wrong with a version and what to do, by version; a version stands for its patches too.
    tested_on_hardware : whether driver and device have met.
    """

    key: str
    title: str
    is_insole: bool
    recognise: Callable[[Advertisement], Facts | None]
    recognised_by: str
    clock: DeviceClock | None
    loss_visible: bool
    min_mtu: int
    rates_hz: tuple[float, ...]
    default_rate_hz: float
    driver: Callable[[Side, DriverOptions], Driver]
    emulator: Callable[[Side, EmulatorOptions], Emulator]
    notes: str
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_motors: bool = False
    tells_battery: bool = True
    example: SketchLayout | None = None
    known_bad_firmware: Mapping[str, str] = field(default_factory=dict)
    tested_on_hardware: bool = False

    def firmware_fault(self, version: str | None) -> str | None:
        """What is wrong with a firmware version; None where nothing is known."""
        for bad, fault in self.known_bad_firmware.items():
            if version is not None and (version == bad or version.startswith((f"{bad}.", f"{bad}-", f"{bad}+"))):
                return f"firmware {version}: {fault}"
        return None

    def check_options(self, given: Mapping[str, str]) -> None:
        """Raise ``OptionError`` for an option that the driver does not know."""
        choose_options(given, self.options)

    def clock_for(self, asked: DriverOptions) -> DeviceClock | None:
        """The clock in the packets of a device of this kind that is asked so."""
        return self.clock if asked.sketch is None else sketch.clock_of(asked.sketch)

    def asks_emulator(self, rate_hz: float | None = None) -> DriverOptions:
        """What a driver is told to talk to this kind's emulator, which sends one rate alone where it has an example."""
        if self.example is None:
            return DriverOptions(rate_hz)
        return DriverOptions(self.default_rate_hz, sketch=self.example)


CATALOGUE: tuple[DeviceType, ...] = (
    DeviceType(
        key="orphe_insole",
        title="ORPHE INSOLE",
        is_insole=True,
        recognise=orphe_insole.recognise,
        recognised_by="name starts with INS",
        clock=DeviceClock(resolution_s=0.001, wraps_after_s=orphe_packets.DAY_S),
        loss_visible=True,
        min_mtu=orphe_packets.MIN_MTU,
        rates_hz=(100.0, 200.0),
        default_rate_hz=100.0,
        driver=orphe_insole.OrpheInsoleDriver,
        emulator=orphe_insole.OrpheInsoleEmulator,
        known_bad_firmware=orphe_insole.KNOWN_BAD_FIRMWARE,
        notes=orphe_insole.NOTES,
    ),
    DeviceType(
        key="brilliant_sole",
        title="Brilliant Sole",
        is_insole=True,
        recognise=brilliant_sole.recognise,
        recognised_by=f"service {brilliant_packets.SERVICE} and device type 0 or 1",
        clock=DeviceClock(resolution_s=0.001, wraps_after_s=brilliant_packets.CLOCK_WRAPS_AFTER_S),
        loss_visible=False,
        min_mtu=42,  # eight cells and the IMU in one message
        rates_hz=(50.0, 100.0, 200.0),
        default_rate_hz=100.0,
        driver=brilliant_sole.BrilliantSoleDriver,
        emulator=brilliant_sole.BrilliantSoleEmulator,
        notes=brilliant_sole.NOTES,
        options=brilliant_sole.OPTIONS,
        has_motors=True,
    ),
    DeviceType(
        key="ukaton_mission",
        title="Ukaton Mission",
        is_insole=True,
        recognise=ukaton_mission.recognise,
        recognised_by=f"service {ukaton_packets.SERVICE} and device type 1 or 2",
        clock=DeviceClock(resolution_s=0.01, wraps_after_s=ukaton_packets.CLOCK_WRAPS_AFTER_S),
        loss_visible=False,
        min_mtu=ukaton_packets.MIN_MTU,
        rates_hz=(50.0, 100.0),
        default_rate_hz=100.0,
        driver=ukaton_mission.UkatonMissionDriver,
        emulator=ukaton_mission.UkatonMissionEmulator,
        notes=ukaton_mission.NOTES,
        has_motors=True,
    ),
    DeviceType(
        key="witmotion",
        title="WitMotion WT901BLE, BWT901BLE5.0, WT9011DCL-BT50",
        is_insole=False,
        recognise=witmotion.recognise,
        recognised_by="name starts with WT",
        clock=None,
        loss_visible=False,
        min_mtu=23,
        rates_hz=(50.0, 100.0, 200.0),
        default_rate_hz=100.0,
        driver=witmotion.WitMotionDriver,
        emulator=witmotion.WitMotionEmulator,
        notes=witmotion.NOTES,
    ),
    DeviceType(
        key="orphe_core",
        title="ORPHE CORE 3",
        is_insole=False,
        recognise=orphe_core.recognise,
        recognised_by="name starts with CR-",
        clock=DeviceClock(resolution_s=0.001, wraps_after_s=orphe_packets.DAY_S),
        loss_visible=True,
        min_mtu=core_packets.MIN_MTU,
        rates_hz=(core_packets.RATE_HZ,),
        default_rate_hz=core_packets.RATE_HZ,
        driver=orphe_core.OrpheCoreDriver,
        emulator=orphe_core.OrpheCoreEmulator,
        notes=orphe_core.NOTES,
        options=orphe_core.OPTIONS,
        tells_battery=False,
    ),
    DeviceType(
        key="movesense",
        title="Movesense with GATT SensorData firmware",
        is_insole=False,
        recognise=movesense.recognise,
        recognised_by="name starts with Movesense",
        clock=DeviceClock(resolution_s=0.001, wraps_after_s=movesense_packets.CLOCK_WRAPS_AFTER_S),
        loss_visible=False,
        min_mtu=movesense_packets.MIN_MTU,
        rates_hz=movesense_packets.RATES_HZ,
        default_rate_hz=104.0,
        driver=movesense.MovesenseDriver,
        emulator=movesense.MovesenseEmulator,
        notes=movesense.NOTES,
    ),
    DeviceType(
        key="thingy52",
        title="Nordic Thingy:52",
        is_insole=False,
        recognise=thingy52.recognise,
        recognised_by=f"service {thingy_packets.CONFIGURATION_SERVICE}",
        clock=None,
        loss_visible=False,
        min_mtu=23,
        rates_hz=thingy_packets.RATES_HZ,
        default_rate_hz=100.0,
        driver=thingy52.Thingy52Driver,
        emulator=thingy52.Thingy52Emulator,
        notes=thingy52.NOTES,
    ),
    DeviceType(
        key="movella_dot",
        title="Movella DOT (Xsens DOT)",
        is_insole=False,
        recognise=movella_dot.recognise,
        recognised_by="name starts with Xsens DOT or Movella DOT",
        clock=DeviceClock(resolution_s=1e-6, wraps_after_s=dot_packets.CLOCK_WRAPS_AFTER_S),
        loss_visible=False,
        min_mtu=dot_packets.MIN_MTU,
        rates_hz=dot_packets.STREAMING_RATES_HZ[-1:],
        default_rate_hz=dot_packets.STREAMING_RATES_HZ[-1],
        driver=movella_dot.MovellaDotDriver,
        emulator=movella_dot.MovellaDotEmulator,
        notes=movella_dot.NOTES,
    ),
    DeviceType(
        key="metamotion",
        title="MbientLab MetaMotion with BMI160 (R, RL, C)",
        is_insole=False,
        recognise=metamotion.recognise,
        recognised_by=f"service {metamotion_packets.SERVICE}",
        clock=None,
        loss_visible=False,
        min_mtu=23,
        rates_hz=tuple(metamotion_packets.RATE_CODES),
        default_rate_hz=100.0,
        driver=metamotion.MetaMotionDriver,
        emulator=metamotion.MetaMotionEmulator,
        notes=metamotion.NOTES,
    ),
    DeviceType(
        key="open_insole",
        title="Insole of the open profile",
        is_insole=True,
        recognise=partial(open_profile.recognise, open_profile.Kind.INSOLE),
        recognised_by=f"service {open_packets.INSOLE_SERVICE}",
        clock=DeviceClock(resolution_s=1e-6, wraps_after_s=open_packets.CLOCK_WRAPS_AFTER_S),
        loss_visible=True,
        min_mtu=open_packets.smallest_mtu(8 + open_packets.MOTION_CHANNELS),  # of eight cells and an IMU
        rates_hz=(50.0, 100.0, 200.0),
        default_rate_hz=100.0,
        driver=partial(open_profile.OpenProfileDriver, open_profile.Kind.INSOLE),
        emulator=partial(open_profile.OpenProfileEmulator, open_profile.Kind.INSOLE),
        notes=open_profile.INSOLE_NOTES,
    ),
    DeviceType(
        key="open_shin",
        title="Shin IMU of the open profile",
        is_insole=False,
        recognise=partial(open_profile.recognise, open_profile.Kind.SHIN),
        recognised_by=f"service {open_packets.SHIN_SERVICE}",
        clock=DeviceClock(resolution_s=1e-6, wraps_after_s=open_packets.CLOCK_WRAPS_AFTER_S),
        loss_visible=True,
        min_mtu=open_packets.smallest_mtu(open_packets.MOTION_CHANNELS),
        rates_hz=(50.0, 100.0, 200.0),
        default_rate_hz=100.0,
        driver=partial(open_profile.OpenProfileDriver, open_profile.Kind.SHIN),
        emulator=partial(open_profile.OpenProfileEmulator, open_profile.Kind.SHIN),
        notes=open_profile.SHIN_NOTES,
    ),
    DeviceType(
        key="sketch_insole",
        title="Insole with a sketch of its own",
        is_insole=True,
        recognise=lambda _: None,
        recognised_by="nothing",
        clock=sketch.clock_of(sketches.INSOLE),
        loss_visible=False,
        min_mtu=39,
        rates_hz=(sketches.RATE_HZ,),
        default_rate_hz=sketches.RATE_HZ,
        driver=sketch.SketchDriver,
        emulator=partial(sketch.SketchEmulator, sketches.INSOLE_SERVICE, sketches.INSOLE, sketches.RATE_HZ),
        notes=sketch.INSOLE_NOTES,
        example=sketches.INSOLE,
    ),
    DeviceType(
        key="sketch_shin",
        title="Shin IMU with a sketch of its own",
        is_insole=False,
        recognise=lambda _: None,
        recognised_by="nothing",
        clock=sketch.clock_of(sketches.SHIN),
        loss_visible=False,
        min_mtu=23,
        rates_hz=(sketches.RATE_HZ,),
        default_rate_hz=sketches.RATE_HZ,
        driver=sketch.SketchDriver,
        emulator=partial(sketch.SketchEmulator, sketches.SHIN_SERVICE, sketches.SHIN, sketches.RATE_HZ),
        notes=sketch.SHIN_NOTES,
        example=sketches.SHIN,
    ),
)


def device_type(key: str) -> DeviceType:
    """The kind with this key.

    Raises
    ------
    KeyError
        No such kind.
    """
    return {kind.key: kind for kind in CATALOGUE}[key]


def recognise(advertisement: Advertisement) -> tuple[DeviceType, Facts] | None:
    """The first kind that an advertisement fits, with what it tells; None for a foreign device."""
    for kind in CATALOGUE:
        facts = kind.recognise(advertisement)
        if facts is not None:
            return kind, facts
    return None
