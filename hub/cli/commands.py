"""The commands of the command line, each a module of its own, which is loaded when it is asked for."""

from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hub.cli import loading

COMMANDS = (
    "demo",
    "run",
    "scan",
    "setup",
    "calibrate",
    "check",
    "alerts",
    "page",
    "influxdb",
    "dashboards",
    "export",
    "backup",
    "restore",
    "forget",
    "doctor",
    "diagnose",
    "replay",
    "simulate",
    "validate",
)
"""In the order of ``--help``. Each is the function of its name in the module of its name, or its ``app`` of several."""


class Commands(TyperGroup):
    """Commands that are loaded one by one; wrong usage in plain words."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of them; None where it is none."""
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def invoke(self, ctx: Any) -> Any:
        """Run the command, without the validator's own words before a mistake."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


@cache
def _command(name: str) -> Any:
    with loading():
        module = import_module(f"hub.cli.{name}")
    several = getattr(module, "app", None)
    if several is None:
        several = typer.Typer(add_completion=False, rich_markup_mode="markdown")
        several.command(name)(getattr(module, name))
    command = typer.main.get_command(several)
    command.name = name
    return command


app = typer.Typer(
    name="insole-hub",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Start with **insole-hub demo**: the whole hub on emulated sensors, nothing needed. "
    "Then **insole-hub setup** to find your own.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"insole-hub {version('insole-hub')}")
        raise typer.Exit


@app.callback()
def insole_hub(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Watches how a person with foot drop walks.

    Pressure insoles and a shin IMU over Bluetooth LE; toe-first contacts, drags and trips over MQTT. An aid, not a
    medical device.
    """
