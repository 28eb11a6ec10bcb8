"""What the engine has learnt about a wearer and their sensors, to be handed to the next walk's engine."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sensors.layout import Role


class Part(StrEnum):
    """What a guided calibration measures of a sensor. Each part has a date of its own."""

    ZERO = "zero"  # insole: unloaded, the foot in its laced shoe held in the air
    LOAD = "load"  # insole: the load of a stance
    SWING = "swing"  # insole: what the swinging foot presses
    AXES = "axes"  # shin sensor: how it sits, and the usual swings
    STRIDE_SCALE = "stride_scale"  # shin sensor: true over measured stride length


@dataclass(frozen=True, slots=True)
class Fit:
    """What a guided calibration found of one sensor. Walking does not change it: what is learnt is held against it.

    Parameters
    ----------
    made : when each part was made, with time zone.
    device : Bluetooth address of the sensor; empty where there is none.
    zero : of an insole, the unloaded value of each feature column; empty where that part was not made.
    pitch_axis : of a shin sensor, its own unit vector about which the shank swings; empty likewise.
    """

    made: Mapping[Part, datetime]
    device: str = ""
    zero: tuple[float, ...] = ()
    pitch_axis: tuple[float, ...] = ()

    def over(self, older: "Fit | None") -> "Fit":
        """This, and the parts that only ``older`` has; all of it is gone where it was another device's."""
        if older is None or older.device != self.device:
            return self
        made = {**older.made, **self.made}
        return Fit(made, self.device, self.zero or older.zero, self.pitch_axis or older.pitch_axis)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "made": {part.value: made_at.isoformat() for part, made_at in self.made.items()},
            "device": self.device,
            "zero": list(self.zero),
            "pitch_axis": list(self.pitch_axis),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Fit":
        """Inverse of ``to_dict``, also after a round through JSON."""
        made = {Part(part): datetime.fromisoformat(made_at) for part, made_at in data["made"].items()}
        if any(made_at.tzinfo is None for made_at in made.values()):
            raise ValueError("a date without time zone")
        return cls(made, str(data["device"]), tuple(data["zero"]), tuple(data["pitch_axis"]))


@dataclass(frozen=True, slots=True)
class InsoleCalibration:
    """One insole, in its unit: the unloaded value of each feature column, and the usual stance peak above that.

    ``unrest``: what swing usually adds to each column; empty where that is not known. The columns are those of
    ``hub.gait.signals.loadscale``; they depend on the insole's cells.
    """

    zero: tuple[float, ...]
    peak_load: float
    unrest: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything learnt, by sensor. Plain numbers only, so that it can be kept as JSON.

    ``shanks`` holds what the shank streams and the trip detector learnt, in their own words. ``stride_scales``: true
    over measured stride length by shin sensor, from a timed walk. ``fits``: what a guided calibration found.
    """

    insoles: Mapping[Role, InsoleCalibration] = field(default_factory=dict)
    shanks: Mapping[Role, Mapping[str, Any]] = field(default_factory=dict)
    stride_scales: Mapping[Role, float] = field(default_factory=dict)
    fits: Mapping[Role, Fit] = field(default_factory=dict)

    def only(self, roles: Collection[Role]) -> "Calibration":
        """What was learnt of these sensors; for a session in which the others have changed."""
        return Calibration(
            {role: insole for role, insole in self.insoles.items() if role in roles},
            {role: shank for role, shank in self.shanks.items() if role in roles},
            {role: scale for role, scale in self.stride_scales.items() if role in roles},
            {role: fit for role, fit in self.fits.items() if role in roles},
        )

    def over(self, older: "Calibration") -> "Calibration":
        """This, and what ``older`` has of sensors that this has nothing of."""
        return Calibration(
            {**older.insoles, **self.insoles},
            {**older.shanks, **self.shanks},
            {**older.stride_scales, **self.stride_scales},
            {**older.fits, **{role: fit.over(older.fits.get(role)) for role, fit in self.fits.items()}},
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "insoles": {role.value: asdict(insole) for role, insole in self.insoles.items()},
            "shanks": {role.value: dict(shank) for role, shank in self.shanks.items()},
            "stride_scales": {role.value: scale for role, scale in self.stride_scales.items()},
            "fits": {role.value: fit.to_dict() for role, fit in self.fits.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Calibration":
        """Inverse of ``to_dict``, also after a round through JSON and of what older versions wrote."""
        return cls(
            insoles={
                Role(role): InsoleCalibration(
                    tuple(insole["zero"]), insole["peak_load"], tuple(insole.get("unrest", ()))
                )
                for role, insole in data["insoles"].items()
            },
            shanks={Role(role): dict(shank) for role, shank in data["shanks"].items()},
            stride_scales={Role(role): float(scale) for role, scale in data.get("stride_scales", {}).items()},
            fits={Role(role): Fit.from_dict(fit) for role, fit in data.get("fits", {}).items()},
        )
