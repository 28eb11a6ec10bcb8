"""One recording's events against its truth. Pure.

What is judged, and what is not:

* Where the truth has ``walk`` intervals, contacts and strikes are judged inside them only. A truth outside is left out;
  a detection outside counts when it pairs with a truth inside, and is not judged otherwise. The same holds for
  toe-first contacts, drags and slaps, unless the truth is complete, as a simulation's is: then they are false there.
* A leg without a sensor is not judged, nor is one without a true contact: the reference could not tell. Where it is
  in doubt, neither its contacts nor those told there are judged.
* A contact whose strike is empty is judged as a contact, not as a strike, and a toe-first detection there is not
  judged either.
* Trips, toe catches and falls are taken to be listed wherever there is a truth at all, so every other detection is
  false. At a true catch, an obstacle without a recovery, a candidate is not judged and a confirmed trip is false.
  Around a true fall trips are not judged: how it began is not in the truth.
* Toe-first contacts are rows of their own where there are any or the truth is complete; otherwise the contacts with
  strike "toe".
* Toe-first contacts, drags and slaps are signs of foot drop, and the hub looks for them on affected feet only: those of
  the other feet need not be found. The strikes of all feet are in the strike table.
* Drags and slaps are judged where the truth has any of that kind, or is complete.
* Drags and slaps are judged per step: several in one step are one. Compensations are judged by run, see ``runs``.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import nan

from hub.events import Event, Kind
from hub.recording.truth import NOT_WALKING, SLIDE, STRIKE_INDEX, WALK, Truth
from hub.validation.judgement import Judgement, Verdict, by_context, tally_of
from hub.validation.matching import Window, match
from hub.validation.runs import judge_runs
from hub.validation.score import MISSED, Measure, Score
from hub.validation.steps import StepErrors, step_errors
from sensors.layout import Side

EDGE_S = 0.002
"""A walk may begin and end with a contact: rounding in the truth must not put it outside. Its beginning, its length and
the contact are each written to a millisecond."""

FEET = (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True, slots=True)
class ScoringParams:
    """Tolerances of the pairing. Defaults as the field uses them for contacts, and as fits one step for the others."""

    contact_s: float = 0.05  # Figueiredo 2018, Salis 2021 and others report errors well inside +-50 ms
    step_s: float = 0.25  # a strike or slap belongs to the nearest step; no step is shorter than twice this
    trip_s: float = 0.5  # less than one swing at walking speed
    fall_before_s: float = 1.0  # the truth is the impact, which follows the loss of balance by up to 1.3 s
    fall_after_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """From when to when nobody knows what a foot did: its contacts there are not judged."""

    side: Side
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class _Mark:
    """A truth or a detection, reduced to what pairing needs."""

    time_s: float
    side: Side
    duration_s: float | None = None
    event: Event | None = None
    truth: Truth | None = None


def score_session(
    name: str,
    truth: Sequence[Truth],
    events: Sequence[Event],
    duration_s: float,
    *,
    legs: Collection[Side] = FEET,
    affected: Collection[Side] = FEET,
    complete: bool = False,
    doubts: Sequence[Doubt] = (),
    params: ScoringParams | None = None,
) -> Score:
    """Compare one recording's events with its truth.

    Parameters
    ----------
    name : of the recording.
    truth : rows of ``truth.csv``; none at all: nothing is judged, detections are only counted.
    events : what the engine said, in any order.
    duration_s : length of the recording.
    legs : those that carry a sensor.
    affected : feet with foot drop.
    complete : the truth lists everything that happened, as a simulation's does.
    doubts : where the truth's contacts are not to be trusted.
    params : tolerances.
    """
    comparison = _Comparison(
        truth, events, legs=legs, affected=affected, complete=complete, doubts=doubts, params=params or ScoringParams()
    )
    return comparison.score(name, duration_s)


class _Comparison:
    """The judgements over one recording."""

    def __init__(
        self,
        truth: Sequence[Truth],
        events: Sequence[Event],
        *,
        legs: Collection[Side],
        affected: Collection[Side],
        complete: bool,
        doubts: Sequence[Doubt],
        params: ScoringParams,
    ) -> None:
        self.truth = [row for row in truth if row.side is Side.BOTH or row.side in legs]
        self.events, self.params, self.affected = events, params, affected
        self.truth_known = bool(truth)
        self.complete = frozenset(legs) if complete else frozenset[Side]()
        self.walks = [row for row in truth if row.kind == WALK]
        self.doubts = doubts
        self.contacts = {side: self._true(Kind.INITIAL_CONTACT, side) for side in FEET}
        self.contact_times = {side: [mark.time_s for mark in marks] for side, marks in self.contacts.items()}

    def score(self, name: str, duration_s: float) -> Score:
        strikes: Counter[tuple[str, str]] = Counter()
        index_errors_pct: list[float] = []
        found = {
            Measure.INITIAL_CONTACT: self._contacts(Kind.INITIAL_CONTACT, strikes, index_errors_pct),
            Measure.FINAL_CONTACT: self._contacts(Kind.FINAL_CONTACT, Counter(), []),
            Measure.TOE_FIRST: self._toe_first(),
            Measure.TOE_DRAG: self._per_step(Kind.TOE_DRAG),
            Measure.FOOT_SLAP: self._per_step(Kind.FOOT_SLAP),
            Measure.TRIP_CANDIDATE: self._trips(self._staged(Kind.TRIP, "candidate"), Kind.TRIP, or_catch=True),
            Measure.TRIP: self._trips(self._staged(Kind.TRIP, "confirmed"), Kind.TRIP),
            Measure.TOE_CATCH: self._trips(self._all(Kind.TOE_CATCH), Kind.TOE_CATCH),
            Measure.FALL_CANDIDATE: self._falls(self._staged(Kind.FALL, "candidate")),
            Measure.FALL: self._falls(self._staged(Kind.FALL, "confirmed")),
            **self._falls_by_kind(),
            Measure.COMPENSATION: judge_runs(self.truth, self.events, judged=bool(self.complete)),
        }
        still = [row for row in self.truth if row.kind == NOT_WALKING]
        detected = [event for event in self.events if event.kind is Kind.INITIAL_CONTACT]
        steps_n = sum(map(len, self.contacts.values())) or len(detected)
        return Score(
            name,
            sessions_n=1,
            hours=duration_s / 3600.0,
            steps_n=steps_n,
            not_walking_h=sum(row.duration_s for row in still) / 3600.0,
            not_walking_contacts_n=sum(_inside(event.time_s, still) for event in detected),
            tallies={measure: tally_of(judgements) for measure, judgements in found.items() if judgements},
            contexts=by_context(self.truth, found, (time_s for side in FEET for time_s in self.contact_times[side])),
            strikes=strikes,
            step_errors=self._step_errors(),
            strike_index_errors_pct=tuple(index_errors_pct),
        )

    def _step_errors(self) -> StepErrors:
        final_s = {side: [mark.time_s for mark in self._true(Kind.FINAL_CONTACT, side)] for side in FEET}
        return step_errors(self.contact_times, final_s, self.events, Window.around(self.params.contact_s))

    def _contacts(
        self, kind: Kind, strikes: "Counter[tuple[str, str]]", index_errors_pct: list[float]
    ) -> list[Judgement]:
        """Contacts of both feet; ``strikes`` takes the strike of each judged one, the list errors of strike indices."""
        total: list[Judgement] = []
        for side in FEET:
            true = [mark for mark in self._true(kind, side) if not self._doubted(mark, 0.0)]
            found = self._found(kind, side)
            judged = bool(true) or side in self.complete
            pairs = _match(true, found, Window.around(self.params.contact_s))
            may_be_false = [
                judged and self._in_walk(mark.time_s) and not self._doubted(mark, self.params.contact_s)
                for mark in found
            ]
            total += _judge(true, found, pairs, may_be_false)
            partner = dict(pairs)
            for i, mark in enumerate(true):
                if mark.truth and mark.truth.value:
                    event = found[partner[i]].event if i in partner else None
                    strikes[mark.truth.value, str(event.fields.get("strike")) if event else MISSED] += 1
            indices = {
                row.time_s: float(row.value) for row in self.truth if row.kind == STRIKE_INDEX and row.side is side
            }
            for i, j in pairs:
                event, true_pct = found[j].event, indices.get(true[i].time_s)
                measured_pct = event.fields.get("strike_index_pct") if event else None
                if true_pct is not None and isinstance(measured_pct, int | float):
                    index_errors_pct.append(measured_pct - true_pct)
        return total

    def _toe_first(self) -> list[Judgement]:
        """Toe-first contacts: true contacts with strike "toe"; rows of their own where no contact has a strike."""
        total: list[Judgement] = []
        for side in FEET:
            strike_of = {mark.time_s: mark.truth.value for mark in self.contacts[side] if mark.truth}
            rows, found = self._true(Kind.TOE_FIRST, side), self._found(Kind.TOE_FIRST, side)
            labelled = any(strike_of.values())
            if labelled and not rows and side not in self.complete:
                rows = [mark for mark in self.contacts[side] if strike_of[mark.time_s] == "toe"]
            judged = labelled or bool(rows) or side in self.complete
            may_be_false = [
                judged
                and self._may_be_false(mark.time_s, side)
                and not (labelled and self._strike_near(mark.time_s, side) == "")
                for mark in found
            ]
            true = rows if side in self.affected else []
            total += _judge(true, found, _match(true, found, Window.around(self.params.step_s)), may_be_false)
        return total

    def _strike_near(self, time_s: float, side: Side) -> str:
        """True strike of the contact nearest to a time; empty where it is not known."""
        after = bisect_right(self.contact_times[side], time_s)
        nearest = min(self.contacts[side][max(after - 1, 0) : after + 1], key=lambda mark: abs(mark.time_s - time_s))
        return nearest.truth.value if nearest.truth else ""

    def _per_step(self, kind: Kind) -> list[Judgement]:
        """At most one per step: the first truth and the first detection in each stride of a foot are compared."""
        total: list[Judgement] = []
        for side in FEET:
            true, found = self._true(kind, side), self._found(kind, side)
            judged = side in self.complete or any(row.kind == kind for row in self.truth)
            if self.contact_times[side]:
                true, found = self._first_per_step(true, side, kind), self._first_per_step(found, side, kind)
                step_of_found = {self._step(mark, side, kind): j for j, mark in enumerate(found)}
                steps = [(i, step_of_found.get(self._step(mark, side, kind))) for i, mark in enumerate(true)]
                pairs = [(i, j) for i, j in steps if j is not None]
            else:
                pairs = _match(true, found, Window.around(self.params.step_s))
            may_be_false = [judged and self._may_be_false(mark.time_s, side) for mark in found]
            if side not in self.affected:
                right = {j for _, j in pairs}
                may_be_false = [may and j not in right for j, may in enumerate(may_be_false)]
                true, pairs = [], []
            total += _judge(true, found, pairs, may_be_false)
        return total

    def _step(self, mark: _Mark, side: Side, kind: Kind) -> int:
        """Number of the stride, from one true contact to the next, in which a mark begins.

        A slap belongs to the contact that it is dated at, which may be seen a little early.
        """
        early_s = self.params.contact_s if kind is Kind.FOOT_SLAP else 0.0
        return bisect_right(self.contact_times[side], mark.time_s + early_s)

    def _first_per_step(self, marks: list[_Mark], side: Side, kind: Kind) -> list[_Mark]:
        first: dict[int, _Mark] = {}
        for mark in marks:
            first.setdefault(self._step(mark, side, kind), mark)
        return list(first.values())

    def _trips(self, found: list[_Mark], kind: Kind, *, or_catch: bool = False) -> list[Judgement]:
        """Trips or toe catches anywhere in the recording, each on its own side; ``or_catch`` at a catch not judged."""
        falls_s = [row.time_s for row in self.truth if row.kind == Kind.FALL]
        around_fall = Window(self.params.fall_before_s + self.params.trip_s, self.params.fall_after_s)
        near = Window.around(self.params.trip_s)
        total: list[Judgement] = []
        for side in Side:
            true = [mark for mark in self._listed(kind) if mark.side is side]
            here = [mark for mark in found if mark.side is side]
            catches = [mark for mark in self._listed(Kind.TOE_CATCH) if mark.side is side and or_catch]
            judged = [
                self.truth_known
                and not any(around_fall.holds(mark.time_s - fall_s) for fall_s in falls_s)
                and not any(near.holds(mark.time_s - catch.time_s) for catch in catches)
                for mark in here
            ]
            total += _judge(true, here, _match(true, here, near), judged)
        return total

    def _falls(self, found: list[_Mark]) -> list[Judgement]:
        """Falls anywhere in the recording, whatever the side."""
        true = self._listed(Kind.FALL)
        pairs = _match(true, found, Window(self.params.fall_before_s, self.params.fall_after_s))
        return _judge(true, found, pairs, [self.truth_known] * len(found))

    def _falls_by_kind(self) -> dict[Measure, list[Judgement]]:
        """Falls with a blow that are confirmed, and slow slides that are told; what is false is judged with all falls.

        Nothing where the truth may not tell them apart.
        """
        slides_s = {row.time_s for row in self.truth if row.kind == Kind.FALL and row.value == SLIDE}
        if not (slides_s or self.complete):
            return {}
        confirmed, told = (
            [
                each
                for each in self._falls(self._staged(Kind.FALL, stage))
                if each.verdict in (Verdict.FOUND, Verdict.MISSED)
            ]
            for stage in ("confirmed", "candidate")
        )
        return {
            Measure.FALL_WITH_BLOW: [each for each in confirmed if each.time_s not in slides_s],
            Measure.SLIDE: [each for each in told if each.time_s in slides_s],
        }

    def _listed(self, kind: Kind) -> list[_Mark]:
        """Truths of a kind, inside walks or not, in order of time."""
        rows = sorted((row for row in self.truth if row.kind == kind), key=lambda row: row.time_s)
        return [_Mark(row.time_s, row.side, truth=row) for row in rows]

    def _staged(self, kind: Kind, stage: str) -> list[_Mark]:
        return [mark for mark in self._all(kind) if mark.event and mark.event.fields.get("stage") == stage]

    def _all(self, kind: Kind) -> list[_Mark]:
        marks = [mark for side in Side for mark in self._found(kind, side)]
        return sorted(marks, key=lambda mark: mark.time_s)

    def _true(self, kind: Kind, side: Side) -> list[_Mark]:
        """Judged truths of one foot, in order of time."""
        rows = sorted((row for row in self.truth if row.kind == kind and row.side is side), key=lambda row: row.time_s)
        return [_Mark(row.time_s, side, row.duration_s or None, truth=row) for row in rows if self._in_walk(row.time_s)]

    def _found(self, kind: Kind, side: Side) -> list[_Mark]:
        events = sorted((e for e in self.events if e.kind is kind and e.side is side), key=lambda event: event.time_s)
        durations = [event.fields.get("duration_s") for event in events]
        return [
            _Mark(event.time_s, side, float(length) if isinstance(length, int | float) else None, event=event)
            for event, length in zip(events, durations, strict=True)
        ]

    def _doubted(self, mark: _Mark, around_s: float) -> bool:
        """Whether a foot's contact is one about which, or within ``around_s`` of which, the truth is in doubt."""
        return any(
            doubt.start_s - around_s <= mark.time_s <= doubt.end_s + around_s
            for doubt in self.doubts
            if doubt.side is mark.side
        )

    def _in_walk(self, time_s: float) -> bool:
        return not self.walks or _inside(time_s, self.walks)

    def _may_be_false(self, time_s: float, side: Side) -> bool:
        """Whether the truth would have listed a sign of foot drop there."""
        return side in self.complete or self._in_walk(time_s)


def _judge(
    true: list[_Mark], found: list[_Mark], pairs: list[tuple[int, int]], may_be_false: list[bool]
) -> list[Judgement]:
    """A verdict for each truth, and for each detection that has none."""
    partner, paired = dict(pairs), {j for _, j in pairs}
    judged = [
        _found(mark, found[partner[i]]) if i in partner else Judgement(mark.time_s, Verdict.MISSED)
        for i, mark in enumerate(true)
    ]
    return judged + [
        Judgement(mark.time_s, Verdict.FALSE if may_be_false[j] else Verdict.UNJUDGED)
        for j, mark in enumerate(found)
        if j not in paired
    ]


def _found(true: _Mark, found: _Mark) -> Judgement:
    decided_s = found.event.detected_at_s if found.event else nan
    return Judgement(
        true.time_s,
        Verdict.FOUND,
        error_s=found.time_s - true.time_s,
        latency_s=decided_s - found.time_s,
        late_s=decided_s - true.time_s,
        duration_error_s=found.duration_s - true.duration_s if found.duration_s and true.duration_s else nan,
    )


def _match(true: list[_Mark], found: list[_Mark], window: Window) -> list[tuple[int, int]]:
    return match([mark.time_s for mark in true], [mark.time_s for mark in found], window)


def _inside(time_s: float, intervals: Sequence[Truth]) -> bool:
    return any(row.time_s - EDGE_S <= time_s <= row.end_s + EDGE_S for row in intervals)
