"""What the person of a trial does, drawn from the trial's seed."""

from collections.abc import Callable, Iterator

import numpy as np

from hub.validation.evidence.trials import Group, Trial
from sensors.layout import Side
from sensors.walker import (
    SCENARIOS,
    Aided,
    Backward,
    Chair,
    CrossLegs,
    Curb,
    Dangle,
    Drive,
    Exercise,
    Fall,
    FallKind,
    FootPropel,
    HeelRaises,
    JumpDown,
    Kick,
    Kneel,
    Level,
    LieDown,
    Marching,
    OneLeg,
    Profile,
    Ramp,
    Rest,
    Route,
    Seat,
    SeatedExercise,
    SeatedPart,
    Segment,
    ShiftWeight,
    ShoesOff,
    Stairs,
    Stamp,
    Stamping,
    Stand,
    Stretch,
    Tiptoe,
    Trip,
    Turn,
    Walk,
    WalkAndFall,
)

Script = Iterator[Segment]
Rng = np.random.Generator

STRENGTHS, STRENGTH_SHARES = (1.0, 0.5, 0.3), (0.45, 0.4, 0.15)
"""Full arrests, half arrests, and glances without a recovery."""


def script(trial: Trial, profile: Profile) -> Script:
    """Segments for longer than the trial lasts, of somebody who walks like ``profile``."""
    rng = np.random.default_rng((trial.seed, 20))
    if trial.scenario:
        yield from SCENARIOS[trial.scenario].script(profile, rng)
    yield Stand(5.0)
    while True:
        yield from _SCRIPTS[trial.group](rng, profile, trial)


def _walking(rng: Rng, profile: Profile, trial: Trial) -> Script:
    yield Walk(rng.uniform(60.0, 200.0), profile, severity=rng.uniform(0.7, 1.0))
    yield Stand(rng.uniform(4.0, 10.0))


def _faulty(rng: Rng, profile: Profile, trial: Trial) -> Script:
    trips = (Trip(rng.uniform(25.0, 40.0), rng.uniform(0.1, 0.9)), Trip(rng.uniform(60.0, 75.0), rng.uniform(0.1, 0.9)))
    yield Walk(rng.uniform(90.0, 120.0), profile, trips)
    yield Stand(rng.uniform(4.0, 10.0))


def _tripping(rng: Rng, profile: Profile, trial: Trial) -> Script:
    """Obstacles anywhere in the swing, the first one not before the hub can know how this person walks."""
    length_s = rng.uniform(120.0, 180.0)
    times_s = np.arange(rng.uniform(20.0, 30.0), length_s - 12.0, rng.uniform(14.0, 20.0))
    sides = (None,) if trial.profile != "healthy" else (Side.LEFT, Side.RIGHT)
    trips = tuple(
        Trip(
            float(at_s),
            float(rng.uniform(0.05, 0.95)),
            float(rng.choice(STRENGTHS, p=STRENGTH_SHARES)),
            side=sides[int(rng.integers(len(sides)))],
        )
        for at_s in times_s
    )
    yield Walk(length_s, profile, trips)
    yield Stand(rng.uniform(4.0, 8.0))


def _falling(rng: Rng, profile: Profile, trial: Trial) -> Script:
    """A fall every minute and a half: out of standing, out of walking, or over an obstacle."""
    kind = list(FallKind)[int(rng.integers(len(FallKind)))]
    lying_s = rng.uniform(15.0, 45.0)
    match rng.integers(3):
        case 0:
            yield Stand(rng.uniform(10.0, 25.0))
            yield Fall(kind, lying_s)
        case 1:
            kind = kind if kind is not FallKind.SLIDE else FallKind.COLLAPSE
            yield WalkAndFall(rng.uniform(15.0, 40.0), profile, kind=kind, lying_s=lying_s)
        case _:
            trip = Trip(rng.uniform(12.0, 35.0), float(rng.uniform(0.1, 0.9)))
            kind = FallKind.FORWARD if rng.random() < 0.7 else FallKind.SIDEWAYS
            yield WalkAndFall(60.0, profile, trip, kind, lying_s=lying_s)
    yield Stand(rng.uniform(4.0, 8.0))


def _stretch(rng: Rng) -> Stretch:
    makers: tuple[Callable[[], Stretch], ...] = (
        lambda: Turn(float(rng.choice([-180.0, -90.0, 90.0, 180.0]))),
        lambda: Turn(float(rng.choice([-180.0, 180.0])), on_the_spot=True),
        lambda: Stairs(int(rng.integers(5, 16)), up=True),
        lambda: Stairs(int(rng.integers(5, 16)), up=False),
        lambda: Stairs(int(rng.integers(4, 9)), up=bool(rng.integers(2)), one_by_one=True),
        lambda: Ramp(rng.uniform(8.0, 25.0), float(rng.uniform(-12.0, 12.0))),
        lambda: Curb(up=True),
        lambda: Curb(up=False),
        lambda: Tiptoe(int(rng.integers(4, 14))),
        lambda: Backward(int(rng.integers(2, 8))),
        lambda: Aided(rng.uniform(15.0, 40.0)),
    )
    return makers[int(rng.integers(len(makers)))]()


def _seated(rng: Rng, *, driving: bool = True) -> SeatedPart:
    exercises = list(Exercise)
    makers: list[Callable[[], SeatedPart]] = [
        lambda: Rest(rng.uniform(20.0, 90.0)),
        lambda: CrossLegs(rng.uniform(20.0, 90.0)),
        lambda: Dangle(rng.uniform(20.0, 90.0)),
        lambda: LieDown(rng.uniform(30.0, 180.0)),
        lambda: ShoesOff(rng.uniform(10.0, 60.0)),
        lambda: FootPropel(rng.uniform(20.0, 60.0)),
        lambda: SeatedExercise(exercises[int(rng.integers(len(exercises)))], int(rng.integers(5, 16))),
    ]
    if driving:
        makers += [lambda: Drive(rng.uniform(60.0, 300.0)), lambda: Drive(rng.uniform(60.0, 200.0), driver=False)]
    return makers[int(rng.integers(len(makers)))]()


def _sat(rng: Rng) -> Segment:
    parts = tuple(_seated(rng) for _ in range(int(rng.integers(1, 4))))
    chair = Chair(rng.uniform(0.15, 0.3), rng.uniform(-15.0, 15.0))
    return Seat(parts, chair, hard=rng.random() < 0.3, failed_rises=int(rng.random() < 0.2))


def _on_foot(rng: Rng) -> Segment:
    makers: tuple[Callable[[], Segment], ...] = (
        lambda: Kneel(rng.uniform(20.0, 90.0), both=bool(rng.integers(2))),
        JumpDown,
        lambda: OneLeg(rng.uniform(5.0, 20.0)),
        lambda: HeelRaises(int(rng.integers(1, 9))),
        lambda: ShiftWeight(rng.uniform(20.0, 90.0)),
        Kick,
        lambda: Stamp(int(rng.integers(1, 5))),
        lambda: Stand(rng.uniform(20.0, 90.0)),
    )
    return makers[int(rng.integers(len(makers)))]()


def _odd_walk(rng: Rng, profile: Profile) -> Segment:
    """A walk with what looks like a trip but is none."""
    stretches: tuple[Stretch, ...] = (
        Level(rng.uniform(15.0, 40.0)),
        _stretch(rng),
        Stamping(int(rng.integers(3, 9))) if rng.random() < 0.5 else Marching(int(rng.integers(6, 20))),
        Level(rng.uniform(8.0, 30.0)),
    )
    bumps = tuple(float(at_s) for at_s in rng.uniform(8.0, 30.0, int(rng.integers(3))))
    return Route(profile, stretches, sudden_stop=bool(rng.integers(2)), bumps=bumps)


def _look_alikes(rng: Rng, profile: Profile, trial: Trial) -> Script:
    """Each of them many times an hour."""
    draw = rng.random()
    yield _sat(rng) if draw < 0.4 else _on_foot(rng) if draw < 0.7 else _odd_walk(rng, profile)
    yield Stand(rng.uniform(2.0, 10.0))


def _daily(rng: Rng, profile: Profile, trial: Trial) -> Script:
    """Mostly sitting, some standing about, walks of all lengths (most of them short)."""
    yield Seat((Rest(float(np.clip(rng.lognormal(6.0, 0.9), 60.0, 3600.0))), _seated(rng)), hard=rng.random() < 0.15)
    for _ in range(int(rng.integers(1, 5))):
        length_s = float(np.clip(rng.lognormal(3.3, 0.9), 8.0, 600.0))
        if rng.random() < 0.4:
            yield Route(profile, (Level(0.5 * length_s), _stretch(rng), Level(0.5 * length_s)))
        else:
            yield Walk(length_s, profile)
        yield ShiftWeight(rng.uniform(15.0, 240.0)) if rng.random() < 0.5 else Stand(rng.uniform(5.0, 120.0))
        if rng.random() < 0.2:
            yield _on_foot(rng)


_SCRIPTS: dict[Group, Callable[[Rng, Profile, Trial], Script]] = {
    Group.WALKING: _walking,
    Group.RATES: _walking,
    Group.TRIPS: _tripping,
    Group.FALLS: _falling,
    Group.FAULTS: _faulty,
    Group.LOOK_ALIKES: _look_alikes,
    Group.DAILY: _daily,
}
