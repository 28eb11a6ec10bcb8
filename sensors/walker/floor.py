"""On the floor: lying or sitting there, struggling, and getting up over the knees."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sensors.layout import Side
from sensors.walker.plan import FEET, Plan
from sensors.walker.poses import UPRIGHT, Pose, bear, move, move_both, settle
from sensors.walker.shaking import Vibration

_PAUSES_S = (1.5, 9.0)
"""Between two struggles (our choice, within a stillness of 5-60 s)."""


def stay_down(plan: Plan, until_s: float, rest: Mapping[Side, Pose], restless: float = 1.0) -> Iterator[None]:
    """Stillness, broken by struggles of a leg: turned by up to 25 deg and back, trembling, pressing at the floor.

    ``rest`` is the pose of each leg, by side. ``restless`` scales the struggles.
    """
    rng = plan.rng
    while plan.now_s < until_s:
        start_s = plan.now_s + rng.uniform(*_PAUSES_S)
        end_s = start_s + rng.uniform(0.6, 2.5)
        if end_s + 1.5 > until_s:
            settle(plan, until_s)
            yield
            return
        side = FEET[int(rng.integers(2))]
        leg, pose = plan.legs[side], rest[side]
        moved = replace(pose.varied(rng, 25.0 * restless), press_bw=pose.press_bw + restless * rng.uniform(0.0, 0.12))
        move(leg, start_s, 0.5 * (start_s + end_s), moved)
        move(leg, 0.5 * (start_s + end_s), end_s, pose.varied(rng, 4.0 * restless))
        leg.shaking.append(
            Vibration.drawn(
                (start_s, end_s), (1.5, 6.0), rng, rms_mps2=restless * rng.uniform(0.1, 0.8), rms_dps=10.0 * restless
            )
        )
        settle(plan, end_s)
        yield


def get_up(plan: Plan, duration_s: float) -> Iterator[None]:
    """Onto both knees, one foot flat on the floor, up; ends standing at ``plan.now_s``."""
    rng, start_s = plan.rng, plan.now_s
    first = FEET[int(rng.integers(2))]
    knees_s, half_s, push_s = (start_s + part * duration_s for part in (0.35, 0.6, 0.8))
    end_s = start_s + duration_s
    kneeling = [Pose(-85.0, press_bw=rng.uniform(0.02, 0.08), fore=1.0).varied(rng, 6.0) for _ in FEET]
    move_both(plan, start_s, knees_s, kneeling)
    settle(plan, knees_s)
    yield
    move(plan.legs[first], knees_s + 0.2, half_s, Pose(rng.uniform(-12.0, 2.0), press_bw=rng.uniform(0.2, 0.35)))
    share = rng.uniform(0.7, 0.9)
    move_both(plan, half_s, push_s, [Pose(-20.0, press_bw=0.0), Pose(-20.0, press_bw=0.0)])
    bear(plan, half_s, push_s, rng.uniform(0.75, 0.95), share if first is FEET[0] else 1.0 - share)
    move_both(plan, push_s, end_s, [UPRIGHT, UPRIGHT])
    bear(plan, push_s, push_s + 0.6 * (end_s - push_s), rng.uniform(1.03, 1.12))
    bear(plan, push_s + 0.6 * (end_s - push_s), end_s, 1.0)
    settle(plan, end_s)
    yield
