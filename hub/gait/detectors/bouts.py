"""Walking bouts: when they start, when they end, and what was in them."""

from collections.abc import Callable, Mapping
from math import inf

from hub.events import Kind
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.facts import InitialContact, JudgedContact, Strike, ToeDrag, Trip, Walking
from hub.gait.feed import SampleHole, SensorBack, SensorSilent
from hub.session import Session
from sensors.layout import Role, Side


class Coverage:
    """For how long all sensors had data, from when a bout began."""

    def __init__(self) -> None:
        self._missing: list[tuple[float, float]] = []
        self._silent: dict[Role, float] = {}

    def silent(self, role: Role, since_s: float) -> None:
        """A sensor stopped."""
        self._silent[role] = since_s

    def back(self, role: Role, now_s: float) -> None:
        """It began again."""
        since_s = self._silent.pop(role, None)
        if since_s is not None:
            self._missing.append((since_s, now_s))

    def hole(self, from_s: float, to_s: float) -> None:
        """A few samples were missing."""
        self._missing.append((from_s, to_s))

    def percent(self, start_s: float, end_s: float) -> float:
        """Share of the time in which nothing was missing."""
        missing = sorted([*self._missing, *((since_s, inf) for since_s in self._silent.values())])
        covered_s, reached_s = 0.0, start_s
        for from_s, to_s in missing:
            covered_s += max(0.0, min(from_s, end_s) - reached_s)
            reached_s = max(reached_s, min(to_s, end_s))
        covered_s += max(0.0, end_s - reached_s)
        return 100.0 * covered_s / (end_s - start_s) if end_s > start_s else 100.0

    def forget(self, before_s: float) -> None:
        """What ended before no longer counts."""
        self._missing = [(from_s, to_s) for from_s, to_s in self._missing if to_s >= before_s]


class BoutDetector:
    """Reports the start of a walk, and its summary at the end."""

    def __init__(self, session: Session, make: EventMaker) -> None:
        self._make = make
        self._wearer = session.wearer
        self._one_leg = len({role.side for role in session.sensors}) == 1
        self._coverage = Coverage()
        self._start_s: float | None = None
        self._contacts_s: list[float] = []
        self._judged: list[JudgedContact] = []
        self._drags_s: list[float] = []
        self._trips_s: list[float] = []

    def handlers(self) -> Mapping[type, Handler]:
        """Walking, and what is counted."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            InitialContact: self._contact,
            JudgedContact: self._judge,
            ToeDrag: self._drag,
            Trip: self._trip,
            Walking: self._walking,
            SensorSilent: self._silent,
            SensorBack: self._back,
            SampleHole: self._hole,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """The context ends an open bout."""
        return []

    def _contact(self, contact: InitialContact, now_s: float) -> list[Output]:
        self._contacts_s.append(contact.time_s)
        if self._start_s is None:
            self._contacts_s = self._contacts_s[-8:]
        return []

    def _judge(self, judged: JudgedContact, now_s: float) -> list[Output]:
        if self._wearer.is_affected(judged.contact.side) and judged.strike is not Strike.UNKNOWN:
            self._judged.append(judged)
            if self._start_s is None:
                self._judged = self._judged[-8:]
        return []

    def _drag(self, drag: ToeDrag, now_s: float) -> list[Output]:
        self._drags_s.append(drag.time_s)
        if self._start_s is None:
            self._drags_s = self._drags_s[-8:]
        return []

    def _trip(self, trip: Trip, now_s: float) -> list[Output]:
        if trip.stage == "confirmed":
            self._trips_s.append(trip.time_s)
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        self._coverage.silent(mark.role, mark.time_s)
        return []

    def _back(self, mark: SensorBack, now_s: float) -> list[Output]:
        self._coverage.back(mark.role, now_s)
        return []

    def _hole(self, mark: SampleHole, now_s: float) -> list[Output]:
        self._coverage.hole(mark.time_s, mark.known_at_s)
        return []

    def _walking(self, fact: Walking, now_s: float) -> list[Output]:
        if fact.walking:
            self._start_s = fact.time_s
            self._coverage.forget(fact.time_s)
            return [self._make(Kind.WALK_START, Side.BOTH, fact.time_s, now_s, fields={})]
        return self._summary(fact.time_s, now_s)

    def _summary(self, end_s: float, now_s: float) -> list[Output]:
        start_s = end_s if self._start_s is None else self._start_s
        contacts = [at_s for at_s in self._contacts_s if start_s <= at_s <= end_s]
        judged = [each for each in self._judged if start_s <= each.contact.time_s <= end_s]
        toes = sum(each.strike is Strike.TOE for each in judged)
        lasted_s = end_s - start_s
        legs = 2 if self._one_leg else 1
        fields = {
            "duration_s": lasted_s,
            "steps": len(contacts),
            "cadence_spm": 60.0 * legs * (len(contacts) - 1) / lasted_s if lasted_s > 0 else None,
            "toe_first_pct": 100.0 * toes / len(judged) if judged else None,
            "toe_drags": _within(self._drags_s, start_s, end_s),
            "trips": _within(self._trips_s, start_s, end_s),
            "coverage_pct": self._coverage.percent(start_s, end_s),
        }
        self._start_s, self._contacts_s, self._judged, self._drags_s, self._trips_s = None, [], [], [], []
        return [self._make(Kind.WALK_END, Side.BOTH, end_s, now_s, fields=fields)]


def _within(times_s: list[float], start_s: float, end_s: float) -> int:
    return sum(start_s <= time_s <= end_s for time_s in times_s)
