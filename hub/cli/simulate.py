"""``insole-hub simulate``: a synthetic person walks, and what really happened is written beside it."""

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.recording.session_folder import write_session_folder
from hub.validation.simulated import Simulation, SimulationError, SimulationOptions
from hub.validation.simulated import simulate as render
from sensors.layout import Side
from sensors.walker import PROFILES, SCENARIOS, Population


class Leg(StrEnum):
    """The weak leg."""

    LEFT = "left"
    RIGHT = "right"


_PROFILE_HELP = "; ".join(f"**{name}**: {profile.description}" for name, profile in PROFILES.items())

_SCENARIO_HELP = "Default: level walking with short stands. " + "; ".join(
    f"**{name}**: {scenario.description}" for name, scenario in SCENARIOS.items()
)


def simulate(
    profile: Annotated[str, typer.Argument(help=_PROFILE_HELP, metavar="PROFILE")],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Session folder to write; must not exist or be empty.")
    ],
    minutes: Annotated[float, typer.Option(min=0.2, max=1440, help="How long.")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same walk.")] = 1,
    rate: Annotated[float, typer.Option(min=10, max=1000, help="Samples per second.")] = 100.0,
    affected_side: Annotated[Leg, typer.Option(help="The weak leg; it carries the shin sensor.")] = Leg.RIGHT,
    both_shins: Annotated[bool, typer.Option("--both-shins", help="A sensor on the other shin too.")] = False,
    trips: Annotated[
        int, typer.Option(min=0, help="Trips over obstacles, spread over early, middle and late swing.")
    ] = 0,
    strength: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="Part of the foot's speed that an obstacle takes.")
    ] = 1.0,
    speed: Annotated[
        float | None, typer.Option(min=0.2, max=2.2, help="Walking speed in m/s; default: the profile's own.")
    ] = None,
    severity: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much of the profile's weakness, 0 to 1.")
    ] = 1.0,
    assist: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much a brace or stimulator gives back, 0 to 1.")
    ] = 0.0,
    scenario: Annotated[str | None, typer.Option(help=_SCENARIO_HELP, metavar="SCENARIO")] = None,
    population: Annotated[
        Population | None,
        typer.Option(help="Draw body and way of walking from the seed: of the people tuned on, or of the others."),
    ] = None,
) -> None:
    """Write a simulated walk as a session folder with exact truth.

    Replay it with *insole-hub replay*, judge it with *insole-hub validate*.
    """
    if scenario is not None and (trips, speed, severity, assist) != (0, None, 1.0, 0.0):
        raise typer.BadParameter("--trips, --speed, --severity and --assist are for level walking, without --scenario")
    options = SimulationOptions(
        profile,
        minutes,
        seed,
        rate,
        Side(affected_side.value),
        trips,
        strength,
        speed,
        severity,
        both_shins,
        assist,
        scenario,
        population,
    )
    try:
        simulation = _with_spinner(options)
    except SimulationError as error:
        raise typer.BadParameter(str(error)) from error
    write_session_folder(output, simulation.folder)
    counts = Counter(row.kind for row in simulation.folder.truth)
    listed = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in counts.most_common())
    typer.echo(f"{output}: {minutes:g} min of {profile}{f', {scenario}' if scenario else ''}; {listed}")


def _with_spinner(options: SimulationOptions) -> Simulation:
    errors = Console(stderr=True)
    if not errors.is_terminal:
        return render(options)
    with errors.status(f"{options.profile} walks for {options.minutes:g} minutes"):
        return render(options)
