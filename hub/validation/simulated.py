"""Walks of the synthetic person as recordings, and how its trips were found."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import InsoleHubError
from hub.events import Event, Kind
from hub.recording.session_folder import SessionFolder, Stream
from hub.recording.truth import Truth
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.matching import Window, match
from hub.validation.runner import SIMULATED_SOURCE
from hub.validation.scoring import ScoringParams
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import PROFILES, Population, TruthEvent, render_session
from sensors.walker.profiles import FootUse


class SimulationError(InsoleHubError):
    """A simulation that cannot be: unknown profile, too many trips for its length, a speed nobody walks."""


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """What is simulated. ``strength`` 1 is a full arrest of the foot; ``severity`` 0..1 fades the weakness.

    ``scenario`` and ``population`` are the walker's; None is level walking, and the profile as it stands.
    """

    profile: str
    minutes: float = 10.0
    seed: int = 1
    rate_hz: float = 100.0
    affected_side: Side = Side.RIGHT
    trips: int = 0
    strength: float = 1.0
    speed_mps: float | None = None
    severity: float = 1.0
    both_shins: bool = False
    assist: float = 0.0
    scenario: str | None = None
    population: Population | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """A recording of the synthetic person, and its truth with what ``truth.csv`` has no column for."""

    folder: SessionFolder
    truth: tuple[TruthEvent, ...]


def simulate(options: SimulationOptions) -> Simulation:
    """Render a walk with both insoles and the affected shin.

    Raises
    ------
    SimulationError : options that cannot be; says which.
    """
    roles = [role for role in Role if role.is_insole or options.both_shins or role.side is options.affected_side]
    try:
        recording = render_session(
            options.profile,
            options.minutes,
            options.seed,
            rate_hz=options.rate_hz,
            affected_side=options.affected_side,
            roles=roles,
            trips=options.trips,
            strength=options.strength,
            speed_mps=options.speed_mps,
            severity=options.severity,
            assist=options.assist,
            scenario=options.scenario,
            population=options.population,
        )
    except ValueError as error:
        raise SimulationError(str(error)) from error
    insole = InsoleSpec(options.rate_hz, LoadUnit.N, recording.cells)
    weak = PROFILES[options.profile].foot != FootUse()
    session = Session(
        " ".join(filter(None, (options.profile, options.scenario, options.population, f"seed {options.seed}"))),
        Wearer(affected_side=("left" if options.affected_side is Side.LEFT else "right") if weak else "none"),
        {role: insole if role.is_insole else ShinSpec(options.rate_hz, "unknown") for role in roles},
        source=f"{SIMULATED_SOURCE}: a synthetic person, not a recording of anybody",
    )
    streams = {role: Stream(recording.time_s, recording.values[role]) for role in roles}
    end_s = len(recording.time_s) / options.rate_hz
    truth = tuple(Truth(row.time_s, row.side, row.kind, _value(row, end_s)) for row in recording.truth)
    return Simulation(SessionFolder(session, streams, truth), recording.truth)


@dataclass(frozen=True, slots=True)
class TripOutcome:
    """One true trip and what was said about it; None where nothing was.

    ``candidate_late_s`` is from the true onset to the sample that decided the candidate.
    """

    swing_phase: float
    strength: float
    strategy: str
    candidate_late_s: float | None
    confirmed_strategy: str | None


def trip_outcomes(truth: Sequence[TruthEvent], events: Sequence[Event]) -> list[TripOutcome]:
    """What was said about each true trip; also about glances, which have no strategy to tell."""
    kinds = {Kind.TRIP, Kind.TOE_CATCH}
    result: list[TripOutcome] = []
    for side in (Side.LEFT, Side.RIGHT):
        true = sorted((row for row in truth if row.kind in kinds and row.side is side), key=lambda row: row.time_s)
        candidates, confirmed = (_partners(true, events, side, stage) for stage in ("candidate", "confirmed"))
        for i, row in enumerate(true):
            candidate, trip = candidates.get(i), confirmed.get(i)
            result.append(
                TripOutcome(
                    row.swing_phase or 0.0,
                    row.strength or 0.0,
                    str(row.value),
                    candidate.detected_at_s - row.time_s if candidate else None,
                    str(trip.fields.get("strategy")) if trip else None,
                )
            )
    return result


def _partners(true: Sequence[TruthEvent], events: Sequence[Event], side: Side, stage: str) -> dict[int, Event]:
    """The event of a stage that belongs to each true trip."""
    staged = [e for e in events if e.kind is Kind.TRIP and e.side is side and e.fields.get("stage") == stage]
    staged.sort(key=lambda event: event.time_s)
    window = Window.around(ScoringParams().trip_s)
    return {i: staged[j] for i, j in match([row.time_s for row in true], [event.time_s for event in staged], window)}


def _value(row: TruthEvent, end_s: float) -> str:
    """As ``truth.csv`` has it; an interval ends with the recording."""
    return row.value if isinstance(row.value, str) else repr(min(float(row.value), end_s - row.time_s))
