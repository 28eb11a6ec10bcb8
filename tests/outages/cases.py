"""The outage matrix as a table: what fails, when, and whether the hub is killed meanwhile. Pure data."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product


class Outage(StrEnum):
    """What fails, and how."""

    BROKER_KILLED = "broker killed"
    BROKER_STANDS = "broker stands still"
    DATABASE_KILLED = "database killed"
    DATABASE_STANDS = "database stands still"
    NETWORK_SILENT = "network swallows all"
    NETWORK_RESET = "network breaks connections"
    NETWORK_SLOW = "network slow"
    DISK_FULL = "disk full"
    DISK_SLOW = "disk slow"
    DISK_READ_ONLY = "disk read-only"


class Course(StrEnum):
    """When it fails."""

    AT_START = "at start"
    MIDDLE = "in the middle"
    FLAPS = "flaps"
    WEEK = "a week"


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a hub. ``kills``: it is killed (SIGKILL) at random moments before, during and after the outage."""

    outage: Outage
    course: Course
    kills: bool

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.outage}, {self.course}{', kill -9' if self.kills else ''}"


CASES = tuple(Case(*each) for each in product(Outage, Course, (False, True)))

# Time runs ten times as fast: walkers walk ten steps in the time of one, and the hub is patient for a tenth as long.
SPEED = 10.0
CALM_S = 3.0
"""Before the outage, in seconds of the machine; likewise below."""
OUTAGE_S = 6.0
"""Longer than the hub waits for an answer of anybody."""
FLAPS_S = (0.7, 1.4, 0.3, 1.0, 2.0, 0.5, 0.9, 1.2)
"""Away, back, away, back ..."""
AFTER_S = 3.0
"""Walking that goes on after the outage."""
WEEK_WALKS_N = 20
"""Minutes that each of two wearers walks in the week, which pass as fast as the hub can take them."""
