"""What ``docs/methods.md`` says of many tuning people: trips, and compensations without strides of one's own.

    python benchmarks/tuning_people.py [walking routes trips own_strides]

Groups of trials as those of ``make evidence``, played by people of the tuning population with seeds from 1 on: none of
whom ``docs/validation.md`` is about. Two insoles of eight cells and the shin of the affected leg, cold.
"""

import argparse
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from hub.validation.evidence.run import Outcome, run
from hub.validation.evidence.summary import PHASE_EDGES, pool_all
from hub.validation.evidence.trials import FIRST_SEED, Group, Mode, Trial, corpus
from hub.validation.score import Measure, Tally
from hub.validation.simulated import TripOutcome
from sensors.walker import Population

GROUPS = (Group.WALKING, Group.ROUTES, Group.TRIPS, Group.OWN_STRIDES)
COMPENSATING = ("vaulting", "circumduction", "hip_hike", "steppage")
FULL_OR_HALF = 0.4
"""Weaker arrests are glances."""


class TuningTrial(Trial):
    """A trial with a seed that is for tuning."""

    __slots__ = ()

    @property
    def seed(self) -> int:
        """From which everything random in it is drawn."""
        assert self.number + 1 < FIRST_SEED
        return self.number + 1


def played(trial: Trial) -> tuple[Trial, Outcome]:
    """Simulated with somebody of the tuning population, and judged."""
    with patch("hub.validation.evidence.run.Population", SimpleNamespace(TEST=Population.TUNING)):
        return trial, run(trial)[Mode.ALL]


def main() -> None:
    """Play, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", type=Group, default=list(GROUPS), help="default: all of them")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args()
    trials = [
        TuningTrial(t.group, t.number, t.profile, t.minutes, t.rate_hz, t.scenario)
        for t in corpus()
        if t.group in options.groups
    ]
    with ProcessPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(played, trials))
    by_group: dict[Group, list[tuple[Trial, Outcome]]] = defaultdict(list)
    for trial, outcome in outcomes:
        by_group[trial.group].append((trial, outcome))
    for group, those in by_group.items():
        _tell_trips(group.value, [outcome for _, outcome in those])
        _tell_compensations(those)
    _tell_trips("all", [outcome for _, outcome in outcomes])
    _tell_phases([trip for _, outcome in outcomes for trip in outcome.trips])


def _tell_trips(name: str, outcomes: list[Outcome]) -> None:
    score = pool_all(name, [outcome.score for outcome in outcomes])
    print(f"{name}: {len(outcomes)} people, {score.hours:.1f} h, {score.steps_n} steps")
    for measure in (Measure.TRIP_CANDIDATE, Measure.TRIP):
        tally = score.tallies.get(measure, Tally())
        late = np.percentile(tally.late_s, [50, 95]) * 1000.0 if tally.late_s else np.zeros(2)
        rate_h = tally.false_n / score.hours
        found = f"{tally.found_n} of {tally.truth_n}, {tally.false_n} false ({rate_h:.2f}/h)"
        print(f"  {measure}: {found}; after {late[0]:.0f} / {late[1]:.0f} ms")


def _tell_compensations(those: list[tuple[Trial, Outcome]]) -> None:
    for profile in COMPENSATING:
        tallies = [o.score.tallies.get(Measure.COMPENSATION, Tally()) for t, o in those if t.profile == profile]
        tally = sum(tallies, Tally())
        if tally.truth_n:
            print(f"  {profile}: {tally.found_n} of {tally.truth_n} runs, {tally.false_n} false")


def _tell_phases(trips: list[TripOutcome]) -> None:
    for low, high in pairwise(PHASE_EDGES):
        here = [t for t in trips if t.strength >= FULL_OR_HALF and low <= t.swing_phase < high]
        told = sum(trip.candidate_late_s is not None for trip in here)
        if here:
            print(f"  {low}-{min(high, 1.0)} of the swing, full and half: {told} told of {len(here)}")


if __name__ == "__main__":
    main()
