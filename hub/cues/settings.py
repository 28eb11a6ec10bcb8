"""What somebody wants to hear or feel, and how that fades over the weeks. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.support.quiet_hours import QuietHours


class CueKind(StrEnum):
    """What a cue says."""

    GOOD_STEP = "good_step"
    TOE_FIRST = "toe_first"


class Way(StrEnum):
    """How it is said."""

    SOUND = "sound"
    VIBRATION = "vibration"


@dataclass(frozen=True, slots=True)
class Fading:
    """Fewer cues from day to day: from every so-many-th step to every ``to_every_n``-th, evenly in the share."""

    begins: date
    days_n: int
    to_every_n: int

    def share(self, every_n: int, today: date) -> float:
        """Share of the steps with a cue, 0..1, where every ``every_n``-th had one before it began."""
        part = min(max((today - self.begins).days / self.days_n, 0.0), 1.0)
        return (1.0 - part) / every_n + part / self.to_every_n


@dataclass(frozen=True, slots=True)
class CueSettings:
    """What cues one wearer gets, and how.

    Parameters
    ----------
    on : which steps; None: none.
    by : how they are told.
    every_n : only every so-many-th of them.
    heel_lead_ms : the therapist's target: a good step counts only if its heel was this much before the forefoot.
    volume_pct : of sounds, 0..100.
    quiet : hours without any.
    """

    on: CueKind | None = None
    by: frozenset[Way] = frozenset({Way.SOUND})
    every_n: int = 1
    heel_lead_ms: float = 0.0
    volume_pct: float = 40.0
    fading: Fading | None = None
    quiet: QuietHours | None = None

    @property
    def sounding(self) -> CueKind | None:
        """What sounds; None: nothing does, though an insole may vibrate."""
        return self.on if Way.SOUND in self.by else None

    def share(self, today: date) -> float:
        """Share of the steps with a cue on that day."""
        return 1.0 / self.every_n if self.fading is None else self.fading.share(self.every_n, today)
