"""What can be wrong with a virtual adapter, on purpose: each until the rung that cures it. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from hub.radio.ladder import Rung


class Ailment(StrEnum):
    """What is wrong."""

    OFF = "off"
    """It is switched off."""
    BUSY = "busy"
    """It answers every request to scan or connect with InProgress."""
    HANGS = "hangs"
    """It never answers."""
    DEAF = "deaf"
    """It scans and hears nobody."""


class Ailments:
    """What one adapter has. ``stale`` are addresses that cannot be connected before they are forgotten."""

    def __init__(self) -> None:
        self.stale: set[str] = set()
        self._cures: dict[Ailment, Rung | None] = {}

    def __contains__(self, ailment: Ailment) -> bool:
        return ailment in self._cures

    def befall(self, ailment: Ailment, cure: Rung | None = None) -> None:
        """It has this from now on; without a cure, until it is told that it is over."""
        self._cures[ailment] = cure

    def treat(self, rungs: Iterable[Rung]) -> None:
        """These are tried."""
        self._cures = {ailment: cure for ailment, cure in self._cures.items() if cure not in set(rungs)}

    def end(self, ailment: Ailment) -> None:
        """It is over."""
        self._cures.pop(ailment, None)
