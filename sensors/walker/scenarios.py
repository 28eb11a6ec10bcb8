"""Scenarios by name: endless scripts of one kind of situation, drawn from a seed. What a recording needs is cut off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sensors.layout import Side
from sensors.walker.day import day_script
from sensors.walker.household import falls, look_alikes, riding, seated, upright
from sensors.walker.legwork import Kick, Stamp
from sensors.walker.profiles import Profile
from sensors.walker.route import Route
from sensors.walker.segments import Segment, Stand
from sensors.walker.stretches import (
    Aided,
    Backward,
    Curb,
    Level,
    Marching,
    Ramp,
    Stairs,
    Stamping,
    Stretch,
    Tiptoe,
    Turn,
)
from sensors.walker.trips import Trip
from sensors.walker.walking import Walk

Draw = np.random.Generator


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of situation. ``script`` makes endless segments for somebody who walks like this."""

    name: str
    description: str
    script: Callable[[Profile, Draw], Iterator[Segment]]


def _level(rng: Draw) -> Level:
    return Level(rng.uniform(6.0, 14.0))


def _route(draw: Callable[[Draw], tuple[Stretch, ...]]) -> Callable[[Profile, Draw], Iterator[Segment]]:
    """Stands, and walks routes that begin and end on level ground."""

    def script(profile: Profile, rng: Draw) -> Iterator[Segment]:
        yield Stand(5.0)
        while True:
            yield Route(profile, (_level(rng), *draw(rng), _level(rng)))
            yield Stand(rng.uniform(3.0, 8.0))

    return script


def _turns(rng: Draw) -> tuple[Stretch, ...]:
    stretches: list[Stretch] = []
    for _ in range(int(rng.integers(2, 6))):
        angle_deg = float(rng.choice([45.0, 90.0, 90.0, 135.0, 180.0])) * float(rng.choice([-1.0, 1.0]))
        spot = abs(angle_deg) >= 135.0 and rng.random() < 0.5
        stretches += [Turn(angle_deg, on_the_spot=spot), Level(rng.uniform(3.0, 12.0))]
    return tuple(stretches)


def _stairs(rng: Draw) -> tuple[Stretch, ...]:
    up, one_by_one = bool(rng.random() < 0.5), bool(rng.random() < 0.25)
    first, second = (Stairs(int(rng.integers(5, 15)), up=way, one_by_one=one_by_one and way) for way in (up, not up))
    return first, Level(rng.uniform(2.0, 6.0)), Turn(180.0), Level(3.0), second


def _ramps(rng: Draw) -> tuple[Stretch, ...]:
    grade_pct = rng.uniform(3.0, 14.0) * float(rng.choice([-1.0, 1.0]))
    lasts_s = rng.uniform(8.0, 20.0)
    return Ramp(lasts_s, grade_pct), _level(rng), Turn(180.0), Level(4.0), Ramp(lasts_s, -grade_pct)


def _curbs(rng: Draw) -> tuple[Stretch, ...]:
    height_m = rng.uniform(0.1, 0.17)
    return Curb(height_m=height_m), _level(rng), Curb(up=False, height_m=height_m)


def _odd_steps(rng: Draw) -> tuple[Stretch, ...]:
    n = int(rng.integers(4, 14))
    kinds: tuple[Stretch, ...] = (Tiptoe(n), Backward(n), Marching(n), Stamping(n))
    return (kinds[int(rng.integers(4))],)


def _trips(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """One in 14-20 s: any part of the swing, full, half and glancing, three in four on the affected leg."""
    yield Stand(5.0)
    while True:
        times_s = 15.0 + np.cumsum(rng.uniform(14.0, 20.0, int(rng.integers(2, 7))))
        trips = tuple(
            Trip(
                float(time_s),
                swing_phase=rng.uniform(0.05, 0.95),
                strength=float(rng.choice([1.0, 1.0, 0.5, 0.3])),
                side=None if rng.random() < 0.75 else _either(rng),
            )
            for time_s in times_s
        )
        yield Walk(float(times_s[-1]) + 20.0, profile, trips)
        yield Stand(rng.uniform(4.0, 8.0))


def _catches(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """One pair in 14-20 s: toes that catch, and one to three strides later a full arrest of the same leg."""
    yield Stand(5.0)
    while True:
        times_s = 15.0 + np.cumsum(rng.uniform(14.0, 20.0, int(rng.integers(2, 7))))
        pairs = [
            (
                Trip(float(time_s), swing_phase=rng.uniform(0.2, 0.9), strength=0.3),
                Trip(float(time_s + rng.uniform(1.3, 4.5)), swing_phase=rng.uniform(0.05, 0.95)),
            )
            for time_s in times_s
        ]
        yield Walk(float(times_s[-1]) + 20.0, profile, tuple(trip for pair in pairs for trip in pair))
        yield Stand(rng.uniform(4.0, 8.0))


def _either(rng: Draw) -> Side:
    return Side.LEFT if rng.random() < 0.5 else Side.RIGHT


def _sudden(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """Stops cut short, blows against the sensor, kicks and stamps."""
    yield Stand(5.0)
    yield Walk(60.0, profile)
    while True:
        yield Stand(rng.uniform(2.0, 6.0))
        yield Walk(rng.uniform(12.0, 30.0), profile, sudden_stop=True, bumps=(rng.uniform(4.0, 9.0),))
        yield Stand(rng.uniform(2.0, 6.0))
        yield Kick(hit=bool(rng.random() < 0.8)) if rng.random() < 0.5 else Stamp(int(rng.integers(1, 4)))


def _on_foot(profile: Profile, rng: Draw) -> Iterator[Segment]:
    """A mixture of all that, with long level walks."""
    draws = (_turns, _turns, _stairs, _ramps, _curbs, _odd_steps)
    sudden = _sudden(profile, rng)
    yield Stand(5.0)
    while True:
        yield Walk(rng.uniform(40.0, 150.0), profile)
        yield Stand(rng.uniform(3.0, 20.0))
        stretches = draws[int(rng.integers(len(draws)))](rng) + draws[int(rng.integers(len(draws)))](rng)
        yield Route(profile, (_level(rng), *stretches, _level(rng)))
        yield Stand(rng.uniform(3.0, 20.0))
        if rng.random() < 0.3:
            yield next(sudden)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("trips", "obstacles in any part of the swing, full, half and glancing, on either leg", _trips),
        Scenario("catches", "toes that catch, and a few steps later a trip of the same leg", _catches),
        Scenario("turns", "turns of 45 to 180 degrees, some on the spot", _route(_turns)),
        Scenario("stairs", "flights of stairs up and down, some one foot at a time", _route(_stairs)),
        Scenario("ramps", "slopes of 3 to 14 %, up and down", _route(_ramps)),
        Scenario("curbs", "single steps up and down within a walk", _route(_curbs)),
        Scenario("odd_steps", "tiptoe, backward, marching on the spot, stamping", _route(_odd_steps)),
        Scenario("aided", "on a crutch or rail", _route(lambda rng: (Aided(rng.uniform(20.0, 60.0)),))),
        Scenario("sudden", "stops cut short, kicks, stamps, blows against the sensor", _sudden),
        Scenario("on_foot", "a mixture of all these but trips and crutches, with long level walks", _on_foot),
        Scenario("falls", "falls over obstacles, out of walking and out of standing, and getting up", falls),
        Scenario("look_alikes", "kneeling, hard sits, lying down, shoes changed, jumps: no falls", look_alikes),
        Scenario("seated", "chairs and what is done on them, a wheelchair pulled by the feet", seated),
        Scenario("riding", "in cars, as driver or passenger", riding),
        Scenario("upright", "standing, from leg to leg, on one leg, heel raises", upright),
        Scenario("day", "whole days and nights, sensors put away, chairs, chores, errands", day_script),
    )
}
