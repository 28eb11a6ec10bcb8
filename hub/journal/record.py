"""What the journal holds, each with its position: events, changes of alerts, days, the diary; and how time is found."""

from dataclasses import dataclass

from hub.alert import Change
from hub.diary import DiaryEntry
from hub.events import Event
from hub.journal.day import DaySummary

CLOCK_STEP_S = 0.5
"""A difference of wall clock and anchor above this is a step of the clock, not jitter of reading it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One journalled event. Positions rise strictly and are never given twice.

    ``aids``: those that were on when it happened, such as ``brace+stick``; None: nobody had said by then.
    """

    position: int
    wearer: str
    wall_time_ns: int
    event: Event
    aids: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One journalled change of an alert. Positions rise strictly and are never given twice."""

    position: int
    change: Change


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One journalled day, which began at ``start_ns``. Positions rise strictly; a day counted anew gets another."""

    position: int
    wearer: str
    start_ns: int
    summary: DaySummary


@dataclass(frozen=True, slots=True)
class DiaryRecord:
    """One journalled entry of the diary. Positions rise strictly and are never given twice."""

    position: int
    entry: DiaryEntry


@dataclass(frozen=True, slots=True)
class Anchor:
    """One instant on both clocks: ``hub_time_s`` (monotonic) was ``wall_time_ns`` (Unix time)."""

    hub_time_s: float
    wall_time_ns: int

    def wall_time_ns_at(self, time_s: float) -> int:
        """Unix time of a hub time, in ns."""
        return self.wall_time_ns + round((time_s - self.hub_time_s) * 1e9)

    def has_stepped(self, hub_time_s: float, wall_time_ns: int) -> bool:
        """Whether the wall clock was set since: the two clocks now differ from the anchor by over ``CLOCK_STEP_S``."""
        return abs(wall_time_ns - self.wall_time_ns_at(hub_time_s)) > CLOCK_STEP_S * 1e9
