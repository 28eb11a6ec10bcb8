"""The command line. Each command is a module of its own; this one names them and turns errors into one clear line."""

import sys

import typer

from hub.cli import check, demo, replay, run, scan, simulate, validate
from hub.errors import ConfigError, InsoleHubError

FAILED = 1
WRONG_USAGE = 2

app = typer.Typer(
    name="insole-hub",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Watches how a person with foot drop walks: pressure insoles and a shin IMU over Bluetooth LE, "
    "toe-first contacts, drags and trips over MQTT. An aid, not a medical device.",
    epilog="Start with **insole-hub demo**: the whole hub on emulated sensors, nothing needed. "
    "Then **insole-hub scan** to find your own.",
)

app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("scan")(scan.scan)
app.command("check")(check.check)
app.command("replay")(replay.replay)
app.command("simulate")(simulate.simulate)
app.command("validate")(validate.validate)


def main() -> None:
    """Run a command; exit 0 when it worked, 1 when it failed, 2 for wrong usage or configuration."""
    try:
        app()
    except ConfigError as error:
        print_config_error(error)
        sys.exit(WRONG_USAGE)
    except InsoleHubError as error:
        sys.stderr.write(f"insole-hub: {error}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()


def print_config_error(error: ConfigError) -> None:
    """Every mistake on a line of its own, under a line that names the file."""
    sys.stderr.write(f"insole-hub: {error}\n")
    for problem in error.problems:
        sys.stderr.write(f"  {problem}\n")
