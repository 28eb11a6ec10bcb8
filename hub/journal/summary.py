"""A wearer's day so far, counted event by event. Pure: the same records give the same day."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, tzinfo

from hub.events import Event, Kind, Value
from hub.good_step import LIKELY, FootJudge
from hub.journal.day import DayCounts, DaySummary, bounds_ns, local_day
from hub.journal.record import Record
from hub.session import Wearer
from sensors.layout import Side

LONGEST_STEP_S = 3.0
"""A longer gap between contacts is no walking; so time without data is not counted as walked."""


@dataclass(slots=True)
class DayTally:
    """Counts a wearer's events by local day; a new day begins with its first event.

    An event that is told late and happened on a day already over moves the walk on, and counts for no day.

    ``zone`` None is the zone of this machine, with its summer time.
    """

    wearer: Wearer
    zone: tzinfo | None = None
    _day: date | None = None
    _counts: DayCounts = field(default_factory=DayCounts)
    _feet: dict[Side, FootJudge] = field(default_factory=lambda: {Side.LEFT: FootJudge(), Side.RIGHT: FootJudge()})
    _is_walking: bool = False
    _open_walk_s: float = 0.0
    _last_contact_s: float = 0.0

    def push(self, event: Event, wall_time_ns: int) -> None:
        """Count one event that happened at ``wall_time_ns`` (Unix time)."""
        day = local_day(wall_time_ns, self.zone)
        if self._day is None or day > self._day:
            self._day, self._counts = day, DayCounts()
            self._open_walk_s = 0.0  # what was walked before midnight is yesterday's
        counts = self._counts if day == self._day else DayCounts()
        match event.kind:
            case Kind.INITIAL_CONTACT:
                self._contact(event, counts)
            case Kind.TOE_DRAG if event.confidence >= LIKELY:
                self._drag(event, counts)
            case Kind.FOOT_SLAP:
                counts.slaps += 1
            case Kind.TRIP if event.fields.get("stage") == "confirmed":
                counts.trips += 1
            case Kind.FALL if event.fields.get("stage") == "confirmed":
                counts.falls += 1
            case Kind.WALK_START:
                self._walk_start(event, counts)
            case Kind.WALK_END:
                start_ns, _ = bounds_ns(day, self.zone)
                self._walk_end(event, counts, (wall_time_ns - start_ns) / 1e9)
            case Kind.QUALITY:
                counts.gaps += event.fields.get("issue") == "gap"
                counts.sensor_losses += event.fields.get("issue") == "sensor_lost"

    def summary(self, now_ns: int) -> DaySummary:
        """The local day of ``now_ns`` so far; an empty one where its first event is yet to come."""
        day = local_day(now_ns, self.zone)
        if day != self._day:
            return DayCounts().summary(day, 0.0)
        return self._counts.summary(day, self._open_walk_s)

    def _contact(self, event: Event, counts: DayCounts) -> None:
        if event.side in counts.contacts:
            counts.contacts[event.side] += 1
        gap_s = event.time_s - self._last_contact_s
        if self._is_walking and 0.0 < gap_s <= LONGEST_STEP_S:
            self._open_walk_s += gap_s
        self._last_contact_s = event.time_s
        if event.side not in self._feet or not self._is_judged(event.side):
            return
        good = self._feet[event.side].landed(event)
        if good is None:
            return
        counts.judged += 1
        counts.good += good
        counts.toe_first += event.fields.get("strike") == "toe"

    def _drag(self, event: Event, counts: DayCounts) -> None:
        counts.drags += 1
        foot = self._feet.get(event.side)
        if foot is not None and foot.dragged(event):
            counts.good = max(0, counts.good - 1)

    def _walk_start(self, event: Event, counts: DayCounts) -> None:
        counts.walked_s += self._open_walk_s  # of a walk that a stop of the hub left without an end
        known_s = min(self._last_contact_s, event.detected_at_s) - event.time_s
        self._is_walking, self._open_walk_s = True, max(0.0, known_s)

    def _walk_end(self, event: Event, counts: DayCounts, of_day_s: float) -> None:
        """A walk ended ``of_day_s`` after midnight; what lay before is yesterday's."""
        duration_s = _number(event.fields.get("duration_s"))
        counts.walked_s += self._open_walk_s if duration_s is None else min(duration_s, of_day_s)
        counts.walks += 1
        self._is_walking, self._open_walk_s = False, 0.0
        for name, mean in counts.of_walks.items():
            value = _number(event.fields.get(name))
            if duration_s is not None and value is not None:
                mean.add(value, duration_s)
        counts.length_estimated |= event.fields.get("length_estimated") is True
        coverage_pct = _number(event.fields.get("coverage_pct"))
        if duration_s is not None and coverage_pct is not None:
            counts.coverage.add(coverage_pct, duration_s)

    def _is_judged(self, side: Side) -> bool:
        return self.wearer.affected_side == "none" or self.wearer.is_affected(side)


async def tally_of_day(
    wearer: Wearer,
    history: Callable[[str, int, int], AsyncIterator[Record]],
    day: date,
    zone: tzinfo | None = None,
) -> DayTally:
    """Count a local day anew from the journal: ``history`` is ``Journal.history``."""
    tally = DayTally(wearer, zone)
    async for record in history(wearer.nickname, *bounds_ns(day, zone)):
        tally.push(record.event, record.wall_time_ns)
    return tally


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
