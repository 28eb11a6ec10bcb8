"""How the foot touched: heel, flat or toe first, by the order in which heel and forefoot take load."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.events import Event, Kind, Value
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.facts import InitialContact, JudgedContact, Strike
from hub.gait.history import History
from hub.gait.insole import Loaded
from hub.gait.loadscale import FORE, HEEL, MOMENT, TOTAL, LoadScale
from hub.gait.timeline import Later
from hub.session import InsoleSpec, Session
from sensors.layout import Region, Role, Side


@dataclass(frozen=True, slots=True)
class StrikeParams:
    """When zones count as first, and how long is waited for the other one."""

    flat_band_s: float = 0.020  # within this are flat: flat contacts of gaitpdb and the walker spread over it
    flat_band_periods: float = 1.5  # 30 ms at 50 Hz (rec)
    index_s: float = 0.050  # centre of pressure over the first 30-50 ms (Cavanagh and Lafortune 1980, adapted)
    judged_after_s: float = 0.060  # earliest verdict (rec)
    judged_latest_s: float = 0.100  # verdict although one zone has not touched yet (rec)
    onset_before_s: float = 0.100  # an onset this long before the contact is counted as that long
    heel_awaited_s: float = 0.300  # toe-first is reported at the latest then: 40 % of a usual stance (rec)
    poll_s: float = 0.020


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Timer: judge the contact."""

    contact: InitialContact
    scale: LoadScale


@dataclass(frozen=True, slots=True)
class _HeelAwaited:
    """Timer: has the heel touched after a toe-first contact?"""

    judged: JudgedContact
    fore_s: float
    scale: LoadScale


class StrikeDetector:
    """Reports initial contacts with their strike, and toe-first contacts with the reason."""

    def __init__(
        self, session: Session, histories: Mapping[Role, History], make: EventMaker, params: StrikeParams
    ) -> None:
        self._make = make
        self._params = params
        self._histories = histories
        self._band_s = {}
        self._zones_known = {}
        for role, spec in session.sensors.items():
            if isinstance(spec, InsoleSpec):
                regions = {cell.region for cell in spec.cells}
                self._zones_known[role] = Region.HEEL in regions and bool(regions & {Region.FOREFOOT, Region.TOES})
                self._band_s[role] = max(params.flat_band_s, params.flat_band_periods / spec.rate_hz)
        self._scales: dict[Side, LoadScale] = {}

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            Loaded: self._loaded,
            InitialContact: self._contact,
            _Verdict: self._judge,
            _HeelAwaited: self._await_heel,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A contact too young to be judged is not reported: more data would judge it."""
        return []

    def _loaded(self, mark: Loaded, now_s: float) -> list[Output]:
        self._scales[mark.side] = mark.scale
        return []

    def _contact(self, contact: InitialContact, now_s: float) -> list[Output]:
        if contact.sensor.is_insole and self._zones_known[contact.sensor]:
            verdict = _Verdict(contact, self._scales[contact.side])
            return [Later(contact.time_s + self._params.judged_after_s, verdict)]
        index = self._index_pct(contact, self._scales[contact.side]) if contact.sensor.is_insole else None
        return self._report(contact, Strike.UNKNOWN, index, None, now_s)

    def _judge(self, due: _Verdict, now_s: float) -> list[Output]:
        contact, params = due.contact, self._params
        heel_s = self._onset_s(contact, HEEL, due.scale)
        fore_s = self._onset_s(contact, FORE, due.scale)
        latest_s = contact.time_s + params.judged_latest_s
        if (heel_s is None or fore_s is None) and now_s < latest_s:
            return [Later(min(now_s + params.poll_s, latest_s), due)]
        lead_s = heel_s - fore_s if heel_s is not None and fore_s is not None else None
        index = self._index_pct(contact, due.scale)
        outputs = self._report(contact, self._strike(contact.sensor, heel_s, fore_s), index, lead_s, now_s)
        judged = outputs[0]
        if isinstance(judged, JudgedContact) and judged.strike is Strike.TOE and fore_s is not None:
            outputs.append(_HeelAwaited(judged, fore_s, due.scale))
        return outputs

    def _await_heel(self, due: _HeelAwaited, now_s: float) -> list[Output]:
        contact, params = due.judged.contact, self._params
        heel_s = self._onset_s(contact, HEEL, due.scale)
        if heel_s is None and now_s < contact.time_s + params.heel_awaited_s:
            return [Later(now_s + params.poll_s, due)]
        lead_ms = 1000 * ((now_s if heel_s is None else heel_s) - due.fore_s)
        reason = (
            f"forefoot {lead_ms:.0f} ms before heel"
            if heel_s is not None
            else f"forefoot only: no heel {lead_ms:.0f} ms after it"
        )
        fields: dict[str, Value] = {"lead_ms": lead_ms, "reason": reason}
        return [
            self._make(
                Kind.TOE_FIRST, contact.side, contact.time_s, now_s, confidence=contact.confidence, fields=fields
            )
        ]

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

    def _onset_s(self, contact: InitialContact, column: int, scale: LoadScale) -> float | None:
        """Since when, without a break, the zone has been loaded around the contact; None if it is not."""
        start_s = contact.time_s - self._params.onset_before_s
        time_s, columns = self._histories[contact.sensor].window(start_s, contact.time_s + 1.0)
        load, level = columns[column], scale.zone[column]
        after = int(time_s.searchsorted(contact.time_s, side="right"))
        loaded = load > level
        touched = after + int(loaded[after:].argmax()) if after < len(load) else len(load)
        if touched >= len(load) or not loaded[touched]:
            return None
        clear = loaded[:touched][::-1].argmin() if touched and not loaded[:touched].all() else touched
        first = touched - int(clear)
        if first == 0:
            return float(time_s[0])
        share = (level - float(load[first - 1])) / (float(load[first]) - float(load[first - 1]))
        return float(time_s[first - 1]) + share * (float(time_s[first]) - float(time_s[first - 1]))

    def _index_pct(self, contact: InitialContact, scale: LoadScale) -> float | None:
        end_s = contact.time_s + self._params.index_s
        _, columns = self._histories[contact.sensor].window(contact.time_s, end_s)
        total = sum(value - scale.zero[TOTAL] for value in columns[TOTAL].tolist())
        moment = sum(value - scale.zero[MOMENT] for value in columns[MOMENT].tolist())
        return min(max(100 * moment / total, 0.0), 100.0) if total > 0 else None
