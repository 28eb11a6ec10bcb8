"""``insole-hub export``: what the hub keeps, for other programs."""

import os
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.config import Config, load_config
from hub.errors import ExportError
from hub.export.archive import write_archive
from hub.export.export import FOR_EVER_NS, SINCE_EVER_NS, export_tables
from hub.journal import JOURNAL, bounds_ns, reading


class Format(StrEnum):
    """Of the files."""

    CSV = "csv"
    PARQUET = "parquet"


def export(
    *,
    config: Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")] = Path(
        "hub.toml"
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the tables, or file of the archive.")
    ] = None,
    wearer: Annotated[str | None, typer.Option(help="Only this wearer; default: all.", metavar="NICKNAME")] = None,
    how: Annotated[
        Format, typer.Option("--format", help="Parquet needs pyarrow, which the hub does not bring: over 100 MB.")
    ] = Format.CSV,
    since: Annotated[str | None, typer.Option("--from", help="First local day, such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last local day.")] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Everything of one wearer in a zip, raw recordings and calibration too.")
    ] = False,
) -> None:
    """Write events, contacts, steps, walks, days, alerts and the diary as tables, a folder for each wearer.

    The hub may go on running. The files hold health data and can be read by you only.
    """
    loaded = load_config(config)
    wearers = _wearers(loaded, wearer)
    from_ns = SINCE_EVER_NS if since is None else bounds_ns(_day("--from", since), None)[0]
    to_ns = FOR_EVER_NS if until is None else bounds_ns(_day("--to", until) + timedelta(days=1), None)[0]
    os.umask(0o077)
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    with reading(loaded.hub.state_dir / JOURNAL) as reader, Console(stderr=True).status("reading ...") as status:
        if archive:
            if len(wearers) > 1:
                raise ExportError("an archive is of one wearer; name them with --wearer")
            path = output or Path(f"insole-hub-{wearers[0]}-{stamp}.zip")
            counts = write_archive(reader, loaded.hub.state_dir, wearers[0], path, status.update)
            _tell(path, counts)
            return
        folder = output or Path(f"insole-hub-{stamp}")
        for each in wearers:
            own = folder / each
            try:
                own.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ExportError(f"{own} cannot be made: {error.strerror or error}") from error
            counts = export_tables(
                reader,
                each,
                own,
                how.value,
                from_ns=from_ns,
                to_ns=to_ns,
                progress=lambda n, each=each: status.update(f"{each}: {n} rows"),  # type: ignore[misc]
            )
            _tell(own, counts)


def _wearers(config: Config, wearer: str | None) -> list[str]:
    known = [each.nickname for each in config.wearers]
    if wearer is None:
        return known
    if wearer not in known:
        raise ExportError(f"nobody is called {wearer!r}; known: {', '.join(known)}")
    return [wearer]


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {text!r} is no day; expected one such as 2026-11-01") from error


def _tell(path: Path, counts: dict[str, int]) -> None:
    typer.echo(f"{path}: {', '.join(f'{n} {name}' for name, n in counts.items())}")
