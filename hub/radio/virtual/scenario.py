"""What is on the air: which devices, worn by whom, and what goes wrong. Written and read as JSON."""

import re
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from hub.radio.virtual.faults import Faults
from sensors.catalogue import CATALOGUE
from sensors.layout import Role, Side
from sensors.walker import Mistake

_STATIC_ADDRESS = re.compile(r"[C-F][0-9A-F](:[0-9A-F]{2}){5}", re.IGNORECASE)


class ScenarioError(ValueError):
    """A scenario that cannot be staged; one line that says why."""


@dataclass(frozen=True, slots=True)
class ScenarioDevice:
    """One emulated device.

    Parameters
    ----------
    role : where it is worn.
    device_key : its kind in ``sensors.catalogue``.
    address : a random static Bluetooth address: its first digit is C, D, E or F.
    name : advertised name; None takes the emulator's own.
    battery_pct : battery level when switched on.
    faults : what goes wrong with its link.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    role: Role
    device_key: str
    address: str
    name: str | None = None
    battery_pct: float = 80.0
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Devices on one walker, who walks like a profile of ``sensors.walker``.

    Parameters
    ----------
    plays : the demo's walks for ever, or the same without trips; the exercises of a guided calibration, or those of a
        re-zero, after which they stand.
    mistakes : exercises of the calibration that are done wrongly before they are done rightly.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    devices: tuple[ScenarioDevice, ...]
    profile: str = "foot_drop"
    plays: Literal["demo", "walks", "calibration", "re_zero"] = "demo"
    mistakes: frozenset[Mistake] = frozenset()
    affected_side: Side = Side.LEFT
    seed: int = 1

    def to_json(self) -> str:
        """The scenario as JSON."""
        return TypeAdapter(Scenario).dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Scenario":
        """Read a scenario.

        Raises
        ------
        ScenarioError
            It is no scenario, or names a kind of device that there is not.
        """
        try:
            scenario = TypeAdapter(Scenario).validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "scenario"
            raise ScenarioError(f"{where}: {first['msg']}") from None
        for number, device in enumerate(scenario.devices):
            device_check(device, f"devices.{number}")
        return scenario


def device_check(device: ScenarioDevice, where: str) -> None:
    """Raise ``ScenarioError`` for a device that no emulator can be."""
    keys = [kind.key for kind in CATALOGUE]
    if device.device_key not in keys:
        raise ScenarioError(f"{where}.device_key: {device.device_key!r} is none of {', '.join(keys)}")
    if not _STATIC_ADDRESS.fullmatch(device.address):
        raise ScenarioError(
            f"{where}.address: {device.address!r} is no random static address such as C0:00:00:00:00:01"
        )
