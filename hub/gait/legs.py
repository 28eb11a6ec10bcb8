"""What detectors may read of each leg: histories of its sensors, its load scale and its shank's level, as of now."""

from collections.abc import Callable, Mapping
from math import inf
from typing import NamedTuple

from hub.gait.detector import Handler, Output
from hub.gait.feed import SampleHole, SensorBack, SensorSilent
from hub.gait.history import History
from hub.gait.signals.insole import Loaded, Unloaded
from hub.gait.signals.loadscale import LoadScale
from hub.gait.signals.pitch import ShankLevel, pitch_of
from sensors.layout import Role, Side

PITCH_KEPT_S = 2.5
"""So long a shank's pitch can be told after it was levelled; as ``StepParams.level_kept_s``."""

LOST_S = 5.0
"""A sensor that is silent for longer is lost; as ``QualityParams.lost_s``."""


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
    insoles : by role.
    shanks : by role.
    """

    def __init__(self, histories: Mapping[Role, History], scales: Mapping[Role, LoadScale]) -> None:
        self._histories = histories
        self.insoles = {role: InsoleView(histories[role], scale) for role, scale in scales.items()}
        self.shanks = {role: ShankView(history, None) for role, history in histories.items() if not role.is_insole}
        self._hole_s = dict.fromkeys(histories, inf)
        self._silent_s = dict.fromkeys(histories, -inf)

    def complete_since(self, role: Role, time_s: float) -> bool:
        """Whether no sample of ``role`` has been missing since ``time_s``; a role without sensor misses all."""
        return self._hole_s.get(role, inf) < time_s

    def watched(self, now_s: float) -> frozenset[Side]:
        """The sides of which a sensor tells something, or did until shortly before ``now_s``."""
        return frozenset(role.side for role, since_s in self._silent_s.items() if now_s - since_s < LOST_S)

    def pitch_deg(self, role: Role) -> float | None:
        """The shank's pitch by its newest sample; None before it was levelled, and long after: its integral drifts."""
        view = self.shanks.get(role)
        if view is None or view.level is None:
            return None
        columns = view.history.newest()
        if columns is None or float(columns[0]) - view.level.time_s > PITCH_KEPT_S:
            return None
        return pitch_of(columns, view.level)

    @property
    def silent(self) -> bool:
        """Whether no sensor at all tells anything."""
        return min(self._hole_s.values()) == inf

    def handlers(self) -> Mapping[type, Handler]:
        """What changes a leg's scale, level or completeness."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            Loaded: self._scaled,
            Unloaded: self._scaled,
            ShankLevel: self._levelled,
            SampleHole: self._hole,
            SensorSilent: self._silent,
            SensorBack: self._back,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Nothing to say."""
        return []

    def _scaled(self, mark: Loaded | Unloaded, now_s: float) -> list[Output]:
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
        self._hole_s[mark.role] = inf
        self._silent_s[mark.role] = mark.time_s
        if not mark.role.is_insole:
            self.shanks[mark.role] = ShankView(self._histories[mark.role], None)
        return []

    def _back(self, mark: SensorBack, now_s: float) -> list[Output]:
        self._hole_s[mark.role] = -inf if mark.since_s is None else mark.known_at_s
        self._silent_s[mark.role] = inf
        return []
