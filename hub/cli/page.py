"""``insole-hub page``: who may see the hub's page."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.config import Config, load_config
from hub.errors import ConfigError, ConfigProblem
from hub.page import FOLDER, Paired, Role, Visitor, make_code
from hub.page.pairing import CODE_S

app = typer.Typer(help="The hub's own page: pairing codes and paired devices.", no_args_is_help=True)

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")]
USUAL = Path("hub.toml")


@app.callback()
def page() -> None:
    """The hub's own page: pairing codes and paired devices."""


@app.command()
def code(
    config: ConfigPath = USUAL,
    role: Annotated[
        Role, typer.Option(help="What whoever uses it is: the owner may also forget devices and pause sensors.")
    ] = Role.WEARER,
    wearer: Annotated[
        str, typer.Option(help="They see this wearer only; default: all.", metavar="NICKNAME", show_default=False)
    ] = "",
) -> None:
    """Show a new pairing code: it connects one phone or tablet, within 10 minutes.

    Run it as the user that the hub runs as: sudo -u insole-hub, where it is a service.
    """
    loaded = _for_pairing(config)
    nicknames = [each.nickname for each in loaded.wearers]
    if wearer and wearer not in nicknames:
        raise typer.BadParameter(f"nobody is called {wearer!r}; known: {', '.join(nicknames)}", param_hint="--wearer")
    made = make_code(loaded.hub.state_dir / FOLDER, Visitor(role, wearer), datetime.now(UTC))
    typer.echo(f"code:  {made[:4]} {made[4:]}")
    behind_proxy = loaded.page.mode == "proxy"
    here = f"http://{socket.gethostname()}.local:{loaded.page.port}"
    typer.echo(f"open:  {f'https://{loaded.page.names[0]}' if behind_proxy else here}")
    typer.echo(f"It is for one device, as {role.value}, and holds for {CODE_S / 60:.0f} minutes.")


@app.command()
def devices(config: ConfigPath = USUAL) -> None:
    """List the paired devices."""
    paired = Paired(_for_pairing(config).hub.state_dir / FOLDER).devices()
    for device in paired:
        sees = f" of {device.wearer}" if device.wearer else ""
        typer.echo(f"{device.id}  {device.role}{sees}  {device.name or 'without name'}  since {device.paired}")
    if not paired:
        typer.echo("No device is paired; insole-hub page code shows a code.")


@app.command()
def forget(
    device: Annotated[str, typer.Argument(help="Its id, as insole-hub page devices shows it.", metavar="ID")],
    config: ConfigPath = USUAL,
) -> None:
    """Forget a paired device: it sees nothing more, at once."""
    if not Paired(_for_pairing(config).hub.state_dir / FOLDER).forget(device):
        raise typer.BadParameter(f"no device {device!r} is paired", param_hint="ID")
    typer.echo("forgotten")


def _for_pairing(path: Path) -> Config:
    """The configuration of a hub whose page asks for codes."""
    loaded = load_config(path)
    if loaded.page.mode not in {"lan", "proxy"}:
        hint = 'set mode = "lan" in [page] to let phones and tablets in'
        problem = ConfigProblem("page.mode", f"is {loaded.page.mode}: no code is asked for", hint)
        raise ConfigError(str(path), (problem,))
    return loaded
