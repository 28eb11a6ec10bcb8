"""Whole days: nights without sensors, chairs, a household's short walks, errands on foot and by car, rests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sensors.walker.bed import LieDown
from sensors.walker.household import draw_chair, draw_fall, draw_look_alike, draw_seated, draw_upright
from sensors.walker.profiles import Profile
from sensors.walker.riding import Drive
from sensors.walker.route import Route
from sensors.walker.seats import Seat
from sensors.walker.segments import Segment, Stand
from sensors.walker.shoes import PutAway, ShoesOff
from sensors.walker.stretches import Curb, Level, Ramp, Stairs, Stretch, Turn
from sensors.walker.trips import Trip
from sensors.walker.walking import Walk

Draw = np.random.Generator


@dataclass(frozen=True, slots=True)
class DayParams:
    """What a day holds.

    Parameters
    ----------
    first_s : sensors put away before they are put on for the first time.
    awake_h, away_h : hours with the sensors on, and put away after it.
    falls : expected number in a day with the sensors on.
    trips_per_h : obstacles per hour of walking.
    drives : trips by car as driver; False rides along.
    """

    first_s: float = 120.0
    awake_h: float = 14.0
    away_h: float = 10.0
    falls: float = 0.0
    trips_per_h: float = 0.0
    drives: bool = True


_DAY = DayParams()


def day_script(profile: Profile, rng: Draw, params: DayParams = _DAY) -> Iterator[Segment]:
    """Endless days. Most walks are short: in free life 40 % of bouts have fewer than 12 steps, and 75 % fewer than 40
    (Orendurff 2008). Sitting takes the larger part of the day.
    """
    yield Stand(3.0)
    yield PutAway(params.first_s)
    fall_part = params.falls / (params.awake_h * 3600.0)
    while True:
        on_s = 0.0
        while on_s < params.awake_h * 3600.0:
            block = _BLOCKS[int(rng.choice(len(_BLOCKS), p=_WEIGHTS))]
            segments, lasts_s = block(profile, rng, params)
            yield from segments
            on_s += lasts_s
            if rng.random() < fall_part * lasts_s:
                yield draw_fall(profile, rng)
                yield Stand(rng.uniform(3.0, 20.0))
        yield PutAway(params.away_h * 3600.0)


Block = Callable[[Profile, Draw, DayParams], tuple[list[Segment], float]]
"""Some segments, and about how many seconds they last."""


def _walk(profile: Profile, rng: Draw, lasts_s: float, trips_per_h: float) -> Walk:
    trips_n = int(rng.poisson(trips_per_h * lasts_s / 3600.0)) if lasts_s > 40.0 else 0
    times_s = np.sort(rng.uniform(15.0, max(lasts_s - 15.0, 16.0), trips_n))
    trips = tuple(Trip(float(at_s), rng.uniform(0.05, 0.95), float(rng.choice([1.0, 0.6, 0.3]))) for at_s in times_s)
    return Walk(lasts_s, profile, trips)


def _sitting(_: Profile, rng: Draw, __: DayParams) -> tuple[list[Segment], float]:
    """10 minutes to an hour and a half on a chair."""
    lasts_s = rng.uniform(600.0, 5400.0)
    rises = int(rng.random() < 0.1)
    seat = Seat(draw_seated(rng, lasts_s), draw_chair(rng), hard=bool(rng.random() < 0.1), failed_rises=rises)
    return [seat, Stand(rng.uniform(1.0, 5.0))], lasts_s


def _chores(profile: Profile, rng: Draw, params: DayParams) -> tuple[list[Segment], float]:
    """About the house: a few steps, standing, a few steps."""
    segments: list[Segment] = []
    total_s = 0.0
    for _ in range(int(rng.integers(5, 25))):
        walk_s = float(np.clip(rng.lognormal(2.3, 0.8), 4.0, 120.0))
        segments += [_walk(profile, rng, walk_s, params.trips_per_h), draw_upright(rng)]
        total_s += walk_s + 25.0
    return segments, total_s


def _errand(profile: Profile, rng: Draw, params: DayParams) -> tuple[list[Segment], float]:
    """A longer way with turns, curbs, stairs and slopes, and stops."""
    segments: list[Segment] = []
    total_s = 0.0
    for _ in range(int(rng.integers(2, 7))):
        walk_s = rng.uniform(40.0, 240.0)
        side = float(rng.choice([-1.0, 1.0]))
        ways: list[tuple[Stretch, ...]] = [
            (Turn(90.0 * side), Level(rng.uniform(5.0, 20.0)), Turn(-90.0 * side)),
            (Curb(up=False), Level(rng.uniform(6.0, 15.0)), Curb()),
            (Stairs(int(rng.integers(3, 14)), up=bool(rng.random() < 0.5)),),
            (Ramp(rng.uniform(8.0, 20.0), rng.uniform(-8.0, 8.0)),),
        ]
        way = ways[int(rng.integers(len(ways)))]
        segments += [
            _walk(profile, rng, walk_s, params.trips_per_h),
            Stand(rng.uniform(2.0, 30.0)),
            Route(profile, (Level(rng.uniform(5.0, 15.0)), *way, Level(rng.uniform(5.0, 15.0)))),
            draw_upright(rng),
        ]
        total_s += walk_s + 90.0
    return segments, total_s


def _by_car(profile: Profile, rng: Draw, params: DayParams) -> tuple[list[Segment], float]:
    """To the car, a ride, from the car."""
    ride_s = rng.uniform(300.0, 1800.0)
    seat = Seat((Drive(ride_s, driver=params.drives),), draw_chair(rng))
    walks = [_walk(profile, rng, rng.uniform(15.0, 90.0), params.trips_per_h) for _ in range(2)]
    return [walks[0], Stand(4.0), seat, Stand(3.0), walks[1], Stand(5.0)], ride_s + 120.0


def _nap(_: Profile, rng: Draw, __: DayParams) -> tuple[list[Segment], float]:
    """Lying down, shoes on or taken off before."""
    lasts_s = rng.uniform(900.0, 3600.0)
    part = LieDown(lasts_s) if rng.random() < 0.5 else ShoesOff(lasts_s)
    return [Seat((part,), draw_chair(rng)), Stand(5.0)], lasts_s


def _odd_job(profile: Profile, rng: Draw, _: DayParams) -> tuple[list[Segment], float]:
    """Kneeling at a flower bed, a jump off a step, shoes changed."""
    segments: list[Segment] = [_walk(profile, rng, 15.0, 0.0), Stand(3.0), draw_look_alike(rng), Stand(4.0)]
    return segments, 80.0


_BLOCKS: tuple[Block, ...] = (_sitting, _chores, _errand, _by_car, _nap, _odd_job)
_WEIGHTS = (0.34, 0.36, 0.08, 0.05, 0.03, 0.14)
"""How often each follows another (our choice; of fourteen hours about three are on the feet, one of them walking)."""
