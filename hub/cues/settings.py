"""What somebody wants to hear, and how that fades over the weeks. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.support.quiet_hours import QuietHours


class CueKind(StrEnum):
    """What a sound says."""

    GOOD_STEP = "good_step"
    TOE_FIRST = "toe_first"


@dataclass(frozen=True, slots=True)
class Fading:
    """Fewer sounds from day to day: from every so-many-th step to every ``to_every_n``-th, evenly in the share."""

    begins: date
    days_n: int
    to_every_n: int

    def share(self, every_n: int, today: date) -> float:
        """Share of the steps that sound, 0..1, where every ``every_n``-th did before it began."""
        part = min(max((today - self.begins).days / self.days_n, 0.0), 1.0)
        return (1.0 - part) / every_n + part / self.to_every_n


@dataclass(frozen=True, slots=True)
class CueSettings:
    """What sounds for one wearer.

    Parameters
    ----------
    on : which steps; None: none.
    every_n : only every so-many-th of them.
    heel_lead_ms : the therapist's target: a good step sounds only if its heel was this much before the forefoot.
    volume_pct : 0..100.
    quiet : hours without any sound.
    """

    on: CueKind | None = None
    every_n: int = 1
    heel_lead_ms: float = 0.0
    volume_pct: float = 40.0
    fading: Fading | None = None
    quiet: QuietHours | None = None

    def share(self, today: date) -> float:
        """Share of the steps that sound on that day."""
        return 1.0 / self.every_n if self.fading is None else self.fading.share(self.every_n, today)
