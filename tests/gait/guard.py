"""A few minutes of fixed walkers and the figures that the engine must reach on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from hub.events import Event
from hub.gait import GaitEngine, GaitParams
from hub.recording.truth import Truth
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.score import Measure, Score, Tally
from hub.validation.scoring import score_session
from sensors.layout import Cell, LoadUnit, Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    SCENARIOS,
    Person,
    Recording,
    Stand,
    Trip,
    Walk,
    Walker,
    record,
)
from sensors.walker.faults import IMU_FAULTS
from sensors.walker.imu import ImuParams
from sensors.walker.insole import InsoleParams
from sensors.walker.segments import Segment

ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)


@dataclass(frozen=True)
class Bound:
    """Least share found, most false ones, and the farthest that their median time may be off."""

    measure: Measure
    found: float
    false_n: int = 0
    off_ms: float = 1000.0


@dataclass(frozen=True)
class Case:
    """One walker of ``minutes``, and what must come of it."""

    profile: str
    minutes: float
    seed: int
    bounds: tuple[Bound, ...]
    scenario: str = ""
    trips: tuple[Trip, ...] = ()
    roles: tuple[Role, ...] = ROLES
    strikes: float = 0.0  # least share of each class told right
    rate_hz: float = 100.0
    cells: tuple[Cell, ...] = EIGHT_CELLS
    worn_out: bool = False  # insoles in raw counts that creep, one cell stuck
    silent_s: tuple[tuple[float, float], ...] = ()  # when nothing is told
    imu: ImuParams | None = None  # a fault of the shin sensor
    severities: tuple[float, ...] = ()  # a walk of 80 s of each, in place of one long one


CONTACTS = (Bound(Measure.INITIAL_CONTACT, 0.97, 4, 5.0), Bound(Measure.FINAL_CONTACT, 0.97, 4, 5.0))
NO_ALARM = (Bound(Measure.FALL, 0.0), Bound(Measure.TRIP, 0.0))
TRIPS = tuple(
    Trip(at_s, phase, strength)
    for at_s, phase, strength in (
        (30.0, 0.2, 1.0),
        (48.0, 0.5, 1.0),
        (66.0, 0.8, 1.0),
        (84.0, 0.35, 0.5),
        (102.0, 0.6, 1.0),
    )
)
CASES = {
    "dragging and tripping": Case(
        "foot_drop",
        2.1,
        31,
        (
            *CONTACTS,
            Bound(Measure.TOE_FIRST, 0.9, 3),
            Bound(Measure.TOE_DRAG, 0.95, 0),
            Bound(Measure.TRIP_CANDIDATE, 1.0, 0),
            Bound(Measure.TRIP, 1.0, 0),
        ),
        trips=TRIPS,
        strikes=0.95,
    ),
    "stairs, turns, tiptoe": Case("partial_drop", 5.0, 37, (*CONTACTS, *NO_ALARM), "on_foot"),
    "the same, by the shin alone": Case(
        "foot_drop",
        2.1,
        31,
        (
            Bound(Measure.INITIAL_CONTACT, 0.9, 8, 40.0),
            Bound(Measure.TRIP_CANDIDATE, 0.8, 0),
        ),
        trips=TRIPS,
        roles=(Role.RIGHT_SHIN,),
    ),
    "slapping": Case("slap", 1.5, 32, (*CONTACTS, Bound(Measure.FOOT_SLAP, 0.95, 0), Bound(Measure.TRIP, 0.0))),
    "swinging outward": Case("circumduction", 1.5, 33, (*CONTACTS, Bound(Measure.COMPENSATION, 1.0, 0))),
    "sound": Case(
        "healthy",
        1.5,
        34,
        (*CONTACTS, *(Bound(m, 0.0) for m in (Measure.TOE_FIRST, Measure.TOE_DRAG, Measure.FOOT_SLAP, Measure.TRIP))),
    ),
    "falling": Case("foot_drop", 6.0, 35, (Bound(Measure.FALL_CANDIDATE, 1.0, 1), Bound(Measure.FALL, 1.0)), "falls"),
    "looking like a fall": Case(
        "healthy", 5.0, 36, (Bound(Measure.FALL, 0.0), Bound(Measure.TRIP, 0.0)), "look_alikes"
    ),
    "on a crutch": Case("foot_drop", 2.0, 38, (*CONTACTS, *NO_ALARM), "aided"),
    "sitting": Case("foot_drop", 5.0, 39, NO_ALARM, "seated"),
    "in a car": Case("foot_drop", 5.0, 40, NO_ALARM, "riding"),
    "standing": Case("foot_drop", 3.0, 41, NO_ALARM, "upright"),
    "steppage": Case("steppage", 2.0, 42, (*CONTACTS, *NO_ALARM)),
    "dragged along": Case("drag_along", 2.0, 43, NO_ALARM),
    "two cells": Case("foot_drop", 1.5, 44, NO_ALARM, cells=EIGHT_CELLS[::7]),
    "at 50 Hz": Case(
        "foot_drop", 1.5, 45, (*CONTACTS, *NO_ALARM), rate_hz=50.0, silent_s=((50.0, 50.05), (60.0, 60.1))
    ),
    "first as usual, then steppage": Case(
        "steppage",
        6.0,
        50,
        (*CONTACTS, *NO_ALARM, Bound(Measure.COMPENSATION, 1.0)),
        severities=(0.1, 0.1, 0.9, 0.1),
        strikes=0.9,
    ),
    "first as usual, then hiking": Case(
        "hip_hike", 6.0, 52, (*CONTACTS, *NO_ALARM, Bound(Measure.COMPENSATION, 1.0)), severities=(0.1, 0.1, 0.9, 0.1)
    ),
    "obstacles, two shins alone": Case(
        "healthy",
        4.0,
        62,
        (Bound(Measure.INITIAL_CONTACT, 0.9, 20, 40.0), Bound(Measure.FALL, 0.0)),
        "trips",
        roles=(Role.LEFT_SHIN, Role.RIGHT_SHIN),
    ),
    "obstacles, on a soft calf": Case(
        "foot_drop",
        4.0,
        90,
        (*CONTACTS, Bound(Measure.TRIP, 0.8), Bound(Measure.FALL, 0.0)),
        "trips",
        imu=IMU_FAULTS["soft_tissue"],
    ),
    "tiptoe, backward, marching": Case("partial_drop", 5.0, 85, (*CONTACTS, *NO_ALARM), "odd_steps"),
    "a morning": Case("foot_drop", 15.0, 79, (Bound(Measure.FALL, 0.0),), "day"),
    "worn-out sensors": Case("foot_drop", 3.0, 46, NO_ALARM, worn_out=True, silent_s=((50.0, 50.1), (80.0, 83.0))),
}


@cache
def recorded(name: str) -> Recording:
    case = CASES[name]
    profile = PROFILES[case.profile]
    script: Iterable[Segment] = [Stand(5.0), Walk(60.0 * case.minutes - 10.0, profile, case.trips)]
    if case.scenario:
        script = SCENARIOS[case.scenario].script(profile, np.random.default_rng((case.seed, 20)))
    elif case.severities:
        walks = [(Walk(80.0, profile, severity=severity), Stand(6.0)) for severity in case.severities]
        script = [Stand(5.0), *(part for walk in walks for part in walk)]
    worn = InsoleParams(stuck_cells=((5, 60.0),), creep=0.05, fails_at_s=60.0) if case.worn_out else None
    walker = Walker(script, seed=case.seed, person=Person(), insole=worn, imu=case.imu, chunk_s=4)
    return record(walker, 60.0 * case.minutes, case.rate_hz, {*ROLES, *case.roles}, case.cells)


def events_of(name: str, params: GaitParams | None = None) -> list[Event]:
    """A case through the engine."""
    case, recording = CASES[name], recorded(name)
    unit = LoadUnit.COUNTS if case.worn_out else LoadUnit.N
    insole = InsoleSpec(case.rate_hz, unit, case.cells)
    specs = {role: insole if role.is_insole else ShinSpec(case.rate_hz) for role in case.roles}
    engine = GaitEngine(Session(name, Wearer(affected_side="right"), specs), params=params)
    time_s = recording.time_s
    told = np.full(len(time_s), fill_value=True)
    for start_s, end_s in case.silent_s:
        told &= (time_s < start_s) | (time_s > end_s)
    events: list[Event] = []
    for role in case.roles:
        values = recording.values[role] + (300.0 if case.worn_out and role.is_insole else 0.0)
        events += engine.push(Block(role, time_s[told], values[told], 60.0 * case.minutes))
    return events + engine.finish()


def score(name: str, events: list[Event]) -> Score:
    """The events of a case against its truth."""
    case, recording = CASES[name], recorded(name)
    truth = [Truth(row.time_s, row.side, row.kind, str(row.value)) for row in recording.truth]
    legs = {role.side for role in case.roles}
    return score_session(name, truth, events, 60.0 * case.minutes, legs=legs, affected=[Side.RIGHT], complete=True)


def failures(name: str, events: list[Event]) -> list[str]:
    """Which figures of a case are out of their bounds."""
    result = score(name, events)
    told = []
    for bound in CASES[name].bounds:
        tally = result.tallies.get(bound.measure, Tally())
        off_ms = 1000.0 * abs(float(np.median(tally.error_s))) if tally.error_s else 0.0
        if tally.found_n < bound.found * tally.truth_n or tally.false_n > bound.false_n or off_ms > bound.off_ms:
            told.append(f"{name}, {bound.measure}: {tally.found_n} of {tally.truth_n}, {tally.false_n} false")
    for strike in ("heel", "flat", "toe"):
        share = result.strike_recall(strike)
        if (share.value or 0.0) < CASES[name].strikes:
            told.append(f"{name}, {strike}: {share.k} of {share.n} told right")
    return told
