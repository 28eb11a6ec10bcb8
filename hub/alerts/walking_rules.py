"""What in a wearer's walking is worth an alert. Pure: the same events give the same occurrences."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from statistics import median

from hub.alert import Rule
from hub.alerts.occurrence import Occurrence
from hub.alerts.policy import HOUR_S, NS
from hub.events import Event, Kind, Value
from hub.good_step import LIKELY
from sensors.layout import Side

WEEKS = 4
"""How far back the wearer's own days are looked at."""


@dataclass(frozen=True, slots=True)
class WalkingParams:
    """When walking is worth an alert.

    Parameters
    ----------
    drags_per_hour : so many toe drags within an hour are many; 0: never.
    least_days, least_steps : days of so many steps that must be known before today is compared with them.
    spreads, least_rise : today is unusual when it lies above the median by so many robust standard deviations (1.4826
        times the median absolute deviation), and by this share of the median.
    """

    drags_per_hour: int = 40
    least_days: int = 7
    least_steps: float = 500.0
    spreads: float = 3.0
    least_rise: float = 0.5


class WalkingRules:
    """One wearer's walking. ``zone`` None: days of this machine's zone."""

    def __init__(self, wearer: str, params: WalkingParams | None = None, zone: tzinfo | None = None) -> None:
        self._wearer = wearer
        self._params = params or WalkingParams()
        self._zone = zone
        self._drags_ns: deque[int] = deque()
        self._days: dict[date, tuple[float, float]] = {}

    def see(self, event: Event, wall_time_ns: int) -> Occurrence | None:
        """Take the next event that happened at ``wall_time_ns`` (Unix time); what of it is worth an alert."""
        match event.kind:
            case Kind.FALL if event.fields.get("stage") == "confirmed":
                return self._occurrence(event, wall_time_ns, Rule.FALL, "a fall was noticed")
            case Kind.TRIP if event.fields.get("stage") == "confirmed":
                foot = "" if event.side is Side.BOTH else f" of the {event.side.value} foot"
                return self._occurrence(event, wall_time_ns, Rule.TRIP, f"a trip{foot} was noticed")
            case Kind.TOE_DRAG if event.confidence >= LIKELY:
                return self._drag(event, wall_time_ns)
            case Kind.WALK_END:
                return self._walk(event, wall_time_ns)
        return None

    def _drag(self, event: Event, wall_time_ns: int) -> Occurrence | None:
        drags = self._drags_ns
        drags.append(wall_time_ns)
        while drags[0] <= wall_time_ns - HOUR_S * NS:
            drags.popleft()
        if not self._params.drags_per_hour or len(drags) < self._params.drags_per_hour:
            return None
        what = f"{len(drags)} toe drags within an hour"
        return Occurrence(event.id, self._wearer, Rule.DRAGS, what, wall_time_ns)

    def _walk(self, event: Event, wall_time_ns: int) -> Occurrence | None:
        today = datetime.fromtimestamp(wall_time_ns // NS, UTC).astimezone(self._zone).date()
        steps, drags = self._days.get(today, (0.0, 0.0))
        steps, drags = steps + _number(event.fields.get("steps")), drags + _number(event.fields.get("toe_drags"))
        self._days[today] = (steps, drags)
        first = today - timedelta(weeks=WEEKS)
        self._days = {day: counted for day, counted in self._days.items() if day >= first}
        usual = [
            1000.0 * dragged / walked
            for day, (walked, dragged) in self._days.items()
            if day < today and walked >= self._params.least_steps
        ]
        if steps < self._params.least_steps or len(usual) < self._params.least_days:
            return None
        now, middle = 1000.0 * drags / steps, median(usual)
        spread = 1.4826 * median([abs(each - middle) for each in usual])
        if now <= middle + max(self._params.spreads * spread, self._params.least_rise * middle, 1.0):
            return None
        what = f"{now:.0f} toe drags per 1000 steps today; usual in the last {WEEKS} weeks: {middle:.0f}"
        return Occurrence(event.id, self._wearer, Rule.RISE, what, wall_time_ns)

    def _occurrence(self, event: Event, wall_time_ns: int, rule: Rule, what: str) -> Occurrence:
        return Occurrence(event.id, self._wearer, rule, what, wall_time_ns, confidence=event.confidence)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
