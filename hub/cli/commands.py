"""The commands of the command line, each a module of its own."""

from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hub.cli import alerts, calibrate, check, demo, diagnose, doctor, replay, run, scan, simulate, validate


class Commands(TyperGroup):
    """Wrong usage in plain words."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command, without the validator's own words before a mistake."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name="insole-hub",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Start with **insole-hub demo**: the whole hub on emulated sensors, nothing needed. "
    "Then **insole-hub scan** to find your own.",
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


app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("scan")(scan.scan)
app.command("calibrate")(calibrate.calibrate)
app.command("check")(check.check)
app.add_typer(alerts.app, name="alerts")
app.command("doctor")(doctor.doctor)
app.command("diagnose")(diagnose.diagnose)
app.command("replay")(replay.replay)
app.command("simulate")(simulate.simulate)
app.command("validate")(validate.validate)
