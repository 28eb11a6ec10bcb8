"""What a good step is: a heel-first contact whose swing had no drag; for all who count or praise them. Pure."""

from dataclasses import dataclass

from hub.events import Event

LIKELY = 0.5
"""Toe drags of less confidence are possible ones, of a shin sensor alone: not counted."""

JUDGED = frozenset({"heel", "flat", "toe"})
"""Strikes that say how the foot touched."""


@dataclass(slots=True)
class FootJudge:
    """Judges a foot's newest contact: a drag may become known before or after it."""

    contact_s: float = float("-inf")
    was_good: bool = False
    drag_s: float = float("-inf")

    def landed(self, contact: Event) -> bool | None:
        """Whether an initial contact ends a good step; None: how the foot touched is not known."""
        strike = contact.fields.get("strike")
        if strike not in JUDGED:
            return None
        self.was_good = strike == "heel" and not self.contact_s < self.drag_s <= contact.time_s
        self.contact_s = contact.time_s
        return self.was_good

    def dragged(self, drag: Event) -> bool:
        """Take a likely drag; True where the newest contact was thought good and is not."""
        self.drag_s = drag.time_s
        if drag.time_s > self.contact_s or not self.was_good:
            return False
        self.was_good = False
        return True
