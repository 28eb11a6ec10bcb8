"""What is simulated: every trial of the corpus, by group. A table of numbers, no code of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, cycle
from math import inf


class Group(StrEnum):
    """What a trial is for."""

    WALKING = "walking"
    RATES = "rates"
    ROUTES = "routes"
    TRIPS = "trips"
    FALLS = "falls"
    FAULTS = "faults"
    LOOK_ALIKES = "look_alikes"
    DAILY = "daily"
    OWN_STRIDES = "own_strides"


class Mode(StrEnum):
    """Which of the simulated sensors the engine is given."""

    ALL = "all"
    INSOLES = "insoles"
    SHIN = "shin"


EVERY_MODE = (Mode.ALL, Mode.INSOLES, Mode.SHIN)
FIRST_SEED = 1_100_101
"""Seeds below this are for tuning; every trial has a seed of its own from here on."""

_SEEDS_PER_GROUP = 10_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One simulated recording.

    Parameters
    ----------
    number : within its group; with the group it makes the seed, from which person and script are drawn.
    profile : how the person walks.
    scenario : a key of ``SCENARIOS`` that is played; empty: the group's own script.
    fault : what is wrong with the sensors, a key of ``FAULTS``; empty for the usual imperfections only.
    modes : the engine runs once with each of these sets of sensors.
    """

    group: Group
    number: int
    profile: str
    minutes: float
    rate_hz: float = 100.0
    scenario: str = ""
    fault: str = ""
    modes: tuple[Mode, ...] = (Mode.ALL,)

    @property
    def key(self) -> str:
        """Name of the trial."""
        return f"{self.group.value}-{self.number:04d}"

    @property
    def seed(self) -> int:
        """From which everything random in it is drawn."""
        return FIRST_SEED + _SEEDS_PER_GROUP * list(Group).index(self.group) + self.number

    @property
    def hours(self) -> float:
        """Length."""
        return self.minutes / 60.0


WEAK = ("foot_drop", "steppage", "slap", "partial_drop", "circumduction", "hip_hike", "vaulting", "drag_along")
"""Profiles with a weak ankle."""

EVERYBODY = (*WEAK, "healthy", "healthy_slow", "healthy_fast", "shuffle", "slide")

SCENARIOS_ON_FOOT = ("turns", "stairs", "ramps", "curbs", "odd_steps", "aided", "sudden")
"""What is met on foot, one kind to a trial."""

SCENARIOS_OFF_FOOT = ("look_alikes", "seated", "look_alikes", "riding", "upright")
"""What fills the hours of look-alikes; those of falls twice as often as the others."""

_WALK_MINUTES = 8.0


def _walking() -> Iterator[Trial]:
    """Four people of each profile at 100 Hz, two of them with fewer sensors too."""
    numbers = count()
    for people in range(4):
        for profile in EVERYBODY:
            modes = EVERY_MODE if people < 2 else (Mode.ALL,)
            yield Trial(Group.WALKING, next(numbers), profile, _WALK_MINUTES, modes=modes)


def _rates() -> Iterator[Trial]:
    """As many people at 50, at 100 and at 200 Hz."""
    numbers = count()
    for rate_hz in (50.0, 100.0, 200.0):
        for profile in ("foot_drop", "partial_drop", "slap", "steppage", "healthy"):
            yield Trial(Group.RATES, next(numbers), profile, _WALK_MINUTES, rate_hz)


def _routes() -> Iterator[Trial]:
    profiles = cycle((*WEAK, "healthy", "healthy_slow", "healthy_fast"))
    for number, scenario in enumerate(SCENARIOS_ON_FOOT * 4):
        yield Trial(Group.ROUTES, number, next(profiles), 6.0, scenario=scenario)


def _trips() -> Iterator[Trial]:
    profiles = ("foot_drop", "steppage", "partial_drop", "slap", "circumduction", "vaulting", "healthy", "healthy_slow")
    for number in range(40):
        profile = profiles[number % len(profiles)]
        yield Trial(Group.TRIPS, number, profile, _WALK_MINUTES, scenario="trips", modes=EVERY_MODE)


def _falls() -> Iterator[Trial]:
    profiles = ("foot_drop", "partial_drop", "steppage", "healthy_slow")
    for number in range(28):
        yield Trial(Group.FALLS, number, profiles[number % len(profiles)], 18.0, scenario="falls", modes=EVERY_MODE)


def _faults(faults: Iterable[str]) -> Iterator[Trial]:
    numbers = count()
    for fault in faults:
        for profile in ("foot_drop", "partial_drop"):
            yield Trial(Group.FAULTS, next(numbers), profile, 6.0, fault=fault)


def _look_alikes() -> Iterator[Trial]:
    for number in range(60):
        scenario = SCENARIOS_OFF_FOOT[number % len(SCENARIOS_OFF_FOOT)]
        yield Trial(Group.LOOK_ALIKES, number, EVERYBODY[number % len(EVERYBODY)], 15.0, scenario=scenario)


def _daily() -> Iterator[Trial]:
    for number in range(88):
        yield Trial(Group.DAILY, number, EVERYBODY[number % len(EVERYBODY)], 60.0, scenario="day")


def _own_strides() -> Iterator[Trial]:
    """People who begin with strides that compensate for nothing, as on a better day or with a brace."""
    for number, profile in enumerate(("steppage", "circumduction", "hip_hike", "vaulting") * 5):
        yield Trial(Group.OWN_STRIDES, number, profile, _WALK_MINUTES)


def corpus(faults: Iterable[str] = (), *, hours: float = inf) -> list[Trial]:
    """The trials, ordered so that any beginning of the list has about the same mixture as the whole.

    Parameters
    ----------
    faults : names of the faults to try.
    hours : leave off what exceeds so many simulated hours, but no group altogether.
    """
    made = (
        _walking(),
        _rates(),
        _routes(),
        _trips(),
        _falls(),
        _faults(faults),
        _look_alikes(),
        _daily(),
        _own_strides(),
    )
    groups = [list(trials) for trials in made]
    placed = [((n + 0.5) / len(trials), trial) for trials in groups for n, trial in enumerate(trials)]
    ordered = [trial for _, trial in sorted(placed, key=lambda item: (item[0], item[1].key))]
    kept, seen, sum_h = [], set[Group](), 0.0
    for trial in ordered:
        if sum_h + trial.hours <= hours or trial.group not in seen:
            kept.append(trial)
            seen.add(trial.group)
            sum_h += trial.hours
    return kept
