"""Whom to tell, and when they want to sleep. Pure."""

from dataclasses import dataclass

from hub.alert import Alert, Severity
from hub.support.quiet_hours import QuietHours


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
