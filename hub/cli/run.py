"""``insole-hub run``: the service."""

import asyncio
import logging
import sys
from pathlib import Path

from hub.app import Hub
from hub.cli.check import ConfigPath
from hub.config import Config, load_config
from hub.radio import Bluetooth


def run(config: ConfigPath = Path("hub.toml")) -> None:
    """Run the hub: connect the configured sensors, detect, keep and publish events, until it is stopped.

    `insole-hub check` tells whether the file is right; `insole-hub scan` finds sensors for it.
    """
    loaded = load_config(config)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_run(loaded))


async def _run(config: Config) -> None:
    hub = Hub(config, Bluetooth.system(config.radio.adapter))
    hub.stop_on_signals()
    await hub.run()
