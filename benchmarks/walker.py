"""What the walker's tables in ``docs/walker.md`` say: stretches of a route, and full arrests of the foot.

    python benchmarks/walker.py

Perfect sensors at 250 Hz, seeds 5-7, right leg. Seconds of simulated walking per processor second come last.
"""

import itertools
import time
from collections.abc import Iterable

import numpy as np

from sensors.layout import Role, Side
from sensors.walker import (
    PROFILES,
    Aided,
    Backward,
    ImuParams,
    InsoleParams,
    Level,
    Marching,
    Person,
    Ramp,
    Recording,
    Route,
    Segment,
    Stairs,
    Stamping,
    Stand,
    Strategy,
    Stretch,
    Tiptoe,
    Trip,
    Turn,
    Walk,
    Walker,
    record,
    render_session,
)

RATE_HZ = 250.0
SEEDS = (5, 6, 7)
LEVEL_S = 5.0
STRETCHES: dict[str, Stretch] = {
    "Level": Level(15.0),
    "Stairs up": Stairs(14),
    "Stairs down": Stairs(14, up=False),
    "Stairs(one_by_one)": Stairs(7, one_by_one=True),
    "Turn": Turn(90.0),
    "Turn(on_the_spot)": Turn(-180.0, on_the_spot=True),
    "Ramp 12 % up": Ramp(12.0, 12.0),
    "Ramp 12 % down": Ramp(12.0, -12.0),
    "Tiptoe": Tiptoe(12),
    "Backward": Backward(12),
    "Marching": Marching(12),
    "Stamping": Stamping(10),
    "Aided": Aided(15.0),
}
CONTEXTS = ("stairs", "turning", "tiptoe", "backward", "aided")


def main() -> None:
    """Measure and print."""
    print("| stretch | strides | stride s | shank pitch deg (at contact) | swing peak deg/s | load peaks BW |")
    print("|---|---|---|---|---|---|")
    for name, stretch in STRETCHES.items():
        strides = [stride for seed in SEEDS for stride in strides_of(perfect([walk_over(stretch)], seed, 45.0))]
        stride_s, highest, lowest, at_contact, peak, first, second = np.mean(strides, axis=0)
        pitch = f"{highest:+.0f}..{lowest:+.0f} ({at_contact:+.0f})"
        print(f"| {name} | {len(strides)} | {stride_s:.2f} | {pitch} | {peak:.0f} | {first:.2f}, {second:.2f} |")
    print("\n| full arrest, deg/s before -> after the blow | 20 % of swing | 50 % | 80 % |\n|---|---|---|---|")
    for profile in ("healthy", "foot_drop"):
        cells = (f"{before:+.0f} -> {after:+.0f}" for before, after in (arrests(profile, p) for p in (0.2, 0.5, 0.8)))
        print(f"| {profile} | {' | '.join(cells)} |")
    start_s = time.process_time()
    render_session("foot_drop", 5.0, 1, trips=5)
    print(f"\nfoot drop at 100 Hz, two insoles and a shin: {300.0 / (time.process_time() - start_s):.0f} x real time")


def walk_over(stretch: Stretch) -> Route:
    """Level, the stretch, level."""
    return Route(PROFILES["healthy"], (Level(LEVEL_S), stretch, Level(LEVEL_S)))


def perfect(script: Iterable[Segment], seed: int, duration_s: float) -> Recording:
    """Two seconds of standing and the script, felt by perfect sensors on the right leg."""
    walker = Walker([Stand(2.0), *script], seed=seed, imu=ImuParams(), insole=InsoleParams(), chunk_s=4)
    return record(walker, duration_s, RATE_HZ, [Role.RIGHT_INSOLE, Role.RIGHT_SHIN])


def strides_of(recording: Recording) -> list[tuple[float, ...]]:
    """Of each stride inside the stretch: time, highest and lowest pitch, pitch at contact, swing peak, load peaks."""
    begin_s, end_s = stretch_span(recording)
    rate_dps = -recording.values[Role.RIGHT_SHIN][:, 4]
    pitch_deg = np.cumsum(rate_dps) / RATE_HZ
    load_bw = recording.values[Role.RIGHT_INSOLE].sum(axis=1) / Person().weight_n
    contacts_s = [
        event.time_s
        for event in recording.truth
        if event.kind == "initial_contact" and event.side is Side.RIGHT and begin_s + 0.2 < event.time_s < end_s + 0.05
    ]
    found = []
    for one_s, two_s in itertools.pairwise(contacts_s):
        stride = slice(int(one_s * RATE_HZ), int(two_s * RATE_HZ))
        load = load_bw[stride]
        stance_n = int(np.argmax(load[20:] == 0)) + 20
        found.append(
            (
                two_s - one_s,
                float(pitch_deg[stride].max()),
                float(pitch_deg[stride].min()),
                float(pitch_deg[stride][0]),
                float(rate_dps[stride].max()),
                float(load[: stance_n // 2].max()),
                float(load[stance_n // 2 : stance_n].max()),
            )
        )
    return found


def stretch_span(recording: Recording) -> tuple[float, float]:
    """When the stretch was walked: its context, the gap between two contexts, or the walk without its level ends."""
    spans = [(e.kind, e.time_s, e.time_s + float(e.value)) for e in recording.truth if e.kind in {*CONTEXTS, "walking"}]
    own = [(begin_s, end_s) for kind, begin_s, end_s in spans if kind != "walking"]
    if own:
        return own[0]
    walking = [(begin_s, end_s) for _, begin_s, end_s in spans]
    if len(walking) > 1:
        return walking[0][1], walking[1][0]
    return walking[0][0] + LEVEL_S + 0.5, walking[0][1] - LEVEL_S - 1.0


def arrests(profile: str, phase: float) -> tuple[float, float]:
    """Mean shank rate just before and lowest within 60 ms after a full arrest, deg/s."""
    found = []
    for seed in SEEDS:
        trips = tuple(Trip(12.0 + 14.0 * n, phase, 1.0, Strategy.LOWERING) for n in range(10))
        recording = perfect([Walk(170.0, PROFILES[profile], trips)], seed, 175.0)
        rate_dps = -recording.values[Role.RIGHT_SHIN][:, 4]
        for event in recording.truth:
            if event.kind == "trip":
                at = int(event.time_s * RATE_HZ)
                found.append((rate_dps[at - 1], rate_dps[at : at + int(0.06 * RATE_HZ)].min()))
    before, after = np.mean(found, axis=0)
    return float(before), float(after)


if __name__ == "__main__":
    main()
