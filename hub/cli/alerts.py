"""``insole-hub alerts``: what was raised of late, whether it was right, and whether the contacts are told."""

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.alert import Alert
from hub.alerts.delivery import Outcome, send
from hub.alerts.desk import KEPT_S
from hub.alerts.precision import precision_of
from hub.alerts.words import Writer
from hub.config import Config, ContactConfig, load_config
from hub.errors import ConfigError, ConfigProblem, DeliveryError, JournalError
from hub.journal import JOURNAL, look_at, reading
from hub.mqtt import BrokerAddress, CommandError, Label, Topics, ask
from hub.service.configured import broker_address

app = typer.Typer(help="Caregiver alerts.")

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")]
Only = Annotated[str | None, typer.Option("--contact", help="Only this contact.", metavar="NAME")]
DAY_S = 86_400
LABELS = {True: "real", False: "false alarm", None: ""}


class Real(StrEnum):
    """Whether an alert was right."""

    TRUE = "true"
    FALSE = "false"


@app.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    config: ConfigPath = Path("hub.toml"),
    days: Annotated[int, typer.Option(min=1, max=3650, help="Alerts of so many days.")] = 7,
) -> None:
    """List the alerts of the last days with their ids, and how often the hub was right. The hub may run."""
    if context.invoked_subcommand is not None:
        return
    loaded = load_config(config)
    known = _known(loaded, max(days * DAY_S, int(KEPT_S)))
    since_ns = time.time_ns() - days * DAY_S * 10**9
    shown = sorted((each for each in known if each.happened_ns >= since_ns), key=lambda each: each.happened_ns)
    for each in shown:
        when = datetime.fromtimestamp(each.happened_ns // 10**9).astimezone()
        said = "; ".join(text for text in (LABELS[each.label], each.note) if text) or "not labelled"
        typer.echo(f"{when:%Y-%m-%d %H:%M}  {each.wearer}  {each.what}  [{each.state.value}]  {said}  {each.id}")
    if not shown:
        typer.echo(f"No alerts in the last {days} day{'' if days == 1 else 's'}.")
    for wearer in loaded.wearers:
        typer.echo(_precision(known, wearer.nickname))


@app.command()
def label(
    alert: Annotated[str, typer.Argument(help="Its id, as `insole-hub alerts` lists it.", metavar="ID")],
    real: Annotated[Real, typer.Argument(help="true: it happened; false: a false alarm.")],
    config: ConfigPath = Path("hub.toml"),
    note: Annotated[str, typer.Option(help="What really happened, in words.")] = "",
) -> None:
    """Tell the running hub whether an alert was right; it keeps that in the journal and beside the clip."""
    loaded = load_config(config)
    meant = next((each for each in _known(loaded, int(KEPT_S)) if each.id == alert), None)
    if meant is None:
        raise JournalError(f"no alert {alert!r} in the last 90 days; `insole-hub alerts` lists them")
    if len(note) > 500:
        raise typer.BadParameter("at most 500 characters", param_hint="--note")
    command = Label(alert=alert, real=real is Real.TRUE, note=note)
    try:
        said = asyncio.run(ask(_broker(loaded), Topics(loaded.topic_base), meant.wearer, command))
    except CommandError as error:
        raise DeliveryError("hub", str(error)) from error
    typer.echo(said)
    typer.echo(_precision(_known(loaded, int(KEPT_S)), meant.wearer))


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
    return [await send(each.url(), writer.trial(each.name, config.hub.name, each.language)) for each in contacts]


def _known(config: Config, last_s: int) -> list[Alert]:
    with reading(config.hub.state_dir / JOURNAL) as reader:
        return reader.newest_alerts(time.time_ns() - last_s * 10**9)


def _precision(known: Iterable[Alert], wearer: str) -> str:
    """In words."""
    since_ns = time.time_ns() - int(KEPT_S) * 10**9
    precision = precision_of(each for each in known if each.wearer == wearer and each.opened_ns >= since_ns)
    low_pct, high_pct = precision.interval_pct
    if precision.true_pct is None:
        return f"{wearer}: no trip or fall of the last 90 days is labelled; how often the hub is right is not known"
    return (
        f"{wearer}: {precision.true_n} of {precision.labelled_n} labelled trips and falls of 90 days were real: "
        f"{precision.true_pct:g} % (95 % interval {low_pct:g} to {high_pct:g} %)"
    )


def _broker(config: Config) -> BrokerAddress:
    """Where the running hub hears commands.

    Raises
    ------
    DeliveryError
        No hub runs, or it hears none.
    """
    if not look_at(config.hub.state_dir / JOURNAL).held:
        raise DeliveryError(
            "hub", f"no hub runs with {config.hub.state_dir}; start it: sudo systemctl start insole-hub"
        )
    if config.mqtt is None:
        if not config.broker.port:
            raise DeliveryError("hub", "its own broker is on a port that nobody knows; set broker.port")
        return BrokerAddress("127.0.0.1", config.broker.port)
    if not config.mqtt.obeys:
        raise DeliveryError("hub", "it obeys no commands: log it in at the broker, or set mqtt.commands = true")
    return broker_address(config.mqtt)
