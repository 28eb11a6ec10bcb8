"""Whole recordings of the walker, without a radio in between."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sensors.driver import Floats
from sensors.layout import Cell, Region, Role, Side
from sensors.walker.imu import ImuParams
from sensors.walker.insole import InsoleParams
from sensors.walker.person import Person
from sensors.walker.population import Population, draw_person, draw_profile
from sensors.walker.profiles import PROFILES
from sensors.walker.scenarios import SCENARIOS
from sensors.walker.scripts import evaluation_script
from sensors.walker.segments import Segment
from sensors.walker.truth import TruthEvent
from sensors.walker.walker import Walker

EIGHT_CELLS = (
    Cell(0.40, 0.08, Region.HEEL),
    Cell(0.62, 0.14, Region.HEEL),
    Cell(0.68, 0.42, Region.MIDFOOT),
    Cell(0.25, 0.66, Region.FOREFOOT),
    Cell(0.50, 0.71, Region.FOREFOOT),
    Cell(0.78, 0.66, Region.FOREFOOT),
    Cell(0.28, 0.90, Region.TOES),
    Cell(0.60, 0.87, Region.TOES),
)
"""A usual layout: two heel, one midfoot, three forefoot and two toe cells."""

_CHUNK_S = 4
"""Seconds made at once: longer saves little more, and costs memory."""

_PORTION_S = 10.0


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
    time_s = np.arange(int(duration_s * rate_hz)) / rate_hz
    parts: dict[Role, list[Floats]] = {role: [] for role in roles}
    truth: list[TruthEvent] = []
    portion_n = max(int(_PORTION_S * rate_hz), 1)
    for begin in range(0, time_s.size, portion_n):
        portion = time_s[begin : begin + portion_n]
        for role, blocks in parts.items():
            if role.is_insole:
                blocks.append(walker.cell_forces_n(role.side, cells, portion))
            else:
                blocks.append(np.hstack(walker.shank(role.side, portion)))
        truth += walker.truth_before(float(portion[-1]))
    truth += walker.truth_before(time_s.size / rate_hz, closing=True)
    values = {role: np.concatenate(blocks) for role, blocks in parts.items()}
    return Recording(rate_hz, time_s, values, cells, tuple(sorted(truth, key=lambda event: event.time_s)))


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
