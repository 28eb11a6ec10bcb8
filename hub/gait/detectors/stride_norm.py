"""What is usual of a wearer's strides: medians and spreads over the first ones, or over those of an earlier day."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

FEATURES = ("lasted_s", "range_deg", "outward_deg", "rise_m", "heel_off_share")


class Stride(NamedTuple):
    """One stride of a leg, initial contact to the next; None where something could not be measured.

    ``range_deg``, ``outward_deg``, ``rise_m``: as of ``hub.gait.signals.excursion``. ``heel_off_share``: part of this
    leg's swing after which the other foot's heel bore no more load.
    """

    lasted_s: float
    range_deg: float | None
    outward_deg: float | None
    rise_m: float | None
    heel_off_share: float | None


class Usual(NamedTuple):
    """Median and spread (1.4826 times the median distance from it) of one feature."""

    middle: float
    spread: float


@dataclass(frozen=True, slots=True)
class StrideNormParams:
    """When the usual is known."""

    learnt_from: int = 30  # strides on the level: fewer do not tell the spread (our choice)


class StrideNorm:
    """Learns once; what comes later is compared with that."""

    def __init__(self, params: StrideNormParams) -> None:
        self._params = params
        self._strides: list[Stride] = []
        self._usual: dict[str, Usual] = {}

    @property
    def known(self) -> bool:
        """Whether there is a usual."""
        return bool(self._usual)

    def of(self, feature: str) -> Usual | None:
        """The usual value of a feature; None before it is known."""
        return self._usual.get(feature)

    def learn(self, stride: Stride) -> None:
        """Take a stride; ignored once the usual is known."""
        if self._usual:
            return
        self._strides.append(stride)
        if len(self._strides) < self._params.learnt_from:
            return
        for feature, values in zip(FEATURES, zip(*self._strides, strict=True), strict=True):
            known = [value for value in values if value is not None]
            if 2 * len(known) > len(values):
                middle = median(known)
                self._usual[feature] = Usual(middle, 1.4826 * median(abs(value - middle) for value in known))
        self._strides = []

    def take(self, learnt: Mapping[str, Any]) -> None:
        """Go on with what ``to_dict`` returned."""
        self._usual = {feature: Usual(float(middle), float(spread)) for feature, (middle, spread) in learnt.items()}

    def to_dict(self) -> dict[str, Any]:
        """The usual as JSON types; empty before it is known."""
        return {feature: list(usual) for feature, usual in self._usual.items()}
