"""Walking bouts: when they start, when they end, and what was in them."""

from collections import deque
from collections.abc import Callable, Mapping

from hub.events import Kind
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.bout_measures import Bins, WalkTally
from hub.gait.detectors.bout_summary import BoutParams, WalkTotals, summarize
from hub.gait.detectors.coverage import Coverage
from hub.gait.facts import JudgedContact, Step, ToeDrag, Trip, Walking
from hub.gait.feed import SampleHole, SensorBack, SensorSilent
from hub.gait.history import HISTORY_S
from hub.gait.legs import Legs
from hub.session import Session
from sensors.layout import Side

BEFORE = 8
"""Contacts, steps and drags that are kept while nobody walks: a walk is known at its third contact."""


class BoutDetector:
    """Reports the start of a walk, and its summary at the end."""

    def __init__(self, session: Session, legs: Legs, make: EventMaker, params: BoutParams) -> None:
        self._make = make
        self._params = params
        affected = frozenset(side for side in (Side.LEFT, Side.RIGHT) if session.wearer.is_affected(side))
        self._affected = affected or frozenset({Side.LEFT, Side.RIGHT})
        self._legs = legs
        self._coverage = Coverage(session.sensors)
        self._legs_seen = 0
        self._tally: WalkTally | None = None
        self._contacts_n = self._drags_n = self._trips_n = 0
        self._contacts_s: deque[float] = deque(maxlen=BEFORE)
        self._steps: deque[Step] = deque(maxlen=BEFORE)
        self._drags: deque[ToeDrag] = deque(maxlen=BEFORE)

    def handlers(self) -> Mapping[type, Handler]:
        """Walking, and what is counted."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            JudgedContact: self._contact,
            Step: self._step,
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

    def _contact(self, judged: JudgedContact, now_s: float) -> list[Output]:
        contact_s = judged.contact.time_s
        if self._tally is None:
            self._contacts_s.append(contact_s)
        elif contact_s >= self._tally.start_s:
            self._contacts_n += 1
        return []

    def _step(self, step: Step, now_s: float) -> list[Output]:
        if self._tally is None:
            self._steps.append(step)
        elif step.time_s >= self._tally.start_s:
            self._tally.add(step)
        return []

    def _drag(self, drag: ToeDrag, now_s: float) -> list[Output]:
        if self._tally is None:
            self._drags.append(drag)
        elif drag.time_s >= self._tally.start_s:
            self._drags_n += 1
            self._tally.drag(drag.side, drag.time_s)
        return []

    def _trip(self, trip: Trip, now_s: float) -> list[Output]:
        if trip.stage == "confirmed" and self._tally is not None and trip.time_s >= self._tally.start_s:
            self._trips_n += 1
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        self._coverage.silent(mark.role, mark.time_s)
        return []

    def _back(self, mark: SensorBack, now_s: float) -> list[Output]:
        self._coverage.back(mark.role, now_s)
        return []

    def _hole(self, mark: SampleHole, now_s: float) -> list[Output]:
        self._coverage.hole(mark.time_s, mark.known_at_s)
        if self._tally is None:
            self._coverage.forget(now_s - HISTORY_S)
        return []

    def _walking(self, fact: Walking, now_s: float) -> list[Output]:
        return [self._start(fact.time_s, now_s)] if fact.walking else [self._end(fact.time_s, now_s)]

    def _start(self, start_s: float, now_s: float) -> Output:
        fatigue = self._params.fatigue
        self._tally = tally = WalkTally(start_s, self._affected, Bins(start_s, fatigue.bin_s, fatigue.bin_least_n))
        self._coverage.forget(start_s)
        self._legs_seen = len(self._legs.watched(now_s))
        self._contacts_n = sum(at_s >= start_s for at_s in self._contacts_s)
        self._drags_n = self._trips_n = 0
        for drag in self._drags:
            if drag.time_s >= start_s:
                self._drags_n += 1
                tally.drag(drag.side, drag.time_s)
        for step in self._steps:
            if step.time_s >= start_s:
                tally.add(step)
        for before in (self._contacts_s, self._steps, self._drags):
            before.clear()
        return self._make(Kind.WALK_START, Side.BOTH, start_s, now_s, fields={})

    def _end(self, end_s: float, now_s: float) -> Output:
        tally, self._tally = self._tally, None
        assert tally is not None, "walking ends that began"
        totals = WalkTotals(
            start_s=tally.start_s,
            end_s=end_s,
            contacts=self._contacts_n,
            drags=self._drags_n,
            trips=self._trips_n,
            coverage_pct=self._coverage.percent(tally.start_s, end_s),
            legs_seen=max(self._legs_seen, len(self._legs.watched(end_s)), 1),
        )
        fields = summarize(totals, tally, self._params)
        return self._make(Kind.WALK_END, Side.BOTH, end_s, now_s, fields=fields)
