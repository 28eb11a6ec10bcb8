"""Walks over a known distance, timed: they turn estimated stride lengths into measured ones."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from hub.events import Event, Kind
from hub.gait.calibration import Calibration
from sensors.layout import Role, Side

LEAST_STRIDES = 4
"""Of a leg, in all. Ten metres are seven strides of a healthy person; strides vary by 5 %, so two walks are better."""

USUAL_PART = 0.3
"""A stride whose speed is farther than this from the median is measured wrongly, as some with a drag are (walker)."""

PLAUSIBLE = (0.5, 2.0)
"""A scale beyond these is no scale: the distance or the time is wrong, or the sensor sits elsewhere."""


class TimedWalkError(ValueError):
    """A timed walk that gives no scale; says which part of it and what to do."""


class TimedWalk(NamedTuple):
    """Straight ahead over ``distance_m`` between two marks on the floor, passed at full pace at these times."""

    start_s: float
    end_s: float
    distance_m: float


def scaled_by_timed_walks(calibration: Calibration, events: Sequence[Event], walks: Sequence[TimedWalk]) -> Calibration:
    """The calibration with the scale of each shin sensor's stride length.

    Parameters
    ----------
    events : of an engine that had ``calibration``; the steps in the time of the walks count.
    walks : one or more, at the wearer's usual speed.

    Raises
    ------
    TimedWalkError : no leg with a shin sensor took enough strides, or the scale cannot be.
    """
    for walk in walks:
        if not (walk.end_s > walk.start_s and walk.distance_m > 0):
            lasted_s = walk.end_s - walk.start_s
            raise TimedWalkError(f"{walk.distance_m} m in {lasted_s} s is no walk: give both as more than 0")
    scales = dict(calibration.stride_scales)
    found = {side.shin: scale for side in (Side.LEFT, Side.RIGHT) if (scale := _scale(events, side, walks)) is not None}
    if not found:
        raise TimedWalkError(f"fewer than {LEAST_STRIDES} measured strides of a leg with a shin sensor: walk farther")
    for role, scale in found.items():
        scales[role] = scale * calibration.stride_scales.get(role, 1.0)
        _check(role, scales[role])
    return replace(calibration, stride_scales=scales)


def _scale(events: Sequence[Event], side: Side, walks: Sequence[TimedWalk]) -> float | None:
    """True over measured way of a leg; its usual strides in a walk stand for all of the walk's time."""
    strides = true_m = measured_m = 0.0
    for walk in walks:
        steps = [
            (length_m, stride_s)
            for event in events
            if event.kind is Kind.STEP and event.side is side and walk.start_s <= event.time_s <= walk.end_s
            if isinstance(length_m := event.fields.get("stride_length_m"), float)
            and isinstance(stride_s := event.fields.get("stride_time_s"), float)
        ]
        usual_mps = median([length_m / stride_s for length_m, stride_s in steps] or [0.0])
        steps = [each for each in steps if abs(each[0] / each[1] - usual_mps) <= USUAL_PART * abs(usual_mps)]
        strides += len(steps)
        measured_m += sum(length_m for length_m, _ in steps)
        true_m += walk.distance_m * sum(stride_s for _, stride_s in steps) / (walk.end_s - walk.start_s)
    return true_m / measured_m if strides >= LEAST_STRIDES and measured_m > 0 else None


def _check(role: Role, scale: float) -> None:
    if not PLAUSIBLE[0] <= scale <= PLAUSIBLE[1]:
        raise TimedWalkError(
            f"the {role.side.value} leg's strides would have to be {scale:.2f} times what its sensor measured: "
            "check the distance and the times"
        )
