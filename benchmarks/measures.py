"""How right the measures of steps and walks are, on the walker.

    python benchmarks/measures.py [--seeds 4] [--first-seed 1]

Each person walks for a minute at a known speed, and on another day, with another sensor strapped on anew, once more.
The first walk gives the scale of stride length (ten metres of it, twice, timed); the second is judged with and without.
Errors of a walk are those of its medians; errors of strides are in the lines below.
"""

import argparse
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from hub.events import Event, Kind
from hub.gait import Calibration, GaitEngine
from hub.gait.detectors.bout_summary import robinson_pct
from hub.gait.timed_walk import TimedWalk, scaled_by_timed_walks
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Side
from sensors.walker import PROFILES, Recording, Stand, Walk, render_session

WALK_S, STAND_S, MARK_S = 60.0, 4.0, 15.0
WALKERS = ("healthy", "healthy_slow", "healthy_fast", "foot_drop", "slap")


def recorded(profile: str, seed: int) -> Recording:
    """A minute's walk between two stands."""
    script = [Stand(STAND_S), Walk(WALK_S, PROFILES[profile]), Stand(STAND_S)]
    return render_session(profile, (WALK_S + 2 * STAND_S) / 60.0, seed, script=script)


def replayed(recording: Recording, calibration: Calibration | None = None) -> tuple[list[Event], Calibration]:
    """Events, and what was learnt."""
    rate_hz, end_s = recording.rate_hz, float(recording.time_s[-1]) + 1.0 / recording.rate_hz
    insole = InsoleSpec(rate_hz, LoadUnit.N, recording.cells)
    sensors = {role: insole if role.is_insole else ShinSpec(rate_hz) for role in recording.values}
    engine = GaitEngine(Session("measures", Wearer(affected_side="right"), sensors), calibration)
    events: list[Event] = []
    for role, values in recording.values.items():
        events += engine.push(Block(role, recording.time_s, values, end_s))
    return events + engine.finish(), engine.calibration()


def truth(recording: Recording) -> dict[str, float]:
    """The walk's medians as its true contacts have them, under the names of ``walk_end``."""

    def times(kind: str, side: Side) -> list[float]:
        return [event.time_s for event in recording.truth if event.kind == kind and event.side is side]

    stride_s: dict[Side, float] = {}
    stance_s: dict[Side, float] = {}
    for side in (Side.LEFT, Side.RIGHT):
        initial, final = times("initial_contact", side)[1:-1], times("final_contact", side)
        stride_s[side] = median(np.diff(initial).tolist())
        stance_s[side] = median(next(lift for lift in final if lift > at_s) - at_s for at_s in initial[:-1])
    swing_s = {side: stride_s[side] - stance_s[side] for side in stride_s}
    mean_s = 0.5 * sum(stride_s.values())
    return {
        "stride_time_s": mean_s,
        "cadence_spm": 120.0 / mean_s,
        "stance_left_pct": 100 * stance_s[Side.LEFT] / stride_s[Side.LEFT],
        "stance_right_pct": 100 * stance_s[Side.RIGHT] / stride_s[Side.RIGHT],
        "double_support_pct": 100 * (sum(stance_s.values()) / mean_s - 1),
        "stance_time_symmetry_pct": robinson_pct(stance_s[Side.RIGHT], stance_s[Side.LEFT]),
        "swing_time_symmetry_pct": robinson_pct(swing_s[Side.RIGHT], swing_s[Side.LEFT]),
    }


def speeds_mps(events: Sequence[Event]) -> list[float]:
    """Of the strides of the steady middle of the walk."""
    between_s = (STAND_S + 6.0, STAND_S + WALK_S - 6.0)
    steps = [event for event in events if event.kind is Kind.STEP and between_s[0] < event.time_s < between_s[1]]
    return [speed for step in steps if isinstance(speed := step.fields["speed_mps"], float)]


def judge(profile: str, seeds: Sequence[int]) -> None:
    """Print the errors of one way of walking."""
    true_mps = PROFILES[profile].speed_mps
    errors: dict[str, list[float]] = {}
    raw, scaled, strides = [], [], []
    for seed in seeds:
        events, learnt = replayed(recorded(profile, seed))
        passed_s = [MARK_S + part * 10.0 / true_mps for part in range(3)]
        known = scaled_by_timed_walks(learnt, events, [TimedWalk(*times_s, 10.0) for times_s in pairwise(passed_s)])
        recording = recorded(profile, seed + 50)
        events, _ = replayed(recording, known)
        (end,) = (event for event in events if event.kind is Kind.WALK_END)
        for name, value in truth(recording).items():
            measured = end.fields[name]
            assert isinstance(measured, float)
            errors.setdefault(name, []).append(measured - value)
        (scale,) = known.stride_scales.values()
        off = [100 * (speed / true_mps - 1) for speed in speeds_mps(events)]
        scaled.append(median(off))
        strides += off
        raw.append(median(100 * (speed / scale / true_mps - 1) for speed in speeds_mps(events)))
    print(f"\n{profile}, {true_mps} m/s, {len(seeds)} walks: error of a walk, mean (worst)")
    for name, values in errors.items():
        print(f"  {name:26s} {np.mean(values):+8.3f} ({max(values, key=abs):+.3f})")
    for name, values in (("speed, as estimated, %", raw), ("speed, after 2 x 10 m, %", scaled)):
        print(f"  {name:26s} {np.mean(values):+8.1f} ({max(values, key=abs):+.1f})")
    within = 100 * np.mean(np.abs(strides) <= 6.0)
    print(
        f"  of strides: {np.mean(strides):+.1f} +- {np.std(strides):.1f} %; {within:.0f} % of {len(strides)} within 6 %"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4, help="people for each way of walking")
    parser.add_argument("--first-seed", type=int, default=1)
    options = parser.parse_args()
    for profile in WALKERS:
        judge(profile, range(options.first_seed, options.first_seed + options.seeds))


if __name__ == "__main__":
    main()
