"""Whole recordings of the walker, without a radio in between."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sensors.driver import Floats
from sensors.layout import Cell, Role, Side
from sensors.walker.imu import ImuParams
from sensors.walker.insole import InsoleParams
from sensors.walker.person import Person
from sensors.walker.population import Population, draw_person, draw_profile
from sensors.walker.profiles import PROFILES
from sensors.walker.scenarios import SCENARIOS
from sensors.walker.scripts import evaluation_script
from sensors.walker.segments import Segment
from sensors.walker.stream import EIGHT_CELLS, portions
from sensors.walker.truth import TruthEvent
from sensors.walker.walker import Walker

_CHUNK_S = 4
"""Seconds made at once: longer saves little more, and costs memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What the sensors gave and what was true.

    Parameters
    ----------
    time_s : (n,) common to all sensors.
    values : per role (n, cells) in newtons, or (n, 6): specific force in m/s^2, then rate in deg/s.
    cells : of both insoles.
    """

    rate_hz: float
    time_s: Floats
    values: Mapping[Role, Floats]
    cells: tuple[Cell, ...]
    truth: tuple[TruthEvent, ...]


def record(
    walker: Walker, duration_s: float, rate_hz: float, roles: Iterable[Role], cells: tuple[Cell, ...] = EIGHT_CELLS
) -> Recording:
    """Ask the walker for evenly spaced samples from 0 s on, and for the truth in them."""
    told = list(portions(walker, duration_s, rate_hz, roles, cells))
    truth = sorted((event for portion in told for event in portion.truth), key=lambda event: event.time_s)
    values = {role: np.concatenate([portion.values[role] for portion in told]) for role in told[0].values}
    return Recording(rate_hz, np.arange(int(duration_s * rate_hz)) / rate_hz, values, cells, tuple(truth))


def render_session(
    profile: str,
    minutes: float,
    seed: int,
    *,
    rate_hz: float = 100.0,
    affected_side: Side = Side.RIGHT,
    cells: tuple[Cell, ...] = EIGHT_CELLS,
    roles: Iterable[Role] | None = None,
    trips: int = 0,
    strength: float = 1.0,
    speed_mps: float | None = None,
    cadence_spm: float | None = None,
    severity: float = 1.0,
    assist: float = 0.0,
    scenario: str | None = None,
    population: Population | None = None,
    script: Iterable[Segment] | None = None,
    imu: ImuParams | None = None,
    insole: InsoleParams | None = None,
) -> Recording:
    """A whole recording: both insoles and the affected shin (or ``roles``), with exact truth.

    Parameters
    ----------
    profile : a key of ``PROFILES``.
    trips : obstacles spread over the recording, over early, middle and late swing and all strategies.
    assist : 0..1, a brace or stimulator worn.
    scenario : a key of ``SCENARIOS``; None is level walking with short stands. Trips, speed, cadence, severity and
        assist are for level walking only.
    population : None is the same body and the profile as it stands; otherwise both are drawn from the seed, with the
        given affected side.
    script : instead of all these.

    Raises
    ------
    ValueError : unknown profile or scenario; a rate, duration, speed or number of trips that cannot be; says which.
    """
    if profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}; there are {', '.join(PROFILES)}")
    if not 10.0 <= rate_hz <= 1000.0:
        raise ValueError(f"rate {rate_hz} Hz is outside 10 .. 1000")
    if not 0.2 <= minutes <= 24 * 60:
        raise ValueError(f"{minutes} minutes is outside 0.2 .. 1440")
    if scenario is not None and scenario not in SCENARIOS:
        raise ValueError(f"unknown scenario {scenario!r}; there are {', '.join(SCENARIOS)}")
    gait, person = PROFILES[profile], Person(affected_side=affected_side)
    if population is not None:
        rng = np.random.default_rng((seed, 20))
        person = replace(draw_person(population, rng), affected_side=affected_side)
        gait = draw_profile(gait, population, rng)
    if script is not None:
        played = script
    elif scenario is not None:
        played = SCENARIOS[scenario].script(gait, np.random.default_rng((seed, 21)))
    else:
        played = evaluation_script(
            gait,
            minutes,
            seed=seed,
            trips=trips,
            strength=strength,
            speed_mps=speed_mps,
            cadence_spm=cadence_spm,
            severity=severity,
            assist=assist,
        )
    walker = Walker(played, seed=seed, person=person, imu=imu, insole=insole, chunk_s=_CHUNK_S)
    shin = affected_side.shin
    wanted = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, shin) if roles is None else tuple(roles)
    return record(walker, minutes * 60.0, rate_hz, wanted, cells)
