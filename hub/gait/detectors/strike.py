"""How the foot touched: heel, flat or toe first, by the order in which heel and forefoot take load.

A foot that slid all the way never left the ground: weight moves on it in some order, and which part came first is not
to be known.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from hub.events import Event, Kind
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.facts import InitialContact, JudgedContact, Strike, ToeDrag
from hub.gait.history import History
from hub.gait.legs import Legs
from hub.gait.signals.loadscale import FORE, HEEL, MOMENT, TOTAL, LoadScale
from hub.gait.timeline import Later
from hub.session import Floats, InsoleSpec, Session
from sensors.layout import Region, Role, Side

ONSET_BEFORE_S = 0.100
"""An onset this long before the contact is counted as that long."""


ONSET_AFTER_S = 1.0
"""No onset is looked for later than this."""


@dataclass(frozen=True, slots=True)
class StrikeParams:
    """When zones count as first, and how long is waited for the other one."""

    flat_band_s: float = 0.0205  # within this are flat: 20 loses 6 % of gaitpdb's flat contacts, 21 some toe-first ones
    flat_band_periods: float = 1.5  # 30 ms at 50 Hz (our choice)
    stays_s: float = 0.050  # a forefoot that is let go sooner did not land: tight shoes press it for 10-40 ms (marpino)
    index_s: float = 0.050  # centre of pressure over the first 30-50 ms (Cavanagh and Lafortune 1980, adapted)
    judged_after_s: float = 0.080  # our latency budget for the strike


class _Verdict(NamedTuple):
    """Timer: judge the contact."""

    contact: InitialContact
    scale: LoadScale


class StrikeDetector:
    """Reports initial contacts with their strike."""

    def __init__(self, session: Session, legs: Legs, make: EventMaker, params: StrikeParams) -> None:
        self._make = make
        self._params = params
        self._legs = legs
        self._band_s = {}
        self._slid: set[Side] = set()
        self._zones_known = {}
        for role, spec in session.sensors.items():
            if isinstance(spec, InsoleSpec):
                regions = {cell.region for cell in spec.cells}
                self._zones_known[role] = Region.HEEL in regions and bool(regions & {Region.FOREFOOT, Region.TOES})
                self._band_s[role] = max(params.flat_band_s, params.flat_band_periods / spec.rate_hz)

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, feet that slid to them, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            InitialContact: self._contact,
            ToeDrag: self._dragged,
            _Verdict: self._judge,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A contact too young to be judged is not reported: more data would judge it."""
        return []

    def _dragged(self, drag: ToeDrag, now_s: float) -> list[Output]:
        if drag.slid:
            self._slid.add(drag.side)
        return []

    def _contact(self, contact: InitialContact, now_s: float) -> list[Output]:
        self._slid.discard(contact.side)
        if contact.sensor.is_insole and self._zones_known[contact.sensor]:
            verdict = _Verdict(contact, self._legs.insoles[contact.sensor].scale)
            return [Later(contact.time_s + self._params.judged_after_s, verdict)]
        index = None
        if contact.sensor.is_insole:
            index = self._index_pct(contact, self._legs.insoles[contact.sensor].scale, *self._window(contact))
        return self._report(contact, Strike.UNKNOWN, index, None, now_s)

    def _judge(self, due: _Verdict, now_s: float) -> list[Output]:
        contact = due.contact
        time_s, columns = self._window(contact)
        if contact.side in self._slid:
            index = self._index_pct(contact, due.scale, time_s, columns)
            return self._report(contact, Strike.UNKNOWN, index, None, now_s)
        heel_s, fore_s = zone_onsets_s(time_s, columns, contact.time_s, due.scale)
        lead_s = heel_s - fore_s if heel_s is not None and fore_s is not None else None
        index = self._index_pct(contact, due.scale, time_s, columns)
        strike = self._strike(contact.sensor, heel_s, fore_s)
        if strike is Strike.FLAT and fore_s is not None:
            stretch_s = (fore_s, fore_s + self._params.stays_s)
            if lets_go(time_s, columns[FORE].tolist(), contact.time_s, stretch_s, due.scale):
                strike = Strike.HEEL
        return self._report(contact, strike, index, lead_s, now_s)

    def _strike(self, role: Role, heel_s: float | None, fore_s: float | None) -> Strike:
        if heel_s is None or fore_s is None:
            return Strike.HEEL if heel_s is not None else Strike.TOE if fore_s is not None else Strike.UNKNOWN
        if abs(heel_s - fore_s) <= self._band_s[role]:
            return Strike.FLAT
        return Strike.HEEL if heel_s < fore_s else Strike.TOE

    def _report(
        self, contact: InitialContact, strike: Strike, index: float | None, lead_s: float | None, now_s: float
    ) -> list[Output]:
        lead_ms = None if lead_s is None else 1000 * lead_s
        event: Event = self._make(
            Kind.INITIAL_CONTACT,
            contact.side,
            contact.time_s,
            now_s,
            confidence=contact.confidence,
            fields={"strike": strike.value, "strike_index_pct": index, "lead_ms": lead_ms},
        )
        return [JudgedContact(contact, strike, index, lead_ms, event.id), event]

    def _window(self, contact: InitialContact) -> tuple[list[float], Floats]:
        return around_contact(self._legs.insoles[contact.sensor].history, contact.time_s)

    def _index_pct(
        self, contact: InitialContact, scale: LoadScale, time_s: list[float], columns: Floats
    ) -> float | None:
        first = bisect_left(time_s, contact.time_s)
        last = bisect_right(time_s, contact.time_s + self._params.index_s)
        total = sum(columns[TOTAL, first:last].tolist()) - (last - first) * scale.zero[TOTAL]
        moment = sum(columns[MOMENT, first:last].tolist()) - (last - first) * scale.zero[MOMENT]
        return min(max(100 * moment / total, 0.0), 100.0) if total > 0 else None


def around_contact(history: History, contact_s: float) -> tuple[list[float], Floats]:
    """Samples from shortly before a contact to now. They are few: plain numbers are quicker than arrays."""
    time_s, columns = history.window(contact_s - ONSET_BEFORE_S, contact_s + ONSET_AFTER_S)
    return time_s.tolist(), columns


def zone_onsets_s(
    time_s: list[float], columns: Floats, contact_s: float, scale: LoadScale
) -> tuple[float | None, float | None]:
    """When heel and forefoot took the contact's load."""
    heel_s = onset_s(time_s, columns[HEEL].tolist(), contact_s, scale, HEEL)
    return heel_s, onset_s(time_s, columns[FORE].tolist(), contact_s, scale, FORE)


def onset_s(time_s: list[float], load: list[float], contact_s: float, scale: LoadScale, column: int) -> float | None:
    """Since when, without a break, a zone has been loaded by the contact at ``contact_s``; None if it is not.

    ``time_s`` and ``load`` (n,) begin shortly before the contact. What the zone bore for half of that time, by a drag
    or by pressure inside the shoe, does not count.
    """
    after = bisect_right(time_s, contact_s)
    level = _level(load[:after], scale, column)
    first = next((index for index in range(after, len(load)) if load[index] > level), None)
    if first is None:
        return None
    while first > 0 and load[first - 1] > level:
        first -= 1
    if first == 0:
        return time_s[0]
    share = (level - load[first - 1]) / (load[first] - load[first - 1])
    return time_s[first - 1] + share * (time_s[first] - time_s[first - 1])


def lets_go(
    time_s: list[float], fore: list[float], contact_s: float, stretch_s: tuple[float, float], scale: LoadScale
) -> bool:
    """Whether a forefoot is without the contact's load again in a stretch that begins with it, as far as is seen."""
    level = _level(fore[: bisect_right(time_s, contact_s)], scale, FORE)
    since, until = (bisect_right(time_s, at_s) for at_s in stretch_s)
    return any(load <= level for load in fore[since:until])


def _level(before: list[float], scale: LoadScale, column: int) -> float:
    """Above which a zone has taken a contact's load, by what it bore before."""
    return scale.zone[column] + max(median(before) - scale.zero[column] if before else 0.0, 0.0)
