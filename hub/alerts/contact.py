"""Whom to tell, and when they want to sleep. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from hub.alert import Alert, Severity

NS = 10**9


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local time of day in which only what is severe is told; may go over midnight. ``zone`` None: this machine's."""

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


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is told.

    Parameters
    ----------
    name : as in the configuration.
    wearers : whose alerts; empty: everybody's.
    least : alerts that matter less are not for this contact.
    quiet : when only alerts of high severity are told; None: never.
    """

    name: str
    wearers: frozenset[str] = frozenset()
    least: Severity = Severity.LOW
    quiet: QuietHours | None = None

    def is_for(self, alert: Alert) -> bool:
        """Whether this contact is told of such an alert."""
        return (not self.wearers or alert.wearer in self.wearers) and alert.severity.is_at_least(self.least)

    def is_quiet(self, now_ns: int) -> bool:
        """Whether it is this contact's quiet time."""
        return self.quiet is not None and self.quiet.end_ns(now_ns) is not None
