"""What the engine has learnt about a wearer and their sensors, to be handed to the next walk's engine."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sensors.layout import Role


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
    over measured stride length by shin sensor, from a timed walk.
    """

    insoles: Mapping[Role, InsoleCalibration] = field(default_factory=dict)
    shanks: Mapping[Role, Mapping[str, Any]] = field(default_factory=dict)
    stride_scales: Mapping[Role, float] = field(default_factory=dict)

    def only(self, roles: Collection[Role]) -> "Calibration":
        """What was learnt of these sensors; for a session in which the others have changed."""
        return Calibration(
            {role: insole for role, insole in self.insoles.items() if role in roles},
            {role: shank for role, shank in self.shanks.items() if role in roles},
            {role: scale for role, scale in self.stride_scales.items() if role in roles},
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "insoles": {role.value: asdict(insole) for role, insole in self.insoles.items()},
            "shanks": {role.value: dict(shank) for role, shank in self.shanks.items()},
            "stride_scales": {role.value: scale for role, scale in self.stride_scales.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Calibration":
        """Inverse of ``to_dict``, also after a round through JSON."""
        return cls(
            insoles={
                Role(role): InsoleCalibration(
                    tuple(insole["zero"]), insole["peak_load"], tuple(insole.get("unrest", ()))
                )
                for role, insole in data["insoles"].items()
            },
            shanks={Role(role): dict(shank) for role, shank in data["shanks"].items()},
            stride_scales={Role(role): float(scale) for role, scale in data.get("stride_scales", {}).items()},
        )
