"""``insole-hub check``: is this configuration right?"""

from pathlib import Path
from typing import Annotated

import typer

from hub.config import load_config

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")]


def check(config: ConfigPath = Path("hub.toml")) -> None:
    """Check a configuration file and list every mistake at once, with its key and a hint.

    Nothing is started. Exit code 0: right; 2: mistakes.
    """
    loaded = load_config(config)
    for wearer in loaded.wearers:
        devices = ", ".join(f"{device.role.value} ({device.type})" for device in wearer.devices)
        typer.echo(f"{wearer.nickname}: {devices}")
    broker = f"{loaded.mqtt.host}" if loaded.mqtt else "the hub's own, on this machine"
    typer.echo(f"broker: {broker}; topics under {loaded.topic_base}/")
    typer.echo(f"{config} is right.")
