"""``insole-hub forget``: everything of one wearer is deleted."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hub.config import load_config
from hub.errors import InsoleHubError, JournalError
from hub.forgetting import Place, places
from hub.journal import JOURNAL, look_at
from hub.service.configured import broker_address, database_address

SHOWN_N = 10


def forget(
    *,
    wearer: Annotated[str, typer.Argument(help="Nickname.", metavar="NICKNAME")],
    config: Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")] = Path(
        "hub.toml"
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything of one wearer: journal, recordings, calibration, what the broker retains, points in InfluxDB 2.

    It cannot be undone; `insole-hub export --archive` keeps a copy. The hub must be stopped: it would write more.
    """
    loaded = load_config(config)
    broker = broker_address(loaded.mqtt) if loaded.mqtt is not None else None  # the hub's own retains nothing on disk
    database = database_address(loaded.influxdb) if loaded.influxdb is not None else None
    found = places(loaded, wearer, broker, database)
    held = look_at(loaded.hub.state_dir / JOURNAL).held
    if held and not dry_run:
        raise JournalError("a hub is running and would write more; stop it first: sudo systemctl stop insole-hub")
    something = asyncio.run(_show(found))
    if dry_run or not something:
        typer.echo("Nothing was deleted." if something else f"Nothing of {wearer} is kept here.")
        return
    if not yes:
        answer = typer.prompt(
            f"This cannot be undone. Type {wearer} to delete all of it", default="", show_default=False
        )
        if answer != wearer:
            typer.echo("Nothing was deleted.")
            raise typer.Exit(1)
    asyncio.run(_forget(found))
    if wearer in {each.nickname for each in loaded.wearers}:
        typer.echo(f"{config} still names {wearer}: remove the table, or the hub begins anew with them.")
    typer.echo("Logs, backups, and what other programs took over MQTT are not the hub's to delete: docs/privacy.md.")


async def _show(found: list[Place]) -> bool:
    something = False
    for place in found:
        lines = await place.holds()
        something |= bool(lines)
        typer.echo(f"{place.name}: {len(lines)}" if lines else f"{place.name}: nothing")
        for line in lines[:SHOWN_N]:
            typer.echo(f"  {line}")
        if len(lines) > SHOWN_N:
            typer.echo(f"  and {len(lines) - SHOWN_N} more")
    return something


async def _forget(found: list[Place]) -> None:
    failures: list[str] = []
    for place in found:
        try:
            await place.forget()
            typer.echo(f"{place.name}: deleted")
        except InsoleHubError as error:
            failures.append(f"{place.name}: {error}")
    for failure in failures:
        typer.echo(failure, err=True)
    if failures:
        raise typer.Exit(1)
