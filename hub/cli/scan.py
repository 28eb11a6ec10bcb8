"""``insole-hub scan``: which sensors are in reach?"""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.errors import InsoleHubError
from hub.first_run.tables import Worn, wearer_table
from hub.radio import Bluetooth, Found
from hub.radio import scan as scan_radio
from sensors.catalogue import device_type
from sensors.layout import Side


def scan(
    *,
    seconds: Annotated[float, typer.Option(min=1, max=120, help="How long to listen.")] = 10.0,
    adapter: Annotated[
        str | None, typer.Option(help="Bluetooth adapter: address, or name such as hci0; default: the first.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also list devices that are no known sensors.")] = False,
) -> None:
    """Listen for sensors and print a configuration block for those found.

    Switch the sensors on and keep phones away from them: a device that is connected elsewhere does not advertise.
    """
    errors = Console(stderr=True)
    with errors.status(f"listening for {seconds:g} s ..."):
        found = asyncio.run(scan_radio(Bluetooth.system(adapter), seconds))
    sensors = [device for device in found if device.device_key is not None]
    shown = found if everything else sensors
    if not shown:
        message = (
            f"no known sensor among {len(found)} devices in reach; is it switched on, charged, and not connected to a "
            "phone? `insole-hub scan --all` lists every device"
        )
        raise InsoleHubError(message)
    show(Console(), shown)
    if sensors:
        sys.stdout.write("\nFor hub.toml (fix the roles, then `insole-hub check`):\n\n" + config_block(sensors))


def show(console: Console, found: list[Found]) -> None:
    """What was found, and what is wrong with its firmware."""
    table = Table(box=None, header_style="dim")
    for title in ("address", "name", "signal", "kind", "side", "firmware"):
        table.add_column(title)
    for device in found:
        kind = device_type(device.device_key).title if device.device_key else ""
        side = device.facts.side.value if device.facts.side else ""
        table.add_row(device.address, device.name, f"{device.rssi_dbm} dBm", kind, side, device.facts.firmware or "")
    console.print(table)
    for device in found:
        if device.firmware_fault:
            console.print(f"{device.name}: {device.firmware_fault}", style="yellow")


def config_block(sensors: list[Found]) -> str:
    """The found sensors as TOML. Sides that the devices do not tell are guesses, and marked so."""
    worn = (Worn(each, each.facts.side or Side.LEFT, is_guess=each.facts.side is None) for each in sensors)
    return wearer_table("me", "left", worn)
