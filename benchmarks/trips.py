"""What the trips' table in ``docs/methods.md`` says: the detector on tuning people, cold.

    python benchmarks/trips.py [--seeds 2] [--scenario trips]

Two insoles of eight cells and the shin of the affected leg at 100 Hz, 8 minutes each; eight ways of walking, each with
so many tuning people. The validation page has other seeds and people.
"""

import argparse
from itertools import product

import numpy as np

from hub.validation.runner import RunOptions, Sensors, compare, events_of, without
from hub.validation.score import Measure, Score, Tally
from hub.validation.simulated import SimulationOptions, TripOutcome, simulate, trip_outcomes
from sensors.walker import SCENARIOS, Population

PROFILES = ("foot_drop", "steppage", "partial_drop", "slap", "circumduction", "vaulting", "healthy", "healthy_slow")
MODES = {
    "both": frozenset[Sensors](),
    "insoles alone": frozenset({Sensors.SHIN}),
    "shin alone": frozenset({Sensors.INSOLE}),
}
PHASES = ((0.0, 0.2), (0.2, 0.35), (0.35, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.0))


def main() -> None:
    """Simulate, replay, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2, help="people of each profile (default: 2)")
    parser.add_argument("--scenario", default="trips", choices=SCENARIOS, help="of the walker (default: trips)")
    options = parser.parse_args()
    scores = {name: Score(name) for name in MODES}
    trips: dict[str, list[TripOutcome]] = {name: [] for name in MODES}
    for seed, profile in product(range(1, options.seeds + 1), PROFILES):
        made = simulate(SimulationOptions(profile, 8.0, seed, scenario=options.scenario, population=Population.TUNING))
        for name, hidden in MODES.items():
            folder = without(made.folder, hidden)
            if folder is not None:
                events = events_of(folder, RunOptions(hide=hidden))
                scores[name] += compare(folder, events)
                trips[name] += trip_outcomes(made.truth, events)
    for name, score in scores.items():
        _tell(name, score, trips[name])


def _tell(name: str, score: Score, trips: list[TripOutcome]) -> None:
    print(f"{name}: {score.hours:.1f} h, {score.steps_n} steps")
    for measure in (Measure.TRIP_CANDIDATE, Measure.TRIP, Measure.FALL):
        tally = score.tallies.get(measure, Tally())
        late = np.percentile(tally.late_s, [50, 95]) * 1000.0 if tally.late_s else np.zeros(2)
        late_ms = f"{late[0]:.0f} / {late[1]:.0f} ms"
        print(f"  {measure}: {tally.found_n} of {tally.truth_n}, {tally.false_n} false; after {late_ms}")
    for strength, (low, high) in product((1.0, 0.5, 0.3), PHASES):
        here = [trip for trip in trips if trip.strength == strength and low <= trip.swing_phase < high]
        told = sum(trip.candidate_late_s is not None for trip in here)
        sure = sum(trip.confirmed_strategy is not None for trip in here)
        if here:
            print(f"  strength {strength}, {low}-{high} of the swing: {told} told, {sure} confirmed of {len(here)}")


if __name__ == "__main__":
    main()
