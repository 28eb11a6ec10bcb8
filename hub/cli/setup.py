"""``insole-hub setup``: the first run."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import SecretStr
from rich.console import Console

from hub.cli.scan import show
from hub.errors import InsoleHubError
from hub.first_run import answers
from hub.first_run.wizard import Task, set_up
from hub.radio import Bluetooth, Found, scan

SYSTEM = Path("/etc/insole-hub")
"""Where the service reads its configuration; the Debian package makes the folder."""

SYSTEM_STATE = Path("/var/lib/insole-hub")

Answer = TypeVar("Answer")


def _broker(text: str) -> answers.BrokerPlace:
    try:
        return answers.broker(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def setup(
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write; default: /etc/insole-hub/hub.toml where that folder is, else hub.toml here.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    broker: Annotated[
        answers.BrokerPlace | None,
        typer.Option(
            parser=_broker,
            help="Your MQTT broker, such as mqtts://user@broker.lan; default: the hub runs one of its own.",
            metavar="ADDRESS",
        ),
    ] = None,
    influxdb: Annotated[
        str | None, typer.Option(help="Your InfluxDB, such as http://127.0.0.1:8086; default: none.", metavar="URL")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=120, help="How long to listen for sensors.")] = 10.0,
    adapter: Annotated[str | None, typer.Option(help="Bluetooth adapter; default: the first.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Try it on emulated sensors.")] = False,
) -> None:
    """Find the sensors, ask who wears them, which side is affected and who is told of trips, and write hub.toml.

    Whoever is told gets a test message at once; broker and database are tried as well. Passwords are asked for and
    go into files that only root and the hub can read. A file that is there already is only replaced when you say so,
    and kept under another name.
    """
    if not sys.stdin.isatty():
        raise InsoleHubError("setup asks questions and needs a terminal; docs/config.md shows how to write hub.toml")
    path = output or (SYSTEM / "hub.toml" if SYSTEM.is_dir() and not demo else Path("hub.toml"))
    in_system = path.absolute().parent == SYSTEM
    task = Task(
        path,
        _listener(seconds, adapter, demo=demo),
        state_dir=SYSTEM_STATE if in_system else None,
        broker=broker,
        influxdb_url=influxdb,
    )
    config = set_up(task, _Terminal())
    mode = config.page.mode
    typer.echo("\nNext: sudo systemctl restart insole-hub" if in_system else f"\nNext: insole-hub run -c {path}")
    if mode == "localhost":
        typer.echo(f"The hub's page is then at http://127.0.0.1:{config.page.port}; docs/page.md lets phones in.")


def _listener(seconds: float, adapter: str | None, *, demo: bool) -> Callable[[], list[Found]]:
    async def listen() -> list[Found]:
        if not demo:
            return await scan(Bluetooth.system(adapter), seconds)
        from hub.demo import DEVICES  # noqa: PLC0415 - the virtual radio is slow to load, and only for this
        from hub.radio.virtual.process import air_process  # noqa: PLC0415
        from hub.radio.virtual.scenario import Scenario  # noqa: PLC0415

        async with air_process(Scenario(DEVICES)) as air:
            return await scan(air.bluetooth, seconds)

    def wait() -> list[Found]:
        with Console(stderr=True).status(f"listening for {seconds:g} s ..."):
            return asyncio.run(listen())

    return wait


class _Terminal:
    """Whoever sits there."""

    def ask(self, question: str, answer: Callable[[str], Answer], default: str | None = None) -> Answer:
        """Ask until it is answered."""
        while True:
            said = typer.prompt(question, default=default, show_default=bool(default))
            try:
                return answer(said)
            except ValueError as error:
                typer.echo(f"  {error}")

    def secret(self, question: str) -> SecretStr:
        """Ask without showing what is typed."""
        return SecretStr(typer.prompt(question, default="", show_default=False, hide_input=True).strip())

    def agrees(self, question: str, *, default: bool) -> bool:
        """Yes or no."""
        return typer.confirm(question, default=default)

    def tell(self, text: str) -> None:
        """Say it."""
        typer.echo(text)

    def show(self, found: list[Found]) -> None:
        """As a table."""
        if found:
            show(Console(), found)
