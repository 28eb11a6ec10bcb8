"""``insole-hub demo``: the whole hub on emulated sensors."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    minutes: Annotated[
        float | None, typer.Option(min=0.05, help="End with a summary after so long; default: run until Ctrl-C.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another walk.")] = 1,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of the demo's own broker; default: 1883, or where that is taken a free one."
        ),
    ] = None,
    page_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of the demo's page; default: 8330, or where that is taken a free one."
        ),
    ] = None,
    broker: Annotated[str | None, typer.Option(help="Publish to this broker instead.", metavar="HOST:PORT")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder for the journal; default: ~/.local/state/insole-hub/demo.")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Also keep a raw recording (.mcap) there.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines even in a terminal.")] = False,
) -> None:
    """Watch a person with foot drop walk: no sensors, no broker, no configuration needed.

    Two emulated insoles and a shin IMU stream real Bluetooth LE traffic over a virtual radio. The hub connects to
    them, detects toe-first contacts, drags and trips while they happen, keeps them in its journal and publishes them
    over MQTT.
    """
    at = _host_and_port(broker)
    plain = plain or not sys.stdout.isatty()
    if not plain:
        typer.echo("starting ...")
    from hub.demo import DemoOptions, run_demo  # noqa: PLC0415 - the virtual radio is slow to load, and only for this

    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    options = DemoOptions(minutes, seed, port, page_port, at, state, plain, record)
    asyncio.run(run_demo(options))


def _host_and_port(broker: str | None) -> tuple[str, int] | None:
    if broker is None:
        return None
    host, _, port = broker.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")  # around an IPv6 address
    if not host.strip() or not (port.isascii() and port.isdigit()):
        raise typer.BadParameter(f"{broker!r} is not HOST:PORT, such as 127.0.0.1:1883", param_hint="--broker")
    if len(port) > 5 or not 1 <= int(port) <= 65535:
        raise typer.BadParameter(f"port {port} of {broker!r} is outside 1 to 65535", param_hint="--broker")
    return host, int(port)
