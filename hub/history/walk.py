"""A walk from the journal, step by step: strikes, drags, trips, angles, and how well it was seen. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from hub.events import Event, Kind, Value
from hub.gait.detectors.coverage import Coverage
from hub.gait.detectors.quality import QualityParams
from hub.good_step import LIKELY, FootJudge
from hub.session import Wearer
from sensors.layout import Role, Side

MINUTE_S = 60.0

EDGE_S = 1e-3
"""First and last contact are a walk's edges, but for rounding."""

FEET = (Side.LEFT, Side.RIGHT)


@dataclass(slots=True)
class WalkStep:
    """One initial contact of a walk, ``at_s`` after its beginning.

    Parameters
    ----------
    lead_ms : forefoot before heel; negative: heel first.
    good : heel first without a drag before; None: not judged, or not of the trained side.
    drag, trip : in the swing that it ended.
    shank_deg : pitch of the shank at the contact; positive: ankle ahead of knee.
    """

    at_s: float
    side: Side
    strike: str
    lead_ms: float | None
    good: bool | None
    drag: bool = False
    trip: bool = False
    shank_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was wrong with the data, ``at_s`` after the walk's beginning. ``duration_s``: None where not known."""

    at_s: float
    sensor: str | None
    issue: str
    reason: str
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a walk; strikes and the shank's pitch are those of the trained side.

    ``seen_pct``: time with data from all sensors, as far as gaps were reported.
    """

    steps: int
    heel: int
    flat: int
    toe: int
    unknown: int
    good: int
    drags: int
    trips: int
    shank_deg: float | None
    seen_pct: float


@dataclass(frozen=True, slots=True)
class WalkCourse:
    """A walk step by step, by the minute, and what was wrong with the data."""

    steps: Sequence[WalkStep] = ()
    minutes: Sequence[Minute] = ()
    troubles: Sequence[Trouble] = ()
    judged: int = 0
    good: int = 0


@dataclass(slots=True)
class _Told:
    """What was told of a walk, by kind, in the order in which it happened."""

    contacts: list[Event] = field(default_factory=list)
    drags: list[Event] = field(default_factory=list)
    trips: list[Event] = field(default_factory=list)
    troubles: list[Event] = field(default_factory=list)
    shank_deg: dict[tuple[Side, float], float] = field(default_factory=dict)


def course_of(events: Iterable[Event], start_s: float, end_s: float, wearer: Wearer) -> WalkCourse:
    """The course of the walk from ``start_s`` to ``end_s``, hub time, out of what was told around it."""
    told = _sorted(events, start_s, end_s)
    steps = _steps(told, start_s, wearer)
    coverage = _coverage(told.troubles)
    count = max(1, int(-(-(end_s - start_s) // MINUTE_S)))
    minutes = [_minute(steps, n, wearer, _seen_pct(coverage, start_s, end_s, n)) for n in range(count)]
    judged = [step.good for step in steps if step.good is not None]
    return WalkCourse(steps, minutes, _troubles(told.troubles, start_s), len(judged), sum(judged))


def is_trained(wearer: Wearer, side: Side) -> bool:
    """Whether that foot's steps are judged: the affected ones, or both where none is."""
    return wearer.affected_side == "none" or wearer.is_affected(side)


def _sorted(events: Iterable[Event], start_s: float, end_s: float) -> _Told:
    told = _Told()
    for event in sorted(events, key=lambda event: event.time_s):
        confirmed = event.fields.get("stage") == "confirmed"
        if not start_s - EDGE_S <= event.time_s <= end_s + EDGE_S and event.kind is not Kind.QUALITY:
            continue
        match event.kind:
            case Kind.INITIAL_CONTACT if event.side in FEET:
                told.contacts.append(event)
            case Kind.TOE_DRAG if event.confidence >= LIKELY:
                told.drags.append(event)
            case Kind.TRIP | Kind.FALL if confirmed:
                told.trips.append(event)
            case Kind.STEP:
                angle_deg = _number(event.fields.get("shank_at_contact_deg"))
                if angle_deg is not None:
                    told.shank_deg[event.side, round(event.time_s, 3)] = angle_deg
            case Kind.QUALITY if event.time_s <= end_s:
                told.troubles.append(event)
    return told


def _steps(told: _Told, start_s: float, wearer: Wearer) -> list[WalkStep]:
    judges = {side: FootJudge() for side in FEET}
    steps: list[WalkStep] = []
    drags, trips = _Waiting(told.drags), _Waiting(told.trips)
    for contact in told.contacts:
        side = contact.side
        dragged, tripped = drags.before(contact), trips.before(contact)
        for drag in dragged:
            judges[side].dragged(drag)
        good = judges[side].landed(contact)
        steps.append(
            WalkStep(
                max(0.0, contact.time_s - start_s),
                side,
                str(contact.fields.get("strike") or "unknown"),
                _number(contact.fields.get("lead_ms")),
                good if is_trained(wearer, side) else None,
                bool(dragged),
                bool(tripped),
                told.shank_deg.get((side, round(contact.time_s, 3))),
            )
        )
    for late, what in ((drags, "drag"), (trips, "trip")):
        for event in late.rest():  # no contact followed within the walk
            last = next((step for step in reversed(steps) if event.side in (step.side, Side.BOTH)), None)
            if last is not None:
                setattr(last, what, True)
    return steps


class _Waiting:
    """Drags or trips that wait for the contact that ends their swing; a fall, which is of both feet, for any."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._of: dict[Side, deque[Event]] = {side: deque() for side in Side}
        for event in events:
            self._of[event.side].append(event)

    def before(self, contact: Event) -> list[Event]:
        """Those that the contact ends."""
        ended = []
        for waiting in (self._of[contact.side], self._of[Side.BOTH]):
            while waiting and waiting[0].time_s <= contact.time_s:
                ended.append(waiting.popleft())
        return ended

    def rest(self) -> list[Event]:
        """Those after which no contact came."""
        return [event for waiting in self._of.values() for event in waiting]


def _minute(steps: Sequence[WalkStep], n: int, wearer: Wearer, seen_pct: float) -> Minute:
    own = [step for step in steps if n * MINUTE_S <= step.at_s < (n + 1) * MINUTE_S]
    trained = [step for step in own if is_trained(wearer, step.side)]
    strikes = [step.strike for step in trained]
    angles_deg = [step.shank_deg for step in trained if step.shank_deg is not None]
    return Minute(
        steps=len(own),
        heel=strikes.count("heel"),
        flat=strikes.count("flat"),
        toe=strikes.count("toe"),
        unknown=strikes.count("unknown"),
        good=sum(step.good is True for step in trained),
        drags=sum(step.drag for step in own),
        trips=sum(step.trip for step in own),
        shank_deg=median(angles_deg) if angles_deg else None,
        seen_pct=seen_pct,
    )


def _coverage(troubles: Iterable[Event]) -> Coverage:
    """When a sensor was without data, as far as it was told."""
    coverage, lost_s = Coverage(()), QualityParams().lost_s
    for trouble in troubles:
        duration_s = _number(trouble.fields.get("duration_s"))
        sensor = trouble.fields.get("sensor")
        match trouble.fields.get("issue"):
            case "gap":  # a silence has no length yet; of one that lasts more is told
                until_s = trouble.time_s + (lost_s if duration_s is None else duration_s)
                coverage.hole(trouble.time_s, until_s)
            case "sensor_lost" if sensor is not None:
                coverage.silent(Role(str(sensor)), trouble.time_s)
            case "sensor_back" if sensor is not None:
                coverage.back(Role(str(sensor)), trouble.time_s)
    return coverage


def _seen_pct(coverage: Coverage, start_s: float, end_s: float, n: int) -> float:
    from_s = start_s + n * MINUTE_S
    return coverage.percent(from_s, min(end_s, from_s + MINUTE_S))


def _troubles(events: Iterable[Event], start_s: float) -> list[Trouble]:
    return [
        Trouble(
            event.time_s - start_s,
            _text(event.fields.get("sensor")),
            str(event.fields.get("issue")),
            str(event.fields.get("reason")),
            _number(event.fields.get("duration_s")),
        )
        for event in events
        if event.time_s >= start_s
    ]


def fatigue_of(fields: Mapping[str, Value], measures: Iterable[str]) -> list[dict[str, Value]]:
    """How each measure changed in the walk, out of the fields of its end."""
    return [
        {
            "measure": name,
            "first": _number(fields.get(f"{name}_first_min")),
            "last": _number(fields.get(f"{name}_last_min")),
            "per_min": _number(fields.get(f"{name}_per_min")),
            "onset_min": _number(fields.get(f"{name}_onset_min")),
        }
        for name in measures
    ]


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
