"""A walk over a known distance, timed: it turns estimated stride lengths into measured ones."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from hub.events import Event, Kind
from hub.gait.calibration import Calibration
from sensors.layout import Side

LEAST_STRIDES = 4
"""Of a leg. Ten metres are seven strides of a healthy person."""

PLAUSIBLE = (0.5, 2.0)
"""A scale beyond these is no scale: the distance or the time is wrong, or the sensor sits elsewhere."""


class TimedWalkError(ValueError):
    """A timed walk that gives no scale; says which part of it and what to do."""


def scaled_by_timed_walk(
    calibration: Calibration, events: Sequence[Event], *, start_s: float, end_s: float, distance_m: float
) -> Calibration:
    """The calibration with the scale of each shin sensor's stride length, from a walk straight ahead.

    Parameters
    ----------
    events : of an engine that had ``calibration``; steps in the time of the walk count.
    start_s, end_s : when the first and the last mark on the floor were passed, walking on before and after.
    distance_m : between the marks.

    Raises
    ------
    TimedWalkError : no leg with a shin sensor took enough strides, or the scale cannot be.
    """
    if not end_s > start_s or not distance_m > 0:
        raise TimedWalkError(f"{distance_m} m in {end_s - start_s} s is no walk: give both as more than 0")
    true_mps = distance_m / (end_s - start_s)
    scales = dict(calibration.stride_scales)
    found: list[Side] = []
    for side in (Side.LEFT, Side.RIGHT):
        speeds_mps = [
            speed
            for event in events
            if event.kind is Kind.STEP and event.side is side and start_s <= event.time_s <= end_s
            if isinstance(speed := event.fields.get("speed_mps"), float)
        ]
        if len(speeds_mps) < LEAST_STRIDES:
            continue
        measured_mps = median(speeds_mps) / calibration.stride_scales.get(side.shin, 1.0)
        if not PLAUSIBLE[0] * measured_mps <= true_mps <= PLAUSIBLE[1] * measured_mps:
            raise TimedWalkError(
                f"{distance_m:.1f} m in {end_s - start_s:.1f} s do not fit the {side.value} leg's strides at about "
                f"{measured_mps:.2f} m/s: check the distance and the times"
            )
        scales[side.shin] = true_mps / measured_mps
        found.append(side)
    if not found:
        raise TimedWalkError(f"fewer than {LEAST_STRIDES} measured strides of a leg with a shin sensor: walk farther")
    return replace(calibration, stride_scales=scales)
