"""What judges one exercise of a guided calibration: looks at what was felt so far, and says where it stands."""

from dataclasses import dataclass, field
from typing import Protocol

from hub.gait.guide.felt import Span
from hub.gait.guide.found import Found
from hub.gait.guide.tasks import Task
from hub.gait.guide.words import Said
from hub.session import Block


@dataclass(frozen=True, slots=True)
class Doing:
    """Not done yet. ``done``: how much of it is, 0..1."""

    said: Said
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """Done, with all that is known by now."""

    said: Said
    found: Found


@dataclass(frozen=True, slots=True)
class Refused:
    """Not as it should be.

    Parameters
    ----------
    redo : the exercise to be done again, where it is an earlier one.
    found : where only the earlier one is to be done again, what this one has found.
    """

    said: Said
    redo: Task | None = None
    found: Found | None = None


Look = Doing | Accepted | Refused


class Judge(Protocol):
    """One attempt at one exercise."""

    def push(self, block: Block) -> None:
        """Every block from the attempt's begin on, for who needs more than ``Span`` has."""

    def look(self, span: Span) -> Look:
        """Where the attempt stands, from all that was felt since it began."""

    def give_up(self, span: Span) -> Refused:
        """Its time is over: what was wrong."""


@dataclass(slots=True)
class Runs:
    """Times for which something held without a break, over chunks or samples."""

    best: int = 0
    now: int = field(default=0)

    def see(self, holds: bool) -> None:
        """The next one."""
        self.now = self.now + 1 if holds else 0
        self.best = max(self.best, self.now)
