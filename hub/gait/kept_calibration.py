"""A wearer's calibration between runs: for which sensors it holds, and what of it is in doubt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from hub.gait.calibration import Calibration, Part
from hub.session import InsoleSpec, Session, ShinSpec
from sensors.layout import Role

VERSION = 2
"""Of the kept form. Version 1 had no fits; it is read."""

NO_DEVICES: Mapping[Role, str] = {}

OLD_AFTER = {
    Part.ZERO: timedelta(days=90),  # it is followed in every walk; a fresh look shows whether rightly (our choice)
    Part.LOAD: timedelta(days=365),  # it is learnt in every walk
    Part.SWING: timedelta(days=365),  # likewise
    Part.AXES: timedelta(days=365),  # likewise
    Part.STRIDE_SCALE: timedelta(days=180),  # gait changes, and only another timed walk shows it (our choice)
}
"""A part that was made longer ago is to be made again."""


class Remedy(StrEnum):
    """What makes a doubtful part good again; the ``issue`` of the ``quality`` event that asks for it."""

    RE_ZERO = "re_zero"
    RE_FIT = "re_fit"


class Doubt(NamedTuple):
    """A part of a guided calibration that may hold no longer: what is to be made again, and why in words."""

    role: Role
    remedy: Remedy
    reason: str


@dataclass(frozen=True, slots=True)
class KeptCalibration:
    """A calibration to be kept, with what each sensor was when it was learnt: another insole begins anew.

    Parameters
    ----------
    learnt_with : a digest of each sensor's specification.

    ``devices`` of the methods are the Bluetooth addresses of a session's sensors, as far as they are known. A sensor
    that was fitted by a guided calibration is held to its address; one that was not, to its specification only.
    """

    calibration: Calibration = field(default_factory=Calibration)
    learnt_with: Mapping[Role, str] = field(default_factory=dict)

    def fitting(self, session: Session, devices: Mapping[Role, str] = NO_DEVICES) -> Calibration:
        """What was learnt with these very sensors."""
        return self.calibration.only([role for role in session.sensors if not self._is_other(session, role, devices)])

    def doubts(self, session: Session, devices: Mapping[Role, str], now: datetime) -> tuple[Doubt, ...]:
        """What a guided calibration once found of these sensors, and what is too old or another sensor's."""
        found = []
        for role in session.sensors:
            fit = self.calibration.fits.get(role)
            if fit is None:
                continue
            if self._is_other(session, role, devices):
                found.append(Doubt(role, Remedy.RE_FIT, "it is not the one that was calibrated, or is set otherwise"))
                continue
            old = [part for part, made_at in fit.made.items() if now - made_at > OLD_AFTER[part]]
            if old:
                days = max((now - fit.made[part]).days for part in old)
                remedy = Remedy.RE_ZERO if old == [Part.ZERO] else Remedy.RE_FIT
                found.append(Doubt(role, remedy, f"its calibration is {days} days old"))
        return tuple(found)

    def renewed(
        self, session: Session, learnt: Calibration, devices: Mapping[Role, str] = NO_DEVICES
    ) -> "KeptCalibration":
        """With what a session has taught; what it had nothing of stays."""
        own = {role: _digest(spec) for role, spec in session.sensors.items()}
        changed = [role for role in own if self._is_other(session, role, devices)]
        older = self.calibration.only([role for role in Role if role not in changed])
        return KeptCalibration(learnt.over(older), {**self.learnt_with, **own})

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        digests = {role.value: digest for role, digest in self.learnt_with.items()}
        return {"version": VERSION, "learnt_with": digests, **self.calibration.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "KeptCalibration":
        """Inverse of ``to_dict``, also after a round through JSON, and of what older versions wrote.

        Raises
        ------
        ValueError : of a newer version, or not what ``to_dict`` gives.
        """
        version = data.get("version") if isinstance(data, Mapping) else None
        if isinstance(version, int) and version > VERSION:
            raise ValueError(f"calibration of version {version}, written by a newer Insole Hub: upgrade this one")
        if version not in range(1, VERSION + 1):
            raise ValueError(f"not a calibration: there is no version {version!r}")
        try:
            digests = {Role(role): str(digest) for role, digest in data["learnt_with"].items()}
            return cls(Calibration.from_dict(data), digests)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"not a calibration: {error!r}") from error

    def _is_other(self, session: Session, role: Role, devices: Mapping[Role, str]) -> bool:
        """Whether the sensor is not the one that was learnt with."""
        fit, device = self.calibration.fits.get(role), devices.get(role)
        if fit is not None and fit.device and device and fit.device != device:
            return True
        return self.learnt_with.get(role) != _digest(session.sensors[role])


def _digest(spec: InsoleSpec | ShinSpec) -> str:
    return blake2b(repr(spec).encode(), digest_size=8).hexdigest()
