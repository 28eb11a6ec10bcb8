"""What the person of a trial does, drawn from the trial's seed."""

from collections.abc import Iterator

import numpy as np

from hub.validation.evidence.trials import Group, Trial
from sensors.walker import SCENARIOS, Profile, Segment, Stand, Trip, Walk


def script(trial: Trial, profile: Profile) -> Iterator[Segment]:
    """More segments than the trial has time for: its scenario, or level walks of somebody like ``profile``."""
    rng = np.random.default_rng((trial.seed, 20))
    if trial.scenario:
        yield from SCENARIOS[trial.scenario].script(profile, rng)
    yield Stand(5.0)
    while trial.group is Group.OWN_STRIDES:
        yield Walk(rng.uniform(80.0, 110.0), profile, severity=rng.uniform(0.0, 0.2))
        yield Stand(rng.uniform(4.0, 10.0))
        yield Walk(rng.uniform(60.0, 90.0), profile, severity=rng.uniform(0.7, 1.0))
        yield Stand(rng.uniform(4.0, 10.0))
    while True:
        trips = _two_trips(rng) if trial.group is Group.FAULTS else ()
        yield Walk(rng.uniform(90.0, 200.0), profile, trips, severity=rng.uniform(0.8, 1.0))
        yield Stand(rng.uniform(4.0, 10.0))


def _two_trips(rng: np.random.Generator) -> tuple[Trip, ...]:
    return (Trip(rng.uniform(25.0, 40.0), rng.uniform(0.1, 0.9)), Trip(rng.uniform(60.0, 75.0), rng.uniform(0.1, 0.9)))
