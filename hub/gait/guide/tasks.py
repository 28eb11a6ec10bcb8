"""The exercises of a guided calibration, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.gait.guide.words import Said, say
from hub.session import InsoleSpec, Session
from sensors.layout import Region, Side


class Task(StrEnum):
    """One exercise."""

    LIFT_LEFT = "lift_left"
    LIFT_RIGHT = "lift_right"
    STAND = "stand"
    LEAN_LEFT = "lean_left"
    LEAN_RIGHT = "lean_right"
    HEEL_RAISES = "heel_raises"
    TOE_RAISES = "toe_raises"
    SWING_LEFT = "swing_left"
    SWING_RIGHT = "swing_right"
    WALK = "walk"

    @property
    def side(self) -> Side:
        """The foot or leg that does it."""
        return _PLANS[self].side

    @property
    def instruction(self) -> Said:
        """What the wearer is asked to do."""
        side = self.side
        return say(_PLANS[self].words) if side is Side.BOTH else say(_PLANS[self].words, foot=side.value)

    @property
    def patience_s(self) -> float:
        """How long an attempt may take."""
        return _PLANS[self].patience_s

    @property
    def needs(self) -> tuple["Task", ...]:
        """Exercises that it builds on."""
        return _PLANS[self].needs

    def possible_with(self, session: Session) -> bool:
        """Whether a session has the sensors for it."""
        regions = {
            role.side: {cell.region for cell in spec.cells}
            for role, spec in session.sensors.items()
            if isinstance(spec, InsoleSpec)
        }
        match self:
            case Task.LIFT_LEFT | Task.LIFT_RIGHT | Task.SWING_LEFT | Task.SWING_RIGHT:
                return self.side in regions
            case Task.STAND:
                return bool(regions)
            case Task.LEAN_LEFT | Task.LEAN_RIGHT:
                return len(regions) == 2
            case Task.HEEL_RAISES | Task.TOE_RAISES:
                front = {Region.FOREFOOT, Region.TOES}
                return any(Region.HEEL in cells and cells & front for cells in regions.values())
            case Task.WALK:
                return True


@dataclass(frozen=True, slots=True)
class _Plan:
    words: str
    side: Side
    patience_s: float
    needs: tuple[Task, ...] = ()


_LIFTS = (Task.LIFT_LEFT, Task.LIFT_RIGHT)

_PLANS = {
    Task.LIFT_LEFT: _Plan("lift", Side.LEFT, 30.0),
    Task.LIFT_RIGHT: _Plan("lift", Side.RIGHT, 30.0),
    Task.STAND: _Plan("stand", Side.BOTH, 40.0),
    Task.LEAN_LEFT: _Plan("lean", Side.LEFT, 30.0, (*_LIFTS, Task.STAND)),
    Task.LEAN_RIGHT: _Plan("lean", Side.RIGHT, 30.0, (*_LIFTS, Task.STAND)),
    Task.HEEL_RAISES: _Plan("heel_raises", Side.BOTH, 45.0, (Task.STAND,)),
    Task.TOE_RAISES: _Plan("toe_raises", Side.BOTH, 45.0, (Task.STAND,)),
    Task.SWING_LEFT: _Plan("swing", Side.LEFT, 40.0, (Task.LIFT_LEFT, Task.STAND)),
    Task.SWING_RIGHT: _Plan("swing", Side.RIGHT, 40.0, (Task.LIFT_RIGHT, Task.STAND)),
    Task.WALK: _Plan("walk", Side.BOTH, 240.0),
}

FULL: Sequence[Task] = tuple(Task)
"""The whole calibration, two to four minutes."""

RE_ZERO: Sequence[Task] = _LIFTS
"""The unloaded values alone, some 10 s."""
