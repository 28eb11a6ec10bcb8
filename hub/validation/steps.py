"""Measures of steps against those that the true contacts give. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from hub.events import Event, Kind
from hub.validation.matching import Window, match
from sensors.layout import Side

StepErrors = dict[str, tuple[float, ...]]
"""Measured minus true seconds by field of the step event."""

LONGEST_STRIDE_S = 2.5
"""True contacts further apart are not one stride: the person stood, or the reference left a contact out."""


def step_errors(
    initial_s: Mapping[Side, Sequence[float]],
    final_s: Mapping[Side, Sequence[float]],
    events: Sequence[Event],
    window: Window,
) -> StepErrors:
    """Errors of the step events that pair with a true stride.

    Parameters
    ----------
    initial_s, final_s : true initial and final contacts of each foot, ascending.
    events : among them the step events.
    window : how far a step may lie from the true contact that ends it.
    """
    errors: dict[str, list[float]] = {}
    for side in (Side.LEFT, Side.RIGHT):
        ends_s = initial_s[side][1:]
        steps = [event for event in events if event.kind is Kind.STEP and event.side is side]
        steps.sort(key=lambda event: event.time_s)
        for i, j in match(ends_s, [step.time_s for step in steps], window):
            true = _stride(initial_s, final_s, side, initial_s[side][i], ends_s[i])
            for name, value_s in true.items():
                measured = steps[j].fields.get(name)
                if isinstance(measured, int | float):
                    errors.setdefault(name, []).append(measured - value_s)
    return {name: tuple(values) for name, values in errors.items()}


def _stride(
    initial_s: Mapping[Side, Sequence[float]],
    final_s: Mapping[Side, Sequence[float]],
    side: Side,
    start_s: float,
    end_s: float,
) -> dict[str, float]:
    """What the true contacts say of the stride between two initial contacts of one foot; only what they can say."""
    own_final_s = _between(final_s[side], start_s, end_s)
    if end_s - start_s > LONGEST_STRIDE_S or len(own_final_s) != 1:
        return {}
    lift_s = own_final_s[0]
    true = {"stride_time_s": end_s - start_s, "stance_time_s": lift_s - start_s, "swing_time_s": end_s - lift_s}
    others_initial_s = _between(initial_s[side.other], start_s, end_s)
    others_final_s = _between(final_s[side.other], start_s, end_s)
    if len(others_initial_s) == 1:
        true["step_time_s"] = end_s - others_initial_s[0]
        if len(others_final_s) == 1 and start_s < others_final_s[0] < others_initial_s[0] < lift_s:
            true["single_support_s"] = others_initial_s[0] - others_final_s[0]
            true["double_support_s"] = (others_final_s[0] - start_s) + (lift_s - others_initial_s[0])
    return true


def _between(times_s: Sequence[float], start_s: float, end_s: float) -> Sequence[float]:
    return times_s[bisect_right(times_s, start_s) : bisect_left(times_s, end_s)]
