"""Hours of the day in which somebody wants quiet. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

NS = 10**9


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local time of day; may go over midnight. ``zone`` None: this machine's."""

    begin: time
    end: time
    zone: tzinfo | None = None

    def end_ns(self, now_ns: int) -> int | None:
        """When the quiet hours of now are over, Unix time; None where it is not quiet now."""
        today = datetime.fromtimestamp(now_ns // NS, UTC).astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            begin_ns = self._at_ns(day, self.begin)
            end_ns = self._at_ns(day + timedelta(days=self.end <= self.begin), self.end)
            if begin_ns <= now_ns < end_ns:
                return end_ns
        return None

    def _at_ns(self, day: date, at: time) -> int:
        moment = datetime.combine(day, at, tzinfo=self.zone)  # without a zone it is this machine's local time
        return round(moment.astimezone(UTC).timestamp()) * NS
