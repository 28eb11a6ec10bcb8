"""One trial: the walker streamed straight into the engine, and what came of it, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from hub.events import Context, Event
from hub.gait import GaitEngine
from hub.recording.truth import CONTEXTS, Truth
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.contexts import Confusion
from hub.validation.evidence.faults import FAULTS, Fault
from hub.validation.evidence.scripts import script
from hub.validation.evidence.told import Change, confusion, settled
from hub.validation.evidence.trials import Mode, Trial
from hub.validation.score import Score
from hub.validation.scoring import score_session
from hub.validation.simulated import TripOutcome, trip_outcomes
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import EIGHT_CELLS, PROFILES, TruthEvent, Walker, draw_person, draw_profile
from sensors.walker.population import Population
from sensors.walker.stream import Portion, portions

_CHUNK_S = 5
"""Made by the walker at once."""

_EXTREME_DRIFT = 1e-4
"""No clock drifts by more: 100 ppm."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine made of a trial with one set of sensors."""

    score: Score
    trips: tuple[TripOutcome, ...] = ()
    contexts: Confusion = field(default_factory=Confusion)


Result = dict[Mode, Outcome]


class _Judged:
    """An engine with one set of sensors, and what it said."""

    def __init__(self, session: Session) -> None:
        self.session, self.events = session, list[Event]()
        self._engine = GaitEngine(session)
        self._changes: list[Change] = []

    def push(self, block: Block) -> None:
        if block.role in self.session.sensors:
            self.events += self._engine.push(block)

    def finish(self) -> None:
        self.events += self._engine.finish()

    def changes(self) -> list[Change]:
        """All changes of context so far; asked for often enough that the engine has forgotten none in between."""
        self._changes = settled(self._changes, self._engine.contexts.changes)
        return self._changes


def run(trial: Trial) -> Result:
    """Simulate a trial and judge it, once for each of its modes."""
    rng = np.random.default_rng((trial.seed, 21))
    person = draw_person(Population.TEST, rng)
    profile = draw_profile(PROFILES[trial.profile], Population.TEST, rng)
    fault = FAULTS[trial.fault] if trial.fault else Fault()
    walker = Walker(
        script(trial, profile), seed=trial.seed, person=person, imu=fault.imu, insole=fault.insole, chunk_s=_CHUNK_S
    )
    session = _session(trial, person.affected_side)
    judged = {mode: _Judged(_reduced(session, mode)) for mode in trial.modes}
    truth: list[TruthEvent] = []
    duration_s = trial.minutes * 60.0
    stream = portions(
        walker, duration_s, trial.rate_hz, tuple(session.sensors), EIGHT_CELLS, loss=fault.loss, seed=trial.seed
    )
    for number, portion in enumerate(stream, start=1):
        for block in _blocks(portion, min(number * 10.0, duration_s)):
            for each in judged.values():
                each.push(block)
        for each in judged.values():
            each.changes()
        truth += portion.truth
    for each in judged.values():
        each.finish()
    return {mode: _outcome(trial, each, truth, person.affected_side) for mode, each in judged.items()}


def _outcome(trial: Trial, judged: _Judged, truth: list[TruthEvent], affected: Side) -> Outcome:
    score = score_session(
        trial.key,
        [Truth(row.time_s, row.side, row.kind, _value(row)) for row in truth],
        judged.events,
        trial.minutes * 60.0,
        legs={role.side for role in judged.session.sensors},
        affected=[affected],
        complete=True,
    )
    true = [(row.time_s, row.time_s + float(row.value), Context(row.kind)) for row in truth if row.kind in CONTEXTS]
    return Outcome(score, tuple(trip_outcomes(truth, judged.events)), confusion(true, judged.changes()))


def _session(trial: Trial, side: Side) -> Session:
    """Two insoles, and an IMU on the shin of the weak leg."""
    insole = InsoleSpec(trial.rate_hz, LoadUnit.N, EIGHT_CELLS)
    return Session(
        trial.key,
        Wearer(affected_side="left" if side is Side.LEFT else "right"),
        {Role.LEFT_INSOLE: insole, Role.RIGHT_INSOLE: insole, side.shin: ShinSpec(trial.rate_hz)},
    )


def _reduced(session: Session, mode: Mode) -> Session:
    """The same with some of the sensors only."""
    kept = {
        role: spec
        for role, spec in session.sensors.items()
        if mode is Mode.ALL or role.is_insole is (mode is Mode.INSOLES)
    }
    return replace(session, sensors=kept)


def _blocks(portion: Portion, end_s: float) -> Iterator[Block]:
    """What each sensor gave. No later sample is stamped before the portion's end, but for the drift of its clock."""
    for role, time_s in portion.times_s.items():
        until_s = end_s * (1.0 - _EXTREME_DRIFT)
        if time_s.size:
            until_s = max(until_s, float(time_s[-1]))
        yield Block(role, time_s, portion.values[role], until_s)


def _value(row: TruthEvent) -> str:
    return row.value if isinstance(row.value, str) else repr(float(row.value))
