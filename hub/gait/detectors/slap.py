"""Foot slap: after the heel, weak dorsiflexors let the forefoot fall, and it hits the ground early and hard."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from hub.events import ON_FOOT, Context, Kind, Value
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.strike import onset_s
from hub.gait.facts import JudgedContact, Strike
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import FEWEST_CELLS, FORE, HEEL, LoadScale
from hub.gait.timeline import Later
from hub.session import InsoleSpec, Session
from sensors.layout import LoadUnit, Region, Side

OTHERWISE_LOADED = frozenset(
    {
        Context.OFF,
        Context.DANGLING,
        Context.SITTING,
        Context.VEHICLE,
        Context.STAIRS,
        Context.BACKWARD,
        Context.TIPTOE,
    }
)
"""Contexts in which the forefoot's load after contact says nothing about the dorsiflexors."""


@dataclass(frozen=True, slots=True)
class SlapParams:
    """What is early, hard and a rebound. Loads in % of the wearer's usual peak."""

    before_s: float = 0.060  # the heel may have touched so long before the contact counts (our choice)
    judged_after_s: float = 0.140  # after initial contact: a slap is over by then; 0.15 is the latency budget
    fore_pct: float = 10.0  # the forefoot has come down (our choice)
    early_share: float = 0.6  # of the usual time to come down (our choice)
    early_s: float = 0.065  # and no later: 97 % of heel-first contacts take 55 ms (gaitpdb), slaps 24-62 ms (walker)
    slope_over_s: float = 0.020  # over which the fastest rise is taken
    hard_pct_s: float = 800.0  # 99th percentile of heel-first contacts 820 (gaitpdb); slaps from 1400 on (walker)
    hard_times: float = 2.0  # the usual rate (our choice)
    peak_within_s: float = 0.060  # the forefoot's first peak follows so soon
    rebound_share: float = 0.15  # of that peak is lost again: 99th percentile 0.09 (gaitpdb); slaps 0.3-0.7 (walker)
    heel_first_ms: float = 10.0  # the heel leads by at least this
    signs: int = 2  # of early, hard, rebound
    strict_signs: int = 3  # where the contact is called flat, nothing usual is known, or walking is not sure:
    # fast healthy walks outdoors come near the absolute limits (pin2gpi)
    remembered: int = 20  # heel-first contacts of a foot that tell what is usual
    speaks_after: int = 5  # contacts before anything is usual
    then_every: int = 4  # with so many known, the usual is renewed every so many contacts
    least_rate_hz: float = 90.0  # at 50 Hz a slap is two samples
    sure: float = 0.9  # confidence with all three signs
    likely: float = 0.7  # with two


class Lowering(NamedTuple):
    """How the forefoot came down after the heel: when, how fast its load rose, and what part of it was lost again."""

    after_s: float
    rate_pct_s: float
    rebound: float


def measure_lowering(time_s: list[float], fore_pct: list[float], heel_s: float, params: SlapParams) -> Lowering | None:
    """Of a contact whose heel touched at ``heel_s``; ``time_s`` and ``fore_pct`` (n,) begin before.

    One that is not down by the end is taken to come down then, not harder than so far. None if it was down before.
    """
    before = min((load for at_s, load in zip(time_s, fore_pct, strict=True) if at_s < heel_s), default=0.0)
    level = params.fore_pct + max(before, 0.0)
    down = next((index for index, load in enumerate(fore_pct) if load >= level), None)
    if down is not None and (down == 0 or time_s[down] < heel_s):
        return None
    period_s = (time_s[-1] - time_s[0]) / (len(time_s) - 1)
    lag = max(1, round(params.slope_over_s / period_s))
    rate = max(two - one for one, two in zip(fore_pct, fore_pct[lag:], strict=False)) / (lag * period_s)
    if down is None:
        return Lowering(time_s[-1] - heel_s, rate, 0.0)
    low, high = fore_pct[down - 1 : down + 1]
    down_s = time_s[down - 1] + (level - low) / (high - low) * (time_s[down] - time_s[down - 1])
    within = fore_pct[down : down + max(1, round(params.peak_within_s / period_s))]
    peak = max(within)
    after = fore_pct[down + within.index(peak) :]
    return Lowering(down_s - heel_s, rate, (peak - min(after)) / peak)


class _Usual:
    """What is usual of one foot, in heel-first contacts without a slap."""

    def __init__(self, params: SlapParams) -> None:
        self._params = params
        self._lowerings: deque[Lowering] = deque(maxlen=params.remembered)
        self._contacts_n = 0
        self.lowering: Lowering | None = None

    @property
    def wanted(self) -> bool:
        """Whether the next contact would teach something."""
        self._contacts_n += 1
        return len(self._lowerings) < self._params.remembered or self._contacts_n % self._params.then_every == 0

    def learn(self, lowering: Lowering) -> None:
        """Take a contact without a slap."""
        self._lowerings.append(lowering)
        if len(self._lowerings) >= self._params.speaks_after:
            self.lowering = Lowering(*(median(column) for column in zip(*self._lowerings, strict=True)))


class _Due(NamedTuple):
    """Timer: judge the contact."""

    judged: JudgedContact
    scale: LoadScale


class SlapDetector:
    """Judges heel-first contacts of affected feet against the sound foot, or against the foot's own usual ones."""

    def __init__(
        self, session: Session, legs: Legs, contexts: ContextLog, make: EventMaker, params: SlapParams
    ) -> None:
        self._wearer = session.wearer
        self._legs = legs
        self._contexts = contexts
        self._make = make
        self._params = params
        self._able = {
            role
            for role, spec in session.sensors.items()
            if isinstance(spec, InsoleSpec) and can_tell_slaps(spec, params)
        }
        self._usual = {Side.LEFT: _Usual(params), Side.RIGHT: _Usual(params)}

    def handlers(self) -> Mapping[type, Handler]:
        """Judged contacts, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {JudgedContact: self._contact, _Due: self._judge}
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A contact too young to be judged is not."""
        return []

    def _contact(self, judged: JudgedContact, now_s: float) -> list[Output]:
        contact = judged.contact
        heel_first = judged.lead_ms is None or judged.lead_ms <= -self._params.heel_first_ms
        if judged.strike not in {Strike.HEEL, Strike.FLAT} or not heel_first or contact.sensor not in self._able:
            return []
        if not self._wearer.is_affected(contact.side) and not self._usual[contact.side].wanted:
            return []
        scale = self._legs.insoles[contact.sensor].scale
        if not scale.learnt or self._contexts.at(contact.time_s) in OTHERWISE_LOADED:
            return []
        return [Later(contact.time_s + self._params.judged_after_s, _Due(judged, scale))]

    def _judge(self, due: _Due, now_s: float) -> list[Output]:
        contact, params = due.judged.contact, self._params
        start_s, end_s = contact.time_s - params.before_s, contact.time_s + params.judged_after_s
        if not self._legs.complete_since(contact.sensor, start_s):
            return []
        samples_s, columns = self._legs.insoles[contact.sensor].history.window(start_s, end_s)
        time_s = samples_s.tolist()
        heel_s = onset_s(time_s, columns[HEEL].tolist(), contact.time_s, due.scale, HEEL)
        if heel_s is None:
            return []
        fore_pct = ((columns[FORE] - due.scale.zero[FORE]) * (100.0 / due.scale.peak)).tolist()
        lowering = measure_lowering(time_s, fore_pct, heel_s, params)
        if lowering is None:
            return []
        usual, heel = self._reference(contact.side), due.judged.strike is Strike.HEEL
        signs = signs_of(lowering, usual, params)
        sure = heel and usual is not None and self._contexts.at(contact.time_s) in ON_FOOT
        if signs < (params.signs if sure else params.strict_signs):
            if heel:
                self._usual[contact.side].learn(lowering)
            return []
        if not self._wearer.is_affected(contact.side):
            return []
        fields: dict[str, Value] = {"slap_time_ms": 1000 * lowering.after_s, "loading_rate": lowering.rate_pct_s}
        confidence = params.sure if signs > params.signs else params.likely
        return [self._make(Kind.FOOT_SLAP, contact.side, contact.time_s, now_s, fields=fields, confidence=confidence)]

    def _reference(self, side: Side) -> Lowering | None:
        """What is usual: of the other foot if that is sound and known, else of this one."""
        other = None if self._wearer.is_affected(side.other) else self._usual[side.other].lowering
        return other or self._usual[side].lowering


def signs_of(lowering: Lowering, usual: Lowering | None, params: SlapParams) -> int:
    """How many of early, hard and rebound the forefoot shows."""
    early_s = min(params.early_s, params.early_share * usual.after_s) if usual else params.early_s
    hard_pct_s = max(params.hard_pct_s, params.hard_times * usual.rate_pct_s if usual else 0.0)
    return (lowering.after_s < early_s) + (lowering.rate_pct_s > hard_pct_s) + (lowering.rebound > params.rebound_share)


def can_tell_slaps(spec: InsoleSpec, params: SlapParams) -> bool:
    """Whether the insole has graded cells under heel and forefoot, enough of them, and samples often enough."""
    regions = {cell.region for cell in spec.cells}
    zones = Region.HEEL in regions and bool(regions & {Region.FOREFOOT, Region.TOES})
    weighs = spec.unit is not LoadUnit.ON_OFF and len(spec.cells) >= FEWEST_CELLS
    return zones and weighs and spec.rate_hz >= params.least_rate_hz
