"""``insole-hub backup``: everything that the hub keeps, in one file."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console

from hub.backup import members_of, write_archive
from hub.backup.archive import DATABASE
from hub.cli.check import ConfigPath
from hub.config import Config, load_config
from hub.config.password import password_in_file
from hub.errors import BackupError
from hub.influx import DatabaseAddress
from hub.service.configured import database_address

_MB = 1_000_000


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make.", metavar="FILE")],
    config: ConfigPath = Path("hub.toml"),
    *,
    raw: Annotated[bool, typer.Option("--raw", help="Also raw recordings, which may be gigabytes.")] = False,
    reader_token_file: Annotated[
        Path | None,
        typer.Option(
            help="Also the InfluxDB's points: a token that may read them, as `influxdb setup --reader-file` makes one.",
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Put configuration, journal, calibrations, clips and paired devices into one file. The hub may go on running.

    Passwords and tokens are not in it. Everything else is, as health data: keep the file where nobody else can read it.
    """
    loaded = load_config(config)
    reads = None if reader_token_file is None else _reading(loaded, reader_token_file)
    members = members_of(config, loaded.hub.state_dir, raw=raw, reads=reads)
    with Console(stderr=True).status("reading ..."):
        manifest = write_archive(file, loaded.hub.name, version("insole-hub"), members)
    bytes_n = sum(entry.bytes_n for entry in manifest.entries.values())
    typer.echo(
        f"{file}: {len(manifest.entries)} files, {bytes_n / _MB:.1f} MB, packed {file.stat().st_size / _MB:.1f} MB"
    )
    if loaded.influxdb is not None and not any(name.startswith(DATABASE) for name in manifest.entries):
        typer.echo("The InfluxDB's points are not in it; --reader-token-file names a token that may read them.")
    typer.echo("Passwords and tokens are not in it: keep those that hub.toml names elsewhere.")


def _reading(config: Config, token_file: Path) -> DatabaseAddress:
    if config.influxdb is None:
        raise BackupError("no [influxdb] is configured, so there is nothing to read with a token")
    try:
        token: SecretStr = password_in_file(token_file)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--reader-token-file") from error
    return replace(database_address(config.influxdb), token=token)
