"""A step's measures, told once the foot that ended it stands."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.events import Kind, Value
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.facts import FinalContact, JudgedContact, Step, ToeDrag
from hub.gait.feed import SensorSilent
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import FEWEST_CELLS
from hub.gait.signals.pitch import KNOWN_LAG_S, measure_shank
from hub.gait.signals.stance import Stance, StanceParams, measure_stance
from hub.gait.signals.stride_length import FootFlat, stride_length_m
from hub.gait.timeline import Later
from hub.session import InsoleSpec, Session
from sensors.layout import LoadUnit, Role, Side


@dataclass(frozen=True, slots=True)
class StepParams:
    """What belongs to one step."""

    step_longest_s: float = 2.5  # the other foot landed longer ago: it is not known what it did
    stride_longest_s: float = 3.5  # slower than 17 strides a minute is standing
    flat_from: float = 0.10  # of a stride after contact: the sole is down, the heel's roll is over ...
    flat_to: float = 0.40  # part of the stride at which the heel rises: loading response to terminal stance (Perry)
    told_after_s: float = 0.5  # first contacts, which end no stride, are told this late: as others in slow gait
    level_kept_s: float = 2.5  # the shank's pitch must have been levelled this shortly before the contact
    length_longest_m: float = 2.5  # nobody's stride: the axes are wrong
    stance: StanceParams = field(default_factory=StanceParams)


class _Foot:
    """What one foot did last."""

    def __init__(self) -> None:
        self.contacts_s: deque[float] = deque(maxlen=4)
        self.lifts_s: deque[float] = deque(maxlen=4)
        self.slides_s: deque[float] = deque(maxlen=4)

    def slid_between(self, start_s: float, end_s: float) -> bool:
        """Whether a swing in an interval never left the ground."""
        return any(start_s < at_s < end_s for at_s in self.slides_s)

    def lift_between(self, start_s: float, end_s: float) -> float | None:
        """The final contact in an interval, if there was just one."""
        return _only(self.lifts_s, start_s, end_s)

    def contact_between(self, start_s: float, end_s: float) -> float | None:
        """The initial contact in an interval, if there was just one."""
        return _only(self.contacts_s, start_s, end_s)


def _only(times_s: deque[float], start_s: float, end_s: float) -> float | None:
    inside = [at_s for at_s in times_s if start_s < at_s < end_s]
    return inside[0] if len(inside) == 1 else None


class _Standing(NamedTuple):
    """Timer: the foot that ended the step stands; both feet as they were seen by then."""

    judged: JudgedContact
    before_s: float | None
    opposite_s: float | None
    own: _Foot
    other: _Foot


class StepDetector:
    """Reports one step per initial contact, with whatever could be measured and why the rest could not.

    Parameters
    ----------
    stride_scales : by shin sensor, true over measured stride length, from a timed walk; without it lengths are
        estimates.
    """

    def __init__(
        self,
        session: Session,
        legs: Legs,
        contexts: ContextLog,
        make: EventMaker,
        params: StepParams,
        *,
        stride_scales: Mapping[Role, float],
    ) -> None:
        self._legs = legs
        self._contexts = contexts
        self._make = make
        self._scales = stride_scales
        self._params = params
        self._height_m = session.wearer.height_m
        self._feet = {Side.LEFT: _Foot(), Side.RIGHT: _Foot()}
        self._seen = {role.side for role in session.sensors}
        self._weighing = {
            role
            for role, spec in session.sensors.items()
            if isinstance(spec, InsoleSpec) and spec.unit is not LoadUnit.ON_OFF and len(spec.cells) >= FEWEST_CELLS
        }

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, judged; feet that slid to them."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            FinalContact: self._lifted,
            ToeDrag: self._dragged,
            JudgedContact: self._judged,
            SensorSilent: self._silent,
            _Standing: self._stands,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A step whose foot does not stand yet is not told."""
        return []

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        self._feet[contact.side].lifts_s.append(contact.time_s)
        return []

    def _dragged(self, drag: ToeDrag, now_s: float) -> list[Output]:
        if drag.slid:
            self._feet[drag.side].slides_s.append(drag.time_s)
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
        stands_s = params.told_after_s if before_s is None else params.flat_to * (at_s - before_s) + KNOWN_LAG_S
        return [Later(at_s + stands_s, _Standing(judged, before_s, opposite_s, foot, other))]

    def _stands(self, step: _Standing, now_s: float) -> list[Output]:
        contact, before_s, opposite_s = step.judged.contact, step.before_s, step.opposite_s
        side, at_s = contact.side, contact.time_s
        absent: list[str] = []
        fields: dict[str, Value] = {"strike": step.judged.strike.value}
        if opposite_s is not None:
            fields["step_time_s"] = at_s - opposite_s
        else:
            alone = side.other not in self._seen
            absent.append(f"step: {'the other leg has no sensor' if alone else 'no contact of the other foot before'}")
        if before_s is None:
            absent.append("stride: the foot's previous contact is not known")
        else:
            stride_s = at_s - before_s
            fields["stride_time_s"] = stride_s
            if opposite_s is not None:
                fields["step_pct"] = 100 * (at_s - opposite_s) / stride_s
            self._times(step, before_s, stride_s, fields, absent)
            self._shank(side, before_s, at_s, fields, absent)
        fields["absent"] = "; ".join(absent) if absent else None
        fact = Step(side, at_s, before_s is not None, step.judged.strike, self._contexts.at(at_s), fields)
        return [self._make(Kind.STEP, side, at_s, now_s, fields=fields, confidence=contact.confidence), fact]

    def _times(
        self, step: _Standing, before_s: float, stride_s: float, fields: dict[str, Value], absent: list[str]
    ) -> None:
        """Stance, swing, supports and load of the stride that began at ``before_s``."""
        side, other = step.judged.contact.side, step.other
        lift_s = step.own.lift_between(before_s, before_s + stride_s)
        if lift_s is None:
            absent.append("stance, support, load: the foot's final contact is not known")
            return
        stance_s = lift_s - before_s
        fields["stance_time_s"], fields["stance_pct"] = stance_s, 100 * stance_s / stride_s
        fields["swing_time_s"], fields["swing_pct"] = stride_s - stance_s, 100 - 100 * stance_s / stride_s
        other_lift_s = other.lift_between(before_s, lift_s)
        other_contact_s = other.contact_between(before_s, lift_s)
        if any(foot.slid_between(before_s, before_s + stride_s) for foot in (step.own, other)):
            absent.append("support: a foot slid, so that both were on the ground all along")
        elif other_lift_s is not None and other_contact_s is not None and other_lift_s < other_contact_s:
            single_s = other_contact_s - other_lift_s
            fields["single_support_s"], fields["single_support_pct"] = single_s, 100 * single_s / stride_s
            double_s = stance_s - single_s
            fields["double_support_s"], fields["double_support_pct"] = double_s, 100 * double_s / stride_s
        elif side.other in self._seen:
            absent.append("support: the other foot's contacts are not known")
        else:
            absent.append("support: the other leg has no sensor")
        self._load(side, before_s, lift_s, fields, absent)

    def _load(self, side: Side, from_s: float, lift_s: float, fields: dict[str, Value], absent: list[str]) -> None:
        insole = self._legs.insoles.get(side.insole)
        stance: Stance | None = None
        if insole is None:
            absent.append("load: no insole")
        elif not insole.scale.learnt:
            absent.append("load: the usual peak is not learnt yet")
        else:
            stance = measure_stance(insole.history, insole.scale, from_s, lift_s, self._params.stance)
            if stance is None:
                absent.append("load: the insole bore none")
        if stance is None:
            return
        fields["cop_start_pct"], fields["cop_end_pct"] = stance.start_pct, stance.end_pct
        fields["cop_backward_pct"] = stance.backward_pct
        if side.insole in self._weighing:
            fields["peak_load_pct"] = stance.peak_load_pct
            fields["loading_rate"], fields["push_off_ratio"] = stance.loading_rate, stance.push_off_ratio
        else:
            absent.append("load: switches, and fewer than three cells, do not weigh")

    def _shank(self, side: Side, before_s: float, at_s: float, fields: dict[str, Value], absent: list[str]) -> None:
        worn = self._legs.shanks.get(side.shin)
        if worn is None:
            absent.append("shank, length: no shin sensor on this leg")
            return
        history, level = worn
        kept = level if level is not None and at_s - level.time_s <= self._params.level_kept_s else None
        shank = measure_shank(history, kept, before_s, at_s)
        if shank is None:
            absent.append("shank, length: samples are missing, or the sensor's axes not known yet")
            return
        fields["shank_range_deg"], fields["swing_peak_dps"] = shank.range_deg, shank.swing_peak_dps
        fields["shank_at_contact_deg"] = shank.at_contact_deg
        length_m = self._length_m(side.shin, before_s, at_s)
        if length_m is None:
            absent.append("length: the shin's pitch is not known")
            return
        fields["stride_length_m"], fields["speed_mps"] = length_m, length_m / (at_s - before_s)
        fields["length_estimated"] = side.shin not in self._scales

    def _length_m(self, role: Role, before_s: float, at_s: float) -> float | None:
        params, (history, level) = self._params, self._legs.shanks[role]
        from_s, to_s = params.flat_from * (at_s - before_s), params.flat_to * (at_s - before_s)
        if level is None or at_s - level.time_s > params.level_kept_s:
            return None
        if not self._legs.complete_since(role, before_s + from_s):
            return None
        flats = FootFlat(before_s + from_s, before_s + to_s), FootFlat(at_s + from_s, at_s + to_s)
        length_m = stride_length_m(history, level, *flats, height_m=self._height_m)
        if length_m is None or abs(length_m) > params.length_longest_m:
            return None
        return length_m * self._scales.get(role, 1.0)
