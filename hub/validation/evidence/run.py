"""One trial: the walker streamed straight into the engine, and what came of it, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hub.events import Event
from hub.gait import GaitEngine
from hub.recording.truth import Truth
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.evidence.faults import FAULTS, Fault
from hub.validation.evidence.scripts import script
from hub.validation.evidence.trials import Mode, Trial
from hub.validation.score import Score
from hub.validation.scoring import score_session
from hub.validation.simulated import TripOutcome, trip_outcomes
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import EIGHT_CELLS, Person, TruthEvent, Walker

PORTION_S = 8.0
"""Asked of the walker and handed to the engines at a time: less than the walker remembers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine made of a trial with one set of sensors."""

    score: Score
    trips: tuple[TripOutcome, ...] = ()


Result = dict[Mode, Outcome]


def run(trial: Trial) -> Result:
    """Simulate a trial and judge it, once for each of its modes."""
    walker, session = _worn(trial)
    sessions = {mode: _reduced(session, mode) for mode in trial.modes}
    engines = {mode: GaitEngine(each) for mode, each in sessions.items()}
    events: dict[Mode, list[Event]] = {mode: [] for mode in trial.modes}
    truth: list[TruthEvent] = []
    duration_s = trial.minutes * 60.0
    for until_s, blocks in _portions(trial, walker, session):
        for mode, engine in engines.items():
            for block in blocks:
                if block.role in sessions[mode].sensors:
                    events[mode] += engine.push(block)
        truth += walker.truth_before(until_s, closing=until_s >= duration_s)
    result: Result = {}
    for mode, engine in engines.items():
        events[mode] += engine.finish()
        rows = [Truth(row.time_s, row.side, row.kind, _value(row)) for row in truth]
        score = score_session(
            trial.key,
            rows,
            events[mode],
            duration_s,
            legs={role.side for role in sessions[mode].sensors},
            affected=[walker.person.affected_side],
            complete=True,
        )
        result[mode] = Outcome(score, tuple(trip_outcomes(truth, events[mode])))
    return result


def _worn(trial: Trial) -> tuple[Walker, Session]:
    """The person of a trial, and what is worn: two insoles and an IMU on the shin of the weak leg."""
    rng = np.random.default_rng((trial.seed, 21))
    person = Person(
        float(rng.uniform(50.0, 100.0)),
        float(rng.uniform(1.5, 1.92)),
        Side.LEFT if rng.random() < 0.5 else Side.RIGHT,
    )
    side = person.affected_side
    insole = InsoleSpec(trial.rate_hz, LoadUnit.N, EIGHT_CELLS)
    session = Session(
        trial.key,
        Wearer(affected_side="left" if side is Side.LEFT else "right"),
        {Role.LEFT_INSOLE: insole, Role.RIGHT_INSOLE: insole, side.shin: ShinSpec(trial.rate_hz)},
    )
    fault = FAULTS[trial.fault] if trial.fault else Fault()
    return Walker(script(trial), seed=trial.seed, person=person, imu=fault.imu, insole=fault.insole), session


def _reduced(session: Session, mode: Mode) -> Session:
    """The same with some of the sensors only."""
    kept = {
        role: spec
        for role, spec in session.sensors.items()
        if mode is Mode.ALL or role.is_insole is (mode is Mode.INSOLES)
    }
    return Session(session.name, session.wearer, kept, session.source)


def _portions(trial: Trial, walker: Walker, session: Session) -> Iterator[tuple[float, list[Block]]]:
    """Blocks of all sensors up to the end of each portion."""
    samples_n = round(trial.minutes * 60.0 * trial.rate_hz)
    portion_n = round(PORTION_S * trial.rate_hz)
    for first in range(0, samples_n, portion_n):
        end = min(first + portion_n, samples_n)
        time_s = np.arange(first, end) / trial.rate_hz
        until_s = end / trial.rate_hz
        blocks = []
        for role, spec in session.sensors.items():
            if isinstance(spec, InsoleSpec):
                values = walker.cell_forces_n(role.side, spec.cells, time_s)
            else:
                values = np.hstack(walker.shank(role.side, time_s))
            blocks.append(Block(role, time_s, values, until_s))
        yield until_s, blocks


def _value(row: TruthEvent) -> str:
    return row.value if isinstance(row.value, str) else repr(float(row.value))
