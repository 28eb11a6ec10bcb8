"""A scenario put on the air: emulators from the catalogue, worn by a walker."""

from collections.abc import Iterator

from hub.radio.virtual.air import Air, AirDevice
from hub.radio.virtual.scenario import Scenario, ScenarioError
from sensors.catalogue import device_type
from sensors.emulation import EmulatorOptions
from sensors.walker import PROFILES, Person, Walker, calibration_script, demo_script, re_zero_script
from sensors.walker.segments import Segment, Stand


def staged(scenario: Scenario) -> Air:
    """The scenario's air, to be entered.

    Raises
    ------
    ScenarioError
        There is no such profile, or nobody can walk like that.
    """
    if scenario.profile not in PROFILES:
        raise ScenarioError(f"profile: {scenario.profile!r} is none of {', '.join(PROFILES)}")
    try:
        person = Person(affected_side=scenario.affected_side)
    except ValueError as error:
        raise ScenarioError(f"affected_side: {error}") from error
    profile = PROFILES[scenario.profile]
    scripts = {
        "demo": lambda: demo_script(profile, scenario.seed),
        "walks": lambda: demo_script(profile, scenario.seed, trips=False),
        "calibration": lambda: calibration_script(profile, scenario.mistakes),
        "re_zero": re_zero_script,
    }

    def once_all_listen() -> Iterator[Segment]:
        """Who is told what to do does nothing before the hub hears all sensors."""
        while scenario.plays in {"calibration", "re_zero"} and not air.is_heard:
            yield Stand(0.5)
        yield from scripts[scenario.plays]()

    devices = [
        AirDevice(
            device_type(device.device_key).emulator(
                device.role.side,
                EmulatorOptions(seed=scenario.seed * 1000 + number, name=device.name, battery_pct=device.battery_pct),
            ),
            device.address,
            device.faults,
        )
        for number, device in enumerate(scenario.devices)
    ]
    air = Air(devices, Walker(once_all_listen(), seed=scenario.seed, person=person), seed=scenario.seed)
    return air
