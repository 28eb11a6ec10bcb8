"""Where a sensor sits (role, side) and where a cell lies under the foot. One place for positions and their words.

``x`` runs 0 medial .. 1 lateral and ``y`` 0 heel .. 1 toe, on either foot.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Laterality. ``BOTH`` is for what belongs to the whole person."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"

    @property
    def other(self) -> "Side":
        """The opposite side; ``BOTH`` is its own opposite."""
        return _OTHER[self]

    @property
    def insole(self) -> "Role":
        """The insole of this foot.

        Raises
        ------
        KeyError : ``BOTH`` has none of its own.
        """
        return _INSOLE[self]

    @property
    def shin(self) -> "Role":
        """The shin IMU of this leg.

        Raises
        ------
        KeyError : ``BOTH`` has none of its own.
        """
        return _SHIN[self]


_OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.BOTH: Side.BOTH}


class Role(StrEnum):
    """What a sensor does for the wearer."""

    LEFT_INSOLE = "left_insole"
    RIGHT_INSOLE = "right_insole"
    LEFT_SHIN = "left_shin"
    RIGHT_SHIN = "right_shin"

    @property
    def side(self) -> Side:
        """The leg that carries the sensor."""
        return _SIDE[self]

    @property
    def is_insole(self) -> bool:
        """True for an insole, False for a shin IMU."""
        return self is Role.LEFT_INSOLE or self is Role.RIGHT_INSOLE


_SIDE = {
    Role.LEFT_INSOLE: Side.LEFT,
    Role.RIGHT_INSOLE: Side.RIGHT,
    Role.LEFT_SHIN: Side.LEFT,
    Role.RIGHT_SHIN: Side.RIGHT,
}
_INSOLE = {Side.LEFT: Role.LEFT_INSOLE, Side.RIGHT: Role.RIGHT_INSOLE}
_SHIN = {Side.LEFT: Role.LEFT_SHIN, Side.RIGHT: Role.RIGHT_SHIN}


class Region(StrEnum):
    """Part of the foot that a cell lies under."""

    HEEL = "heel"
    MIDFOOT = "midfoot"
    FOREFOOT = "forefoot"
    TOES = "toes"


class LoadUnit(StrEnum):
    """What an insole's numbers are: newtons, kilopascals, uncalibrated counts, or contact switches."""

    N = "n"
    KPA = "kpa"
    COUNTS = "counts"
    ON_OFF = "on_off"


@dataclass(frozen=True, slots=True)
class Cell:
    """One pressure cell: position as fractions of foot width and length, and its region."""

    x: float
    y: float
    region: Region


def region_at(y: float) -> Region:
    """Region of a cell at ``y`` (0 heel .. 1 toe), for devices that announce positions only."""
    if y < 0.33:
        return Region.HEEL
    if y < 0.55:
        return Region.MIDFOOT
    return Region.FOREFOOT if y < 0.82 else Region.TOES
