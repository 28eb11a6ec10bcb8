"""``insole-hub restore``: a hub from a backup."""

import asyncio
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.backup import Archive, opened, restore_state
from hub.backup.archive import DATABASE, SETTINGS, STATE
from hub.backup.database import load_points
from hub.cli.check import ConfigPath
from hub.config import load_config
from hub.config.schema import default_state_dir
from hub.errors import BackupError
from hub.service.configured import database_address
from hub.support.private_files import PrivateFolder


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `insole-hub backup` made.", metavar="FILE")],
    config: ConfigPath = Path("hub.toml"),
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the state and the configuration that are there; they are kept.")
    ] = False,
    look: Annotated[bool, typer.Option("--look", help="Only check the file, and say what is in it.")] = False,
    database: Annotated[
        bool, typer.Option("--database", help="Only write the points of the InfluxDB, into the one of hub.toml.")
    ] = False,
) -> None:
    """Restore configuration and state, whole or not at all; the hub must be stopped.

    The file is checked before anything is touched. A hub.toml that is there is used and stays as it is, but for
    --force. Afterwards put the passwords and tokens back that hub.toml names; then --database fills the InfluxDB.
    """
    with Console(stderr=True).status("checking the file ..."), opened(file) as archive:
        _tell(archive)
        if look:
            return
        if database:
            _restore_database(archive, config)
            return
        folder = PrivateFolder(config.absolute().parent)
        folder.check()
        is_new = force or not config.exists()
        settings = b"".join(archive.read(SETTINGS)).decode() if is_new else config.read_text()
        state_dir = _state_dir(settings, config)
        replaced = restore_state(archive, state_dir, force=force)
        if is_new and config.exists() and config.read_text() != settings:
            kept = f"{config.name}.before-{datetime.now().astimezone():%Y%m%dT%H%M%S}"
            typer.echo(f"The old configuration is kept as {folder.write(kept, config.read_text())}.")
        if is_new:
            folder.write(config.name, settings)
        typer.echo(f"{state_dir} is restored, configuration: {config}{'' if is_new else ', which stays as it was'}.")
        if replaced is not None:
            typer.echo(f"What was there before is kept in {replaced}; delete it when nobody needs it.")
        for path in _secrets(tomllib.loads(settings)):
            if not Path(path).exists():
                typer.echo(f"Put back, before the hub starts: {path}")
        if archive.names(DATABASE):
            typer.echo("Then, for the InfluxDB's points: the same command with --database.")


def _tell(archive: Archive) -> None:
    manifest = archive.manifest
    points = ", with the points of an InfluxDB" if archive.names(DATABASE) else ""
    typer.echo(
        f"{archive.path} is right: of hub {manifest.hub}, {manifest.made:%Y-%m-%d %H:%M} UTC, "
        f"Insole Hub {manifest.version}, {len(archive.names(STATE))} files of state{points}"
    )


def _restore_database(archive: Archive, config: Path) -> None:
    loaded = load_config(config)
    if loaded.influxdb is None:
        raise BackupError(f"{config} has no [influxdb] to write to")
    if not archive.names(DATABASE):
        raise BackupError(f"{archive.path} holds no points: it was made without --reader-token-file")
    points_n, outlived_n = asyncio.run(load_points(database_address(loaded.influxdb), archive))
    outlived = f"; {outlived_n} of them are older than the database keeps" if outlived_n else ""
    typer.echo(f"{points_n} points were written{outlived}.")


def _state_dir(settings: str, path: Path) -> Path:
    """Where the state belongs; secrets may still be missing, so the file is not checked as a whole."""
    try:
        named: Any = tomllib.loads(settings).get("hub", {}).get("state_dir")
    except tomllib.TOMLDecodeError as error:
        raise BackupError(f"{path} is not valid TOML: {error}; mend it, or --force takes the backup's") from error
    return Path(named) if named else default_state_dir()


def _secrets(value: Any, key: str = "") -> list[str]:
    """The files that a configuration names."""
    match value:
        case dict():
            return [path for name, each in value.items() for path in _secrets(each, name)]
        case list():
            return [path for each in value for path in _secrets(each)]
        case str() if key.endswith("_file"):
            return [value]
    return []
