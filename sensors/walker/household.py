"""What people do when they do not walk: falls, what looks like one, chairs, cars, standing. Endless scripts of each."""

from collections.abc import Iterator

import numpy as np

from sensors.walker.bed import LieDown
from sensors.walker.exercises import Exercise, SeatedExercise
from sensors.walker.falls import Fall, FallKind
from sensors.walker.kneeling import Kneel
from sensors.walker.profiles import Profile
from sensors.walker.riding import Drive, FootPropel
from sensors.walker.seats import Chair, CrossLegs, Dangle, Rest, Seat, SeatedPart
from sensors.walker.segments import Segment, Stand
from sensors.walker.shoes import ShoesOff
from sensors.walker.trips import Trip
from sensors.walker.upright import HeelRaises, JumpDown, OneLeg, ShiftWeight
from sensors.walker.walkfall import WalkAndFall
from sensors.walker.walking import Walk

Draw = np.random.Generator


def draw_fall(profile: Profile, rng: Draw) -> Segment:
    """Half of them over an obstacle, a quarter out of walking without one, a quarter out of standing.

    Trips lead among falls of community-dwelling older people (Berg 1997: 34 % trips, 25 % slips); kinds are our choice.
    """
    kinds = list(FallKind)
    draw, walk_s = rng.random(), rng.uniform(10.0, 40.0)
    if draw < 0.5:
        kind = (FallKind.FORWARD, FallKind.SIDEWAYS, FallKind.KNEES)[int(rng.choice(3, p=[0.6, 0.2, 0.2]))]
        return WalkAndFall(walk_s, profile, Trip(walk_s - 3.0, rng.uniform(0.1, 0.9)), kind)
    if draw < 0.75:
        return WalkAndFall(walk_s, profile, kind=kinds[int(rng.choice(5, p=[0.2, 0.25, 0.25, 0.2, 0.1]))])
    return Fall(kinds[int(rng.choice(6, p=[0.1, 0.2, 0.25, 0.15, 0.1, 0.2]))])


def falls(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """One in about two minutes, with walking and sitting in between."""
    yield Stand(5.0)
    while True:
        yield Walk(rng.uniform(20.0, 50.0), profile)
        yield Stand(rng.uniform(2.0, 10.0))
        if rng.random() < 0.3:
            yield Seat((Rest(rng.uniform(10.0, 40.0)),), draw_chair(rng))
        yield draw_fall(profile, rng)
        yield Stand(rng.uniform(4.0, 15.0))


def draw_look_alike(rng: Draw) -> Segment:
    """What level shanks, empty feet or blows could make a fall of."""
    chair = draw_chair(rng)
    extension = SeatedExercise(Exercise.EXTENSION, int(rng.integers(3, 12)))
    seats: tuple[tuple[SeatedPart, ...], ...] = (
        (Rest(rng.uniform(6.0, 40.0)),),
        (LieDown(rng.uniform(20.0, 200.0)),),
        (ShoesOff(rng.uniform(5.0, 60.0)),),
        (Dangle(rng.uniform(10.0, 60.0)),),
        (extension, Rest(5.0)),
    )
    which = int(rng.integers(len(seats) + 3))
    if which < len(seats):
        return Seat(seats[which], chair, hard=which == 0 or bool(rng.random() < 0.2))
    if which == len(seats):
        return JumpDown()
    return Kneel(rng.uniform(15.0, 90.0), both=bool(rng.random() < 0.5))


def look_alikes(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """Kneeling, hard sits, lying down, shoes, jumps, dangling and stretched legs, with short walks in between."""
    yield Stand(5.0)
    while True:
        yield Walk(rng.uniform(8.0, 30.0), profile)
        yield Stand(rng.uniform(1.0, 8.0))
        yield draw_look_alike(rng)
        yield Stand(rng.uniform(1.0, 8.0))


def draw_chair(rng: Draw) -> Chair:
    """Low or high, feet pulled in or put out."""
    return Chair(rng.uniform(0.15, 0.3), rng.uniform(-8.0, 15.0))


def draw_seated(rng: Draw, duration_s: float) -> tuple[SeatedPart, ...]:
    """Mostly rest; legs crossed, exercises, a bed's edge now and then."""
    parts: list[SeatedPart] = []
    left_s = duration_s
    while left_s > 0.0:
        lasts_s = min(rng.uniform(30.0, 900.0), max(left_s, 10.0))
        draw = rng.random()
        if draw < 0.75:
            parts.append(Rest(lasts_s))
        elif draw < 0.9:
            parts.append(CrossLegs(lasts_s))
        elif draw < 0.95:
            lasts_s = min(lasts_s, 120.0)
            parts.append(Dangle(lasts_s))
        else:
            lasts_s = 25.0
            parts.append(SeatedExercise(list(Exercise)[int(rng.integers(len(Exercise)))], int(rng.integers(5, 15))))
        left_s -= lasts_s
    return tuple(parts)


def seated(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """Chairs and what is done on them, failed rises, a wheelchair; with short walks in between."""
    yield Stand(5.0)
    while True:
        parts = draw_seated(rng, rng.uniform(20.0, 120.0))
        if rng.random() < 0.2:
            parts += (FootPropel(rng.uniform(10.0, 60.0)),)
        yield Seat(parts, draw_chair(rng), hard=bool(rng.random() < 0.15), failed_rises=int(rng.random() < 0.2))
        yield Stand(rng.uniform(1.0, 6.0))
        yield Walk(rng.uniform(6.0, 25.0), profile)
        yield Stand(rng.uniform(1.0, 6.0))


def riding(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """In cars, as driver or passenger, with a walk before and after."""
    yield Stand(5.0)
    while True:
        yield Walk(rng.uniform(15.0, 60.0), profile)
        yield Stand(rng.uniform(2.0, 8.0))
        yield Seat((Drive(rng.uniform(60.0, 400.0), driver=bool(rng.random() < 0.7)),), draw_chair(rng))
        yield Stand(rng.uniform(2.0, 8.0))


def draw_upright(rng: Draw) -> Segment:
    """Something done standing."""
    match int(rng.integers(6)):
        case 0 | 1:
            return Stand(rng.uniform(5.0, 60.0), affected_share=rng.uniform(0.35, 0.48))
        case 2 | 3:
            return ShiftWeight(rng.uniform(10.0, 60.0))
        case 4:
            return HeelRaises(1, rng.uniform(1.0, 4.0)) if rng.random() < 0.6 else HeelRaises(int(rng.integers(4, 12)))
        case _:
            return OneLeg(rng.uniform(4.0, 15.0))


def upright(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """Standing: still, from leg to leg, on one leg, on tiptoe; with short walks in between."""
    yield Stand(5.0)
    while True:
        for _ in range(int(rng.integers(1, 4))):
            yield draw_upright(rng)
        yield Walk(rng.uniform(6.0, 25.0), profile)
