"""What detectors may read of each leg: histories of its sensors, its load scale and its shank's level, as of now."""

from collections.abc import Callable, Mapping
from math import inf
from typing import NamedTuple

from hub.gait.detector import Handler, Output
from hub.gait.feed import SampleHole, SensorSilent
from hub.gait.history import History
from hub.gait.signals.insole import Loaded
from hub.gait.signals.loadscale import LoadScale
from hub.gait.signals.pitch import ShankLevel
from sensors.layout import Role


class InsoleView(NamedTuple):
    """Feature columns of an insole, and the scale that holds for them now."""

    history: History
    scale: LoadScale


class ShankView(NamedTuple):
    """Feature columns of a shank, and what upright means for it; None until it is known."""

    history: History
    level: ShankLevel | None


class Legs:
    """Both legs. The first of the detectors, so that whoever follows reads what the same mark brought.

    Attributes
    ----------
    insoles : by role, from the first load on.
    shanks : by role.
    """

    def __init__(self, histories: Mapping[Role, History]) -> None:
        self._histories = histories
        self.insoles: dict[Role, InsoleView] = {}
        self.shanks = {role: ShankView(history, None) for role, history in histories.items() if not role.is_insole}
        self._hole_s = dict.fromkeys(histories, -inf)

    def complete_since(self, role: Role, time_s: float) -> bool:
        """Whether no sample of ``role`` has been missing since ``time_s``."""
        return self._hole_s[role] < time_s

    def handlers(self) -> Mapping[type, Handler]:
        """What changes a leg's scale, level or completeness."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            Loaded: self._loaded,
            ShankLevel: self._levelled,
            SampleHole: self._hole,
            SensorSilent: self._silent,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Nothing to say."""
        return []

    def _loaded(self, mark: Loaded, now_s: float) -> list[Output]:
        role = mark.side.insole
        self.insoles[role] = InsoleView(self._histories[role], mark.scale)
        return []

    def _levelled(self, level: ShankLevel, now_s: float) -> list[Output]:
        self.shanks[level.role] = ShankView(self._histories[level.role], level)
        return []

    def _hole(self, mark: SampleHole, now_s: float) -> list[Output]:
        self._hole_s[mark.role] = mark.known_at_s
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        self._hole_s[mark.role] = mark.known_at_s
        if not mark.role.is_insole:
            self.shanks[mark.role] = ShankView(self._histories[mark.role], None)
        return []
