"""A step's measures, once the contact that ends it has been judged."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hub.events import Kind, Value
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.facts import FinalContact, JudgedContact
from hub.gait.feed import SensorSilent
from hub.gait.history import History
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import MOMENT, TOTAL, LoadScale
from hub.gait.signals.pitch import measure_shank
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class StepParams:
    """What belongs to one step."""

    step_longest_s: float = 2.5
    stride_longest_s: float = 3.5  # slower than 17 strides a minute is standing
    line_load_pct: float = 10.0  # the centre of pressure is told from this load on
    line_end_s: float = 0.050  # first and last part of the gait line are means over this long
    backward_share: float = 0.3  # of stance, in which backward travel is counted (our choice)


class _Foot:
    """What one foot did last."""

    def __init__(self) -> None:
        self.contacts_s: deque[float] = deque(maxlen=4)
        self.lifts_s: deque[float] = deque(maxlen=4)

    def lift_between(self, start_s: float, end_s: float) -> float | None:
        """The final contact in an interval, if there was just one."""
        return _only(self.lifts_s, start_s, end_s)

    def contact_between(self, start_s: float, end_s: float) -> float | None:
        """The initial contact in an interval, if there was just one."""
        return _only(self.contacts_s, start_s, end_s)


def _only(times_s: deque[float], start_s: float, end_s: float) -> float | None:
    inside = [at_s for at_s in times_s if start_s < at_s < end_s]
    return inside[0] if len(inside) == 1 else None


class GaitLine(NamedTuple):
    """Path of the centre of pressure in one stance, in % of foot length, and the highest load."""

    start_pct: float
    end_pct: float
    backward_pct: float
    peak_load_pct: float


def gait_line(
    history: History, scale: LoadScale, contact_s: float, lift_s: float, params: StepParams
) -> GaitLine | None:
    """Measure the stance from ``contact_s`` to ``lift_s``; None where it bore no load."""
    time_s, columns = history.window(contact_s, lift_s)
    total = columns[TOTAL] - scale.zero[TOTAL]
    bearing = (total > params.line_load_pct / 100 * scale.peak).nonzero()[0]
    if len(bearing) == 0:
        return None
    loaded_s, total, moment = time_s[bearing], total[bearing], columns[MOMENT][bearing]
    path = np.minimum(np.maximum(100 * (moment - scale.zero[MOMENT]) / total, 0.0), 100.0)
    early = path[: max(1, int(loaded_s.searchsorted(contact_s + params.backward_share * (lift_s - contact_s))))]
    first = path[: max(1, int(loaded_s.searchsorted(loaded_s[0] + params.line_end_s)))].tolist()
    last = path[min(len(path) - 1, int(loaded_s.searchsorted(loaded_s[-1] - params.line_end_s))) :].tolist()
    backward = np.maximum.accumulate(early) - early
    return GaitLine(
        start_pct=sum(first) / len(first),
        end_pct=sum(last) / len(last),
        backward_pct=backward.item(backward.argmax()),
        peak_load_pct=100 * total.item(total.argmax()) / scale.peak,
    )


class StepDetector:
    """Reports one step per initial contact, with whatever could be measured."""

    def __init__(self, legs: Legs, make: EventMaker, params: StepParams) -> None:
        self._legs = legs
        self._make = make
        self._params = params
        self._feet = {Side.LEFT: _Foot(), Side.RIGHT: _Foot()}

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, judged; levels of the shanks."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            FinalContact: self._lifted,
            JudgedContact: self._judged,
            SensorSilent: self._silent,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A step ends with a contact."""
        return []

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        self._feet[contact.side].lifts_s.append(contact.time_s)
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        """No measure reaches across a silence of the sensor that it comes from."""
        side = mark.role.side
        if mark.role.is_insole or side.insole not in self._legs.insoles:
            self._feet[side] = _Foot()
        return []

    def _judged(self, judged: JudgedContact, now_s: float) -> list[Output]:
        contact, params = judged.contact, self._params
        side, at_s = contact.side, contact.time_s
        foot, other = self._feet[side], self._feet[side.other]
        before_s = max((each for each in foot.contacts_s if each < at_s), default=None)
        if before_s is not None and at_s - before_s > params.stride_longest_s:
            before_s = None
        opposite_s = max((each for each in other.contacts_s if each < at_s), default=None)
        if opposite_s is not None and (at_s - opposite_s > params.step_longest_s or opposite_s < (before_s or 0.0)):
            opposite_s = None
        foot.contacts_s.append(at_s)
        if before_s is None and opposite_s is None:
            return []
        fields: dict[str, Value] = {
            "step_time_s": None if opposite_s is None else at_s - opposite_s,
            "stride_time_s": None if before_s is None else at_s - before_s,
            "strike": judged.strike.value,
            **self._stride(side, before_s, at_s),
        }
        return [self._make(Kind.STEP, side, at_s, now_s, fields=fields, confidence=contact.confidence)]

    def _stride(self, side: Side, before_s: float | None, at_s: float) -> dict[str, Value]:
        """Measures of the stride that ends at ``at_s``; all None where its begin is not known."""
        foot, other = self._feet[side], self._feet[side.other]
        lift_s = None if before_s is None else foot.lift_between(before_s, at_s)
        line = shank = double_s = None
        if before_s is not None:
            worn = self._legs.shanks.get(side.shin)
            shank = measure_shank(*worn, before_s, at_s) if worn else None
        if before_s is not None and lift_s is not None:
            insole = self._legs.insoles.get(side.insole)
            line = gait_line(*insole, before_s, lift_s, self._params) if insole else None
            other_lift_s, other_contact_s = (
                other.lift_between(before_s, lift_s),
                other.contact_between(before_s, lift_s),
            )
            if other_lift_s is not None and other_contact_s is not None and other_lift_s < other_contact_s:
                double_s = (other_lift_s - before_s) + (lift_s - other_contact_s)
        return {
            "stance_time_s": None if lift_s is None or before_s is None else lift_s - before_s,
            "swing_time_s": None if lift_s is None else at_s - lift_s,
            "double_support_s": double_s,
            "peak_load_pct": line.peak_load_pct if line else None,
            "cop_start_pct": line.start_pct if line else None,
            "cop_end_pct": line.end_pct if line else None,
            "cop_backward_pct": line.backward_pct if line else None,
            "shank_range_deg": shank.range_deg if shank else None,
            "shank_at_contact_deg": shank.at_contact_deg if shank else None,
            "swing_peak_dps": shank.swing_peak_dps if shank else None,
        }
