"""A few minutes of fixed walkers and the figures that the engine must reach on them."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from hub.events import Event
from hub.gait import GaitEngine, GaitParams
from hub.recording.truth import Truth
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.score import Measure, Score, Tally
from hub.validation.scoring import score_session
from sensors.layout import LoadUnit, Role, Side
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

ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)
RATE_HZ = 100.0


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


CONTACTS = (Bound(Measure.INITIAL_CONTACT, 0.97, 4, 5.0), Bound(Measure.FINAL_CONTACT, 0.97, 4, 5.0))
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
}


@cache
def recorded(name: str) -> Recording:
    case = CASES[name]
    profile = PROFILES[case.profile]
    script = (
        SCENARIOS[case.scenario].script(profile, np.random.default_rng((case.seed, 20)))
        if case.scenario
        else [Stand(5.0), Walk(60.0 * case.minutes - 10.0, profile, case.trips)]
    )
    walker = Walker(script, seed=case.seed, person=Person(), chunk_s=4)
    return record(walker, 60.0 * case.minutes, RATE_HZ, ROLES)


def score(name: str, params: GaitParams | None = None) -> Score:
    """A case through the engine."""
    case, recording = CASES[name], recorded(name)
    insole = InsoleSpec(RATE_HZ, LoadUnit.N, EIGHT_CELLS)
    specs = {role: insole if role.is_insole else ShinSpec(RATE_HZ) for role in case.roles}
    engine = GaitEngine(Session(name, Wearer(affected_side="right"), specs), params=params)
    events: list[Event] = []
    for role in case.roles:
        events += engine.push(Block(role, recording.time_s, recording.values[role], 60.0 * case.minutes))
    events += engine.finish()
    truth = [Truth(row.time_s, row.side, row.kind, str(row.value)) for row in recording.truth]
    legs = {role.side for role in case.roles}
    return score_session(name, truth, events, 60.0 * case.minutes, legs=legs, affected=[Side.RIGHT], complete=True)


def failures(name: str, params: GaitParams | None = None) -> list[str]:
    """Which figures of a case are out of their bounds."""
    result = score(name, params)
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
