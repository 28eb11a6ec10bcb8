"""What is going on right now for one wearer: the newest loads, the last steps, the counts. Memory only, for views."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from hub.events import STEP_KINDS, Event, Kind
from hub.session import Block, Floats, InsoleSpec, Session
from sensors.layout import Cell, Role, Side

RECENT_N = 64
FORGET = 0.001

ON_GROUND = 0.15
"""With less of the foot's highest load in every cell, a centre of pressure would be that of noise (our choice)."""


@dataclass(slots=True)
class StepMark:
    """One step for the row of last steps: what touched first, and what else happened in it."""

    side: Side
    strike: str
    drag: bool = False
    trip: bool = False


@dataclass(slots=True)
class CellRange:
    """Lowest and highest value each cell has shown lately, to draw any unit on one scale."""

    low: Floats
    high: Floats

    def widen(self, values: Floats) -> None:
        """Take one sample in; the range forgets slowly, so that one spike does not dim the picture for ever."""
        span = FORGET * (self.high - self.low)
        self.low = np.minimum(self.low + span, values)
        self.high = np.maximum(self.high - span, values)


def loads(values: Floats, cells: CellRange) -> tuple[float, ...]:
    """Each cell's load between its lowest (0) and the highest that any cell of the foot has shown (1)."""
    top = float((cells.high - cells.low).max())
    if top <= 0:
        return (0.0,) * len(cells.low)
    return tuple(float(value) for value in np.clip((values - cells.low) / top, 0.0, 1.0))


def centre_of(pressure: Sequence[float], cells: Sequence[Cell]) -> tuple[float, float] | None:
    """Where the load is on average, ``x`` and ``y`` as of a cell; None while the foot is off the ground."""
    if max(pressure, default=0.0) < ON_GROUND:
        return None
    total = sum(pressure)
    x, y = (
        sum(load * place for load, place in zip(pressure, places, strict=True)) / total
        for places in zip(*((cell.x, cell.y) for cell in cells), strict=True)
    )
    return x, y


@dataclass(slots=True)
class Live:
    """The present of one wearer."""

    session: Session | None = None
    newest: dict[Role, Floats] = field(default_factory=dict)
    newest_s: dict[Role, float] = field(default_factory=dict)
    """Hub time of each sensor's newest sample."""
    steps: deque[StepMark] = field(default_factory=lambda: deque(maxlen=40))
    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=RECENT_N))
    counts: Counter[str] = field(default_factory=Counter)
    told_n: int = 0
    """How many events have gone through ``recent``."""
    walking: bool = False
    walked_s: float = 0.0
    """Walking in the bouts that have ended, first to last initial contact of each."""
    _ranges: dict[Role, CellRange] = field(default_factory=dict)

    def begin(self, session: Session) -> None:
        """Sensors joined or changed; what was counted stays."""
        self.session = session
        self.newest.clear()
        self.newest_s.clear()
        self._ranges.clear()

    def see_block(self, block: Block) -> None:
        """Remember when the newest sample was, and of an insole the sample."""
        if len(block.time_s) == 0:
            return
        self.newest_s[block.role] = float(block.time_s[-1])
        if not block.role.is_insole:
            return
        newest = self.newest[block.role] = block.values[-1]
        if block.role in self._ranges:
            self._ranges[block.role].widen(newest)
        else:
            self._ranges[block.role] = CellRange(newest, newest)

    def see_events(self, events: Iterable[Event]) -> None:
        """Count events and keep those that a person wants to see."""
        for event in events:
            self._see(event)

    def pressure(self, role: Role) -> tuple[float, ...]:
        """Each cell's load between the lowest (0) and the foot's highest (1) of late; empty before the first sample."""
        return loads(self.newest[role], self._ranges[role]) if role in self.newest else ()

    def centre_of_pressure(self, role: Role) -> tuple[float, float] | None:
        """Where the load is on average, ``x`` and ``y`` as of a cell; None while the foot is off the ground."""
        spec = self.session.sensors.get(role) if self.session else None
        return centre_of(self.pressure(role), spec.cells) if isinstance(spec, InsoleSpec) else None

    def _see(self, event: Event) -> None:
        name = event.kind.value
        stage = event.fields.get("stage")
        self.counts[f"{name} {stage}" if stage else name] += 1
        match event.kind:
            case Kind.INITIAL_CONTACT:
                strike = str(event.fields.get("strike") or "unknown")
                self.counts[f"strike {strike}"] += 1
                self.steps.append(StepMark(event.side, strike))
            case Kind.TOE_DRAG | Kind.TRIP if stage != "candidate":
                self._mark(event)
            case Kind.WALK_START:
                self.walking = True
            case Kind.WALK_END:
                self.walking = False
                duration_s = event.fields.get("duration_s")
                self.walked_s += duration_s if isinstance(duration_s, int | float) else 0.0
        if event.kind not in STEP_KINDS:
            self.recent.append(event)
            self.told_n += 1

    def _mark(self, event: Event) -> None:
        for step in reversed(self.steps):
            if step.side is event.side or event.side is Side.BOTH:
                step.drag = step.drag or event.kind is Kind.TOE_DRAG
                step.trip = step.trip or event.kind is Kind.TRIP
                return
