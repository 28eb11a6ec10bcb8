"""Scripts: what a person does in a demo and in the evaluations. Drawn from a seed, so repeatable."""

from collections.abc import Iterator

import numpy as np

from sensors.walker.profiles import PROFILES, Profile
from sensors.walker.segments import Segment, Sit, Stand
from sensors.walker.trips import Trip
from sensors.walker.truth import Strategy
from sensors.walker.walking import Walk

_STRATEGIES_BY_PHASE = (
    (0.2, Strategy.ELEVATING),
    (0.25, Strategy.LOWERING),
    (0.3, Strategy.DELAYED),
    (0.4, Strategy.ELEVATING),
    (0.45, Strategy.DELAYED),
    (0.5, Strategy.LOWERING),
    (0.6, Strategy.DELAYED),
    (0.65, Strategy.LOWERING),
    (0.75, Strategy.LOWERING),
    (0.85, Strategy.LOWERING),
)
"""Early, middle and late swing with each strategy that occurs there."""


def demo_script(profile: Profile | None = None, seed: int = 1, *, trips: bool = True) -> Iterator[Segment]:
    """Endless: stands 3 s, walks, with ``trips`` after about 30 s and then every minute or two, stands in between."""
    gait = PROFILES["foot_drop"] if profile is None else profile
    rng = np.random.default_rng((seed, 10))
    yield Stand(3.0)
    yield Walk(60.0, gait, (Trip(26.0, 0.45, 1.0, Strategy.LOWERING),) if trips else ())
    while True:
        yield Stand(rng.uniform(4.0, 8.0))
        trip = Trip(rng.uniform(25.0, 50.0), rng.uniform(0.2, 0.6), 1.0)
        yield Walk(rng.uniform(60.0, 90.0), gait, (trip,) if trips and rng.random() < 0.8 else ())
        if rng.random() < 0.25:
            yield Sit(rng.uniform(10.0, 20.0))


def evaluation_script(
    profile: Profile,
    minutes: float,
    *,
    seed: int = 1,
    trips: int = 0,
    strength: float = 1.0,
    speed_mps: float | None = None,
    cadence_spm: float | None = None,
    severity: float = 1.0,
    assist: float = 0.0,
) -> Iterator[Segment]:
    """Stands 5 s, then walks of one to three minutes with short stands, for ``minutes`` in all.

    ``trips`` are spread evenly, not within 20 s of a walk's ends; they go round early, middle and late swing and all
    strategies in an order drawn from the seed.

    Raises
    ------
    ValueError : more trips than fit at one per 12 s of walking.
    """
    rng = np.random.default_rng((seed, 11))
    lengths_s, left_s = [], minutes * 60.0 - 5.0
    while left_s > 0.0:
        length_s = min(rng.uniform(60.0, 180.0), left_s)
        length_s = left_s if left_s - length_s < 40.0 else length_s
        lengths_s.append(length_s)
        left_s -= length_s + 6.0
    times_s = _trip_times_s(lengths_s, trips, rng)
    kinds = [_STRATEGIES_BY_PHASE[i % len(_STRATEGIES_BY_PHASE)] for i in rng.permutation(trips)]
    obstacles = [
        (walk, Trip(at_s, phase, strength, strategy))
        for (walk, at_s), (phase, strategy) in zip(times_s, kinds, strict=True)
    ]
    yield Stand(5.0)
    for index, length_s in enumerate(lengths_s):
        own = tuple(trip for walk, trip in obstacles if walk == index)
        yield Walk(
            length_s,
            profile,
            own,
            speed_mps=speed_mps,
            cadence_spm=cadence_spm,
            severity=severity,
            assist=assist,
        )
        yield Stand(6.0)


def _trip_times_s(lengths_s: list[float], trips: int, rng: np.random.Generator) -> list[tuple[int, float]]:
    """(walk, time into it) of each trip."""
    margin_s, least_s = 20.0, 12.0
    free_s = [max(length - 2.0 * margin_s, 0.0) for length in lengths_s]
    room_s = sum(free_s)
    if trips * least_s > room_s:
        raise ValueError(f"{trips} trips do not fit: this script has room for {int(room_s / least_s)}")
    result = []
    for number in range(trips):
        at_s = (number + rng.uniform(0.3, 0.7)) * room_s / trips
        walk = 0
        while at_s > free_s[walk]:
            at_s -= free_s[walk]
            walk += 1
        result.append((walk, margin_s + at_s))
    return result
