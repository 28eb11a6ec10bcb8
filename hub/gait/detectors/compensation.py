"""Compensations: how a leg that does not clear the ground by its ankle is brought through all the same. Trends."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Any

from hub.events import Context, Kind, Value
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.stride_norm import Stride, StrideNorm, StrideNormParams, Usual
from hub.gait.facts import FinalContact, InitialContact, JudgedContact, StepSettled, Strike, Walking
from hub.gait.legs import Legs
from hub.gait.signals.excursion import measure_excursion
from hub.gait.signals.loadscale import HEEL
from hub.session import Session
from sensors.layout import Role, Side


class Compensation(StrEnum):
    """What is done instead of lifting the toes."""

    STEPPAGE = "steppage"
    CIRCUMDUCTION = "circumduction"
    VAULTING = "vaulting"
    HIP_HIKE = "hip_hike"


@dataclass(frozen=True, slots=True)
class CompensationParams:
    """What a stride must show, and how many of them."""

    stride_s: tuple[float, float] = (0.6, 2.5)  # one foot's contacts; else it is no stride of a walk
    # against the wearer's own strides
    sigmas: float = 2.5  # beyond the usual (our choice)
    pace_share: float = 0.15  # who walks faster lifts and turns the shank more: strides of about the usual time only
    rise_beyond_m: float = 0.03  # steppage, at least
    hiked_beyond_m: float = 0.015  # hip hike, at least
    range_beyond_deg: float = 4.0  # steppage turns the shank by more; a hike by no more than usual
    outward_beyond_deg: float = 4.0  # circumduction, at least
    heel_off_before: float = 0.15  # vaulting: part of the swing by which the other heel is up sooner than usual
    # without own strides to compare with
    rise_m: float = 0.09  # 90th percentile of healthy people at 1.2 m/s (marpino); steppage 0.09-0.11 (walker)
    stiff_deg: float = 50.0  # a shank that turns by less is swung with a stiff knee: healthy 55-90 (marpino)
    hiked_m: float = 0.035  # ... and with a stiff knee is not lifted so high: 98th percentile 0.034 (walker)
    outward_deg: float = 7.0  # healthy legs' medians up to 5.4, a braced one 14 (marpino), walker 9
    heel_off_share: float = 0.45  # of the swing: 98 % of heels stay down beyond 0.56 (gaitpdb), vaulting 0.31
    overlap_s: float = 0.1  # the other foot may land so long after the lift (our choice)
    # how many
    window_n: int = 10  # strides that were looked at
    calm_every: int = 3  # while nothing shows, of so many strides one is looked at
    least_n: int = 6  # of them, begin a run (our choice)
    over_n: int = 2  # of them or fewer: the run is over
    again_s: float = 60.0  # a run that goes on is told so often
    sure: float = 0.8  # confidence against own strides, or of what needs none
    possible: float = 0.4  # confidence of what a single shank cannot be sure of
    norm: StrideNormParams = field(default_factory=StrideNormParams)


def compensations(
    stride: Stride, strike: Strike, norm: StrideNorm, params: CompensationParams
) -> dict[Compensation, float]:
    """What a stride shows, with the confidence that it is that.

    ``strike`` is that of the contact which ends the stride. A shank that the other foot lifts, or that goes outward, is
    not said to be lifted by its own hip.
    """
    found: dict[Compensation, float] = {}
    heel_off, usual = stride.heel_off_share, norm.of("heel_off_share")
    sooner = max(params.sigmas * usual.spread, params.heel_off_before) if usual else 0.0
    if heel_off is not None and heel_off < (usual.middle - sooner if usual else params.heel_off_share):
        found[Compensation.VAULTING] = params.sure
    outward, usual = stride.outward_deg, norm.of("outward_deg")
    if outward is not None and outward > _limit(usual, params.outward_beyond_deg, params.outward_deg, params):
        found[Compensation.CIRCUMDUCTION] = params.sure
    range_deg, rise_m = stride.range_deg, stride.rise_m
    if range_deg is None or rise_m is None or found:
        return found
    usual, usual_range, usual_s = norm.of("rise_m"), norm.of("range_deg"), norm.of("lasted_s")
    if usual is None or usual_range is None or usual_s is None:
        if rise_m > params.rise_m and strike in {Strike.TOE, Strike.FLAT}:
            found[Compensation.STEPPAGE] = params.possible
        elif rise_m > params.hiked_m and range_deg < params.stiff_deg:
            found[Compensation.HIP_HIKE] = params.possible
        return found
    if abs(stride.lasted_s / usual_s.middle - 1.0) > params.pace_share:
        return found
    turned_more_deg = range_deg - usual_range.middle
    if turned_more_deg > params.range_beyond_deg and rise_m > _limit(usual, params.rise_beyond_m, inf, params):
        found[Compensation.STEPPAGE] = params.sure
    elif turned_more_deg < 0.0 and rise_m > _limit(usual, params.hiked_beyond_m, inf, params):
        found[Compensation.HIP_HIKE] = params.possible
    return found


def _limit(usual: Usual | None, beyond: float, absolute: float, params: CompensationParams) -> float:
    """Above which a feature is unusual for the wearer, or for anybody where their own is not known."""
    return absolute if usual is None else usual.middle + max(params.sigmas * usual.spread, beyond)


class _Leg:
    """What one leg did last."""

    def __init__(self, params: CompensationParams) -> None:
        self.norm = StrideNorm(params.norm)
        self.contact_s = -inf
        self.lifted_s = -inf
        self.stride_s: tuple[float, float, float, float] | None = None
        self.strike = Strike.UNKNOWN
        self.shown: deque[dict[Compensation, float]] = deque(maxlen=params.window_n)
        self.settled_n = 0
        self.running: set[Compensation] = set()
        self.told_s: dict[Compensation, float] = {}

    def shows_at_most(self, strides_n: int) -> bool:
        """Whether the last stride showed no compensation, and none of the last ones more than so many of one."""
        kinds = Counter(kind for shown in self.shown for kind in shown)
        return not self.shown[-1] and max(kinds.values(), default=0) <= strides_n

    @property
    def calm(self) -> bool:
        """Whether the usual is known and the last stride that was looked at showed nothing."""
        return self.norm.known and not self.running and bool(self.shown) and not self.shown[-1]


class CompensationDetector:
    """Tells when six of the last ten strides of an affected leg show a compensation: at onset, then once a minute."""

    def __init__(
        self, session: Session, legs: Legs, contexts: ContextLog, make: EventMaker, params: CompensationParams
    ) -> None:
        self._wearer = session.wearer
        self._legs = legs
        self._contexts = contexts
        self._make = make
        self._params = params
        self._feet = {side: _Leg(params) for side in (Side.LEFT, Side.RIGHT)}

    def start_from(self, learnt: Mapping[Role, Mapping[str, Any]]) -> None:
        """Compare with what ``calibration`` of an earlier detector returned, by shin."""
        for role, strides in learnt.items():
            self._feet[role.side].norm.take(strides)

    def calibration(self, role: Role) -> dict[str, Any]:
        """The usual strides of the leg that wears ``role``, as JSON types; empty before they are known."""
        return self._feet[role.side].norm.to_dict()

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, strikes, steps whose kind is known, and walks."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            FinalContact: self._lifted,
            InitialContact: self._landed,
            JudgedContact: self._judged,
            StepSettled: self._settled,
            Walking: self._walking,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Nothing is left open."""
        return []

    def _walking(self, fact: Walking, now_s: float) -> list[Output]:
        if fact.walking:
            for leg in self._feet.values():
                leg.shown.clear()
                leg.running.clear()
                leg.told_s.clear()
        return []

    def _lifted(self, contact: FinalContact, now_s: float) -> list[Output]:
        self._feet[contact.side].lifted_s = contact.time_s
        return []

    def _landed(self, contact: InitialContact, now_s: float) -> list[Output]:
        leg, shortest_s, longest_s = self._feet[contact.side], *self._params.stride_s
        begun_s, leg.contact_s = leg.contact_s, contact.time_s
        other_s = self._feet[contact.side.other].contact_s
        whole = shortest_s <= contact.time_s - begun_s <= longest_s and begun_s < leg.lifted_s
        leg.stride_s = (begun_s, other_s, leg.lifted_s, contact.time_s) if whole else None
        return []

    def _judged(self, judged: JudgedContact, now_s: float) -> list[Output]:
        self._feet[judged.contact.side].strike = judged.strike
        return []

    def _settled(self, step: StepSettled, now_s: float) -> list[Output]:
        side, at_s = step.contact.side, step.contact.time_s
        leg = self._feet[side]
        if leg.stride_s is None or leg.stride_s[-1] != at_s or not self._wearer.is_affected(side):
            return []
        if self._contexts.at(at_s) is not Context.WALKING:
            return []
        leg.settled_n += 1
        if leg.calm and leg.settled_n % self._params.calm_every:
            return []
        stride = self._measure(side, *leg.stride_s)
        leg.shown.append(compensations(stride, leg.strike, leg.norm, self._params))
        outputs = self._tell(side, leg, leg.stride_s[2], now_s)
        if not leg.running and leg.shows_at_most(self._params.over_n):  # what lasts does not become the usual
            leg.norm.learn(stride)
        return outputs

    def _measure(self, side: Side, begun_s: float, other_s: float, lifted_s: float, contact_s: float) -> Stride:
        """The stride from ``begun_s`` to ``contact_s``, in which the other foot landed at ``other_s``."""
        excursion = None
        worn = self._legs.shanks.get(side.shin)
        if worn is not None and worn.level is not None and self._legs.complete_since(side.shin, begun_s):
            excursion = measure_excursion(worn.history, worn.level, side, (begun_s, lifted_s, contact_s))
        heel_off = self._heel_off_share(side.other.insole, max(begun_s, other_s), lifted_s, contact_s)
        range_deg, outward_deg, rise_m = excursion or (None, None, None)
        return Stride(contact_s - begun_s, range_deg, outward_deg, rise_m, heel_off)

    def _heel_off_share(self, role: Role, landed_s: float, lifted_s: float, contact_s: float) -> float | None:
        if role not in self._legs.insoles or not self._legs.complete_since(role, landed_s):
            return None
        history, scale = self._legs.insoles[role]
        if not scale.learnt or landed_s > lifted_s + self._params.overlap_s:
            return None
        time_s, columns = history.window(landed_s, contact_s)
        down = (columns[HEEL] > scale.zone[HEEL]).nonzero()[0]
        return (float(time_s[down[-1]]) - lifted_s) / (contact_s - lifted_s) if len(down) else None

    def _tell(self, side: Side, leg: _Leg, lifted_s: float, now_s: float) -> list[Output]:
        params, outputs = self._params, list[Output]()
        if len(leg.shown) < params.window_n:
            return []
        for kind in Compensation:
            confidences = [shown[kind] for shown in leg.shown if kind in shown]
            count = len(confidences)
            if count <= params.over_n:
                leg.running.discard(kind)
            if count < params.least_n:
                continue
            leg.running.add(kind)
            if lifted_s < leg.told_s.get(kind, -inf) + params.again_s:
                continue
            leg.told_s[kind] = lifted_s
            fields: dict[str, Value] = {"type": kind.value, "share_pct": 100.0 * count / len(leg.shown)}
            confidence = sorted(confidences)[count // 2]
            outputs.append(
                self._make(
                    Kind.COMPENSATION,
                    side,
                    lifted_s,
                    now_s,
                    fields=fields,
                    confidence=confidence,
                    discriminator=kind.value,
                )
            )
        return outputs
