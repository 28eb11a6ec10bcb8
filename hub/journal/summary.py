"""A wearer's day so far, counted event by event. Pure: the same records give the same day."""

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from hub.events import Event, Kind, Value
from hub.journal.record import Record
from hub.session import Wearer
from sensors.layout import Side

LONGEST_STEP_S = 3.0
"""A longer gap between contacts is no walking; so time without data is not counted as walked."""


LIKELY = 0.5
"""Toe drags of less confidence are possible ones, of a shin sensor alone: not counted."""


@dataclass(frozen=True, slots=True)
class DaySummary:
    """One local day of a wearer; percentages are None until there is something to judge.

    Parameters
    ----------
    day : local date, ISO 8601.
    steps : initial contacts of both feet.
    good_step_pct : heel-first contacts whose swing had no drag, % of the affected side's judged contacts.
    toe_first_pct : toe-first contacts, % of the affected side's judged contacts.
    drags : toe drags and scuffs.
    trips, falls : confirmed ones.
    walking_min : minutes in walking bouts, the one under way included.
    coverage_pct : data quality: time with data from all sensors, % of the finished walking bouts.
    """

    day: str
    steps: int
    good_step_pct: float | None
    toe_first_pct: float | None
    drags: int
    trips: int
    falls: int
    walking_min: float
    coverage_pct: float | None

    def to_dict(self) -> dict[str, Value]:
        """As a JSON object."""
        return asdict(self)


@dataclass(slots=True)
class _Foot:
    """What is needed to judge a foot's newest contact: a drag may become known before or after it."""

    contact_s: float = float("-inf")
    was_good: bool = False
    drag_s: float = float("-inf")


@dataclass(slots=True)
class _Counts:
    steps: int = 0
    judged: int = 0
    good: int = 0
    toe_first: int = 0
    drags: int = 0
    trips: int = 0
    falls: int = 0
    walked_s: float = 0.0
    judged_walk_s: float = 0.0
    covered_s: float = 0.0


@dataclass(slots=True)
class DayTally:
    """Counts a wearer's events by local day; a new day begins with its first event.

    An event that is told late and happened on a day already over moves the walk on, and counts for no day.

    ``zone`` None is the zone of this machine, with its summer time.
    """

    wearer: Wearer
    zone: tzinfo | None = None
    _day: date | None = None
    _counts: _Counts = field(default_factory=_Counts)
    _feet: dict[Side, _Foot] = field(default_factory=lambda: {Side.LEFT: _Foot(), Side.RIGHT: _Foot()})
    _is_walking: bool = False
    _open_walk_s: float = 0.0
    _last_contact_s: float = 0.0

    def push(self, event: Event, wall_time_ns: int) -> None:
        """Count one event that happened at ``wall_time_ns`` (Unix time)."""
        day = _local_day(wall_time_ns, self.zone)
        if self._day is None or day > self._day:
            self._day, self._counts = day, _Counts()
        counts = self._counts if day == self._day else _Counts()
        match event.kind:
            case Kind.INITIAL_CONTACT:
                self._contact(event, counts)
            case Kind.TOE_DRAG if event.confidence >= LIKELY:
                self._drag(event, counts)
            case Kind.TRIP if event.fields.get("stage") == "confirmed":
                counts.trips += 1
            case Kind.FALL if event.fields.get("stage") == "confirmed":
                counts.falls += 1
            case Kind.WALK_START:
                self._walk_start(event, counts)
            case Kind.WALK_END:
                self._walk_end(event, counts)

    def summary(self, now_ns: int) -> DaySummary:
        """The local day of ``now_ns`` so far; an empty one where its first event is yet to come."""
        day = _local_day(now_ns, self.zone)
        if day != self._day:
            return _summary(day, _Counts(), 0.0)
        return _summary(day, self._counts, self._open_walk_s)

    def _contact(self, event: Event, counts: _Counts) -> None:
        counts.steps += 1
        gap_s = event.time_s - self._last_contact_s
        if self._is_walking and 0.0 < gap_s <= LONGEST_STEP_S:
            self._open_walk_s += gap_s
        self._last_contact_s = event.time_s
        strike = event.fields.get("strike")
        if event.side not in self._feet or not self._is_judged(event.side) or strike not in {"heel", "flat", "toe"}:
            return
        foot = self._feet[event.side]
        good = strike == "heel" and not foot.contact_s < foot.drag_s <= event.time_s
        foot.contact_s, foot.was_good = event.time_s, good
        counts.judged += 1
        counts.good += good
        counts.toe_first += strike == "toe"

    def _drag(self, event: Event, counts: _Counts) -> None:
        counts.drags += 1
        foot = self._feet.get(event.side)
        if foot is None:
            return
        foot.drag_s = event.time_s
        if event.time_s <= foot.contact_s and foot.was_good:
            foot.was_good = False
            counts.good = max(0, counts.good - 1)

    def _walk_start(self, event: Event, counts: _Counts) -> None:
        counts.walked_s += self._open_walk_s  # of a walk that a stop of the hub left without an end
        known_s = min(self._last_contact_s, event.detected_at_s) - event.time_s
        self._is_walking, self._open_walk_s = True, max(0.0, known_s)

    def _walk_end(self, event: Event, counts: _Counts) -> None:
        duration_s = _number(event.fields.get("duration_s"))
        coverage_pct = _number(event.fields.get("coverage_pct"))
        counts.walked_s += self._open_walk_s if duration_s is None else duration_s
        self._is_walking, self._open_walk_s = False, 0.0
        if duration_s is not None and coverage_pct is not None:
            counts.judged_walk_s += duration_s
            counts.covered_s += duration_s * coverage_pct / 100.0

    def _is_judged(self, side: Side) -> bool:
        return self.wearer.affected_side == "none" or self.wearer.is_affected(side)


async def tally_of_day(
    wearer: Wearer,
    history: Callable[[str, int, int], AsyncIterator[Record]],
    now_ns: int,
    zone: tzinfo | None = None,
) -> DayTally:
    """Count the day of ``now_ns`` anew from the journal: ``history`` is ``Journal.history``."""
    tally = DayTally(wearer, zone)
    start_ns, end_ns = _bounds_ns(_local_day(now_ns, zone), zone)
    async for record in history(wearer.nickname, start_ns, end_ns):
        tally.push(record.event, record.wall_time_ns)
    return tally


def _summary(day: date, counts: _Counts, open_walk_s: float) -> DaySummary:
    return DaySummary(
        day=day.isoformat(),
        steps=counts.steps,
        good_step_pct=_pct(counts.good, counts.judged),
        toe_first_pct=_pct(counts.toe_first, counts.judged),
        drags=counts.drags,
        trips=counts.trips,
        falls=counts.falls,
        walking_min=round((counts.walked_s + open_walk_s) / 60.0, 2),
        coverage_pct=_pct(counts.covered_s, counts.judged_walk_s),
    )


def _pct(part: float, whole: float) -> float | None:
    return round(100.0 * part / whole, 1) if whole > 0 else None


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _local_day(wall_time_ns: int, zone: tzinfo | None) -> date:
    return datetime.fromtimestamp(wall_time_ns // 10**9, UTC).astimezone(zone).date()


def _bounds_ns(day: date, zone: tzinfo | None) -> tuple[int, int]:
    """First instant of a local day and of the next, which are 23 to 25 h apart."""
    starts = [datetime(each.year, each.month, each.day, tzinfo=zone) for each in (day, day + timedelta(days=1))]
    first, following = (round(start.astimezone(UTC).timestamp()) * 10**9 for start in starts)
    return first, following
