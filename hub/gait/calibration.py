"""What the engine has learnt about a wearer and their sensors, to be handed to the next walk's engine."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any

from hub.session import InsoleSpec, Session, ShinSpec
from sensors.layout import Role

VERSION = 1
"""Of the kept form. Raised when what is learnt changes its meaning."""


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

    def over(self, older: "Calibration") -> "Calibration":
        """This, and what ``older`` has of sensors that this has nothing of."""
        return Calibration(
            {**older.insoles, **self.insoles},
            {**older.shanks, **self.shanks},
            {**older.stride_scales, **self.stride_scales},
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


@dataclass(frozen=True, slots=True)
class KeptCalibration:
    """A calibration to be kept, with what each sensor was when it was learnt: another insole begins anew.

    Parameters
    ----------
    learnt_with : a digest of each sensor's specification.
    """

    calibration: Calibration = field(default_factory=Calibration)
    learnt_with: Mapping[Role, str] = field(default_factory=dict)

    def fitting(self, session: Session) -> Calibration:
        """What was learnt with these very sensors."""
        return self.calibration.only(
            [role for role, spec in session.sensors.items() if self.learnt_with.get(role) == _digest(spec)]
        )

    def renewed(self, session: Session, learnt: Calibration) -> "KeptCalibration":
        """With what a session has taught; what it had nothing of stays."""
        own = {role: _digest(spec) for role, spec in session.sensors.items()}
        changed = [role for role, digest in own.items() if self.learnt_with.get(role) != digest]
        older = self.calibration.only([role for role in Role if role not in changed])
        return KeptCalibration(learnt.over(older), {**self.learnt_with, **own})

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        digests = {role.value: digest for role, digest in self.learnt_with.items()}
        return {"version": VERSION, "learnt_with": digests, **self.calibration.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "KeptCalibration":
        """Inverse of ``to_dict``, also after a round through JSON.

        Raises
        ------
        ValueError : another version, or not what ``to_dict`` gives.
        """
        try:
            if data["version"] != VERSION:
                raise ValueError(f"calibration of version {data['version']}, not {VERSION}")
            digests = {Role(role): str(digest) for role, digest in data["learnt_with"].items()}
            return cls(Calibration.from_dict(data), digests)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a calibration: {error!r}") from error


def _digest(spec: InsoleSpec | ShinSpec) -> str:
    return blake2b(repr(spec).encode(), digest_size=8).hexdigest()
