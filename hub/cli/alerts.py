"""``insole-hub alerts``: are the contacts told?"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hub.alerts.delivery import Outcome, send
from hub.alerts.words import Writer
from hub.config import Config, ContactConfig, load_config
from hub.errors import ConfigError, ConfigProblem

app = typer.Typer(help="Caregiver alerts.", no_args_is_help=True)

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")]
Only = Annotated[str | None, typer.Option("--contact", help="Only this contact.", metavar="NAME")]


@app.callback()
def alerts() -> None:
    """Caregiver alerts."""


@app.command("test")
def trial(config: ConfigPath = Path("hub.toml"), contact: Only = None) -> None:
    """Send each contact a message that is marked as a trial, and say what became of it.

    Exit code 0: all services took it; 1: some did not; 2: there is nobody to tell.
    """
    loaded = load_config(config)
    contacts = [each for each in loaded.contacts if contact in {None, each.name}]
    if not contacts:
        known = ", ".join(each.name for each in loaded.contacts)
        message = f"nobody is called {contact!r}" if loaded.contacts else "are missing"
        hint = f"known: {known}" if known else "add a [[contacts]] table; docs/alerts.md shows how"
        raise ConfigError(str(config), (ConfigProblem("contacts", message, hint),))
    outcomes = asyncio.run(_try_all(loaded, contacts))
    for each, outcome in zip(contacts, outcomes, strict=True):
        typer.echo(f"{each.name}: {outcome.trouble or 'taken by the service; look whether it has come'}")
    if any(outcome.trouble for outcome in outcomes):
        raise typer.Exit(1)


async def _try_all(config: Config, contacts: list[ContactConfig]) -> list[Outcome]:
    writer = Writer(config.topic_base)
    return [await send(each.url(), writer.trial(each.name, config.hub.name)) for each in contacts]
